"""Reports from the real database: each owner's own, of the right days, in every form, safe to open."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import jsonschema
import pytest
from pypdf import PdfReader
from sqlalchemy import Engine, event

from pages.ui.phrases import phrases
from pages.ui.report_route import sentences
from services.domain import AnswerMode, Interview, Job, Preferences, SelfRating, Setup
from services.errors import InvalidInput, NotFound
from services.report.as_json import SCHEMA
from services.report.reports import Form, Made, Reports, in_a_name, period_of
from services.storage.store import Store
from tests.logs import said
from tests.services.storage.stored import (
    Clock,
    a_database,
    a_question,
    a_rating,
    a_segment,
    a_submitted_answer,
    a_user,
)

WORDS = said("I asked the night shift, and then we moved the printer.")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return a_database(tmp_path)


@pytest.fixture
def store(engine: Engine, clock: Clock) -> Store:
    return Store(engine, clock)


@pytest.fixture
def ada(engine: Engine, store: Store) -> UUID:
    """She is not asked for her own rating first."""
    user_id = a_user(engine)
    store.keep_preferences(user_id, Preferences(self_rating=False))
    return user_id


def held(
    store: Store, owner: UUID, *levels: int, position: str = "Nurse", text: str = WORDS
) -> Interview:
    """An interview with one rated answer and one question left open."""
    setup = Setup(job=Job(position=position), question_count=2)
    interview = store.add_interview(owner, setup, [a_question(1), a_question(2)])
    answer = a_submitted_answer(store, owner, interview.questions[0].id, text)
    if levels:
        store.add_rating(owner, answer.id, a_rating(*levels))
    store.finish_interview(owner, interview.id)
    return interview


def read(made: Made) -> bytes:
    return b"".join(made.pieces)


def rows(made: Made) -> list[dict[str, str]]:
    raw = read(made)
    assert raw.startswith(b"\xef\xbb\xbf"), "spreadsheets would take it for something else"
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


def of(store: Store, owner: UUID, interview: Interview, form: Form) -> Made:
    return Reports(store).interview(owner, interview.id, form, phrases, "Europe/Berlin")


def between(store: Store, owner: UUID, first: date, last: date, form: Form) -> Made:
    return Reports(store).period(owner, first, last, form, sentences, "Europe/Berlin")


@pytest.mark.parametrize("form", list(Form))
def test_somebody_elses_interview_is_as_unknown_as_one_that_never_was(
    store: Store, ada: UUID, engine: Engine, form: Form
) -> None:
    theirs = held(store, a_user(engine, "Eve"), 3, 4)
    for interview_id in (theirs.id, uuid4()):
        with pytest.raises(NotFound):
            Reports(store).interview(ada, interview_id, form, phrases, None)


def test_a_row_for_each_criterion_and_one_for_what_is_not_rated(store: Store, ada: UUID) -> None:
    found = rows(of(store, ada, held(store, ada, 2, 4), Form.LEVELS))
    assert [(row["criterion"], row["level_of_5"]) for row in found] == [
        *(("Relevance", "2"), ("Structure", "4"), ("", ""))
    ]
    assert {row["overall_of_10"] for row in found} == {"5.0", ""}
    assert found[0]["evidence"] == "I"


def test_a_row_for_each_answer_with_its_words_and_how_they_were_said(
    store: Store, ada: UUID
) -> None:
    interview = store.add_interview(ada, Setup(job=Job(position="Nurse")), [a_question()])
    answer = store.open_answer(ada, interview.questions[0].id, AnswerMode.SPOKEN)
    long = " ".join(["we moved the printer and asked again"] * 10)
    store.append_segment(ada, answer.id, 0, a_segment(long))
    store.set_sound(ada, answer.id, 75.0, pending=False)
    store.heard(ada, answer.id, pending=False)
    store.submit(ada, answer.id, "As corrected.")
    [row] = rows(of(store, ada, interview, Form.ANSWERS))
    assert (row["answer"], row["as_heard"]) == ("As corrected.", long)
    assert row["state"] == "submitted"
    assert float(row["words_per_minute"]) == pytest.approx(60, abs=1)


def test_formulas_in_cells_are_shown_as_typed(store: Store, ada: UUID) -> None:
    evil = '=HYPERLINK("http://x";A1)'
    interview = held(store, ada, 3, 3, position="@SUM(1)", text=evil)
    for form in (Form.LEVELS, Form.ANSWERS):
        found = rows(of(store, ada, interview, form))
        assert {row["position"] for row in found} == {"'@SUM(1)"}
    assert [row["answer"] for row in found] == [f"'{evil}", ""]


def test_json_is_what_its_schema_says(store: Store, ada: UUID) -> None:
    schema: dict[str, Any] = json.loads(SCHEMA.read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    interview = held(store, ada, 2, 4)
    told = json.loads(read(of(store, ada, interview, Form.JSON)))
    jsonschema.validate(told, schema)
    assert told["period"] is None
    [one] = told["interviews"]
    assert one["id"] == str(interview.id)
    assert one["questions"][0]["answer"]["text"] == WORDS
    assert one["questions"][0]["rating"]["overall_of_10"] == 5.0
    assert one["questions"][1]["answer"] is None
    day = interview.created_at.date()
    told = json.loads(read(between(store, ada, day, day, Form.JSON)))
    jsonschema.validate(told, schema)
    assert told["period"] == {"from": day.isoformat(), "to": day.isoformat()}


def test_a_period_holds_its_days_on_the_candidates_clock_and_nobody_elses(
    store: Store, ada: UUID, clock: Clock, engine: Engine
) -> None:
    clock.time = datetime(2026, 11, 1, 22, 30, tzinfo=UTC)  # 23:30 in Berlin
    held(store, ada, 1, 1, position="Too early")
    clock.time = datetime(2026, 11, 1, 23, 30, tzinfo=UTC)  # the next day there
    held(store, ada, 2, 4, position="First")
    held(store, a_user(engine, "Eve"), 5, 5, position="Hers")
    clock.advance(days=1)
    held(store, ada, 4, 4, position="Last")
    clock.advance(days=1)
    held(store, ada, 1, 1, position="Too late")
    days = (date(2026, 11, 2), date(2026, 11, 3))
    for form in (Form.LEVELS, Form.ANSWERS):
        assert [row["position"] for row in rows(between(store, ada, *days, form))][::2][
            -1
        ] == "Last"
        assert {row["position"] for row in rows(between(store, ada, *days, form))} == {
            "First",
            "Last",
        }
    told = json.loads(read(between(store, ada, *days, Form.JSON)))
    assert [one["setup"]["job"]["position"] for one in told["interviews"]] == ["First", "Last"]
    within = period_of(*days, "Europe/Berlin")
    progress = Reports(store).progress(ada, within)
    assert [point.overall for point in progress.trend] == [5.0, 7.5]
    assert (progress.interviews_done, progress.answers_given) == (2, 2)
    assert {(f.name, f.mean, f.answers) for f in progress.criteria} == {
        *(("Relevance", 3.0, 2), ("Structure", 4.0, 2))
    }
    assert [(kind.overall, kind.answers) for kind in progress.kinds] == [(6.25, 2)]
    pdf = PdfReader(io.BytesIO(read(between(store, ada, *days, Form.PDF))))
    shown = " ".join(" ".join(page.extract_text() for page in pdf.pages).split())
    for expected in (
        *("2 November 2026 to 3 November 2026", "from 5.0 to 7.5 out of 10", "Offline estimate"),
        *("First", "Last", "Relevance 3.0 of 5", "7.5 of 10", "Behavioural 6.2 of 10"),
    ):
        assert expected in shown
    assert "Too" not in shown
    assert "Hers" not in shown


def test_a_long_table_goes_over_pages_with_its_heads(store: Store, ada: UUID, clock: Clock) -> None:
    for number in range(70):
        held(store, ada, 3, 3, position=f"Job {number} " + "long" * 25)
        clock.advance(hours=1)
    made = between(store, ada, clock.time.date() - timedelta(days=9), clock.time.date(), Form.PDF)
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(read(made))).pages]
    with_rows = [page for page in pages if "Job " in page]
    assert len(with_rows) >= 2
    assert all("Answered" in page for page in with_rows)
    assert sum(page.count("Job ") for page in pages) == 70


def test_a_rating_is_in_no_report_before_its_candidate_has_given_theirs(
    store: Store, ada: UUID, clock: Clock
) -> None:
    store.keep_preferences(ada, Preferences(self_rating=True))
    interview = held(store, ada, 2, 4)
    answer = store.review(ada, interview.id).items[0].answer
    assert answer is not None
    day = interview.created_at.date()
    reports, line = Reports(store, clock), "The coach's rating appears when you have given yours."

    def made(form: Form, skipped: frozenset[UUID]) -> list[Made]:
        one = reports.interview(ada, interview.id, form, phrases, None, skipped)
        return [one, reports.period(ada, day, day, form, sentences, None, skipped)]

    def seen(skipped: frozenset[UUID] = frozenset()) -> set[bool]:
        found = [row for form in (Form.LEVELS, Form.ANSWERS) for file in made(form, skipped)
                 for row in rows(file)]  # fmt: skip
        told = {row["overall_of_10"] != "" for row in found}
        assert (line in {row["note"] for row in found}) is (True not in told)
        for file in made(Form.JSON, skipped):
            [whole] = json.loads(read(file))["interviews"]
            [first, _] = whole["questions"]
            assert first["rating_kept_back"] is (first["rating"] is None)
            assert (whole["overall_of_10"] is None) is (first["rating"] is None)
            told.add(first["rating"] is not None)
        pdf = PdfReader(io.BytesIO(read(made(Form.PDF, skipped)[0])))
        words = " ".join(" ".join(page.extract_text() for page in pdf.pages).split())
        assert (line in words) is ("5.0 out of 10" not in words)
        return told | {"5.0 out of 10" in words}

    assert seen() == {False}
    assert True in seen(skipped=frozenset({answer.id}))
    own = SelfRating(answer_id=answer.id, levels={"structure": 3}, rated_at=interview.created_at)
    store.keep_self_rating(ada, answer.id, own)
    assert True in seen()


def test_a_period_asks_no_more_of_the_database_for_more_answers(
    store: Store, ada: UUID, engine: Engine
) -> None:
    asked: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("SELECT"):
            asked.append(statement)

    def spoken(questions: int) -> date:
        listed = [a_question(number) for number in range(1, questions + 1)]
        interview = store.add_interview(ada, Setup(job=Job(position="Nurse")), listed)
        for question in interview.questions:
            answer = store.open_answer(ada, question.id, AnswerMode.SPOKEN)
            store.append_segment(ada, answer.id, 0, a_segment("we moved it"))
            store.set_sound(ada, answer.id, 75.0, pending=False)
            store.heard(ada, answer.id, pending=False)
            store.submit(ada, answer.id, "we moved it")
        return interview.created_at.date()

    def queries(form: Form) -> int:
        asked.clear()
        read(between(store, ada, day, day, form))
        return len(asked)

    day = spoken(1)
    event.listen(engine, "before_cursor_execute", note)
    before = {form: queries(form) for form in (Form.LEVELS, Form.ANSWERS)}
    event.remove(engine, "before_cursor_execute", note)
    store.delete_interview(ada, store.newest(ada, 1)[0][0].id)
    spoken(5)
    event.listen(engine, "before_cursor_execute", note)
    assert {form: queries(form) for form in (Form.LEVELS, Form.ANSWERS)} == before
    assert before[Form.ANSWERS] == before[Form.LEVELS] + 1, "levels need no figures of the sound"
    event.remove(engine, "before_cursor_execute", note)


def test_an_empty_period_says_so_in_every_form(store: Store, ada: UUID) -> None:
    days = (date(2026, 1, 1), date(2026, 1, 2))
    shown = PdfReader(io.BytesIO(read(between(store, ada, *days, Form.PDF)))).pages[0]
    assert "There is none in this period." in shown.extract_text()
    assert rows(between(store, ada, *days, Form.LEVELS)) == []
    assert json.loads(read(between(store, ada, *days, Form.JSON)))["interviews"] == []


@pytest.mark.parametrize(
    ("first", "last"),
    [(date(2026, 1, 2), date(2026, 1, 1)), (date(1, 1, 1), date(9999, 12, 31))],
)
def test_days_that_cannot_be_are_refused(first: date, last: date) -> None:
    with pytest.raises(InvalidInput):
        period_of(first, last, None)


@pytest.mark.parametrize(
    ("position", "name"),
    [
        ("Data engineer (C++)", "data-engineer-c"),
        ('a"\r\nSet-Cookie: x=1; /../..', "a-set-cookie-x-1"),
        ("Pflegekraft für Ältere", "pflegekraft-fur-altere"),
        ("护士", ""),
        ("x" * 120, "x" * 40),
    ],
)
def test_a_job_in_the_name_of_a_file_is_small_latin_letters(position: str, name: str) -> None:
    assert in_a_name(position) == name
