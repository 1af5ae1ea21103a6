"""What somebody reads about what is not stored yet."""

from __future__ import annotations

import pytest

from pages.ui.waiting import waiting_words
from services.standing import Waiting


@pytest.mark.parametrize(
    ("waiting", "words"),
    [
        (Waiting(), ""),
        (
            Waiting(True, words=14),
            "Not stored yet: 14 words. They are kept on this machine and will be stored by themselves.",
        ),
        (
            Waiting(True, words=1, submitted=1),
            "Not stored yet: 1 word. It is kept on this machine and will be stored by itself.",
        ),
    ],
)
def test_the_words_that_wait_are_counted(waiting: Waiting, words: str) -> None:
    assert waiting_words(waiting) == words


def test_an_answer_that_was_submitted_is_said_to_be_kept_and_rated_later() -> None:
    assert "stored and rated by itself" in waiting_words(Waiting(True, submitted=1))


def test_a_change_that_waits_is_told_from_a_recording_that_waits() -> None:
    assert "Your last changes" in waiting_words(Waiting(True))
    assert "store of recordings is away" in waiting_words(Waiting(True, recordings=2))
