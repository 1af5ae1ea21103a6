"""Time, coach and speech model in plain words."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from pages.ui.wording import (
    clock,
    coach_in_full,
    counted,
    doubt,
    figure,
    heard_so,
    how_long,
    judged_by,
    listening_with,
    number_of,
    place_of,
    spent,
    total_of,
    when,
)
from services.coach.rubrics import rubric_for
from services.domain import (
    OWN,
    FollowUp,
    Interview,
    InterviewState,
    Job,
    Kind,
    PlanState,
    Question,
    Segment,
    Setup,
    Transcript,
)
from services.speech.heard import Heard, HeardState, Pace
from services.speech.model import ModelState, ModelStatus

NOON = datetime(2026, 7, 5, 12, 0, tzinfo=UTC)


def test_a_time_is_shown_on_the_candidates_clock() -> None:
    assert when(NOON, "Europe/Berlin") == "5 July 2026, 14:00"


@pytest.mark.parametrize(
    "odd", [None, "", "Mars/Olympus", "../../etc/passwd", "Europe", "x" * 5_000, "a\0b"]
)
def test_an_odd_timezone_falls_back_to_utc_and_says_so(odd: str | None) -> None:
    assert when(NOON, odd) == "5 July 2026, 12:00 UTC"


def test_a_naive_time_is_taken_as_utc() -> None:
    assert when(NOON.replace(tzinfo=None), "Europe/Berlin") == "5 July 2026, 14:00"


def test_the_length_of_an_interview_is_a_range() -> None:
    assert how_long(5).startswith("About 10 to 20 minutes")


def test_an_absent_model_names_its_size_and_the_keyboard() -> None:
    words = listening_with(
        ModelStatus(ModelState.ABSENT, "base.en", size_mb=148, downloadable=True)
    )
    assert "148 MB" in words
    assert "type" in words


def test_a_failed_model_says_what_is_wrong_and_what_to_do() -> None:
    status = ModelStatus(
        ModelState.FAILED, "x", problem="tokenizer.json is missing.", remedy="Copy it."
    )
    assert "tokenizer.json is missing. Copy it." in listening_with(status)
    assert "type" in listening_with(status)


@pytest.mark.parametrize("state", list(ModelState))
def test_every_state_of_the_model_has_words(state: ModelState) -> None:
    assert len(listening_with(ModelStatus(state, "base.en", size_mb=148))) > 30


def test_one_is_singular_and_nothing_rated_is_not_zero() -> None:
    assert (counted(1, "answer"), counted(0, "answer")) == ("1 answer", "0 answers")
    assert (figure(None), figure(0.0)) == ("Not rated yet", "0.0 out of 10")
    assert clock(92.9) == "1:32"


def test_each_coach_is_described_as_what_it_is() -> None:
    assert "fixed rules" in judged_by("Offline estimate", talks=False)
    assert "language model" in judged_by("Rated by Gemini", talks=True)
    offline = " ".join(coach_in_full("Offline estimate", "offline"))
    assert "Nothing is sent anywhere" in offline
    gemini = " ".join(coach_in_full("Rated by Gemini", "gemini", model="flash"))
    assert "(flash)" in gemini
    assert "twice" in gemini
    assert "to Google" in gemini
    once = " ".join(coach_in_full("Rated by a language model", "openai", passes=1))
    assert "twice" not in once
    assert "Google" not in once


def test_what_is_spent_is_said_only_when_little_is_left() -> None:
    assert spent(0.79, "02:00") == ""
    assert spent(0.856, "02:00").startswith("85 %")
    assert "is spent" in spent(1.0, "02:00")
    assert "ratings wait until 02:00" in spent(1.0, "02:00")


def interview(*questions: Question, state: PlanState = PlanState.READY) -> Interview:
    setup = Setup(job=Job(position="Nurse"), question_count=5)
    return Interview(
        id=uuid4(),
        setup=setup,
        state=InterviewState.OPEN,
        created_at=NOON,
        plan_state=state,
        questions=questions,
    )


def question(number: int, **other: object) -> Question:
    kind = Kind.BEHAVIOURAL
    return Question.model_validate(
        {"number": number, "text": "Why?", "kind": kind, "rubric": rubric_for(kind), **other}
    )


def test_follow_ups_do_not_count_as_questions() -> None:
    first = question(1)
    asked_on = question(2, parent_id=first.id, follow_up=FollowUp.DEEPEN)
    second = question(3)
    plan = interview(first, asked_on, second)
    assert total_of(plan) == 2
    assert [number_of(plan, q) for q in plan.questions] == [1, 1, 2]
    assert place_of(plan, second) == "Question 2 of 2 · Behavioural · Medium"
    assert place_of(plan, asked_on) == "Follow-up to question 1 · Go deeper"


def test_while_others_are_written_the_number_that_was_asked_for_counts() -> None:
    first = question(1)
    assert place_of(interview(first, state=PlanState.WRITING), first).startswith("Question 1 of 5")
    own = question(2, source=OWN)
    assert place_of(interview(first, own), own).startswith("Question 2 of 2 · Your own question")


def heard(
    state: HeardState = HeardState.LISTENING, pace: Pace = Pace.LIVE, problem: str = ""
) -> Heard:
    return Heard(
        transcript=Transcript(),
        source=1,
        arrived=True,
        seconds=1.0,
        level=0.1,
        idle_s=0.0,
        shown_s=1.0,
        state=state,
        pace=pace,
        pending=False,
        problem=problem,
        version=1,
    )


def test_words_that_come_late_or_not_now_are_explained_and_live_ones_are_not() -> None:
    assert heard_so(heard()) == ""
    assert heard_so(heard(pace=Pace.CATCHING_UP)).startswith("Your words are catching up")
    assert "its words follow" in heard_so(heard(pace=Pace.LATER))


def test_a_problem_comes_before_a_missing_model_and_that_before_the_pace() -> None:
    waiting = HeardState.WAITING_FOR_MODEL
    assert heard_so(heard(waiting, Pace.LATER, "The disk is full.")) == "The disk is full."
    assert "when the speech model is ready" in heard_so(heard(waiting, Pace.LATER))
    assert heard_so(heard(HeardState.FINISHING, Pace.CATCHING_UP)).startswith("Writing down")


def said(text: str, certain: bool = False) -> Segment:
    return Segment(start=0, end=1, text=text, certain=certain)


def test_what_may_be_misheard_is_counted_and_named_by_its_first_words() -> None:
    sure = said("I asked the team", certain=True)
    assert doubt([sure]) == ""
    assert doubt([sure, said("thank you")]) == "We may have misheard 1 passage, near “thank you”."
    two = doubt([said("I used the cough cat broker"), sure, said("thank you")])
    assert two == "We may have misheard 2 passages, near “I used the cough …” and “thank you”."
    five = doubt([said(f"word {n}") for n in range(5)])
    assert (
        five == "We may have misheard 5 passages, near “word 0”, “word 1”, “word 2” and elsewhere."
    )
