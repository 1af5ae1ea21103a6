"""People's words in Markdown. That a browser then shows them as typed was looked at in Chromium."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.ui.text import paragraphs, plain

JOINER = "\u2060"


def read(markdown: str) -> str:
    """What a reader of the Markdown sees: backslashes gone, the invisible joiner unseen."""
    return re.sub(r"\\(.)", r"\1", markdown).replace(JOINER, "")


@given(st.text())
def test_a_reader_sees_exactly_the_words_that_were_typed(typed: str) -> None:
    assert read(plain(typed)) == " ".join(typed.replace(JOINER, "").split())


@given(st.text())
def test_nothing_that_could_start_formatting_is_left_bare(typed: str) -> None:
    bare = re.sub(r"\\.", "", plain(typed))
    assert not set(bare) & set("*_`~$[]<>&:|#\\{}")


@pytest.mark.parametrize("code", [":smile:", ":material/home:", ":+1:"])
def test_an_emoji_code_is_broken_by_a_character_without_width(code: str) -> None:
    assert JOINER in plain(code)
    assert code not in re.sub(r"\\", "", plain(code))


@pytest.mark.parametrize("typed", ["12:30", "Ratio 3:1 (a)", "C++ & C#", "front-end"])
def test_ordinary_words_get_no_extra_characters(typed: str) -> None:
    assert JOINER not in plain(typed)


@pytest.mark.parametrize("typed", ["https://x.org", "www.x.org", "me@x.org", "a -> b", "a <= b"])
def test_links_and_arrows_are_not_made(typed: str) -> None:
    assert JOINER in plain(typed)


def test_line_breaks_become_blanks_in_one_line_and_stay_in_paragraphs() -> None:
    assert plain("one\ntwo") == "one two"
    assert paragraphs("one\n\ntwo\n") == "one  \n&nbsp;  \ntwo"
