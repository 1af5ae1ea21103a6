"""What the timer says: calm words, no colour, and one sentence before the end."""

from __future__ import annotations

from pages.practice.timer import time_left, time_note


def test_the_time_left_is_told_and_without_a_limit_nothing() -> None:
    assert time_left(120, 42.5) == "1:18 left"
    assert time_left(120, 130) == "0:00 left"
    assert time_left(None, 42.5) == ""


def test_one_sentence_before_the_end_and_one_at_it() -> None:
    assert time_note(120, 80) == ""
    assert time_note(120, 95) == time_note(120, 119) != ""
    assert "finish your sentence" in time_note(120, 121)
    assert time_note(None, 500) == ""
