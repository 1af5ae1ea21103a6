"""What the card says about how an answer was spoken, and how it says that something is not known."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import delivery_words
from pages.ui.delivery_words import Figure, how_sure
from pages.ui.phrases import LANGUAGES, phrases
from services.domain import Delivery, Pause, PausePlace, Repeated, Run, Spoken
from services.wordless import delivery_without_words

USUAL = Delivery(
    language="en",
    words=140,
    speech_s=60,
    voiced_s=48,
    words_per_minute=140,
    articulation_rate=175,
    first_word_s=1.2,
    speaking_share=0.8,
    pauses=(Pause(start=3, end=3.8, place=PausePlace.BETWEEN),),
    fillers_per_minute=0,
    longest_run=Run(start=4, end=13, words=24),
    loudness_range_db=11,
    clipped=0,
    norms=True,
)


SAY = phrases("en")


def figures(delivery: Delivery) -> tuple[Figure, ...]:
    return delivery_words.figures(delivery, SAY)


def advice(delivery: Delivery) -> tuple[str, ...]:
    return delivery_words.advice(delivery, SAY)


def changed(**figures: object) -> Delivery:
    return USUAL.model_copy(update=figures)


def fillers(count: int, text: str = "um") -> tuple[Spoken, ...]:
    return tuple(Spoken(start=i, end=i + 0.3, text=text) for i in range(count))


def test_what_is_usual_is_compared_and_needs_no_advice() -> None:
    pace, filler, pauses, speaking = figures(USUAL)
    assert (pace.value, pace.unit) == ("140", "words a minute")
    assert pace.means.startswith("Within the 100 to 165")
    assert filler.value == "None heard"
    assert "may be more" in filler.means
    assert pauses.means.startswith("None within a sentence")
    assert speaking.value == "80%"
    assert advice(USUAL) == ()
    assert delivery_words.nothing_stands_out(USUAL, SAY)


def test_words_that_are_kept_back_are_counted_and_not_quoted() -> None:
    told = changed(
        fillers=fillers(8),
        fillers_per_minute=8.0,
        hedges=fillers(6, "perhaps"),
        repeated=(Repeated(text="the night shift", times=4),),
    )
    bare = delivery_without_words(told)
    shown = f"{figures(bare)} {advice(bare)} {delivery_words.mentioned(bare, SAY)}"
    for word in ("“", "perhaps", "night shift"):
        assert word not in shown
    assert figures(bare) == figures(told)
    assert not delivery_words.nothing_stands_out(bare, SAY)
    assert any("perhaps" in text for text in advice(told))


def test_outside_english_there_are_figures_and_no_verdicts() -> None:
    fast = changed(
        norms=False,
        words_per_minute=210.0,
        fillers=fillers(20),
        fillers_per_minute=20.0,
        pauses=(Pause(start=3, end=9, place=PausePlace.WITHIN),),
    )
    assert advice(fast) == ()
    assert not delivery_words.nothing_stands_out(fast, SAY)
    pace, filler, *_ = figures(fast)
    assert "no comparison" in pace.means
    assert filler.value == "At least 20"
    assert "harm" not in filler.means
    assert "mind" not in filler.means


def test_what_cannot_be_said_is_no_zero() -> None:
    short = changed(
        words=4, words_per_minute=None, fillers_per_minute=None, speaking_share=None, pauses=()
    )
    assert [figure.value for figure in figures(short)] == ["-", "-", "0", "-"]
    assert figures(short)[0].means == "Too few words to tell."
    unknown = changed(words_per_minute=None, fillers_per_minute=None)
    assert "language" in figures(unknown)[0].means
    assert "language" in figures(unknown)[1].means


@pytest.mark.parametrize(
    ("figured", "says"),
    [
        ({"words_per_minute": 190.0}, "whole breath"),
        (
            {"words_per_minute": 190.0, "longest_run": Run(start=61, end=90, words=90)},
            "From 1:01 you spoke for 29 s",
        ),
        ({"words_per_minute": 80.0}, "pauses that slow you down"),
        ({"words_per_minute": 80.0, "articulation_rate": 90.0}, "whole phrases"),
        ({"fillers": fillers(12), "fillers_per_minute": 12.0}, "“um” 12 times"),
        (
            {"pauses": (Pause(start=42, end=47.1, place=PausePlace.WITHIN),)},
            "At 0:42 you were silent for 5 s",
        ),
        ({"hedges": fillers(6, "I think")}, "“I think” 6 times"),
        ({"repeated": (Repeated(text="the whole team", times=4),)}, "“the whole team” 4 times"),
        ({"clipped": 0.02}, "microphone was too loud"),
    ],
)
def test_advice_is_specific(figured: dict[str, object], says: str) -> None:
    (only,) = advice(changed(**figured))
    assert says in only


def test_one_or_two_fillers_in_a_short_answer_are_no_reason_for_advice() -> None:
    assert advice(changed(fillers=fillers(2), fillers_per_minute=12.0)) == ()


def test_there_is_never_more_than_two_pieces_of_advice() -> None:
    much = changed(
        clipped=0.1, words_per_minute=200.0, fillers=fillers(20), fillers_per_minute=20.0
    )
    assert len(advice(much)) == 2


def test_smaller_figures_are_mentioned_and_i_and_we_are_not_scored() -> None:
    said = dict(delivery_words.mentioned(changed(i_words=9, we_words=3), SAY))
    assert said["Longest speech without a pause"] == "9 s, 24 words, from 0:04"
    assert said["“I” and “we”"] == "9 and 3; shown, never scored"


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_in_another_language_nothing_is_said_in_english(language: str) -> None:
    say = phrases(language)
    foreign = changed(language=language, norms=False, fillers=fillers(9), i_words=3)
    english = {text for figure in figures(foreign) for text in (figure.name, figure.means)}
    english |= {name for name, _ in delivery_words.mentioned(foreign, SAY)}
    said = {t for f in delivery_words.figures(foreign, say) for t in (f.name, f.means)}
    said |= {name for name, _ in delivery_words.mentioned(foreign, say)}
    assert said & english <= {"Pauses"}  # French, too
    assert len(how_sure(foreign, say)) == 1


def test_words_of_people_are_drawn_as_they_are() -> None:
    def card() -> None:
        from pages.ui.delivery_card import delivery_card
        from tests.pages.ui.test_delivery_card import changed, fillers

        odd = fillers(9, "<b>*um*</b>")
        delivery_card(changed(fillers=odd, fillers_per_minute=9.0))
        delivery_card(None)

    tab = AppTest.from_function(card).run()
    assert not tab.exception
    words = "\n".join(element.value for element in tab.markdown)
    assert r"\<b\>\*um\*\<\/b\>" in words
    assert "nothing to say about its pace" in words
