"""What a screen's queries cost: as many for long interviews as for short ones, and no table scans."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from benchmarks.loading import Loaded, load_postgres
from benchmarks.querying import Candidate, Query, candidates, queries, scans, sent_to
from benchmarks.seeding import seed
from services.domain import AnswerMode
from services.progress import progress
from services.storage.database import SERVICE, open_database, reading
from services.storage.recordings import Recordings
from services.storage.store import Store
from services.storage.tables import Base
from tests.services.storage.stored import (
    a_database,
    a_rating,
    a_segment,
    a_submitted_answer,
    a_user,
    an_interview,
)
from tests.standins import postgres

Screen = Callable[[Store, Any], Any]


@pytest.mark.parametrize("questions", [1, 10])
def test_an_interview_takes_two_queries_however_long_it_is_and_however_often_it_was_rated(
    tmp_path: Path, questions: int
) -> None:
    engine = a_database(tmp_path)
    store, owner = Store(engine), a_user(engine)
    interview = an_interview(store, owner, questions + 1)
    for question in interview.questions[:-1]:
        answer = a_submitted_answer(store, owner, question.id)
        for level in (2, 3, 4):
            store.add_rating(owner, answer.id, a_rating(level, level))
    being_given = store.open_answer(owner, interview.questions[-1].id, AnswerMode.SPOKEN)
    store.append_segment(owner, being_given.id, 0, a_segment())
    for look in (store.review, store.at_work):
        with sent_to(engine) as sent:
            look(owner, interview.id)
        assert (len(sent.queries), sent.transactions) == (2, 1), look
    review = store.review(owner, interview.id)
    for item in review.items[:-1]:
        assert item.rating is not None
        assert [r.scores[0].level for r in (item.rating, *item.earlier)] == [4, 3, 2]
    answering = store.at_work(owner, None).items[-1].answer
    assert answering == review.items[-1].answer
    assert answering is not None
    assert answering.raw == a_segment().text


@pytest.mark.parametrize(
    ("screen", "most"),
    [
        (lambda store, owner: store.offered(owner), 1),
        (lambda store, owner: store.newest(owner, 20), 1),
        (lambda store, owner: store.summaries(owner, 20, 20), 1),
        (lambda store, owner: store.interview(owner, store.newest(owner, 1)[0][0].id), 2),
        (lambda store, owner: progress(store, owner), 2),
        (lambda store, owner: store.views(owner, store.newest(owner, 1)[0][0].id), 2),
    ],
    ids=["set-up", "history", "page of the history", "interview", "progress", "other views"],
)
def test_a_screen_takes_few_queries(tmp_path: Path, screen: Screen, most: int) -> None:
    engine = a_database(tmp_path)
    owner = seed(engine, users=1, interviews=4)[0]
    with sent_to(engine) as sent:
        screen(Store(engine), owner)
    assert len(sent.queries) == most


@pytest.mark.parametrize(
    "screen",
    [
        lambda store, owner: store.summaries(owner, 20, 0),
        lambda store, owner: store.review(owner, store.summaries(owner, 1, 0)[0].id),
        lambda store, owner: progress(store, owner),
        lambda store, owner: store.seen_sources(owner),
        lambda store, owner: store.latest_open_interview(owner),
        lambda store, owner: store.past_questions(owner),
        lambda store, owner: (store.due_ratings(12), store.next_due()),
        lambda store, owner: store.last_next_action(
            owner, "planning", next(a for a in store.answer_ids(owner))
        ),
        lambda store, owner: store.earlier_ratings(owner, store.answer_ids(owner)[0]),
        lambda store, owner: store.views(owner, store.summaries(owner, 1, 0)[0].id),
    ],
    ids=[
        *("history", "review", "progress", "planning", "resuming", "past questions"),
        *("due ratings", "last advice", "earlier ratings", "other views"),
    ],
)
def test_no_screen_reads_a_whole_table_or_all_that_a_candidate_has_for_one_row(
    tmp_path: Path, screen: Screen
) -> None:
    engine = a_database(tmp_path)
    owner = seed(engine, users=2, interviews=3)[0]
    with sent_to(engine) as sent:
        screen(Store(engine), owner)
    assert sent.queries
    with engine.connect() as connection:
        for statement, parameters in sent.queries:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            steps = [row[-1] for row in plan]
            scanned = {step.split()[1] for step in steps if step.startswith("SCAN")}
            assert not scanned & Base.metadata.tables.keys(), (statement, steps)
            # Children of one interview are found through it, not through all rows of the user (who has
            # one row of preferences).
            alone = ("SEARCH interviews", "SEARCH preferences")
            if "interview_id = " in statement or " IN (" in statement:
                children = [s for s in steps[1:] or steps if not s.startswith(alone)]
                assert "(user_id=?)" not in " ".join(children), (statement, steps)


def test_removing_recordings_looks_each_answer_up_by_its_id(tmp_path: Path) -> None:
    engine = a_database(tmp_path)
    store, owner = Store(engine), a_user(engine)
    answer = store.open_answer(owner, an_interview(store, owner).questions[0].id, AnswerMode.SPOKEN)
    removals = store.removals(Recordings(tmp_path / "recordings"))
    dropped = removals.drop_sound(owner, answer.id)
    with sent_to(engine) as sent:
        assert removals.carry_out(dropped)
    asked = [query for query in sent.queries if "answers" in query[0]]
    assert asked
    with engine.connect() as connection:
        for statement, parameters in asked:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            steps = [row[-1] for row in plan]
            assert all(step.startswith("SEARCH answers") for step in steps), (statement, steps)
            assert all("(id=?)" in step for step in steps), (statement, steps)


@dataclass(frozen=True)
class Full:
    """A server with many candidates' interviews, and one of the candidates."""

    engine: Engine
    loaded: Loaded
    candidate: Candidate


