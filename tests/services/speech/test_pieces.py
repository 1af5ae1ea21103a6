"""Pieces of words with times become words."""

from __future__ import annotations

import pytest

from services.speech.pieces import Piece, words_of


def pieces(*texts: str, each: float = 0.3) -> list[Piece]:
    return [Piece(t, i * each, (i + 1) * each, 0.9 - 0.1 * i) for i, t in enumerate(texts)]


def test_parts_of_a_hyphenated_word_are_one_with_the_lower_probability() -> None:
    a, known = words_of(pieces(" a", " well", "-known", " "), spaced=True)
    assert (a.text, known.text) == ("a", "well-known")
    assert (known.start, known.end) == (0.3, 0.3 * 3)
    assert known.probability == 0.9 - 0.1 * 2


def test_punctuation_belongs_to_a_word_and_has_no_time_of_its_own() -> None:
    words = words_of(pieces(' "', "Well", ",", '"', " she"), spaced=True)
    assert [w.text for w in words] == ['"Well,"', "she"]
    assert (words[0].start, words[0].end) == (0.3, 0.6)


def test_without_spaces_every_piece_is_a_word() -> None:
    words = words_of(pieces("你", "好", "。", "「", "我", "」"), spaced=False)
    assert [w.text for w in words] == ["你", "好。", "「我」"]


def test_a_word_does_not_last_through_the_pause_beside_it() -> None:
    said = [
        Piece(" first", 0.0, 3.0),
        Piece(" we", 3.0, 3.2),
        Piece(" built", 3.2, 3.5),
        Piece(" it", 3.5, 3.7),
        Piece(".", 3.7, 5.0),
        Piece(" then", 5.0, 7.0),
        Piece(" more", 7.0, 7.3),
    ]
    words = words_of(said, spaced=True)
    assert words[0].start == pytest.approx(2.4)
    assert [w.text for w in words][3:] == ["it.", "then", "more"]
    assert words[4].start == pytest.approx(6.4)
    assert words[3].end == 3.7


def test_nothing_said_is_no_words() -> None:
    assert words_of([], spaced=True) == ()
    assert words_of([Piece(" ")], spaced=True) == ()
