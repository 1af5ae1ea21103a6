"""What a screen's queries cost: as many for long interviews as for short ones, and no table scans."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from benchmarks.seeding import seed
from services.progress import progress
from services.storage.store import Store
from tests.services.storage.stored import a_database, a_user, an_interview


@contextmanager
def statements(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    """What is sent to the database meanwhile, with its parameters."""
    seen: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            seen.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_a_review_takes_the_same_queries_for_one_question_and_for_ten(tmp_path: Path) -> None:
    engine = a_database(tmp_path)
    store, owner = Store(engine), a_user(engine)
    counts = []
    for questions in (1, 10):
        interview = an_interview(store, owner, questions)
        with statements(engine) as seen:
            store.review(owner, interview.id)
        counts.append(len(seen))
    assert counts == [6, 6]


Screen = Callable[[Store, Any], Any]


@pytest.mark.parametrize(
    "screen",
    [
        lambda store, owner: store.summaries(owner, 20, 0),
        lambda store, owner: store.review(owner, store.summaries(owner, 1, 0)[0].id),
        lambda store, owner: progress(store, owner),
        lambda store, owner: store.seen_sources(owner),
        lambda store, owner: store.latest_open_interview(owner),
        lambda store, owner: store.past_questions(owner),
        lambda store, owner: store.pending_answers(),
        lambda store, owner: (store.due_ratings(12), store.next_due()),
        lambda store, owner: store.last_next_action(
            owner, "planning", next(a for a in store.answer_ids(owner))
        ),
        lambda store, owner: store.earlier_ratings(owner, store.answer_ids(owner)[0]),
    ],
    ids=[
        *("history", "review", "progress", "planning", "resuming", "past questions"),
        *("catching up", "due ratings", "last advice", "earlier ratings"),
    ],
)
def test_no_screen_reads_a_whole_table_or_all_that_a_candidate_has_for_one_row(
    tmp_path: Path, screen: Screen
) -> None:
    engine = a_database(tmp_path)
    owner = seed(engine, users=2, interviews=3)[0]
    with statements(engine) as seen:
        screen(Store(engine), owner)
    assert seen
    with engine.connect() as connection:
        for statement, parameters in seen:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            steps = [row[-1] for row in plan]
            assert not [step for step in steps if step.startswith("SCAN")], (statement, steps)
            # Children of one interview are found through it, not through all rows of the user.
            if "interview_id = " in statement or " IN (" in statement:
                children = [s for s in steps[1:] or steps if not s.startswith("SEARCH interviews")]
                assert "(user_id=?)" not in " ".join(children), (statement, steps)


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
