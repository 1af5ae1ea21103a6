"""Where things lie in an answer: lanes of marks, the loudness, and shares that have no place."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

from pages.ui.phrases import phrases
from pages.ui.time_bar import MOST_LEVELS, length_of, levels_over, time_bar
from services.coach.rubrics import rubric_for
from services.domain import (
    Answer,
    AnswerMode,
    AnswerState,
    Delivery,
    Kind,
    Pause,
    PausePlace,
    Question,
    Recording,
    Run,
    Segment,
    SoundFigures,
    Spoken,
    Video,
)
from tests.pages.practice.full import SPOKEN, a_rating

ENGLISH = phrases("en")
DELIVERY = Delivery(
    language="en",
    words=16,
    speech_s=8,
    voiced_s=6,
    pauses=(
        Pause(start=1.0, end=1.6, place=PausePlace.BETWEEN),
        Pause(start=3.0, end=4.5, place=PausePlace.WITHIN),
    ),
    fillers=(Spoken(start=2.0, end=2.2, text="um"),),
    longest_run=Run(start=5.0, end=8.0, words=9),
)


def answer(**more: object) -> Answer:
    given: dict[str, object] = {
        "id": uuid4(),
        "interview_id": uuid4(),
        "question_id": uuid4(),
        "attempt": 1,
        "mode": AnswerMode.SPOKEN,
        "state": AnswerState.SUBMITTED,
        "segments": (Segment(start=0, end=8, text=SPOKEN),),
        "started_at": datetime(2026, 11, 3, tzinfo=UTC),
    }
    return Answer.model_validate(given | more)


def test_marks_stand_in_lanes_that_say_what_they_are() -> None:
    asked = Question(
        text="Why?", kind=Kind.BEHAVIOURAL, rubric=rubric_for(Kind.BEHAVIOURAL), competency="x"
    )
    bar = time_bar(answer(), a_rating(asked, SPOKEN), DELIVERY, None, ENGLISH)
    told = {lane.title: [(m.start, m.label) for m in lane.marks] for lane in bar.lanes}
    assert told == {
        "1 pause of a second or more": [(3.0, "Pause of 1.5 s inside a sentence")],
        "At least 1 filler word": [(2.0, "“um”")],
        "Longest stretch without a pause": [(5.0, "9 words in 3 s without a pause")],
        f"{asked.rubric.criteria[0].name}: 2 of 5": [(1.2, "“I asked the night shift what”")],
    }, "a criterion without words in the recording has no lane"
    assert [(share.name, share.share) for share in bar.shares] == [
        ("Situation", 0.4),
        ("Task", 0.1),
        ("Action", 0.5),
    ]


def test_an_answer_is_as_long_as_what_is_known_of_it() -> None:
    sound = Recording(key="k", media_type="audio/flac", seconds=9.5, size=1)
    video = Video(key="v", media_type="video/webm", seconds=8, size=1, offset_s=2.5)
    assert length_of(answer()) == 8
    assert length_of(answer(recording=sound)) == 9.5
    assert length_of(answer(recording=sound, video=video)) == 10.5
    assert length_of(answer(segments=(), mode=AnswerMode.TYPED)) == 0


def test_a_typed_answer_has_nothing_in_time_but_keeps_its_shares() -> None:
    asked = Question(
        text="Why?", kind=Kind.BEHAVIOURAL, rubric=rubric_for(Kind.BEHAVIOURAL), competency="x"
    )
    typed = answer(segments=(), mode=AnswerMode.TYPED, edited=SPOKEN)
    bar = time_bar(typed, a_rating(asked, SPOKEN), None, None, ENGLISH)
    assert (bar.seconds, bar.levels, bar.lanes) == (0, (), ())
    assert len(bar.shares) == 3


def test_loudness_lies_over_the_whole_answer_and_is_never_finer_than_it_is_drawn() -> None:
    quiet_then_loud = SoundFigures(step_s=0.25, levels=(-96.0, -60.0, -36.0, -12.0, 0.0))
    assert levels_over(quiet_then_loud, 1.25) == (0, 0, 50, 100, 100)
    assert levels_over(quiet_then_loud, 2.5) == (0, 0, 50, 100, 100, 0, 0, 0, 0, 0)
    long = SoundFigures(step_s=0.25, levels=(-30.0,) * 2_400)
    assert len(levels_over(long, 600)) <= MOST_LEVELS
    assert levels_over(SoundFigures(step_s=0.25), 10) == ()
