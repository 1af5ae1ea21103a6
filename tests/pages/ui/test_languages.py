"""Languages of questions, answers and ratings in plain words."""

from __future__ import annotations

import pytest

from pages.ui.languages import answered_in, not_understood, only_typed
from services.domain import AUTO
from services.speech.model import ModelState, ModelStatus


def model(*languages: str) -> ModelStatus:
    return ModelStatus(ModelState.READY, "base.en", languages=languages)


def test_a_language_that_the_model_cannot_hear_is_said_with_the_way_out() -> None:
    assert not_understood(model("en"), "es") == (
        "The speech model base.en understands only English. Choose English, or ask the operator for a "
        "multilingual model such as base."
    )
    assert "does not understand Spanish" in not_understood(model("de", "en"), "es")
    assert "understands only English" in not_understood(model("en"), AUTO)


@pytest.mark.parametrize(
    ("languages", "code"),
    [(("en",), "en"), (("de", "en"), "de"), (("de", "en"), AUTO), ((), "es"), ((), AUTO)],
)
def test_a_language_that_it_hears_or_that_nobody_knows_about_yet_is_no_problem(
    languages: tuple[str, ...], code: str
) -> None:
    assert not_understood(model(*languages), code) == ""


def test_who_does_not_answer_in_english_is_told_what_stays_english() -> None:
    assert answered_in("en", talks=False) == ""
    assert "answer in Spanish" in answered_in("es", talks=False)
    assert "your own language" in answered_in(AUTO, talks=False)
    assert "English wording only" in answered_in("es", talks=False)


def test_a_language_model_asks_and_rates_in_the_chosen_language() -> None:
    assert answered_in("en", talks=True) == ""
    assert "Questions come in Spanish" in answered_in("es", talks=True)
    assert "the language that you speak" in answered_in(AUTO, talks=True)


def test_a_language_that_only_the_coach_knows_is_one_to_type_in() -> None:
    assert only_typed(model("en"), "es") == (
        "The speech model base.en does not understand Spanish: type your answers."
    )
    assert only_typed(model("en"), "en") == ""
    assert only_typed(model("en", "es"), "es") == ""
