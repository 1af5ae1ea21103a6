"""What looking at attempts costs, and that keeping them loses no sound."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import Engine

from benchmarks.querying import sent_to
from services.domain import AnswerState, RatingState
from services.storage.store import Store
from services.storage.tables import Base
from tests.services.storage.stored import a_rating, a_segment, an_interview


@pytest.mark.parametrize("attempts", [1, 6])
def test_all_attempts_take_two_queries_by_their_question_however_many_there_are(
    store: Store, engine: Engine, ada: UUID, attempts: int
) -> None:
    interview = an_interview(store, ada)
    question = interview.questions[0]
    for _ in range(attempts):
        answer = store.answer_again(ada, question.id)
        store.append_segment(ada, answer.id, 0, a_segment())
        store.submit(ada, answer.id, None)
        for level in (2, 4):
            store.add_rating(ada, answer.id, a_rating(level, level))
    with sent_to(engine) as sent:
        tried = store.attempts(ada, question.id)
    assert (len(sent.queries), sent.transactions) == (2, 1)
    assert (tried.interview_id, tried.setup) == (interview.id, interview.setup)
    assert [one.answer.raw for one in tried.attempts] == [a_segment().text] * attempts
    assert [one.rating and one.rating.scores[0].level for one in tried.attempts] == [4] * attempts
    assert [one.counts for one in tried.attempts] == [False] * (attempts - 1) + [True]
    with sent_to(engine) as more:
        assert store.review(ada, interview.id).items[0].others == attempts - 1
    assert len(more.queries) == 2
    with engine.connect() as connection:
        for statement, parameters in (*sent.queries, *more.queries):
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            steps = [row[-1] for row in plan]
            scanned = {step.split()[1] for step in steps if step.startswith("SCAN")}
            assert not scanned & Base.metadata.tables.keys(), (statement, steps)
            assert not [s for s in steps if s.startswith("SEARCH answers") and "user_id=?" in s
                        and "question_id" not in s and "(id=?)" not in s], steps  # fmt: skip


def test_all_answers_of_an_interview_take_one_query_by_it(
    store: Store, engine: Engine, ada: UUID
) -> None:
    interview, other = an_interview(store, ada), an_interview(store, ada)
    there = set()
    for question in interview.questions:
        for _ in range(3):
            answer = store.answer_again(ada, question.id)
            store.submit(ada, answer.id, "I did")
            there.add(answer.id)
    store.answer_again(ada, other.questions[0].id)
    with sent_to(engine) as sent:
        assert set(store.answer_ids(ada, interview.id)) == there
    ((statement, parameters),) = sent.queries
    with engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        assert "(interview_id=?" in " ".join(row[-1] for row in plan)


def test_an_attempt_that_was_submitted_is_told_from_one_that_was_put_aside(
    store: Store, ada: UUID
) -> None:
    question = an_interview(store, ada).questions[0]
    aside = store.answer_again(ada, question.id)
    store.record_again(ada, aside.id)
    first = store.answer_again(ada, question.id)
    store.submit(ada, first.id, "one")
    second = store.answer_again(ada, question.id)
    store.submit(ada, second.id, "two")
    kinds = [store.answer(ada, one.id) for one in (aside, first, second)]
    assert [(a.state, a.given, a.put_aside) for a in kinds] == [
        (AnswerState.REPLACED, False, True),
        (AnswerState.REPLACED, True, False),
        (AnswerState.SUBMITTED, True, False),
    ]
    assert kinds[1].rating_state is RatingState.WAITING
