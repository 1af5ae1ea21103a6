"""The candidate's words with the quoted ones on a tint."""

from hypothesis import given
from hypothesis import strategies as st

from pages.ui.ratings import marked
from services.domain import Evidence


def quote(text: str, words: str) -> Evidence:
    start = text.index(words)
    return Evidence(start=start, end=start + len(words), quote=words)


def test_the_quoted_words_are_tinted_and_the_rest_is_not() -> None:
    text = "I led the move and it worked."
    assert (
        marked(text, [quote(text, "led the move")])
        == r"I :green-background[led the move] and it worked\."
    )


def test_overlapping_quotes_make_one_tint() -> None:
    text = "one two three"
    assert (
        marked(text, [quote(text, "one two"), quote(text, "two three")])
        == ":green-background[one two three]"
    )


def test_a_quote_over_a_line_break_is_tinted_on_both_lines() -> None:
    text = "so we\nmoved"
    assert (
        marked(text, [quote(text, text)]) == ":green-background[so we]  \n:green-background[moved]"
    )


def test_blanks_at_the_ends_of_a_quote_stay_outside_the_tint() -> None:
    text = "a b c"
    assert marked(text, [Evidence(start=1, end=4, quote=" b ")]) == "a :green-background[b] c"


def test_formatting_in_the_answer_stays_text() -> None:
    text = "**bold** [x]"
    assert marked(text, [quote(text, "[x]")]) == r"\*\*bold\*\* :green-background[\[x\]]"


@given(
    st.text(alphabet="ab \n", max_size=40),
    st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50))),
)
def test_no_span_makes_it_fail_or_loses_a_word(text: str, spans: list[tuple[int, int]]) -> None:
    evidence = [Evidence(start=start, end=end, quote="") for start, end in spans]
    shown = (
        marked(text, evidence)
        .replace(":green-background[", "")
        .replace("]", "")
        .replace("&nbsp;", "")
    )
    assert "".join(shown.split()) == "".join(text.split())
