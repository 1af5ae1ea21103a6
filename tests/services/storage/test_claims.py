"""Of many judges exactly one rates an answer, and no answer is left behind when a judge dies."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text, update

from services.domain import AnswerMode, RatingState
from services.errors import NotFound
from services.storage.database import open_database, writing
from services.storage.store import Store
from services.storage.tables import AnswerRow
from tests.services.storage.stored import (
    Clock,
    a_database,
    a_rating,
    a_submitted_answer,
    a_user,
    an_interview,
)
from tests.standins import postgres

LEASE_S = 60.0


@pytest.fixture
def answer(store: Store, ada: UUID) -> UUID:
    """A submitted answer that waits to be rated."""
    return a_submitted_answer(store, ada, an_interview(store, ada).questions[0].id).id


def state(store: Store, owner: UUID, answer_id: UUID) -> RatingState:
    return store.answer(owner, answer_id).rating_state


def test_a_claim_holds_until_its_lease_runs_out(
    store: Store, ada: UUID, answer: UUID, clock: Clock
) -> None:
    assert store.claim_rating(ada, answer, LEASE_S)
    assert state(store, ada, answer) is RatingState.RUNNING
    assert store.rating_tries(ada, answer) == 1
    assert not store.claim_rating(ada, answer, LEASE_S)
    assert not store.claim_due_rating(ada, answer, LEASE_S)
    assert store.due_ratings(10) == ()
    clock.advance(seconds=LEASE_S)
    assert store.due_ratings(10) == ((ada, answer),)
    assert store.claim_due_rating(ada, answer, LEASE_S)
    assert store.rating_tries(ada, answer) == 2


def test_a_judge_that_is_still_at_it_keeps_its_claim(
    store: Store, ada: UUID, answer: UUID, clock: Clock
) -> None:
    assert not store.renew_claim(ada, answer, LEASE_S)  # nobody is at it yet
    store.claim_rating(ada, answer, LEASE_S)
    clock.advance(seconds=LEASE_S - 1)
    assert store.renew_claim(ada, answer, LEASE_S)
    clock.advance(seconds=LEASE_S - 1)
    assert not store.claim_rating(ada, answer, LEASE_S)
    store.add_rating(ada, answer, a_rating())
    assert not store.renew_claim(ada, answer, LEASE_S)
    assert state(store, ada, answer) is RatingState.RATED


def test_an_answer_that_was_rated_or_failed_is_rated_again_only_on_demand(
    store: Store, ada: UUID, answer: UUID
) -> None:
    ends: list[Callable[[], object]] = [
        lambda: store.mark_rating(ada, answer, RatingState.FAILED, "The coach is away."),
        lambda: store.add_rating(ada, answer, a_rating()),
    ]
    for end in ends:
        end()
        assert store.due_ratings(10) == ()
        assert not store.claim_due_rating(ada, answer, LEASE_S)
        assert store.claim_rating(ada, answer, LEASE_S)


def test_a_rating_that_waits_is_due_at_its_time_and_sooner_on_demand(
    store: Store, ada: UUID, answer: UUID, clock: Clock
) -> None:
    assert store.due_ratings(10) == ((ada, answer),)  # at once
    assert store.next_due() is None
    store.claim_due_rating(ada, answer, LEASE_S)
    assert store.next_due() == clock.time + timedelta(seconds=LEASE_S) - timedelta(microseconds=1)
    due = clock.time + timedelta(minutes=5)
    store.mark_rating(ada, answer, RatingState.WAITING, "The coach is busy.", due)
    waiting = store.answer(ada, answer)
    assert (waiting.rating_state, waiting.rating_problem, waiting.rating_due) == (
        RatingState.WAITING,
        "The coach is busy.",
        due,
    )
    assert store.next_due() == due
    assert store.due_ratings(10) == ()
    assert not store.claim_due_rating(ada, answer, LEASE_S)
    clock.advance(minutes=5)
    assert store.next_due() is None
    assert store.due_ratings(10) == ((ada, answer),)
    store.mark_rating(ada, answer, RatingState.WAITING, "", due + timedelta(hours=1))
    assert store.claim_rating(ada, answer, LEASE_S)
    assert store.answer(ada, answer).rating_due is None


def test_tries_count_until_the_rating_is_made_or_not_to_be_made(
    store: Store, ada: UUID, answer: UUID
) -> None:
    for tries in (1, 2, 3):
        assert store.claim_rating(ada, answer, LEASE_S)
        assert store.rating_tries(ada, answer) == tries
        store.mark_rating(ada, answer, RatingState.WAITING)
        assert store.rating_tries(ada, answer) == tries
    store.mark_rating(ada, answer, RatingState.FAILED)
    assert store.rating_tries(ada, answer) == 0, "the button begins a new row of tries"
    store.claim_rating(ada, answer, LEASE_S)
    store.add_rating(ada, answer, a_rating())
    assert store.rating_tries(ada, answer) == 0
    store.claim_rating(ada, answer, LEASE_S)
    store.mark_rating(ada, answer, RatingState.NONE)
    assert store.rating_tries(ada, answer) == 0


def test_only_answers_that_are_submitted_and_complete_in_words_are_due(
    store: Store, ada: UUID
) -> None:
    opened, deaf, skipped, silent = (
        store.open_answer(ada, q.id, AnswerMode.SPOKEN)
        for q in an_interview(store, ada, questions=4).questions
    )
    store.submit(ada, deaf.id, "edited meanwhile")
    store.set_sound(ada, deaf.id, 4.0, pending=True)
    store.skip(ada, skipped.question_id)
    store.submit(ada, silent.id, "")
    store.mark_rating(ada, silent.id, RatingState.NONE)
    assert store.due_ratings(10) == ()
    for answer in (opened, skipped, silent):
        assert not store.claim_rating(ada, answer.id, LEASE_S)
    assert not store.claim_due_rating(ada, deaf.id, LEASE_S)
    assert store.claim_rating(ada, deaf.id, LEASE_S)  # whoever edited it may have it rated


def test_what_is_due_comes_in_the_order_it_was_submitted_and_in_portions(
    store: Store, ada: UUID, eve: UUID
) -> None:
    submitted = [
        (owner, a_submitted_answer(store, owner, question.id).id)
        for owner in (ada, eve)
        for question in an_interview(store, owner, questions=3).questions
    ]
    assert store.due_ratings(10) == tuple(submitted)
    assert store.due_ratings(4) == tuple(submitted[:4])
    for owner, answer_id in submitted[:4]:
        assert store.claim_due_rating(owner, answer_id, LEASE_S)
    assert store.due_ratings(10) == tuple(submitted[4:])


def test_an_answer_that_is_gone_or_somebody_elses_cannot_be_claimed(
    store: Store, ada: UUID, eve: UUID, answer: UUID
) -> None:
    for owner, answer_id in ((eve, answer), (ada, uuid4())):
        assert not store.claim_rating(owner, answer_id, LEASE_S)
        assert not store.claim_due_rating(owner, answer_id, LEASE_S)
        assert not store.renew_claim(owner, answer_id, LEASE_S)
        with pytest.raises(NotFound):
            store.rating_tries(owner, answer_id)
    assert state(store, ada, answer) is RatingState.WAITING


def test_of_eight_judges_that_claim_at_once_one_gets_each_answer(
    tmp_path: Path, store: Store, ada: UUID
) -> None:
    answers = [
        a_submitted_answer(store, ada, question.id).id
        for question in an_interview(store, ada, questions=6).questions
    ]
    stores = [Store(a_database(tmp_path)) for _ in range(8)]  # connections of their own
    start = threading.Barrier(len(stores))

    def claim_all(judge: Store) -> list[UUID]:
        start.wait(10)
        return [
            answer
            for n, answer in enumerate(answers)
            if (judge.claim_rating, judge.claim_due_rating)[n % 2](ada, answer, 3600.0)
        ]

    with ThreadPoolExecutor(len(stores)) as threads:
        claimed = [answer for got in threads.map(claim_all, stores) for answer in got]
    assert sorted(claimed) == sorted(answers)
    assert {store.rating_tries(ada, answer) for answer in answers} == {1}


def test_a_judge_that_was_only_asleep_lets_go_of_no_claim_that_is_taken_at_that_moment() -> None:
    server, name = postgres.server(), postgres.new_database()
    engine = open_database(server.backend(name))
    store, owner = Store(engine), a_user(engine)
    answer = a_submitted_answer(store, owner, an_interview(store, owner).questions[0].id).id
    old, new = store.claim_rating(owner, answer, LEASE_S), uuid4()
    waits = text(
        "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) "
        "WHERE NOT granted AND datname = current_database()"
    )
    try:
        with ThreadPoolExecutor(1) as thread:
            with writing(engine, owner) as db:
                db.execute(update(AnswerRow).where(AnswerRow.id == answer).values(rating_claim=new))
                asleep = thread.submit(
                    store.mark_rating, owner, answer, RatingState.FAILED, held=old
                )
                limit = time.monotonic() + 20
                with engine.connect() as other:
                    while not (asleep.done() or other.execute(waits).scalar()):
                        assert time.monotonic() < limit
                        time.sleep(0.01)
            asleep.result(20)
        assert state(store, owner, answer) is RatingState.RUNNING
        assert store.renew_claim(owner, answer, LEASE_S, new)
    finally:
        engine.dispose()
        postgres.drop_database(name)
