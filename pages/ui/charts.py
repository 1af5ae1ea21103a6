"""Progress as pictures: values -> Plotly figures. No Streamlit; colours come from the page's theme.

A figure sets no colour where the theme has one, so that the same figure is right on light and dark.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from statistics import fmean

import plotly.graph_objects as go

from pages.ui.wording import counted, on_clock, when
from services.domain import CriterionFigure, KindFigure, TrendPoint

EVERY_POINT = 12  # interviews; above, single figures scatter too much to be joined by a line
RECENT = 5  # interviews in the running mean that is drawn instead
ROW = 62  # pixels for one bar with its name above it: legible on a phone without turning it


def trend(
    points: Sequence[TrendPoint], coaches: Mapping[str, str], timezone: str | None
) -> go.Figure:
    """Figure out of 10 over time. One line per coach, never joined; `coaches` names them for people."""
    figure = _empty(300)
    by_coach = sorted(points, key=lambda point: (point.coach, point.at))
    groups = groupby(by_coach, key=lambda point: point.coach)
    for number, (coach, group) in enumerate(groups):
        own = list(group)
        colour = _colour(figure, number)
        name = coaches.get(coach, coach)
        at = [_wall_clock(point, timezone) for point in own]
        many = len(own) > EVERY_POINT
        figure.add_scatter(
            x=at,
            y=[point.overall for point in own],
            mode="markers" if many else "lines+markers",
            cliponaxis=False,  # a point at 0 is drawn whole
            marker={"color": colour, "size": 6 if many else 9, "opacity": 0.45 if many else 1},
            line={"color": colour, "width": 3},
            text=[_hover(point, timezone) for point in own],
            hovertemplate="%{text}<extra></extra>",
        )
        if many:
            line = {"color": colour, "width": 3}
            figure.add_scatter(x=at, y=running_mean(own), mode="lines", line=line, hoverinfo="skip")
        figure.add_annotation(
            x=at[-1],
            y=running_mean(own)[-1] if many else own[-1].overall,
            text=f"{name}, {counted(len(own), 'interview')}",
            showarrow=False,
            font=_quiet(figure),
            xanchor="right",
            yshift=18,
        )
    figure.update_yaxes(
        range=[0, 10.6], tickvals=[0, 2, 4, 6, 8, 10], title_text="Figure out of 10"
    )
    figure.update_xaxes(showgrid=False, nticks=5)
    if points:
        times = [_wall_clock(point, timezone) for point in points]
        span = max(times) - min(times)
        days = span >= timedelta(days=1)  # below, the axis counts hours
        margin = max(span / 15, timedelta(days=1) if days else timedelta(minutes=30))
        figure.update_xaxes(
            range=[min(times) - margin, max(times) + margin],
            tickformat="%-d %b\n%Y" if days else "%H:%M\n%-d %b",
        )
    return figure


def running_mean(points: Sequence[TrendPoint]) -> list[float]:
    """Mean figure of each interview and up to four before it."""
    figures = [point.overall for point in points]
    return [fmean(figures[max(0, end - RECENT) : end]) for end in range(1, len(figures) + 1)]


def criteria(figures: Sequence[CriterionFigure]) -> go.Figure:
    """Mean level per criterion, weakest on top, in the hue of the levels; a mark shows the earlier half."""
    rows = sorted(figures, key=lambda figure: figure.mean)
    figure = _bars(
        [row.name for row in rows],
        [row.mean for row in rows],
        [f"{row.mean:.1f} · {counted(row.answers, 'answer')}" for row in rows],
        top=5,
    )
    figure.update_traces(marker={"color": [row.mean for row in rows], "coloraxis": "coloraxis"})
    figure.update_layout(coloraxis={"cmin": 1, "cmax": 5, "showscale": False})
    before = [(number, row.earlier) for number, row in enumerate(rows) if row.earlier is not None]
    if before:
        figure.add_scatter(
            x=[level for _, level in before],
            y=[number for number, _ in before],
            mode="markers",
            marker={
                "symbol": "line-ns-open",
                "size": 20,
                "color": _colour(figure, 1),
                "line": {"width": 3},
            },
            hovertemplate="Earlier half: %{x:.1f}<extra></extra>",
        )
    return figure


def kinds(figures: Sequence[KindFigure]) -> go.Figure:
    """Mean figure out of 10 per kind of question, weakest on top."""
    rows = sorted(figures, key=lambda figure: figure.overall)
    figure = _bars(
        [row.kind.label for row in rows],
        [row.overall for row in rows],
        [f"{row.overall:.1f} · {counted(row.answers, 'answer')}" for row in rows],
        top=10,
    )
    return figure.update_traces(marker={"color": _colour(figure, 0)})


def _bars(names: list[str], values: list[float], labels: list[str], *, top: int) -> go.Figure:
    """Horizontal bars from 0 to `top`, first row on top, its name above the bar and its value beside."""
    figure = _empty(ROW * len(names) + 40)
    figure.add_bar(
        x=values,
        y=list(range(len(names))),
        orientation="h",
        width=0.34,
        hoverinfo="skip",
    )
    for number, (name, label) in enumerate(zip(names, labels, strict=True)):
        above = {"y": number, "yshift": 22, "showarrow": False, "font": _quiet(figure)}
        figure.add_annotation(x=0, xanchor="left", text=f"<b>{_as_text(name)}</b>", **above)
        figure.add_annotation(x=1, xref="paper", xanchor="right", text=label, **above)
    figure.update_xaxes(
        range=[0, top], tickvals=[1, 2, 3, 4, 5] if top == 5 else [0, 2, 4, 6, 8, 10]
    )
    figure.update_yaxes(visible=False, range=[len(names) - 0.5, -0.75])
    return figure


def _empty(height: int) -> go.Figure:
    """Nothing drawn yet: transparent, still under a finger, and with room for labels only."""
    figure = go.Figure()
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 12, "b": 8},
        showlegend=False,
        dragmode=False,
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        hoverlabel={"align": "left"},
    )
    axis = {"fixedrange": True, "zeroline": False, "automargin": True}
    figure.update_xaxes(**axis, tickfont=_quiet(figure))
    figure.update_yaxes(**axis, tickfont=_quiet(figure), title_font=_quiet(figure))
    return figure


def _colour(figure: go.Figure, number: int) -> str:
    """A colour of the template; Streamlit's stands for one of `chartCategoricalColors`."""
    colours = figure.layout.template.layout.colorway
    return str(colours[number % len(colours)])


def _quiet(figure: go.Figure) -> dict[str, object]:
    """Labels: the fifth of our chart colours is that of quiet text, readable on light and dark."""
    return {"color": _colour(figure, 4), "size": 13}


def _wall_clock(point: TrendPoint, timezone: str | None) -> datetime:
    """When it was, on the candidate's clock: Plotly draws the hour that it reads, in whatever zone."""
    return on_clock(point.at, timezone).replace(tzinfo=None)


def _hover(point: TrendPoint, timezone: str | None) -> str:
    return (
        f"<b>{_as_text(point.position)}</b><br>{when(point.at, timezone)}<br>"
        f"{point.overall:.1f} out of 10, {counted(point.answers, 'answer')}"
    )


def _as_text(words: str) -> str:
    """Plotly reads a little HTML in texts; people's words are none."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
