"""The distance between texts."""

from __future__ import annotations

from services.speech.editing import edits


def test_the_same_words_are_no_edit_apart() -> None:
    assert edits("a b c".split(), "a b c".split())[-1] == 0


def test_a_word_left_out_put_in_or_replaced_is_one_edit() -> None:
    assert edits("a b c".split(), "a c".split())[-1] == 1
    assert edits("a c".split(), "a b c".split())[-1] == 1
    assert edits("a b c".split(), "a x c".split())[-1] == 1


def test_the_way_to_every_beginning_of_the_other_text_is_told() -> None:
    assert edits("a b".split(), "a b c".split()) == [2, 1, 0, 1]
    assert edits([], "a b".split()) == [0, 1, 2]
