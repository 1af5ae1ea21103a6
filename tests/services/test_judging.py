"""Ratings that are never lost and never made twice, on a real database and real threads."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from services.domain import Answer, Interview, RatingState
from services.errors import (
    LanguageModelError,
    ModelBusy,
    ModelKeyRefused,
    ModelUnreachable,
    SpendLimitReached,
)
from tests.doubles import ScriptedCoach
from tests.services.rehearsal import (
    SETUP,
    Rehearsal,
    answer_to,
    candidate,
    eventually,
    questions,
    running,
)

AT_ONCE = (0.01,)  # pauses of a test that does not want to wait


def scripted(**options: object) -> ScriptedCoach:
    asked = questions("Why did you choose us?", "What did you learn?", "What would you do again?")
    return ScriptedCoach(asked, name="model-x", talks=True, **options)  # type: ignore[arg-type]


def answered(here: Rehearsal, owner: UUID, *, follow_ups: bool = False) -> tuple[Interview, Answer]:
    """An interview whose first question is answered in writing."""
    setup = SETUP.model_copy(update={"follow_ups": follow_ups})
    interview = here.interviews.start(owner, setup)
    answer = here.interviews.type_instead(owner, interview.questions[0])
    here.interviews.show(owner, interview.questions[0])
    return interview, here.interviews.submit(owner, answer, "I told everybody at once.")


def state(here: Rehearsal, owner: UUID, answer: Answer) -> RatingState:
    return here.store.answer(owner, answer.id).rating_state


def outage() -> ModelUnreachable:
    return ModelUnreachable("The coach could not be reached.", "Check the network.", wait_s=0.01)


def test_an_interview_goes_on_while_an_answer_is_being_rated(tmp_path: Path) -> None:
    coach = scripted()
    coach.gate.clear()
    with running(tmp_path, language_model=coach) as here:
        owner = candidate(here)
        interview, answer = answered(here, owner)
        assert answer.rating_state is RatingState.RUNNING
        assert here.interviews.considers(owner, answer.id)
        eventually(lambda: len(here.store.interview(owner, interview.id).questions) == 2)
        standing = here.interviews.standing(owner, here.store.interview(owner, interview.id))
        assert standing.question is not None
        assert standing.question.id != answer.question_id
        coach.gate.set()
        eventually(lambda: state(here, owner, answer) is RatingState.RATED)
        assert not here.interviews.considers(owner, answer.id)


def test_during_an_outage_the_offline_estimate_stands_in_and_is_replaced_later(
    tmp_path: Path,
) -> None:
    coach = scripted()
    with running(tmp_path, language_model=coach, pauses=(30.0,)) as here:
        owner = candidate(here)
        interview = here.interviews.start(owner, SETUP)
        coach.failure = ModelUnreachable("The coach could not be reached.", wait_s=30)
        answer = here.interviews.type_instead(owner, interview.questions[0])
        here.interviews.submit(owner, answer, "I told everybody at once.")
        eventually(lambda: state(here, owner, answer) is RatingState.WAITING)
        stored = here.store.answer(owner, answer.id)
        assert stored.rating_problem == "The coach could not be reached."
        assert stored.rating_due is not None
        assert stored.rating_due > datetime.now(UTC) + timedelta(seconds=25)
        estimate = here.past.review(owner, interview.id).items[0].rating
        assert estimate is not None
        assert estimate.is_estimate
        coach.failure = None
        here.past.rate_again(owner, answer.id)  # the button need not wait for the pause
        eventually(lambda: state(here, owner, answer) is RatingState.RATED)
        item = here.past.review(owner, interview.id).items[0]
        assert item.rating is not None
        assert item.rating.provenance.coach == "model-x"
        earlier = here.past.earlier_ratings(owner, answer.id)
        assert [rating.provenance.coach for rating in earlier] == ["offline"]


def test_a_failed_rating_is_tried_again_by_itself_until_it_succeeds(tmp_path: Path) -> None:
    coach = scripted()
    with running(tmp_path, language_model=coach, pauses=AT_ONCE) as here:
        owner = candidate(here)
        interview = here.interviews.start(owner, SETUP)
        coach.failure = outage()
        answer = here.interviews.type_instead(owner, interview.questions[0])
        here.interviews.submit(owner, answer, "I told everybody at once.")
        eventually(lambda: here.store.rating_tries(owner, answer.id) >= 3)
        coach.failure = None
        eventually(lambda: state(here, owner, answer) is RatingState.RATED)


@pytest.mark.parametrize(
    "failure",
    [
        ModelKeyRefused("The key was refused.", "Check GEMINI_API_KEY."),
        LanguageModelError("Something that will not mend itself."),
    ],
)
def test_what_will_not_mend_itself_is_failed_with_its_reason_and_rated_on_request(
    tmp_path: Path, failure: LanguageModelError
) -> None:
    coach = scripted()
    with running(tmp_path, language_model=coach, pauses=AT_ONCE) as here:
        owner = candidate(here)
        interview = here.interviews.start(owner, SETUP)
        coach.failure = failure
        answer = here.interviews.type_instead(owner, interview.questions[0])
        here.interviews.submit(owner, answer, "I told everybody at once.")
        eventually(lambda: state(here, owner, answer) is RatingState.FAILED)
        assert here.store.answer(owner, answer.id).rating_problem == str(failure)
        coach.failure = None
        here.past.rate_again(owner, answer.id)
        eventually(lambda: state(here, owner, answer) is RatingState.RATED)


def test_a_spent_budget_waits_for_the_next_day(tmp_path: Path) -> None:
    coach = scripted()
    with running(tmp_path, language_model=coach) as here:
        owner = candidate(here)
        interview = here.interviews.start(owner, SETUP)
        coach.failure = SpendLimitReached("Today's ratings are used up.", wait_s=7_000)
        answer = here.interviews.type_instead(owner, interview.questions[0])
        here.interviews.submit(owner, answer, "I told everybody at once.")
        eventually(lambda: state(here, owner, answer) is RatingState.WAITING)
        due = here.store.answer(owner, answer.id).rating_due
        assert due is not None
        assert due >= datetime.now(UTC) + timedelta(seconds=6_900)


def test_two_tabs_that_ask_for_a_rating_at_the_same_time_get_one(tmp_path: Path) -> None:
    coach = scripted()
    with running(tmp_path, language_model=coach) as here:
        owner = candidate(here)
        _, answer = answered(here, owner)
        eventually(lambda: state(here, owner, answer) is RatingState.RATED)
        coach.gate.clear()
        tabs = [
            threading.Thread(target=here.past.rate_again, args=(owner, answer.id)) for _ in range(4)
        ]
        for tab in tabs:
            tab.start()
        for tab in tabs:
            tab.join(20)
        coach.gate.set()
        eventually(lambda: state(here, owner, answer) is RatingState.RATED)
        eventually(lambda: len(here.past.earlier_ratings(owner, answer.id)) == 1)
        assert len(coach.judged) == 2, "the first rating, and one more for all four tabs"


def test_a_rating_that_a_killed_server_left_is_made_by_the_next_one(tmp_path: Path) -> None:
    with running(tmp_path, language_model=scripted()) as before:
        owner = candidate(before)
        interview = before.interviews.start(owner, SETUP)
        answer = before.interviews.type_instead(owner, interview.questions[0])
        before.store.submit(owner, answer.id, "I told everybody at once.")
        assert before.store.claim_rating(owner, answer.id, lease_s=0.01)  # and killed right then
    with running(tmp_path, language_model=scripted()) as after:
        eventually(lambda: answer_to(after, owner, interview.questions[0]).rating_state == "rated")


def test_a_server_that_stops_gives_back_what_it_had_claimed_and_not_begun(tmp_path: Path) -> None:
    coach, others = scripted(), set(threading.enumerate())
    coach.gate.clear()
    with running(tmp_path, language_model=coach) as before:
        owner = candidate(before)
        answers = [answered(before, owner)[1] for _ in range(7)]  # one more than there are judges
        assert {state(before, owner, answer) for answer in answers} == {RatingState.RUNNING}
        stopping = threading.Thread(target=before.interviews.shutdown)
        stopping.start()
        judging = {t for t in threading.enumerate() if t.name == "judging"} - others
        eventually(lambda: not any(thread.is_alive() for thread in judging))
        coach.gate.set()
        stopping.join(20)
        found = [state(before, owner, answer) for answer in answers]
        assert found == [*6 * [RatingState.RATED], RatingState.WAITING]
    with running(tmp_path, language_model=coach) as after:
        eventually(lambda: state(after, owner, answers[-1]) is RatingState.RATED)


def test_a_judge_that_is_at_work_keeps_its_claim(tmp_path: Path) -> None:
    coach = scripted()
    coach.gate.clear()
    with running(tmp_path, language_model=coach) as here:
        owner = candidate(here)
        _, answer = answered(here, owner)
        assert not here.store.claim_rating(owner, answer.id, lease_s=1.0)
        assert here.store.renew_claim(owner, answer.id, lease_s=60.0)
        coach.gate.set()
        eventually(lambda: state(here, owner, answer) is RatingState.RATED)
        assert not here.store.renew_claim(owner, answer.id, lease_s=60.0)


def test_a_follow_up_comes_right_after_its_question_and_at_most_twice(tmp_path: Path) -> None:
    asked_on = questions("What did it change, in numbers?")[0]
    coach = scripted(follow_up=asked_on)
    with running(tmp_path, language_model=coach) as here:
        owner = candidate(here)
        interview, answer = answered(here, owner, follow_ups=True)
        seen = []
        for _ in range(2):
            eventually(lambda id=answer.id: not here.interviews.considers(owner, id))  # type: ignore[misc]
            standing = here.interviews.standing(owner, here.store.interview(owner, interview.id))
            assert standing.question is not None
            assert standing.question.parent_id == interview.questions[0].id
            seen.append(standing.question)
            here.interviews.show(owner, standing.question)
            answer = here.interviews.type_instead(owner, standing.question)
            here.interviews.submit(owner, answer, "It changed a lot.")
        eventually(lambda: not here.interviews.considers(owner, answer.id))
        standing = here.interviews.standing(owner, here.store.interview(owner, interview.id))
        assert standing.question is not None
        assert standing.question.parent_id is None, "two follow-ups are the most"
        assert coach.judged[1].thread[0] == (
            "Why did you choose us?",
            "I told everybody at once.",
        )


def test_whoever_has_answered_once_more_meanwhile_is_not_asked_on(tmp_path: Path) -> None:
    coach = scripted(follow_up=questions("And then?")[0])
    coach.gate.clear()
    with running(tmp_path, language_model=coach) as here:
        owner = candidate(here)
        interview, answer = answered(here, owner, follow_ups=True)
        assert here.interviews.considers(owner, answer.id)
        again = here.interviews.answer_again(owner, answer.question_id)
        here.interviews.submit(owner, again, "I told everybody, and asked.")
        coach.gate.set()
        for attempt in (answer, again):
            eventually(lambda one=attempt: state(here, owner, one) is RatingState.RATED)  # type: ignore[misc]
        found = here.store.interview(owner, interview.id).questions
        assert [q.parent_id for q in found] == [None] * len(found)


def test_an_answer_without_words_is_told_why_it_is_not_rated(tmp_path: Path) -> None:
    with running(tmp_path, language_model=scripted()) as here:
        owner = candidate(here)
        question = here.interviews.start(owner, SETUP).questions[0]
        answer = here.interviews.type_instead(owner, question)
        here.store.submit(owner, answer.id, None)  # as one whose transcript turned out to be empty
        here.judging.now(owner, answer.id)
        eventually(lambda: state(here, owner, answer) is RatingState.FAILED)
        assert here.store.answer(owner, answer.id).rating_problem == "No words were heard."


def test_follow_ups_that_are_turned_off_are_not_asked_for(tmp_path: Path) -> None:
    coach = scripted(follow_up=questions("And then?")[0])
    with running(tmp_path, language_model=coach) as here:
        owner = candidate(here)
        interview, answer = answered(here, owner)
        eventually(lambda: state(here, owner, answer) is RatingState.RATED)
        assert coach.judged[0].follow_ups_left == 0
        found = here.store.interview(owner, interview.id).questions
        assert all(q.parent_id is None for q in found)


def test_a_follow_up_does_not_take_away_the_question_that_is_being_read(tmp_path: Path) -> None:
    coach = scripted(follow_up=questions("And then?")[0])
    coach.gate.clear()
    with running(tmp_path, language_model=coach) as here:
        owner = candidate(here)
        interview, _ = answered(here, owner, follow_ups=True)
        eventually(lambda: len(here.store.interview(owner, interview.id).questions) == 2)
        reading = here.store.interview(owner, interview.id).questions[1]
        here.interviews.show(owner, reading)
        coach.gate.set()
        eventually(lambda: len(here.store.interview(owner, interview.id).questions) == 3)
        standing = here.interviews.standing(owner, here.store.interview(owner, interview.id))
        assert standing.question is not None
        assert standing.question.id == reading.id
        here.interviews.skip(owner, reading)
        standing = here.interviews.standing(owner, here.store.interview(owner, interview.id))
        assert standing.question is not None
        assert standing.question.parent_id is not None, "then it is asked"


def test_the_advice_of_last_time_is_given_to_the_coach_to_check(tmp_path: Path) -> None:
    coach = scripted()
    with running(tmp_path, language_model=coach) as here:
        owner = candidate(here)
        _, first = answered(here, owner)
        eventually(lambda: state(here, owner, first) is RatingState.RATED)
        _, second = answered(here, owner)
        eventually(lambda: state(here, owner, second) is RatingState.RATED)
        assert [s.last_action for s in coach.judged] == ["", "Name one figure."]


def test_many_failures_in_a_row_end_with_every_answer_rated(tmp_path: Path) -> None:
    """Every third call fails, as with a provider that is overloaded."""

    class Overloaded(ScriptedCoach):
        calls = 0

        def judge(self, submission):  # type: ignore[no-untyped-def]
            self.calls += 1
            if self.calls % 3 == 0:
                raise ModelBusy("Too many calls.", wait_s=0.01)
            return super().judge(submission)

    coach = Overloaded(questions("One?", "Two?", "Three?"), name="model-x")
    with running(tmp_path, language_model=coach, pauses=AT_ONCE) as here:
        owner = candidate(here)
        setup = SETUP.model_copy(update={"question_count": 3})
        for _ in range(3):
            interview = here.interviews.start(owner, setup)
            eventually(
                lambda i=interview: len(here.store.interview(owner, i.id).questions) == 3  # type: ignore[misc]
            )
            for question in here.store.interview(owner, interview.id).questions:
                answer = here.interviews.type_instead(owner, question)
                here.interviews.submit(owner, answer, f"To {question.text} I say yes.")

        def all_rated() -> bool:
            return all(
                item.answer is not None and item.answer.rating_state is RatingState.RATED
                for row in here.past.history(owner, 10, 0)
                for item in here.past.review(owner, row.id).items
            )

        eventually(all_rated)
