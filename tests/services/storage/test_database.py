"""Opening the database: new, old, damaged, foreign, newer, full, and by two processes at once."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import NullPool, create_engine, event, select

from services.domain import AnswerMode, RatingState
from services.errors import DatabaseUnusable, DiskFull, StorageError
from services.progress import progress
from services.storage import migrating
from services.storage.database import SERVICE, open_database, reading, writing
from services.storage.store import Store
from services.storage.tables import AnswerRow, Base, QuestionRow, RatingRow, ScoreRow, UserRow
from tests.services.storage.stored import (
    SETUP,
    a_database,
    a_question,
    a_rating,
    a_segment,
    a_submitted_answer,
    a_user,
    an_interview,
)

ROOT = Path(__file__).parents[3]


def go_back_to(revision: str, folder: Path) -> None:
    """Bring the database to what an earlier version left; as in an upgrade, without foreign keys."""
    engine = create_engine(f"sqlite:///{folder / 'interviews.db'}", poolclass=NullPool)
    command.downgrade(migrating.config(engine), revision)


def everything_in(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_new_database_has_every_table_and_knows_its_revision(tmp_path: Path) -> None:
    engine = a_database(tmp_path / "not" / "there" / "yet")
    with engine.connect() as connection:
        names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")
        tables = {table.name for table in Base.metadata.sorted_tables}
        assert {n for (n,) in names} == {*tables, "alembic_version"}
        version = connection.exec_driver_sql("SELECT version_num FROM alembic_version")
        assert version.scalar_one() == migrating.newest()


def test_the_migrations_make_exactly_the_tables_of_the_code(tmp_path: Path) -> None:
    command.check(migrating.config(a_database(tmp_path)))


def test_segments_of_an_earlier_version_are_kept_and_count_as_certain(tmp_path: Path) -> None:
    engine = a_database(tmp_path)
    store, owner = Store(engine), a_user(engine)
    answer = store.open_answer(owner, an_interview(store, owner).questions[0].id, AnswerMode.SPOKEN)
    store.append_segment(owner, answer.id, 0, a_segment())
    before = store.answer(owner, answer.id)
    engine.dispose()
    go_back_to("0001", tmp_path)
    after = Store(a_database(tmp_path)).answer(owner, answer.id)
    assert after == before
    assert after.segments[0].certain


def test_what_was_stored_before_coaches_on_language_models_is_kept_as_it_was(
    tmp_path: Path,
) -> None:
    engine = a_database(tmp_path)
    store, owner = Store(engine), a_user(engine)
    interview = an_interview(store, owner, questions=3)
    rated, running, _ = interview.questions
    for question in (rated, running):
        store.mark_shown(owner, question.id)
        a_submitted_answer(store, owner, question.id)
    answers = [item.answer for item in store.review(owner, interview.id).items if item.answer]
    store.add_rating(owner, answers[0].id, a_rating(2, 4))
    store.add_rating(owner, answers[0].id, a_rating(3, 4))
    store.mark_rating(owner, answers[1].id, RatingState.RUNNING)
    before, progress_before = store.review(owner, interview.id), progress(store, owner)
    engine.dispose()
    go_back_to("0002", tmp_path)
    with closing(sqlite3.connect(tmp_path / "interviews.db")) as older:  # as it was stored then
        older.execute("UPDATE scores SET evidence = '[[0, 1, \"I\"]]'")
        older.commit()
    again = Store(a_database(tmp_path))
    assert again.review(owner, interview.id) == before
    assert [q.shown for q in again.interview(owner, interview.id).questions] == [True, True, False]
    assert progress(again, owner) == progress_before
    assert len(again.earlier_ratings(owner, answers[0].id)) == 1
    assert again.due_ratings(10) == ((owner, answers[1].id),)
    again.delete_interview(owner, interview.id)  # foreign keys survived
    with reading(a_database(tmp_path), SERVICE) as db:
        for table in (QuestionRow, AnswerRow, RatingRow, ScoreRow):
            assert db.scalars(select(table.user_id)).all() == []


def test_nobody_else_on_the_machine_can_read_the_database(tmp_path: Path) -> None:
    a_user(a_database(tmp_path / "data"))
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0
    for path in (tmp_path / "data").iterdir():
        assert path.stat().st_mode & 0o077 == 0, path.name


def test_opening_again_keeps_everything(tmp_path: Path) -> None:
    owner = a_user(a_database(tmp_path))
    with reading(a_database(tmp_path), SERVICE) as db:
        assert db.scalars(select(UserRow.id)).all() == [owner]


def test_a_relative_address_stays_where_it_was_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    engine = open_database("sqlite:///data/interviews.db")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    engine.dispose()
    a_user(engine)
    assert not (tmp_path / "elsewhere" / "data").exists()


@pytest.mark.parametrize(
    "content",
    [b"these are notes, not a database", b"\x00" * 8192, b"SQLite format 3\x00" + b"\xff" * 4096],
    ids=["text", "zeros", "only the first line of one"],
)
def test_a_file_that_is_no_database_is_refused_and_left_alone(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "interviews.db").write_bytes(content)
    with pytest.raises(DatabaseUnusable, match=r"interviews\.db|damaged"):
        a_database(tmp_path)
    assert everything_in(tmp_path) == {"interviews.db": content}


def test_a_truncated_or_overwritten_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    a_user(a_database(tmp_path))
    path = tmp_path / "interviews.db"
    checkpoint(path)
    whole = path.read_bytes()
    half = len(whole) // 2 // 4096 * 4096
    for damaged in (whole[:half], whole[:4096] + b"\x5a" * half + whole[4096 + half :]):
        for leftover in tmp_path.iterdir():
            leftover.unlink()
        path.write_bytes(damaged)
        with pytest.raises(DatabaseUnusable):
            a_database(tmp_path)
        assert everything_in(tmp_path) == {"interviews.db": damaged}


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "interviews.db")) as other:
        other.execute("CREATE TABLE recipes (name TEXT)")
    before = everything_in(tmp_path)
    with pytest.raises(DatabaseUnusable, match="another program"):
        a_database(tmp_path)
    assert everything_in(tmp_path) == before


def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    a_database(tmp_path).dispose()
    path = tmp_path / "interviews.db"
    with closing(sqlite3.connect(path)) as newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
        newer.commit()
    before = everything_in(tmp_path)
    with pytest.raises(DatabaseUnusable, match="newer version"):
        a_database(tmp_path)
    assert everything_in(tmp_path) == before


def test_a_newer_database_whose_server_was_killed_keeps_its_log(tmp_path: Path) -> None:
    a_database(tmp_path).dispose()
    path = tmp_path / "interviews.db"
    assert _process("_write_newer_and_die", path).wait(60) == 1
    before = {name: everything_in(tmp_path)[name] for name in (path.name, path.name + "-wal")}
    assert before["interviews.db-wal"]
    with pytest.raises(DatabaseUnusable, match="newer version"):
        a_database(tmp_path)
    after = everything_in(tmp_path)
    assert {name: after[name] for name in before} == before


def _process(work: str, folder: Path, *others: str) -> subprocess.Popen[bytes]:
    """Not by `multiprocessing`, which would begin with this process's main module: a screen's, maybe."""
    script = (
        f"import pathlib, sys; from {__name__} import {work}; "
        f"{work}(pathlib.Path(sys.argv[1]), *sys.argv[2:])"
    )
    return subprocess.Popen([sys.executable, "-c", script, str(folder), *others], cwd=ROOT)


def _write_newer_and_die(path: Path) -> None:
    newer = sqlite3.connect(path)
    newer.execute("UPDATE alembic_version SET version_num = '9999'")
    newer.commit()
    os._exit(1)  # nothing is closed: the change is only in the log


def test_words_stored_before_a_kill_are_there_afterwards(tmp_path: Path) -> None:
    assert _process("_store_and_die", tmp_path).wait(60) == 1
    with reading(a_database(tmp_path), SERVICE) as db:
        assert db.scalars(select(UserRow.name)).all() == ["Ada"]


def _store_and_die(folder: Path) -> None:
    a_user(a_database(folder), "Ada")
    os._exit(1)


def test_processes_that_start_at_once_share_one_database(tmp_path: Path) -> None:
    starting = [_process("_open_and_store", tmp_path, f"User {n}") for n in range(3)]
    assert [process.wait(60) for process in starting] == [0, 0, 0]
    with reading(a_database(tmp_path), SERVICE) as db:
        assert len(db.scalars(select(UserRow.id)).all()) == 3


def _open_and_store(folder: Path, name: str) -> None:
    a_user(a_database(folder), name)


def test_a_place_that_cannot_hold_a_database_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "folder.db").mkdir()
    for place in (tmp_path / "file" / "interviews.db", tmp_path / "folder.db"):
        with pytest.raises(StorageError):
            open_database(f"sqlite:///{place}")
    for address in ("sqlite://", "mysql://example/db", "not an address", "postgresql://u:p@h:x/db"):
        with pytest.raises(DatabaseUnusable):
            open_database(address)


def test_a_full_disk_is_told_and_keeps_what_was_stored(tmp_path: Path) -> None:
    engine = a_database(tmp_path)
    store, owner = Store(engine), a_user(engine)
    engine.dispose()

    @event.listens_for(engine, "connect")
    def no_more_room(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(
            "PRAGMA max_page_count = 1"
        )  # SQLite: what there is, and not a page more

    def fill() -> None:
        for _ in range(200):
            store.add_interview(owner, SETUP, [a_question(n) for n in range(1, 11)])

    with pytest.raises(DiskFull):
        fill()
    stored = store.count_interviews(owner)
    assert len(store.summaries(owner, 300, 0)) == stored


def test_damage_met_later_is_told_as_such(tmp_path: Path) -> None:
    engine = a_database(tmp_path)
    a_user(engine)
    engine.dispose()
    checkpoint(tmp_path / "interviews.db")
    size = (tmp_path / "interviews.db").stat().st_size
    with (tmp_path / "interviews.db").open("r+b") as file:
        file.seek(4096)
        file.write(b"\x5a" * (size - 4096))
    with pytest.raises(DatabaseUnusable):
        a_user(engine, "Eve")


def test_a_failed_transaction_leaves_nothing_behind(tmp_path: Path) -> None:
    engine = a_database(tmp_path)

    def fail_half_way() -> None:
        with writing(engine, SERVICE) as db:
            db.connection().exec_driver_sql("DELETE FROM users")
            raise ZeroDivisionError

    owner = a_user(engine)
    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    with reading(engine, SERVICE) as db:
        assert db.scalars(select(UserRow.id)).all() == [owner]


def checkpoint(path: Path) -> None:
    """Bring the log into the file, as the last process to close a database does."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
