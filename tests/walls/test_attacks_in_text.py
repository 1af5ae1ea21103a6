"""Hostile text in every column that takes text: it comes back as it went in, and finds only itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb
from sqlalchemy import Engine, Table, insert, select
from sqlalchemy.orm import Session

from services.domain import AnswerMode
from services.storage import postgres
from services.storage.columns import CleanJson, CleanText, clean
from services.storage.database import open_database
from services.storage.store import Store
from tests.services.storage.stored import a_database, a_segment, a_user, an_interview
from tests.standins.postgres import Server, drop_database, new_database
from tests.walls.rows import Person, a_person, a_row, full_name, tables

KNOWN = (
    *("'; DROP TABLE users; --", "' OR '1'='1", '" OR ""="', "\\'; SELECT pg_sleep(9); --", "*/ 1 /*"),
    *("%", "_", "\\", "\\%", "%%", "%s", "%(id)s", ":id", "?", "$1", "{0}", "${HOME}", "$$", "{{7*7}}"),
    *("null", "NULL", "\\N", "", " ", "\t\r\n", "\x00", "a\x00b", "\ud800", "\udc00\ud800", "\ufeff"),
    *("=cmd|' /C calc'!A0", "@SUM(1)", "+1", "-1", "<script>alert(1)</script>", "../../etc/passwd"),
    *("Zoë", "\u202eevil", "e\u0301", "👩‍💻", "\U0010ffff", "'" * 500, "x" * 20_000, '{"sub": "x"}'),
)  # fmt: skip
hostile = st.one_of(st.sampled_from(KNOWN), st.text(max_size=200))
once = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def owners(
    request: pytest.FixtureRequest, here: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """A connection that may write to every table."""
    if request.param == "sqlite":
        yield a_database(tmp_path_factory.mktemp("text"))
        return
    name = new_database(here)
    engine = postgres.owners_engine(here.owner(name), "off")
    yield engine
    engine.dispose()
    drop_database(name, here)


def filled(table: Table, person: Person, text: str) -> dict[str, Any]:
    """A row whose texts are all this one, and which is found by a fresh key."""
    row = a_row(table, person)
    for column in table.columns:
        if isinstance(row[column.name], Jsonb):
            row[column.name] = {text: [text, {"in": text}], "key": 1}
        elif isinstance(column.type, CleanText) and not column.foreign_keys:
            row[column.name] = text
    return row


def test_every_text_of_every_table_comes_back_as_it_went_in(owners: Engine) -> None:
    for text in KNOWN:
        comes_back(owners, text)


@once
@given(text=st.text(max_size=200))
def test_so_does_text_that_nobody_thought_of(owners: Engine, text: str) -> None:
    comes_back(owners, text)


def comes_back(owners: Engine, text: str) -> None:
    person, texts = a_person("Ada"), 0
    with Session(owners) as db:
        for table in tables():
            row = filled(table, person, text)
            db.execute(insert(table).values(row))
            person.rows[full_name(table)] = {
                name: clean(value) if isinstance(value, str) else value
                for name, value in row.items()
            }
            columns = [c for c in table.columns if isinstance(c.type, CleanText)]
            found = db.execute(select(table).where(*(c == row[c.name] for c in columns))).mappings()
            [back] = found.all()
            for column in table.columns:
                if isinstance(column.type, CleanText):
                    assert back[column.name] == clean(row[column.name]), column
                    texts += 1
                if isinstance(column.type, CleanJson):
                    said = clean(text)
                    assert back[column.name] == {said: [said, {"in": said}], "key": 1}, column
        db.rollback()
    assert texts > 30


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def store(
    request: pytest.FixtureRequest, here: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Store, UUID]]:
    """As the app uses it, with one candidate."""
    if request.param == "sqlite":
        engine = a_database(tmp_path_factory.mktemp("store"))
        yield Store(engine), a_user(engine)
        return
    name = new_database(here)
    engine = open_database(here.backend(name))
    yield Store(engine), a_user(engine)
    engine.dispose()
    drop_database(name, here)


@once
@given(text=hostile)
def test_an_answer_and_a_cv_are_what_was_said_and_written(
    store: tuple[Store, UUID], text: str
) -> None:
    kept, owner = store
    answer = kept.open_answer(owner, an_interview(kept, owner).questions[0].id, AnswerMode.SPOKEN)
    segment = a_segment("I asked").model_copy(update={"text": text})
    kept.append_segment(owner, answer.id, 0, segment)
    kept.save_draft(owner, answer.id, text + ".")
    kept.keep_cv(owner, text)
    back = kept.answer(owner, answer.id)
    assert back.segments[0].text == clean(text)
    assert (back.edited or "").strip() == clean(text + ".").strip()
    assert kept.cv(owner) == clean(text)


def test_no_search_takes_a_pattern_from_anybody() -> None:
    """Were there one, % and _ in it would have to be escaped: see the first test of it here."""
    root = Path(__file__).parents[2]
    for path in [*(root / "services").rglob("*.py"), *(root / "pages").rglob("*.py")]:
        code = path.read_text()
        for word in (".like(", ".ilike(", ".contains(", ".regexp_match(", " LIKE "):
            assert word not in code or "autoescape=True" in code, f"{path}: {word}"