@pytest.fixture(scope="module")
def full() -> Iterator[Full]:
    server, name = postgres.server(), postgres.new_database()
    loaded = load_postgres(server.owner(name), users=60, interviews=20)
    engine = open_database(server.backend(name))
    yield Full(engine, loaded, candidates(engine, loaded.owners[:1], random.Random(1))[0])
    engine.dispose()
    postgres.drop_database(name)


@pytest.mark.parametrize("number", range(12))
def test_row_level_security_lets_no_query_of_a_screen_read_a_whole_table(
    full: Full, number: int
) -> None:
    """On PostgreSQL, as the candidate's role. Its planner is right to read small tables whole, so this
    looks at those of more than 1,000 rows; `benchmarks.store` does the same at a hundred times the size."""
    every = queries(full.engine)
    assert len(every) == 12
    assert scans(full.engine, every[number], full.candidate, full.loaded.rows, large=1_000) == []


def test_a_query_that_reads_a_whole_table_is_noticed(full: Full) -> None:
    def careless(_: Candidate) -> None:
        with reading(full.engine, SERVICE) as db:
            db.execute(text("SELECT max(finished_at) FROM answers"))

    query = Query("careless", careless, service=True)
    (found,) = scans(full.engine, query, full.candidate, full.loaded.rows, large=1_000)
    assert found[0] == "answers"


def test_a_seeded_history_adds_up(tmp_path: Path) -> None:
    engine = a_database(tmp_path)
    owners = seed(engine, users=2, interviews=30)
    store = Store(engine)
    for owner in owners:
        seen = progress(store, owner)
        assert seen.interviews_done == store.count_interviews(owner) == 30
        assert sum(point.answers for point in seen.trend) == seen.answers_given
        assert sum(kind.answers for kind in seen.kinds) == seen.answers_given
        newest = store.summaries(owner, 1, 0)[0]
        assert store.review(owner, newest.id).overall == pytest.approx(newest.overall)
        assert seen.trend[-1].overall == pytest.approx(newest.overall)
