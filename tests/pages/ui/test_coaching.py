"""The sentences above the charts: each says only what its numbers say."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from pages.ui.coaching import coach_labels, on_criteria, on_kinds, on_trend
from services.domain import Category, CriterionFigure, Kind, KindFigure, TrendPoint

START = datetime(2026, 10, 1, tzinfo=UTC)


def points(
    *figures: float, coach: str = "offline", every: int = 7, start: int = 0
) -> tuple[TrendPoint, ...]:
    return tuple(
        TrendPoint(
            interview_id=uuid4(),
            at=START + timedelta(days=start + every * number),
            position="Nurse",
            category=Category.MIXED,
            coach=coach,
            overall=figure,
            answers=5,
        )
        for number, figure in enumerate(figures)
    )


def criterion(
    name: str, mean: float, earlier: float | None = None, recent: float | None = None
) -> CriterionFigure:
    return CriterionFigure(
        criterion_id=name, name=name, mean=mean, answers=8, earlier=earlier, recent=recent
    )


def test_a_rise_names_both_figures_and_the_time() -> None:
    assert (
        on_trend(points(4, 5, 6, 7, 8))
        == "Your answers have risen from 4.5 to 7.5 out of 10 in 4 weeks."
    )


def test_a_fall_is_named_without_blame() -> None:
    assert "come down from 8.0 to 5.0" in on_trend(points(8, 5))


def test_a_small_change_is_holding() -> None:
    assert on_trend(points(6.0, 6.2)).startswith("You have held 6.2 out of 10")


def test_one_interview_makes_no_trend() -> None:
    assert "first rated interview came to 5.0" in on_trend(points(5))


def test_another_coach_is_never_compared_with_the_first() -> None:
    words = on_trend(points(2, 2, 2) + points(9, coach="someone", start=60))
    assert "first rated interview came to 9.0 out of 10 (someone)." in words


def test_coaches_are_named_for_people() -> None:
    both = points(2) + points(9, coach="gemini-3.8-flash")
    assert coach_labels(both) == {
        "gemini-3.8-flash": "gemini-3.8-flash",
        "offline": "Offline estimate",
    }


def test_interviews_of_one_day_are_not_spread_over_weeks() -> None:
    assert on_trend(points(3, 7, every=0)).endswith("within a day.")


def test_the_largest_rise_and_the_weakest_criterion_are_named() -> None:
    words = on_criteria(
        (criterion("Gives detail", 3, 2.4, 3.6), criterion("Shows results", 1.9, 1.9, 1.9))
    )
    assert (
        words
        == "“Gives detail” rose from 2.4 to 3.6. Practise “shows results” next: level 1.9 of 5 so far."
    )


def test_without_a_rise_only_the_next_step_is_named() -> None:
    assert (
        on_criteria((criterion("STAR order", 2.0),))
        == "Practise “STAR order” next: level 2.0 of 5 so far."
    )


def test_few_answers_are_called_a_first_impression() -> None:
    few = (
        KindFigure(kind=Kind.TECHNICAL, overall=7, answers=2),
        KindFigure(kind=Kind.SYSTEM_DESIGN, overall=4, answers=9),
    )
    words = on_kinds(few)
    assert words.startswith(
        "Technical questions go best (7.0); system design questions want practice (4.0)."
    )
    assert "first impression" in words


def test_nothing_rated_has_words_too() -> None:
    assert all((on_trend(()), on_criteria(()), on_kinds(())))
