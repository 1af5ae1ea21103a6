"""A rating as it is drawn, and the candidate's words with the quoted ones on a tint."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from pages.ui.ratings import marked
from services.domain import Criterion, Evidence, Followed, LastAction, Score, Star


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


# --- as it is drawn ---------------------------------------------------------------------------


def criterion(number: int = 1) -> Criterion:
    levels = ("Level one.", "Level two.", "Level three.", "Level four.", "Level five.")
    return Criterion(id=f"c{number}", name="Gives *detail*", description="", levels=levels)


def score(level: int, other: int | None = None, **more: object) -> Score:
    return Score(
        criterion=criterion(), level=level, other=other, reason="You say <b>why</b>.", **more
    )


def _score_screen(item: object, language: str, plays: bool) -> None:  # it sees no import above
    import streamlit as st

    from pages.ui import ratings
    from pages.ui.phrases import phrases

    def play(seconds: float) -> None:
        st.session_state["played"] = seconds

    ratings.score(item, "key", phrases(language), play if plays else None)  # type: ignore[arg-type]


def drawn(item: Score, language: str = "en", *, plays: bool = False) -> AppTest:
    screen = AppTest.from_function(
        _score_screen, args=(item, language, plays), default_timeout=30
    ).run()
    assert not screen.exception
    return screen


def words(screen: AppTest) -> str:
    elements = [*screen.markdown, *screen.caption, *screen.warning, *screen.info]
    return "\n".join(str(element.value) for element in elements).replace("\\", "")


def steps(screen: AppTest) -> list[str]:
    return re.findall(r'<i class="(\w*)">', screen.html[0].value)


def test_a_level_is_one_number_and_as_many_filled_steps() -> None:
    screen = drawn(score(3, 3))
    assert steps(screen) == ["on", "on", "on", "", ""]
    assert "<span>3 of 5</span>" in screen.html[0].value
    assert "Level three." in words(screen)


def test_two_passes_a_level_apart_are_a_range_with_the_doubtful_step_marked() -> None:
    screen = drawn(score(4, 3))
    assert steps(screen) == ["on", "on", "on", "maybe", ""]
    assert "<span>3 to 4 of 5</span>" in screen.html[0].value
    assert "**3**  Level three." in words(screen)
    assert "**4**  Level four." in words(screen)
    assert "unsure" not in words(screen)


def test_two_passes_further_apart_name_both_levels_and_say_that_the_coach_is_unsure() -> None:
    screen = drawn(score(2, 5))
    assert steps(screen) == ["on", "on", "maybe", "maybe", "maybe"]
    assert "<span>2 or 5 of 5</span>" in screen.html[0].value
    assert "The coach is unsure" in words(screen)


def test_a_level_without_evidence_says_so_in_words() -> None:
    assert "We did not find words of yours that show this level." in words(
        drawn(score(4, evidenced=False))
    )


def test_formatting_in_what_a_coach_wrote_stays_text() -> None:
    screen = drawn(score(3))
    assert r"You say \<b\>why\<\/b\>\." in [element.value for element in screen.markdown]
    assert not any("why" in html.value for html in screen.html)


def test_a_quote_with_its_time_plays_the_recording_from_there() -> None:
    evidence = (Evidence(start=0, end=5, quote="I led", start_s=42.7, end_s=43.4),)
    screen = drawn(score(4, evidence=evidence), plays=True)
    (button,) = screen.button
    assert (button.label, button.help) == ("0:42", "Play your recording from 0:42")
    button.click().run()
    assert screen.session_state["played"] == 42.7


def test_without_a_recording_a_quote_has_its_time_and_nothing_to_press() -> None:
    evidence = (
        Evidence(start=0, end=5, quote="I led", start_s=42.7, end_s=43.4),
        Evidence(start=6, end=9, quote="it *all*"),
    )
    screen = drawn(score(4, evidence=evidence))
    assert not screen.button
    assert "“I led” :gray[0:42]" in words(screen)
    assert "“it *all*”" in words(screen)


def test_the_labels_are_in_the_language_of_the_interview() -> None:
    screen = drawn(score(2, 4, evidenced=False), "de")
    assert "<span>2 oder 4 von 5</span>" in screen.html[0].value
    assert "Der Coach ist unsicher" in words(screen)
    assert "keine Worte von Ihnen" in words(screen)


def _parts_screen(parts: object, action: object, language: str) -> None:
    from pages.ui import ratings
    from pages.ui.phrases import phrases

    ratings.star(parts, phrases(language))  # type: ignore[arg-type]
    ratings.last_time(action, "key", phrases(language))  # type: ignore[arg-type]
    ratings.overall(6.3, 5.6, 6.9, phrases(language))
    ratings.overall(6.3, 6.3, 6.3, phrases(language))
    ratings.told_better("First *line*.\n<b>Second</b> line.", phrases(language))


def parts(star: Star, followed: Followed = Followed.PARTLY, language: str = "en") -> AppTest:
    action = LastAction(
        action="Name one [figure](x).", followed=followed, comment="One, not *two*."
    )
    screen = AppTest.from_function(
        _parts_screen, args=(star, action, language), default_timeout=30
    ).run()
    assert not screen.exception
    return screen


def test_shares_of_an_answer_are_bars_with_names_and_figures() -> None:
    bars = parts(Star(situation=0.5, task=0.1, action=0.2, result=0.1)).html[0].value
    assert re.findall(r"<span>([\w ]+)</span><b>(\d+%)</b>", bars) == [
        ("Situation", "50%"),
        ("Task", "10%"),
        ("Action", "20%"),
        ("Result", "10%"),
        ("Something else", "10%"),
    ]
    assert re.findall(r"width: (\d+)%", bars) == ["50", "10", "20", "10", "10"]


@pytest.mark.parametrize(("result", "none"), [(0.0, True), (0.029, True), (0.03, False)])
def test_an_answer_without_a_result_hears_it_in_words(result: float, none: bool) -> None:
    said = words(parts(Star(situation=0.5, action=0.5 - result, result=result)))
    assert ("No result heard" in said) is none


@pytest.mark.parametrize(
    ("followed", "verdict"),
    [
        (Followed.YES, "You did it."),
        (Followed.PARTLY, "You did part of it."),
        (Followed.NO, "Not this time."),
    ],
)
def test_what_was_set_out_last_time_is_named_with_its_verdict(
    followed: Followed, verdict: str
) -> None:
    said = words(parts(Star(), followed))
    assert "What you set out to do last time" in said
    assert "Name one [figure](x)." in said
    assert f"**{verdict}** One, not *two*." in said


def test_the_large_figure_has_its_range_only_where_there_is_one() -> None:
    ranged, single = (html.value for html in parts(Star()).html[1:3])
    assert "6.3<small>out of 10</small><p>between 5.6 and 6.9</p>" in ranged
    assert "between" not in single


def test_an_answer_told_better_is_named_as_the_coachs_and_shown_as_text() -> None:
    screen = parts(Star())
    assert screen.expander[0].label == "Your answer, told better"
    assert "Written by the coach from your own facts." in words(screen)
    assert "First \\*line\\*\\.  \n\\<b\\>Second" in "".join(m.value for m in screen.markdown)
