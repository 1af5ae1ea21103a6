"""Bare letters with their places."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from services.coach.plain_text import plain_text


def test_case_quotes_punctuation_and_spacing_make_no_difference() -> None:
    one = plain_text("I don\u2019t  say \u201cWell \u2013 yes\u201d!")
    assert one.letters == plain_text("i dont say well, YES").letters == "i dont say well yes"


def test_a_composed_letter_is_the_same_as_one_with_its_accent_apart() -> None:
    assert (
        plain_text(unicodedata.normalize("NFC", "Café 각")).letters
        == plain_text(unicodedata.normalize("NFD", "café 각")).letters
    )


def test_spaces_beside_chinese_letters_do_not_count() -> None:
    assert plain_text("我们 用 Python\uff0c写").letters == plain_text("我们用Python写").letters


def test_chinese_letters_stand_alone_and_words_between_them_whole() -> None:
    words = plain_text("我用Python写").words
    assert [(w.letters, w.start, w.end) for w in words] == [
        ("我", 0, 1),
        ("用", 1, 2),
        ("python", 2, 8),
        ("写", 8, 9),
    ]


def test_vowel_signs_stay_with_their_hindi_words() -> None:
    text = "मैंने टीम को बताया।"
    assert [text[w.start : w.end] for w in plain_text(text).words] == ["मैंने", "टीम", "को", "बताया"]


@given(st.text())
def test_every_word_names_the_place_it_comes_from(text: str) -> None:
    for word in plain_text(text).words:
        assert 0 <= word.start < word.end <= len(text)
        # A character may stand for two, of which one is no letter: then the place holds a little more.
        assert word.letters in plain_text(text[word.start : word.end]).letters
