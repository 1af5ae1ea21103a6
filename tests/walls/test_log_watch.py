"""The watch over all logs, tried with logs that tell too much."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from services.domain import AnswerMode
from services.storage.database import SERVICE, open_database, writing
from services.storage.store import Store
from tests.logs import OURS, Watch, everything_into
from tests.services.storage.stored import a_segment, a_user, an_interview
from tests.standins.postgres import Server

ROOT = Path(__file__).parents[2]
log = logging.getLogger("interview.test")


def logged(tmp_path: Path, watch: Watch, *lines: object) -> list[str]:
    with everything_into(tmp_path / "log", watch):
        for line in lines:
            log.debug("%s", line)
    return watch.search()


@pytest.mark.parametrize(
    "line",
    [
        "the password is battery staple!",
        "GET /reset?password=battery%20staple%21 HTTP/1.1",
        "a form with password=battery+staple%21",
        {"password": "battery staple!"},
        ValueError("battery staple!"),
    ],
)
def test_a_secret_is_found_however_it_is_written_and_is_not_repeated(
    tmp_path: Path, line: object
) -> None:
    watch = Watch()
    watch.add("battery staple!", "a secret")
    [found] = logged(tmp_path, watch, "all is well", line)
    assert found == f"{tmp_path / 'log'}:2: a secret"


def test_words_with_quotes_and_accents_are_found_as_python_and_json_write_them(
    tmp_path: Path,
) -> None:
    watch = Watch()
    watch.add('I said "no" to Zoë\nand left', "what a candidate said")
    for line in (
        ['I said "no" to Zoë\nand left'],
        '{"text": "I said \\"no\\" to Zo\\u00eb\\nand left"}',
    ):
        assert logged(tmp_path, watch, line)
        (tmp_path / "log").unlink()


def test_a_code_is_found_but_not_in_every_number(tmp_path: Path) -> None:
    watch = Watch()
    watch.add("271828", "a secret")
    assert not logged(tmp_path, watch, "took 1.271828 s", "port 2718281", "id-271828")
    assert logged(tmp_path, watch, "the code 271828 was sent")


def test_a_logger_that_keeps_to_itself_and_a_failure_are_heard_too(tmp_path: Path) -> None:
    watch = Watch()
    watch.add("battery staple!", "a secret")
    alone = logging.getLogger("alone")
    alone.propagate = False
    with everything_into(tmp_path / "log", watch):
        try:
            raise ValueError("battery staple!")
        except ValueError:
            alone.debug("it failed", exc_info=True)
    assert watch.search()


@pytest.mark.parametrize(
    "line",
    [
        "$argon2id$v=19$m=65536",
        "connecting to postgresql://app_backend:hunter2@db.example.com/postgres",
        "key AIza" + "x" * 35,
        "apikey: sb_publishable_abcdefgh",
        "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl",
    ],
)
def test_what_looks_like_a_secret_is_found_without_knowing_it(tmp_path: Path, line: str) -> None:
    assert logged(tmp_path, Watch(), line)
    (tmp_path / "log").unlink()
    harmless = ("postgresql://app_backend:***@db.example.com/postgres", "http://127.0.0.1:8501/x")
    assert not logged(tmp_path, Watch(), *harmless)


def test_a_session_that_logs_a_secret_fails_and_does_not_print_it(tmp_path: Path) -> None:
    loud = tmp_path / "test_loud.py"
    loud.write_text(
        "import logging\nfrom tests.logs import secret\n"
        "def test_it():\n    logging.getLogger('x').debug(secret('battery' + ' staple!'))\n"
    )
    for number, expected in (("1", 1), ("0", 0)):
        body = loud.read_text() if number == "1" else "def test_it():\n    pass\n"
        loud.write_text(body)
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-p", "no:cacheprovider",
             f"--rootdir={tmp_path}", "-o", "log_level=WARNING", f"--basetemp={tmp_path / 'temp'}", "-c", "/dev/null", str(loud)],
            cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == expected, done.stdout[-2000:]
        assert ("everything.log:1: a secret" in done.stdout) == bool(expected)
        assert "battery staple" not in done.stdout + done.stderr


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_words_and_failed_statements_leave_no_trace_at_any_level(
    kind: str, here: Server, database: str, tmp_path: Path
) -> None:
    """SQLAlchemy prints rows and parameters when it is asked to, and failures with what they failed on."""
    words = "I never told anybody about the lighthouse"
    watch = Watch()
    watch.add(words, "what a candidate said")
    with everything_into(tmp_path / "log", watch):
        file = f"sqlite:///{tmp_path / 'interviews.db'}"
        engine = open_database(file if kind == "sqlite" else here.backend(database))
        store, owner = Store(engine), a_user(engine)
        question = an_interview(store, owner).questions[0]
        answer = store.open_answer(owner, question.id, AnswerMode.TYPED)
        store.append_segment(owner, answer.id, 0, a_segment(words))
        store.save_draft(owner, answer.id, f"{words} before")
        assert store.answer(owner, answer.id).edited == f"{words} before"
        log.info("a failure", exc_info=_failure(engine, words))
        engine.dispose()
    assert "sqlalchemy.engine" in (tmp_path / "log").read_text()
    assert watch.search() == []


def _failure(engine: object, words: str) -> BaseException:
    try:
        with writing(engine, SERVICE) as db:  # type: ignore[arg-type]
            db.execute(text("SELECT :words FROM no_such_table"), {"words": words})
    except Exception as failure:  # noqa: BLE001  whatever it is, it is logged
        return failure
    raise AssertionError("it did not fail")


def test_this_session_is_being_listened_to() -> None:
    logging.getLogger("some.library").debug("the watch is on")
    assert any("the watch is on" in path.read_text() for path in OURS.files if path.exists())
