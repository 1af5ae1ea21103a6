"""Several attempts at one question: exactly one counts at any time, whatever two tabs and judges do at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from uuid import UUID

import pytest
from sqlalchemy import Engine

from services.domain import Answer, AnswerMode, AnswerState, Interview, RatingState
from services.errors import AlreadyAnswered, InvalidInput, NotFound
from services.progress import progress
from services.storage.store import Store
from tests.services.storage.stored import (
    Clock,
    a_rating,
    a_segment,
    a_submitted_answer,
    a_user,
    an_interview,
    current_answer,
)


def rated(store: Store, owner: UUID, question_id: UUID, *levels: int) -> Answer:
    """The next attempt, submitted and rated."""
    answer = store.answer_again(owner, question_id)
    store.submit(owner, answer.id, f"I did it in {levels}.")
    store.add_rating(owner, answer.id, a_rating(*levels, next_action=f"after {levels}"))
    return store.answer(owner, answer.id)


def counting(store: Store, owner: UUID, question_id: UUID) -> list[UUID]:
    return [one.answer.id for one in store.attempts(owner, question_id).attempts if one.counts]


def figures(store: Store, owner: UUID, interview: Interview) -> list[float | None]:
    """What every screen says about the interview."""
    (summary,) = store.summaries(owner, 1, 0)
    seen = progress(store, owner)
    return [
        store.review(owner, interview.id).overall,
        summary.overall,
        seen.trend[-1].overall,
        seen.kinds[0].overall,
        (sum(c.mean for c in seen.criteria) / len(seen.criteria) - 1) * 2.5,
    ]


def test_the_earlier_attempt_counts_everywhere_until_the_next_one_is_submitted(
    store: Store, ada: UUID
) -> None:
    interview = an_interview(store, ada, questions=1)
    question = interview.questions[0]
    first = rated(store, ada, question.id, 2, 2)
    retake = store.answer_again(ada, question.id)
    assert (retake.state, retake.attempt) == (AnswerState.OPEN, 2)
    assert store.answer_again(ada, question.id) == retake, "it is gone on with"
    assert store.open_answer(ada, question.id, AnswerMode.SPOKEN).id == retake.id
    store.append_segment(ada, retake.id, 0, a_segment())
    (item,) = store.review(ada, interview.id).items
    assert item.answer == first
    assert item.retake == store.answer(ada, retake.id)
    assert (item.others, item.rating is not None) == (0, True)
    (at_work,) = store.at_work(ada, interview.id).items
    assert at_work.retake == item.retake
    assert figures(store, ada, interview) == [2.5] * 5

    store.submit(ada, retake.id, None)
    (item,) = store.review(ada, interview.id).items
    assert item.answer is not None
    assert (item.answer.id, item.rating, item.retake, item.others) == (retake.id, None, None, 1)
    assert store.summaries(ada, 1, 0)[0].overall is None, "a rating of the earlier one is set aside"
    assert current_answer(store, ada, question.id) == item.answer
    store.add_rating(ada, retake.id, a_rating(4, 4))
    assert figures(store, ada, interview) == [7.5] * 5
    one, two = store.attempts(ada, question.id).attempts
    assert (one.answer.state, one.counts, two.counts) == (AnswerState.REPLACED, False, True)
    assert one.rating is not None
    assert two.rating is not None
    assert (one.rating.overall, two.rating.overall) == (2.5, 7.5)
    assert progress(store, ada).answers_given == store.summaries(ada, 1, 0)[0].answered_count == 1


def test_another_attempt_can_be_chosen_to_count(store: Store, ada: UUID) -> None:
    interview = an_interview(store, ada, questions=1)
    question = interview.questions[0]
    first = rated(store, ada, question.id, 5, 5)
    second = rated(store, ada, question.id, 1, 1)
    for _ in range(2):  # the second time it counts already
        store.let_count(ada, first.id, second.id)
    assert counting(store, ada, question.id) == [first.id]
    assert figures(store, ada, interview) == [10.0] * 5
    third = rated(store, ada, question.id, 3, 3)
    with pytest.raises(AlreadyAnswered):  # drawn before the third was there
        store.let_count(ada, second.id, first.id)
    assert counting(store, ada, question.id) == [third.id]
    assert figures(store, ada, interview) == [5.0] * 5


def test_what_was_never_submitted_is_no_attempt_and_cannot_count(store: Store, ada: UUID) -> None:
    question = an_interview(store, ada).questions[0]
    first = store.open_answer(ada, question.id, AnswerMode.SPOKEN)
    store.record_again(ada, first.id)
    assert current_answer(store, ada, question.id) is None, "room is made, and nothing is opened"
    second = a_submitted_answer(store, ada, question.id)
    retake = store.answer_again(ada, question.id)
    assert retake.mode is AnswerMode.TYPED, "as the one before"
    store.record_again(ada, retake.id)
    again = store.answer_again(ada, question.id)
    assert again.attempt == 4, "recording a retake again opened the next one"
    store.replace(ada, again.id)  # given up
    assert [one.answer.id for one in store.attempts(ada, question.id).attempts] == [second.id]
    assert current_answer(store, ada, question.id) == second
    for never in (first, retake, again):
        with pytest.raises(InvalidInput):
            store.let_count(ada, never.id, second.id)
    with pytest.raises(AlreadyAnswered):
        store.save_draft(ada, again.id, "late")
    third = rated(store, ada, question.id, 3, 3)
    with pytest.raises(AlreadyAnswered):  # a stale "Record again" takes no sound from an attempt
        store.replace(ada, second.id)
    assert counting(store, ada, question.id) == [third.id]


def test_a_skipped_question_is_answered_after_all(store: Store, ada: UUID) -> None:
    question = an_interview(store, ada, questions=1).questions[0]
    store.skip(ada, question.id)
    with pytest.raises(AlreadyAnswered):
        store.open_answer(ada, question.id, AnswerMode.TYPED)
    answer = store.answer_again(ada, question.id)
    assert store.skip(ada, question.id).id != answer.id, "skipped is what it is already"
    assert store.answer(ada, answer.id).state is AnswerState.OPEN
    store.submit(ada, answer.id, "I did.")
    (attempt,) = store.attempts(ada, question.id).attempts
    assert (attempt.answer.id, attempt.counts) == (answer.id, True)
    with pytest.raises(AlreadyAnswered):
        store.skip(ada, question.id)


@pytest.mark.parametrize("how", ["heard", "sound", "written", "nothing"])
def test_what_was_said_before_a_question_was_skipped_stays_an_attempt(
    store: Store, ada: UUID, how: str
) -> None:
    interview = an_interview(store, ada, questions=1)
    question = interview.questions[0]
    first = store.open_answer(ada, question.id, AnswerMode.SPOKEN)
    match how:
        case "heard":
            store.append_segment(ada, first.id, 0, a_segment())
        case "sound":
            store.set_sound(ada, first.id, 2.0, True)
        case "written":
            store.save_draft(ada, first.id, "I asked")
    store.skip(ada, question.id)
    second = rated(store, ada, question.id, 3, 3)
    left = store.answer(ada, first.id)
    said = how != "nothing"
    assert (left.given, left.put_aside) == (said, not said)
    there = [one.answer.id for one in store.attempts(ada, question.id).attempts]
    assert there == [first.id] * said + [second.id]
    assert store.review(ada, interview.id).items[0].others == said
    assert counting(store, ada, question.id) == [second.id]
    assert store.due_ratings(9) == (), "it was never submitted"
    if not said:
        with pytest.raises(InvalidInput):
            store.let_count(ada, first.id, second.id)
        return
    assert left.rating_problem == "You had skipped it."
    store.set_sound(ada, first.id, left.sound_s, False)
    store.let_count(ada, first.id, second.id)
    assert counting(store, ada, question.id) == [first.id]
    assert store.due_ratings(9) == ((ada, first.id),), "now it is"
    assert store.answer(ada, first.id).rating_problem == ""
    store.let_count(ada, second.id, first.id)
    assert store.answer(ada, first.id).given


def test_a_submitted_answer_in_which_nothing_was_heard_stays_an_attempt(
    store: Store, ada: UUID
) -> None:
    question = an_interview(store, ada, questions=1).questions[0]
    first = a_submitted_answer(store, ada, question.id, "")
    store.mark_rating(ada, first.id, RatingState.NONE)
    second = rated(store, ada, question.id, 3, 3)
    left = store.answer(ada, first.id)
    assert (left.given, left.put_aside) == (True, False)
    assert (left.rating_state, left.rating_problem) == (RatingState.FAILED, "No words were heard.")
    store.let_count(ada, first.id, second.id)
    assert counting(store, ada, question.id) == [first.id]
    with pytest.raises(AlreadyAnswered):  # nobody throws its sound away
        store.replace(ada, first.id)


def test_a_rating_that_comes_late_is_set_aside_with_its_attempt(store: Store, ada: UUID) -> None:
    interview = an_interview(store, ada, questions=1)
    question = interview.questions[0]
    first = a_submitted_answer(store, ada, question.id)
    held = store.claim_rating(ada, first.id, 60)
    rated(store, ada, question.id, 4, 4)
    assert store.renew_claim(ada, first.id, 60, held)
    assert store.add_rating(ada, first.id, a_rating(1, 1), held=held)
    assert figures(store, ada, interview) == [7.5] * 5
    assert store.claim_rating(ada, first.id, 60), "it can be rated again"
    store.add_rating(ada, first.id, a_rating(2, 2))
    assert figures(store, ada, interview) == [7.5] * 5
    one, _ = store.attempts(ada, question.id).attempts
    assert one.rating is not None
    assert one.rating.overall == 2.5
    assert one.answer.rating_state is RatingState.RATED


def test_an_attempt_that_waits_for_its_rating_gets_it_when_another_counts(
    store: Store, ada: UUID
) -> None:
    question = an_interview(store, ada, questions=1).questions[0]
    first = a_submitted_answer(store, ada, question.id)
    second = store.answer_again(ada, question.id)
    store.submit(ada, second.id, "better")
    assert set(store.due_ratings(9)) == {(ada, first.id), (ada, second.id)}
    assert store.claim_due_rating(ada, first.id, 60)


def test_the_last_advice_on_a_retake_is_that_of_the_attempt_before(
    store: Store, ada: UUID, clock: Clock
) -> None:
    one, other = an_interview(store, ada).questions
    first = rated(store, ada, one.id, 2, 2)
    clock.advance(minutes=1)
    rated(store, ada, other.id, 3, 3)
    clock.advance(minutes=1)
    second = rated(store, ada, one.id, 4, 4)
    third = store.answer_again(ada, one.id)
    assert store.last_next_action(ada, "teamwork", first.id) == ""
    assert store.last_next_action(ada, "teamwork", second.id) == "after (2, 2)"
    assert store.last_next_action(ada, "", second.id) == "after (2, 2)"
    store.submit(ada, third.id, "again")
    assert store.last_next_action(ada, "teamwork", third.id) == "after (4, 4)"
    store.let_count(ada, first.id, third.id)
    assert store.last_next_action(ada, "teamwork", third.id) == "after (4, 4)"


def test_of_many_tabs_and_judges_at_once_one_attempt_is_left_counting(
    store: Store, ada: UUID
) -> None:
    interview = an_interview(store, ada, questions=1)
    question = interview.questions[0]
    first, second = (rated(store, ada, question.id, level, level) for level in (2, 3))
    retake = store.answer_again(ada, question.id)

    def act(number: int) -> None:
        with suppress(AlreadyAnswered):
            match number % 4:
                case 0:
                    store.let_count(ada, first.id, second.id)
                case 1:
                    store.submit(ada, retake.id, "third")
                case 2:
                    store.add_rating(ada, first.id, a_rating(2, 2))
                case _:
                    store.let_count(ada, second.id, first.id)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(act, range(24)))
    (counts,) = counting(store, ada, question.id)
    if store.answer(ada, retake.id).rating_state is RatingState.WAITING:
        store.add_rating(ada, retake.id, a_rating(5, 5))
    rating = next(
        a.rating for a in store.attempts(ada, question.id).attempts if a.answer.id == counts
    )
    assert rating is not None
    assert figures(store, ada, interview) == [rating.overall] * 5


def test_two_tabs_open_one_retake(store: Store, ada: UUID) -> None:
    question = an_interview(store, ada).questions[0]
    a_submitted_answer(store, ada, question.id)
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(lambda _: store.answer_again(ada, question.id).id, range(4)))
    assert len(set(opened)) == 1


def test_attempts_of_somebody_else_are_not_there(store: Store, engine: Engine, ada: UUID) -> None:
    question = an_interview(store, ada).questions[0]
    first = rated(store, ada, question.id, 2, 2)
    second = rated(store, ada, question.id, 3, 3)
    eve = a_user(engine, "Eve")
    for peek in (
        lambda: store.attempts(eve, question.id),
        lambda: store.answer_again(eve, question.id),
        lambda: store.let_count(eve, first.id, second.id),
        lambda: store.record_again(eve, second.id),
    ):
        with pytest.raises(NotFound):
            peek()
    assert counting(store, ada, question.id) == [second.id]
