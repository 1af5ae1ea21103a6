"""The words of an answer one by one: nothing lost, times where they were heard, and what was changed."""

from __future__ import annotations

import pytest

from services.coach.wordings import Change, differences, wording
from services.domain import Segment, Word

HEARD = "So, um, I asked “the team” what slowed them down."


def segment(text: str, start: float = 0.0, *, certain: bool = True) -> Segment:
    words = tuple(
        Word(
            start=start + n,
            end=start + n + 0.5,
            text=word,
            probability=0.4 if word == "them" else 0.9,
        )
        for n, word in enumerate(text.split())
    )
    return Segment(start=start, end=words[-1].end, text=text, words=words, certain=certain)


@pytest.mark.parametrize(
    "text",
    [
        HEARD,
        "",
        "...",
        " \n",
        "One.\n\n“Two” — three!",
        "我们去看看。",
        "don't trade-off 3.5 %",
        "É\u0301a",
    ],
)
def test_joined_again_the_words_are_the_text(text: str) -> None:
    assert "".join(word.text + word.gap for word in wording((segment(HEARD),), text)) == text


def test_words_that_were_heard_have_their_times_and_say_when_they_are_unsure() -> None:
    heard = (segment(HEARD), segment("Thank you.", 20, certain=False))
    words = wording(heard, f"{HEARD} Really. Thank you.")
    times = {word.text: (word.start, word.certain) for word in words}
    assert times["asked"] == (3.0, True)
    assert times["“the"] == (4.0, True)
    assert times["them"] == (8.0, False), "the recogniser was not sure of it"
    assert times["Really."] == (None, True), "it was never said"
    assert times["you."] == (21.0, False), "a passage that may be misheard"


def test_what_was_added_and_removed_is_found_and_the_rest_keeps_its_times() -> None:
    heard = wording((segment(HEARD),), HEARD)
    text = "So I asked “the whole Team” what slowed them DOWN!"
    submitted = wording((segment(HEARD),), text)
    between = differences(heard, submitted)
    assert [(w.change, w.text, w.start) for w in between if w.change] == [
        (Change.REMOVED, "um,", 1.0),
        (Change.ADDED, "whole", None),
    ]
    kept = "".join(w.text + w.gap for w in between if w.change is not Change.REMOVED)
    assert kept == text
    starts = [w.start for w in between if w.start is not None]
    assert starts == sorted(starts), "the words are followed while the recording plays"


def test_an_answer_that_was_written_anew_is_all_removed_and_all_added() -> None:
    heard = wording((segment(HEARD),), HEARD)
    anew = wording((segment(HEARD),), "Completely different sentence")
    changes = [word.change for word in differences(heard, anew)]
    assert changes == [Change.REMOVED] * len(heard) + [Change.ADDED] * 3


def test_the_same_words_differ_in_nothing() -> None:
    heard = wording((segment(HEARD),), HEARD)
    shouted = wording((segment(HEARD),), HEARD.upper())
    assert not any(word.change for word in differences(heard, shouted))
    assert differences((), ()) == ()
