"""Interim text from one sketch after the other."""

from __future__ import annotations

import random

import pytest

from services.ports import SAMPLE_RATE, Sketch
from services.speech.draft import Draft

LONGEST = 6 * SAMPLE_RATE


def sketch(draft: Draft, text: str, end: float, *, quiet: bool = False) -> None:
    """The draft asks for a window up to `end` seconds and gets these words for it."""
    begin, _ = draft.window(round(end * SAMPLE_RATE), LONGEST)
    draft.heard(Sketch(tuple(text.split())), begin, round(end * SAMPLE_RATE), quiet)


def stable(draft: Draft) -> str:
    return draft.text[: draft.stable]


def test_the_last_word_is_held_back_while_the_voice_goes_on() -> None:
    draft = Draft(0)
    sketch(draft, "my team built a prod", 1.0)
    assert draft.text == "my team built a"


def test_the_last_word_is_shown_when_nothing_is_being_said_any_more() -> None:
    draft = Draft(0)
    sketch(draft, "my team built a product", 1.5, quiet=True)
    assert draft.text == "my team built a product"


def test_the_last_word_is_shown_when_it_was_heard_twice() -> None:
    draft = Draft(0)
    sketch(draft, "my team built", 1.0)
    sketch(draft, "my team built", 1.4)
    assert draft.text == "my team built"


def test_what_two_sketches_agree_on_is_stable() -> None:
    draft = Draft(0)
    sketch(draft, "my team built a", 1.0)
    assert stable(draft) == ""
    sketch(draft, "my team built the product", 1.5)
    assert stable(draft) == "my team built"


def test_case_and_punctuation_do_not_break_agreement_and_do_not_flicker() -> None:
    draft = Draft(0)
    sketch(draft, "My team, built", 1.0)
    sketch(draft, "my team built a new", 1.5)
    sketch(draft, "My TEAM built a new product", 2.0)
    assert stable(draft) == "my team built a new"


def test_stable_words_stay_when_a_later_sketch_tells_them_differently() -> None:
    draft = Draft(0)
    sketch(draft, "we stored it in a data base for", 1.0)
    sketch(draft, "we stored it in a data base for all", 1.5)
    sketch(draft, "we stored it in a database for all users", 2.0)
    assert draft.text.startswith("we stored it in a data base for all")
    assert draft.text.count("for all") == 1


def test_a_sketch_hears_from_the_start_of_the_utterance_until_that_grows_long() -> None:
    draft = Draft(1000)
    assert draft.window(1000 + SAMPLE_RATE, LONGEST) == (1000, False)
    begin, timed = draft.window(1000 + 5 * SAMPLE_RATE + SAMPLE_RATE // 2, LONGEST)
    assert (begin, timed) == (1000, True)


def test_stable_words_are_put_behind_once_their_ends_are_known() -> None:
    draft = Draft(0)
    words = tuple(f"w{i}" for i in range(10))
    ends = tuple(0.5 + 0.5 * i for i in range(10))
    sketch(draft, " ".join(words), 5.0)
    draft.window(round(5.4 * SAMPLE_RATE), LONGEST)
    draft.heard(Sketch(words, ends), 0, round(5.4 * SAMPLE_RATE), quiet=False)
    begin, timed = draft.window(round(5.8 * SAMPLE_RATE), LONGEST)
    assert begin == round(4.0 * SAMPLE_RATE)  # w7 ends there, 1.4 s before the end of the sound
    assert not timed
    assert draft.text == " ".join(words)
    sketch(draft, "w8 w9 w10 w11", 5.8)
    assert draft.text == " ".join(f"w{i}" for i in range(11))


def test_a_sound_that_is_too_long_moves_on_even_if_no_two_sketches_agree() -> None:
    draft = Draft(0)
    for end in (6.5, 7.0):
        words = tuple(f"{random.Random(end).random()}" for _ in range(12))
        begin, _ = draft.window(round(end * SAMPLE_RATE), LONGEST)
        draft.heard(
            Sketch(words, tuple(0.5 * (i + 1) for i in range(12))),
            begin,
            round(end * SAMPLE_RATE),
            quiet=False,
        )
    begin, _ = draft.window(round(7.4 * SAMPLE_RATE), LONGEST)
    assert round(7.4 * SAMPLE_RATE) - begin < LONGEST


@pytest.mark.parametrize("seed", range(25))
def test_a_perfect_ear_makes_a_text_that_only_grows(seed: int) -> None:
    r = random.Random(seed)
    words, at = [], 0.0
    for i in range(40):
        at += r.uniform(0.2, 0.6)
        words.append((f"w{i}", at))
    draft, shown, now = Draft(0), "", 0.0
    while now < at:
        now += r.uniform(0.3, 1.5)
        begin, timed = draft.window(round(now * SAMPLE_RATE), LONGEST)
        since = begin / SAMPLE_RATE
        inside = [(w, e) for w, e in words if since + 0.05 < e <= now]
        draft.heard(
            Sketch(tuple(w for w, _ in inside), tuple(e - since for _, e in inside if timed)),
            begin,
            round(now * SAMPLE_RATE),
            quiet=False,
        )
        assert draft.text.startswith(shown)
        assert draft.stable <= len(draft.text)
        shown = draft.text
    assert len(shown.split()) >= 39


def test_ends_that_make_no_sense_do_not_let_the_window_grow() -> None:
    draft = Draft(0)
    words = tuple(f"w{i}" for i in range(12))
    begin, _ = draft.window(7 * SAMPLE_RATE, LONGEST)
    draft.heard(Sketch(words, (6.9,) * 12), begin, 7 * SAMPLE_RATE, quiet=False)
    begin, _ = draft.window(8 * SAMPLE_RATE, LONGEST)
    assert 8 * SAMPLE_RATE - begin < LONGEST // 2
    assert draft.text == " ".join(words[:11])  # the last one is held back


def test_a_word_that_is_held_back_is_not_counted_as_shown() -> None:
    draft = Draft(0)
    sketch(draft, "my team built a prod", 2.0)
    assert draft.upto < 2 * SAMPLE_RATE
    sketch(draft, "my team built a product", 2.5, quiet=True)
    assert draft.upto == round(2.5 * SAMPLE_RATE)


def test_words_are_put_together_as_the_language_does() -> None:
    draft = Draft(0, "".join)
    draft.heard(Sketch(("我", "们", "做")), 0, SAMPLE_RATE, quiet=True)
    assert draft.text == "我们做"
