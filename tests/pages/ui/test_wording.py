"""Time, coach and speech model in plain words."""

from datetime import UTC, datetime

import pytest

from pages.ui.wording import clock, counted, figure, how_long, listening_with, when
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
