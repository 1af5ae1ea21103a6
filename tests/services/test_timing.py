"""Time in an interview with limits: what is left, when an answer ends, how long one may think."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest

from services.domain import Answer, AnswerMode, AnswerState, InterviewMode, Transcript
from services.speech.heard import Heard, HeardState, Pace
from services.timing import (
    GRACE_S,
    LEAD_S,
    ends_soon,
    is_up,
    left_s,
    takes_left,
    think_left_s,
)
from tests.services.rehearsal import SETUP, begin, candidate, eventually, running
from tests.spoken import phrases, spoken

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def heard(seconds: float, *, speaking: bool = False, idle_s: float = 0.0) -> Heard:
    return Heard(
        transcript=Transcript(),
        source=1,
        arrived=True,
        seconds=seconds,
        level=0.0,
        idle_s=idle_s,
        shown_s=seconds,
        state=HeardState.LISTENING,
        pace=Pace.LIVE,
        pending=False,
        problem="",
        version=1,
        speaking=speaking,
    )


def test_what_is_left_is_never_below_zero() -> None:
    assert left_s(120, 42.5) == 77.5
    assert left_s(120, 123) == 0


@pytest.mark.parametrize(("limit", "first"), [(120, 90), (300, 270), (60, 30), (30, 15)])
def test_the_end_is_told_half_a_minute_before_or_at_half_time(limit: float, first: float) -> None:
    assert not ends_soon(limit, first - 0.1)
    assert ends_soon(limit, first)


def test_an_answer_ends_at_its_limit_but_not_within_a_word() -> None:
    assert not is_up(60, heard(59.9))
    assert is_up(60, heard(60))
    assert not is_up(60, heard(60 + GRACE_S - 0.1, speaking=True))
    assert is_up(60, heard(60 + GRACE_S, speaking=True)), "nobody has more than the grace"
    assert is_up(60, heard(61, speaking=True, idle_s=2)), "no sound comes any more"


def test_the_time_to_think_goes_on_over_a_reload() -> None:
    assert think_left_s(30, NOON, NOON) == 30
    assert think_left_s(30, NOON, NOON + timedelta(seconds=18)) == 12
    assert think_left_s(30, NOON, NOON + timedelta(minutes=5)) == 0
    assert think_left_s(0, NOON, NOON) == LEAD_S, "a question can be read before its answer starts"


def test_takes_are_counted_by_the_attempts_that_were_put_aside() -> None:
    setup = SETUP.model_copy(update={"mode": InterviewMode.ONE_WAY, "takes": 3})
    assert [takes_left(setup, attempt(n)) for n in (1, 2, 3, 4)] == [2, 1, 0, 0]


def attempt(number: int) -> Answer:
    return Answer(
        id=uuid4(),
        interview_id=uuid4(),
        question_id=uuid4(),
        attempt=number,
        mode=AnswerMode.SPOKEN,
        state=AnswerState.HEARD,
        started_at=NOON,
    )


def test_somebody_in_the_middle_of_a_sentence_is_heard_to_its_end(tmp_path: Path) -> None:
    with running(tmp_path) as here:
        owner = candidate(here)
        _, question = begin(here, owner)
        live = here.spoken.listen(owner, question)
        assert live is not None
        speech = spoken(phrases(2, seed=5), lead=0.3).samples
        half = speech[: len(speech) // 3]
        limit = len(half) / 16_000 / 2
        live.hear_samples(half)
        # The clock is the sound: how long the test takes plays no part.
        eventually(lambda: live.snapshot().seconds >= limit and live.snapshot().speaking)
        assert not is_up(limit, replace(live.snapshot(), idle_s=0.0))
        live.hear_samples(np.zeros(3 * 16_000, np.float32))
        eventually(lambda: not live.snapshot().speaking)
        assert is_up(limit, replace(live.snapshot(), idle_s=0.0))
