"""The figures of the coach as the operator reads them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui.coach_figures import CoachFigures
from services.storage.spending import SpentToday

MIDNIGHT = datetime(2026, 11, 23, tzinfo=UTC)
FIGURES = CoachFigures(
    provider="gemini",
    models={"rating": "gemini-3.8-flash", "planning": "gemini-3.5-flash-lite"},
    today=SpentToday(1_250, 5_000, 2_340_000, 30_000_000, 0.25, MIDNIGHT),
    waiting=3,
    next_try=datetime(2026, 11, 22, 14, 32, tzinfo=UTC),
    notes=("The model <b> is gone (404).",),
)


def _screen(figures: object) -> None:  # a script of its own: it sees no import above
    from pages.operator.coaching_status import coaching

    coaching(figures)  # type: ignore[arg-type]


def drawn(figures: CoachFigures) -> AppTest:
    screen = AppTest.from_function(_screen, args=(figures,), default_timeout=30).run()
    assert not screen.exception
    return screen


def words(screen: AppTest) -> str:
    elements = [*screen.header, *screen.markdown, *screen.caption]
    return "\n".join(str(element.value) for element in elements).replace("\\", "")


def numbers(screen: AppTest) -> dict[str, str]:
    return {metric.label: str(metric.value) for metric in screen.metric}


def test_provider_models_and_notes_are_named() -> None:
    said = words(drawn(FIGURES))
    assert "Coach: Gemini" in said
    assert "Rating: gemini-3.8-flash" in said
    assert "Planning: gemini-3.5-flash-lite" in said
    assert "The model <b> is gone (404)." in said, "a note is text, whatever is in it"
    assert "they start again at 00:00 UTC" in said


def test_every_figure_is_beside_its_limit() -> None:
    assert numbers(drawn(FIGURES)) == {
        "Calls today": "1,250 of 5,000",
        "Tokens today": "2.3 M of 30.0 M",
        "Ratings waiting": "3",
        "Next try": "14:32 UTC",
    }


def test_when_nothing_waits_there_is_no_next_try() -> None:
    assert numbers(drawn(replace(FIGURES, waiting=0, next_try=None)))["Next try"] == "none"
    assert numbers(drawn(replace(FIGURES, next_try=None)))["Next try"] == "at once"


@pytest.mark.parametrize(
    ("share", "badge"), [(0.5, ""), (0.85, "85% used today"), (1.0, "Used up for today")]
)
def test_a_limit_that_is_near_stands_out(share: float, badge: str) -> None:
    said = words(drawn(replace(FIGURES, today=replace(FIGURES.today, share=share))))
    assert ("orange-badge" in said) is bool(badge)
    assert badge in said


def test_without_a_language_model_no_model_is_named_and_no_limit_stands_out() -> None:
    offline = replace(FIGURES, provider="offline", models={}, notes=())
    said = words(drawn(replace(offline, today=replace(FIGURES.today, share=1.0))))
    assert "Coach: The offline coach" in said
    assert "badge" not in said
    assert "Since the start" not in said
