"""Figures for the progress screen, looked at as data."""

from datetime import datetime, timedelta

import pytest

from pages.ui import charts
from services.domain import CriterionFigure, Kind, KindFigure
from tests.pages.ui.test_coaching import points

COACHES = {"offline": "Offline estimate"}


def test_every_coach_has_a_line_of_its_own_and_a_label_at_its_end() -> None:
    both = points(3, 4, 5) + points(8, 9, coach="someone", start=30)
    figure = charts.trend(both, COACHES, "Europe/Berlin")
    assert [list(line.y) for line in figure.data] == [[3, 4, 5], [8, 9]]
    assert figure.data[0].line.color != figure.data[1].line.color
    assert [note.text for note in figure.layout.annotations] == [
        "Offline estimate, 3 interviews",
        "someone, 2 interviews",
    ]


def test_points_are_joined_in_the_order_of_time() -> None:
    early, late = points(3, 7)
    figure = charts.trend((late, early), COACHES, None)
    assert list(figure.data[0].y) == [3, 7]


def test_many_interviews_are_points_with_the_mean_of_the_latest_five() -> None:
    many = points(*([2.0] * 10 + [8.0] * 10), every=1)
    dots, line = charts.trend(many, COACHES, None).data
    assert dots.mode == "markers"
    assert len(dots.y) == 20
    assert list(line.y)[9:15] == pytest.approx([2, 3.2, 4.4, 5.6, 6.8, 8])


def test_a_position_with_html_is_shown_as_typed() -> None:
    point = points(5)[0].model_copy(update={"position": "<b>Nurse</b> & co"})
    text = charts.trend((point,), COACHES, None).data[0].text[0]
    assert "&lt;b&gt;Nurse&lt;/b&gt; &amp; co" in text


def test_criteria_are_sorted_with_the_weakest_first_and_labelled_with_their_answers() -> None:
    figures = (
        CriterionFigure(criterion_id="a", name="A", mean=4, answers=9, earlier=3.5, recent=4.5),
        CriterionFigure(criterion_id="b", name="B", mean=2, answers=1),
    )
    figure = charts.criteria(figures)
    assert list(figure.data[0].x) == [2, 4]
    assert list(figure.data[0].marker.color) == [2, 4]
    assert (figure.layout.coloraxis.cmin, figure.layout.coloraxis.cmax) == (1, 5)
    assert [note.text for note in figure.layout.annotations] == [
        "<b>B</b>", "2.0 · 1 answer", "<b>A</b>", "4.0 · 9 answers",
    ]  # fmt: skip
    assert (list(figure.data[1].x), list(figure.data[1].y)) == ([3.5], [1])


def test_kinds_use_the_whole_scale_so_that_lengths_can_be_compared() -> None:
    figure = charts.kinds((KindFigure(kind=Kind.TECHNICAL, overall=5, answers=3),))
    assert tuple(figure.layout.xaxis.range) == (0, 10)


@pytest.mark.parametrize(
    "draw", [charts.criteria, charts.kinds, lambda rows: charts.trend(rows, {}, None)]
)
def test_nothing_to_draw_is_an_empty_figure(draw: object) -> None:
    assert draw(()).layout.paper_bgcolor == "rgba(0,0,0,0)"  # type: ignore[operator]


def test_a_finger_that_scrolls_the_page_does_not_move_the_chart() -> None:
    figure = charts.trend(points(3, 4), COACHES, None)
    assert figure.layout.dragmode is False
    assert figure.layout.xaxis.fixedrange
    assert figure.layout.yaxis.fixedrange


def test_a_year_of_daily_interviews_is_drawn() -> None:
    figure = charts.trend(points(*[5.0] * 365, every=1), COACHES, "Asia/Tokyo")
    assert figure.data[0].x[-1] - figure.data[0].x[0] == timedelta(days=364)
    assert figure.data[0].x[0] == datetime(2026, 10, 1, 9)


def test_the_axis_tells_the_time_of_the_candidate_in_hours_until_a_day_has_passed() -> None:
    one_day, days = points(3, 4, every=0), points(3, 4, every=7)
    figure = charts.trend(one_day, COACHES, "Asia/Kolkata")
    assert figure.data[0].x[0] == datetime(2026, 10, 1, 5, 30)
    assert figure.layout.xaxis.tickformat.startswith("%H:%M")
    assert charts.trend(days, COACHES, None).layout.xaxis.tickformat.startswith("%-d %b")
