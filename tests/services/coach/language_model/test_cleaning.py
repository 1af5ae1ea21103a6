"""Texts of a model before they are shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.coach.language_model.cleaning import clean, clean_line, clean_lines, cut


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("You <b>named</b> it.<br/>", "You named it."),
        ("<script>alert(1)</script>Fine.", "Fine."),
        ("<scr<b>ipt>alert(1)</scr</b>ipt>Fine.", "Fine."),
        ("Hidden\x00 \u202etxet\x1b[0m", "Hidden txet[0m"),
        ("See [here](https://evil.example/?q=1) ![x](http://evil.example/p.png)", "See here x"),
        ("Two\nlines\tand  tabs", "Two lines and tabs"),
    ],
)
def test_markup_and_hidden_characters_go(written: str, shown: str) -> None:
    assert clean_line(written, 600) == shown


@pytest.mark.parametrize(
    "text",
    [
        "You used List<String> and Map<K, V>.",
        "You said a < b and c > d.",
        "You would take a `<button>`, not a `<div>`.",
        "मैंने क्‍या कहा।",
    ],
)
def test_what_only_looks_like_markup_stays(text: str) -> None:
    assert clean_line(text, 600) == text


def test_paragraphs_are_kept_where_they_may_be() -> None:
    assert clean("One.\n\n\n\nTwo.\r\n", 600) == "One.\n\nTwo."


def test_long_texts_end_with_a_sentence_where_there_is_one() -> None:
    assert (
        cut("One two three. Four five six. Seven eight nine.", 30)
        == "One two three. Four five six."
    )
    assert cut("one two three four five six seven", 20) == "one two three…"
    assert cut("字" * 50, 20) == "字" * 19 + "…"


def test_lists_lose_what_is_empty_or_said_twice() -> None:
    assert clean_lines(["", "<b></b>", "a", "a", "b", "c", "d"], 3, 300) == ("a", "b", "c")


@given(st.text(max_size=3_000), st.integers(min_value=2, max_value=700))
def test_no_text_is_longer_than_its_limit(text: str, limit: int) -> None:
    assert len(clean(text, limit)) <= limit
    assert len(clean_line(text, limit)) <= limit


def test_a_flood_of_markup_is_read_in_bounded_time() -> None:
    for flood in ("<!--" * 50_000, "<script>" * 25_000, "[" * 200_000, "<a " * 60_000):
        assert len(clean(flood, 4_000)) <= 4_000


def test_tags_within_tags_leave_no_tag_however_deep() -> None:
    for depth in (2, 5, 50, 3_000):
        assert "<" not in clean("<" * depth + "b>" * depth + " Said.", 4_000)
        assert "](" not in clean("[" * depth + "x" + "](http://evil.example)" * depth, 4_000)
