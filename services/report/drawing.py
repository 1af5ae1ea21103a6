"""What is drawn on a report rather than written: steps of a level, bars, a line over time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from services.report.paper import Paper
from services.report.styles import INK, QUIET, RULE, SMALL, TEAL, WIDTH, Colour, Style

# Okabe and Ito's colours, which stay apart for every kind of colour vision and in print; as on the screen.
SERIES: Final[tuple[Colour, ...]] = (
    *((0x00, 0x72, 0xB2), (0xD5, 0x5E, 0x00), (0x00, 0x9E, 0x73), (0xCC, 0x79, 0xA7)),
    (0x52, 0x60, 0x6D),
)
_TICK: Final = Style(7.5, colour=QUIET, leading=1.2)


def steps(paper: Paper, low: int, high: int, *, x: float, y: float, width: float = 34.0) -> None:
    """Five steps: filled up to `low`, framed up to `high`, faint beyond."""
    size = (width - 4 * 1.2) / 5
    for step in range(1, 6):
        at = x + (step - 1) * (size + 1.2)
        if step <= low:
            paper.box(x=at, y=y, width=size, height=2.4, fill=TEAL)
        elif step <= high:
            paper.box(x=at, y=y, width=size, height=2.4, edge=TEAL)
        else:
            paper.box(x=at, y=y, width=size, height=2.4, fill=RULE)


def bar(
    paper: Paper, share: float, *, x: float, y: float, width: float, colour: Colour = TEAL
) -> None:
    """A share (0-1) of a faint bar."""
    paper.box(x=x, y=y, width=width, height=2.0, fill=RULE)
    paper.box(x=x, y=y, width=max(0.4, width * min(1.0, max(0.0, share))), height=2.0, fill=colour)


def over_time(
    paper: Paper,
    series: Sequence[tuple[str, Sequence[tuple[float, float]]]],
    ticks: Sequence[tuple[float, str]],
    height: float = 58.0,
) -> None:
    """Figures out of 10 over time, a line for each series and never one across two.

    `series` are names with points of (place in time from 0 to 1, figure); `ticks` are places with labels.
    """
    keys = len(series) * SMALL.line
    paper.need(height + keys + 8)
    left, right, top = 8.0, WIDTH - 4.0, paper.y + 2
    floor = top + height

    def at(place: float, value: float) -> tuple[float, float]:
        return left + 3 + place * (right - left - 6), floor - value / 10 * height

    for value in range(0, 11, 2):
        y = floor - value / 10 * height
        paper.line([(left, y), (right, y)], RULE, 0.15)
        paper.beside(str(value), _TICK, x=left - 2, y=y - _TICK.line / 2, align="R")
    for place, label in ticks:
        x = at(place, 0)[0]
        size = paper.wide(label, _TICK)
        paper.beside(label, _TICK, x=min(max(left, x - size / 2), right - size), y=floor + 1.5)
    for number, (_, points) in enumerate(series):
        colour = SERIES[number % len(SERIES)]
        drawn = [at(place, value) for place, value in points]
        if len(drawn) > 1:
            paper.line(drawn, colour, 0.7)
        for x, y in drawn:
            paper.dot(x=x, y=y, radius=0.9, fill=colour)
    paper.y = floor + 7
    for number, (name, _) in enumerate(series):
        paper.dot(
            x=left + 1,
            y=paper.y + SMALL.line / 2,
            radius=1.1,
            fill=SERIES[number % len(SERIES)],
        )
        paper.text(name, Style(8.5, colour=INK, leading=1.45), x=left + 4)
