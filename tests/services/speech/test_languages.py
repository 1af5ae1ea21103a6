"""The languages of Whisper, by code."""

from __future__ import annotations

from faster_whisper.tokenizer import _LANGUAGE_CODES

from services.speech.languages import NAMES, few_tokens, name_of, spaced, together, units


def test_they_are_all_of_whispers() -> None:
    assert set(NAMES) == set(_LANGUAGE_CODES)
    assert len(set(NAMES.values())) == len(NAMES)
    assert (name_of("de"), name_of("yue"), name_of("x")) == ("German", "Cantonese", "x")


def test_some_put_no_spaces_between_words() -> None:
    assert spaced("en")
    assert not spaced("ja")
    assert together(("a", "b"), "en") == "a b"
    assert together(("你", "好"), "zh") == "你好"


def test_tokens_are_few_where_the_tokenizer_learned_most() -> None:
    assert few_tokens("en")
    assert not few_tokens("my")


def test_texts_are_compared_by_words_or_letters_without_punctuation() -> None:
    assert units("Well, it's DONE!", "en") == ["well", "it's", "done"]
    assert units("你好。", "zh") == ["你", "好"]
