"""The report of a period as PDF: what was done, how the figure moved, by criterion and kind, and a table of
the interviews. In English, as a period may hold interviews in several languages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from services.domain import OFFLINE, CriterionFigure, InterviewSummary, Progress, TrendPoint
from services.report import drawing
from services.report.paper import Paper
from services.report.styles import BODY, LABEL, SMALL, STRONG, TITLE, WIDTH, Style
from services.report.typefaces import MISSING, named

MOST: Final = 500  # interviews in the table; the tables of the other formats have all
Sentences = Callable[[Progress], tuple[str, str, str]]  # on the trend, the criteria and the kinds
_HEADLINE = Style(13, bold=True, leading=1.3)
_UNSURE = "Ratings that the coach is unsure about are left out."
_COLUMNS: Final = (0.0, 34.0, WIDTH - 58, WIDTH - 26, WIDTH)  # mm from the margin


def period_pdf(
    progress: Progress,
    interviews: Sequence[InterviewSummary],
    days: tuple[date, date],
    tell: Sentences,
    *,
    now: datetime,
    zone: ZoneInfo,
) -> bytes:
    """The file. `interviews` are the newest of the period; of more than `MOST` it says so."""
    span = f"{_day(days[0])} to {_day(days[1])}"
    said = tell(progress)
    paper = Paper(
        f"Progress report · {span}",
        f"AI Interview Mocker · made {_day(now.astimezone(zone).date())}",
        "Page {page} of {pages}",
        now,
        (
            *said,
            *(one.position for one in interviews),
            *(one.name for one in progress.criteria),
            *(one.coach for one in progress.trend),
            "·…•\u2013",
        ),
    )
    paper.text("Progress report", LABEL)
    paper.text(span, TITLE)
    paper.gap(4)
    _done(paper, progress)
    if progress.trend:
        _trend(paper, progress.trend, said[0], zone)
        _criteria(paper, progress.criteria, said[1])
        _kinds(paper, progress, said[2])
    else:
        paper.text("No interview of this period is rated yet. What you answered is kept.")
    _table(paper, interviews, zone)
    _notes(paper)
    return paper.finish()


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _done(paper: Paper, progress: Progress) -> None:
    figures = (
        (f"{progress.interviews_done:,}", "interviews done"),
        (f"{progress.answers_given:,}", "answers given"),
        (f"{progress.minutes_spoken:,.0f}", "minutes spoken"),
    )
    big = Style(20, bold=True, leading=1.2)
    paper.rule()
    paper.gap(3)
    for number, (figure, name) in enumerate(figures):
        x = number * WIDTH / 3
        paper.beside(figure, big, x=x, y=paper.y)
        paper.beside(name, SMALL, x=x, y=paper.y + big.line)
    paper.down(big.line + SMALL.line + 3)
    paper.rule()
    paper.gap(6)


def _trend(paper: Paper, points: Sequence[TrendPoint], said: str, zone: ZoneInfo) -> None:
    paper.need(100)
    paper.bookmark("Figure over time")
    paper.text(said, _HEADLINE)
    paper.gap(2)
    times = [point.at for point in points]
    first, span = min(times), (max(times) - min(times)).total_seconds() or 1.0
    alone = len(set(times)) == 1
    ordered = sorted(points, key=lambda point: (point.coach, point.at))
    series = []
    for coach, group in groupby(ordered, key=lambda point: point.coach):
        own = [
            (0.5 if alone else (point.at - first).total_seconds() / span, point.overall)
            for point in group
        ]
        name = "Offline estimate" if coach == OFFLINE else coach
        series.append((f"{name}, {len(own)} {'interview' if len(own) == 1 else 'interviews'}", own))
    ends = [(0.5, times[0])] if alone else [(0.0, first), (1.0, max(times))]
    ticks = [(place, _day(at.astimezone(zone).date())) for place, at in ends]
    drawing.over_time(paper, series, ticks)
    paper.gap(1)
    paper.text(
        "Figure out of 10. One point is one interview: the mean of its rated answers. Figures of different "
        f"coaches are never joined. {_UNSURE}",
        SMALL,
    )
    paper.gap(8)


def _criteria(paper: Paper, figures: Sequence[CriterionFigure], said: str) -> None:
    if not figures:
        return
    paper.need(40)
    paper.bookmark("Criteria")
    paper.text(said, _HEADLINE, keep=20)
    paper.gap(2)
    for row in sorted(figures, key=lambda figure: figure.mean):
        halves = ""
        if row.earlier is not None and row.recent is not None:
            halves = f" · {row.earlier:.1f} in the earlier half, {row.recent:.1f} in the recent one"
        _bar(paper, row.name, f"{row.mean:.1f} of 5", row.mean / 5, row.answers, halves)
    paper.text(f"Mean level from 1 to 5 of all rated answers, weakest first. {_UNSURE}", SMALL)
    paper.gap(8)


def _kinds(paper: Paper, progress: Progress, said: str) -> None:
    if not progress.kinds:
        return
    paper.need(40)
    paper.bookmark("Kinds of question")
    paper.text(said, _HEADLINE, keep=20)
    paper.gap(2)
    for row in sorted(progress.kinds, key=lambda figure: figure.overall):
        _bar(paper, row.kind.label, f"{row.overall:.1f} of 10", row.overall / 10, row.answers, "")
    paper.text(f"Mean figure out of 10 of the rated answers, weakest first. {_UNSURE}", SMALL)
    paper.gap(8)


def _bar(paper: Paper, name: str, figure: str, share: float, answers: int, more: str) -> None:
    """A name with its figure, and a bar below them."""
    shown = _first_line(paper, name, STRONG, WIDTH - 40)
    paper.need(STRONG.line + SMALL.line + 7)
    paper.beside(shown, STRONG, x=0, y=paper.y)
    paper.beside(figure, STRONG, x=WIDTH, y=paper.y, align="R")
    paper.down(STRONG.line + 0.6)
    drawing.bar(paper, share, x=0, y=paper.y, width=WIDTH)
    paper.gap(3)
    counted = f"{answers:,} {'answer' if answers == 1 else 'answers'}"
    paper.text(f"{counted}{more}", SMALL)
    paper.gap(2)


def _table(paper: Paper, interviews: Sequence[InterviewSummary], zone: ZoneInfo) -> None:
    paper.need(40)
    paper.bookmark("Interviews")
    paper.text("Interviews, newest first", _HEADLINE)
    paper.gap(2)
    if not interviews:
        paper.text("There is none in this period.")
        return
    _heads(paper)
    for row in interviews[:MOST]:
        if paper.need(BODY.line + 3):
            _heads(paper)
        at = row.created_at.astimezone(zone)
        top = paper.y
        paper.beside(f"{at.day} {at:%b %Y, %H:%M}", SMALL, x=_COLUMNS[0], y=top + 0.5)
        position = _first_line(paper, row.position, BODY, _COLUMNS[2] - _COLUMNS[1] - 4)
        paper.beside(position, BODY, x=_COLUMNS[1], y=top)
        paper.beside(row.category.label, SMALL, x=_COLUMNS[2], y=top + 0.5)
        given = f"{row.answered_count} of {row.question_count}"
        paper.beside(given, SMALL, x=_COLUMNS[3], y=top + 0.5, align="R")
        figure = "not rated" if row.overall is None else f"{row.overall:.1f} of 10"
        paper.beside(figure, SMALL if row.overall is None else STRONG, x=WIDTH, y=top, align="R")
        paper.down(BODY.line + 0.7)
        paper.rule()
        paper.gap(0.7)
    if len(interviews) > MOST:
        paper.gap(2)
        paper.text(f"Only the newest {MOST} are listed. The CSV and JSON files have all.", SMALL)


def _heads(paper: Paper) -> None:
    """The names of the columns, on every page."""
    names = ("When", "Position", "Kind", "Answered", "Figure")
    for x, name, align in zip(_COLUMNS, names, "LLLRR", strict=True):
        paper.beside(name, LABEL, x=x, y=paper.y, align=align)
    paper.down(LABEL.line + 0.5)
    paper.rule()
    paper.down(0.7)


def _first_line(paper: Paper, words: str, style: Style, width: float) -> str:
    """As much of a text as fits on one line."""
    lines = paper.broken(" ".join(words.split()), style, width - 4)
    return lines[0].text + (" …" if len(lines) > 1 else "")


def _notes(paper: Paper) -> None:
    missing = paper.missing
    if missing:
        paper.gap(6)
        paper.text(
            f"Some letters could not be printed with the fonts of this report and stand as {MISSING}: "
            f"{named(missing)}. They are in the JSON file.",
            SMALL,
        )
