"""The plan of an interview while it is written, edited by the candidate, and asked on in between."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine

from services.domain import (
    MOST_FOLLOW_UPS,
    OWN,
    AnswerMode,
    FollowUp,
    Interview,
    PlanState,
    Question,
)
from services.errors import InvalidInput, NotFound
from services.storage.plan import MOST_QUESTIONS
from services.storage.store import Store
from tests.services.storage.stored import SETUP, a_question, a_user, an_interview


def a_follow_up(text: str = "How many?") -> Question:
    return a_question().model_copy(
        update={"id": uuid4(), "text": text, "source": "", "follow_up": FollowUp.QUANTIFY}
    )


def an_own_question(text: str = "Why us?") -> Question:
    return a_question().model_copy(update={"id": uuid4(), "text": text, "source": ""})


def texts(store: Store, owner: UUID, interview: Interview) -> list[str]:
    """What is asked, in order; the numbers are checked on the way."""
    questions = store.interview(owner, interview.id).questions
    assert [q.number for q in questions] == list(range(1, len(questions) + 1))
    return [q.text.removeprefix("Question ").removesuffix("?") for q in questions]


# --- while it is written ----------------------------------------------------------------------


def test_a_plan_grows_until_it_is_ready(store: Store, ada: UUID) -> None:
    interview = store.add_interview(ada, SETUP, [a_question(1)], plan_state=PlanState.WRITING)
    assert interview.plan_state is PlanState.WRITING
    store.add_questions(ada, interview.id, [a_question(2), a_question(3)])
    store.add_questions(ada, interview.id, [])
    store.add_questions(ada, interview.id, [a_question(4)])
    store.set_plan(ada, interview.id, PlanState.READY, "Two questions come from the bank.")
    ready = store.interview(ada, interview.id)
    assert (ready.plan_state, ready.plan_problem) == (
        PlanState.READY,
        "Two questions come from the bank.",
    )
    assert texts(store, ada, interview) == ["1", "2", "3", "4"]


def test_a_plan_whose_interview_was_deleted_is_not_written_on(store: Store, ada: UUID) -> None:
    interview = an_interview(store, ada)
    store.delete_interview(ada, interview.id)
    with pytest.raises(NotFound):
        store.add_questions(ada, interview.id, [a_question(3)])
    with pytest.raises(NotFound):
        store.set_plan(ada, interview.id, PlanState.READY)


def test_the_coach_and_the_candidate_may_add_at_the_same_time(store: Store, ada: UUID) -> None:
    interview = store.add_interview(ada, SETUP, [a_question(1)], plan_state=PlanState.WRITING)
    parent = interview.questions[0]

    def add(n: int) -> None:
        if n == 0:
            store.add_follow_up(ada, parent.id, a_follow_up("f"))
        elif n % 2:
            store.add_own_question(ada, interview.id, an_own_question(str(n)))
        else:
            store.add_questions(ada, interview.id, [an_own_question(str(n))])

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(add, range(8)))
    there = texts(store, ada, interview)
    assert there[:2] == ["1", "f"]
    assert sorted(there[2:]) == ["1", "2", "3", "4", "5", "6", "7"]


# --- shown ------------------------------------------------------------------------------------


def test_a_question_that_was_shown_stays_so(store: Store, ada: UUID) -> None:
    first, second = an_interview(store, ada).questions
    assert not first.shown
    for _ in range(2):
        store.mark_shown(ada, first.id)
    again = store.interview(ada, store.summaries(ada, 1, 0)[0].id).questions
    assert [q.shown for q in again] == [True, False]
    assert again[1] == second


# --- follow-ups -------------------------------------------------------------------------------


def test_a_follow_up_comes_right_after_its_question_and_the_other_follow_ups(
    store: Store, ada: UUID
) -> None:
    interview = an_interview(store, ada, questions=3)
    first, second, _ = interview.questions
    assert store.add_follow_up(ada, first.id, a_follow_up("1a"))
    assert store.add_follow_up(ada, second.id, a_follow_up("2a"))
    assert store.add_follow_up(ada, first.id, a_follow_up("1b"))
    assert texts(store, ada, interview) == ["1", "1a", "1b", "2", "2a", "3"]
    stored = store.interview(ada, interview.id)
    assert [q.text for q in stored.planned] == [q.text for q in interview.questions]
    asked_on = stored.questions[1]
    assert (asked_on.parent_id, asked_on.follow_up, asked_on.shown) == (
        first.id,
        FollowUp.QUANTIFY,
        False,
    )


def test_nobody_is_asked_on_for_ever(store: Store, ada: UUID) -> None:
    interview = an_interview(store, ada)
    parent = interview.questions[0]
    for n in range(MOST_FOLLOW_UPS):
        assert store.add_follow_up(ada, parent.id, a_follow_up(str(n)))
    before = store.interview(ada, interview.id)
    assert not store.add_follow_up(ada, parent.id, a_follow_up())
    assert not store.add_follow_up(ada, before.questions[1].id, a_follow_up())  # of a follow-up
    assert store.interview(ada, interview.id) == before


def test_of_many_follow_ups_at_once_only_so_many_are_asked(store: Store, ada: UUID) -> None:
    interview = an_interview(store, ada)
    parent = interview.questions[0]
    with ThreadPoolExecutor(8) as threads:
        added = threads.map(
            lambda n: store.add_follow_up(ada, parent.id, a_follow_up(str(n))), range(8)
        )
        assert sum(added) == MOST_FOLLOW_UPS
    assert len(texts(store, ada, interview)) == 2 + MOST_FOLLOW_UPS


def test_an_interview_that_is_over_asks_nothing_more(store: Store, ada: UUID) -> None:
    interview = an_interview(store, ada)
    store.finish_interview(ada, interview.id)
    assert not store.add_follow_up(ada, interview.questions[0].id, a_follow_up())
    assert len(store.interview(ada, interview.id).questions) == 2


def test_a_deleted_interview_takes_its_follow_ups_along(
    store: Store, ada: UUID, engine: Engine
) -> None:
    interview = an_interview(store, ada)
    store.add_follow_up(ada, interview.questions[0].id, a_follow_up())
    store.delete_interview(ada, interview.id)
    with engine.connect() as connection:
        left = connection.exec_driver_sql("SELECT count(*) FROM questions")
        assert left.scalar_one() == 0


# --- edited by the candidate ------------------------------------------------------------------


def test_questions_that_were_not_shown_can_be_dropped_down_to_one(store: Store, ada: UUID) -> None:
    interview = an_interview(store, ada, questions=3)
    first, second, third = interview.questions
    store.drop_question(ada, interview.id, second.id)
    assert texts(store, ada, interview) == ["1", "3"]
    store.drop_question(ada, interview.id, first.id)
    with pytest.raises(InvalidInput, match="at least one") as refused:
        store.drop_question(ada, interview.id, third.id)
    assert refused.value.field == "question"
    assert texts(store, ada, interview) == ["3"]


def test_a_question_moves_past_those_that_keep_their_place(store: Store, ada: UUID) -> None:
    interview = an_interview(store, ada, questions=5)
    shown, early, answered, late, last = interview.questions
    store.mark_shown(ada, shown.id)
    store.open_answer(ada, answered.id, AnswerMode.TYPED)
    store.move_question(ada, interview.id, late.id, earlier=True)
    assert texts(store, ada, interview) == ["1", "4", "3", "2", "5"]
    store.move_question(ada, interview.id, early.id, earlier=False)
    assert texts(store, ada, interview) == ["1", "4", "3", "5", "2"]
    with pytest.raises(InvalidInput, match="first"):
        store.move_question(ada, interview.id, late.id, earlier=True)
    with pytest.raises(InvalidInput, match="last"):
        store.move_question(ada, interview.id, early.id, earlier=False)
    assert texts(store, ada, interview) == ["1", "4", "3", "5", "2"]
    assert store.interview(ada, interview.id).questions[3].id == last.id


Edit = Callable[[Store, UUID, UUID, UUID], object]
EDITS: list[Edit] = [
    lambda store, owner, interview, question: store.drop_question(owner, interview, question),
    lambda store, owner, interview, question: store.move_question(
        owner, interview, question, earlier=False
    ),
]


@pytest.mark.parametrize("edit", EDITS, ids=["drop", "move"])
def test_what_was_asked_keeps_its_place(store: Store, ada: UUID, edit: Edit) -> None:
    interview = an_interview(store, ada, questions=4)
    shown, answered, parent, _ = interview.questions
    store.mark_shown(ada, shown.id)
    store.open_answer(ada, answered.id, AnswerMode.TYPED)
    store.mark_shown(ada, parent.id)
    store.add_follow_up(ada, parent.id, a_follow_up())
    before = store.interview(ada, interview.id)
    for question in (shown, answered, before.questions[3]):
        with pytest.raises(InvalidInput, match="keeps its place"):
            edit(store, ada, interview.id, question.id)
    store.finish_interview(ada, interview.id)
    with pytest.raises(InvalidInput, match="over"):
        edit(store, ada, interview.id, before.questions[4].id)
    assert store.interview(ada, interview.id).questions == before.questions


@pytest.mark.parametrize("edit", EDITS, ids=["drop", "move"])
def test_a_question_is_edited_only_in_its_own_interview(
    store: Store, ada: UUID, eve: UUID, edit: Edit
) -> None:
    interview, other, foreign = (an_interview(store, owner) for owner in (ada, ada, eve))
    for question in (other.questions[0], foreign.questions[0]):
        with pytest.raises(NotFound):
            edit(store, ada, interview.id, question.id)
    assert store.interview(ada, other.id) == other
    assert store.interview(eve, foreign.id) == foreign


def test_a_question_of_ones_own_comes_last_and_is_known_as_such(store: Store, ada: UUID) -> None:
    interview = an_interview(store, ada)
    store.add_own_question(ada, interview.id, an_own_question())
    own = store.interview(ada, interview.id).questions[-1]
    assert (own.number, own.text, own.source) == (3, "Why us?", OWN)
    store.move_question(ada, interview.id, own.id, earlier=True)
    assert texts(store, ada, interview) == ["1", "Why us", "2"]


def test_a_plan_is_full_at_some_point_whatever_is_asked_on(store: Store, ada: UUID) -> None:
    interview = an_interview(store, ada, questions=MOST_QUESTIONS - 1)
    store.add_follow_up(ada, interview.questions[0].id, a_follow_up())
    store.add_own_question(ada, interview.id, an_own_question())
    with pytest.raises(InvalidInput, match="at most") as refused:
        store.add_own_question(ada, interview.id, an_own_question())
    assert refused.value.field == "question"
    assert len(store.interview(ada, interview.id).planned) == MOST_QUESTIONS


# --- asked before -----------------------------------------------------------------------------


def test_past_questions_are_the_planned_ones_newest_first(
    store: Store, ada: UUID, engine: Engine
) -> None:
    an_interview(store, a_user(engine, "Eve"))
    store.add_interview(ada, SETUP, [a_question(1), a_question(2)])
    newer = store.add_interview(ada, SETUP, [a_question(3), a_question(4)])
    store.add_follow_up(ada, newer.questions[0].id, a_follow_up())
    store.add_own_question(ada, newer.id, an_own_question())
    past = [f"Question {n}?" for n in (4, 3, 2, 1)]
    assert store.past_questions(ada) == tuple(past)
    assert store.past_questions(ada, limit=3) == tuple(past[:3])
    assert store.seen_sources(ada) == {f"bank:{n}" for n in (1, 2, 3, 4)}
