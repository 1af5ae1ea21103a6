"""What a coach would say about the progress: values -> one or two sentences, with their numbers."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from pages.ui.wording import counted
from services.domain import OFFLINE, CriterionFigure, KindFigure, TrendPoint

# A difference below these is called "about the same": one answer judged one level differently moves a
# mean of four answers by 0.25 levels, or by about 0.6 of the figure out of 10 for a whole answer.
LEVEL_CHANGE = 0.25
FIGURE_CHANGE = 0.5
FEW = 4  # answers; below, a mean is called a first impression


def coach_labels(points: Sequence[TrendPoint]) -> dict[str, str]:
    """What people read for each coach of a trend: the offline one by what it makes, a model by its name."""
    coaches = sorted({point.coach for point in points})
    return {coach: "Offline estimate" if coach == OFFLINE else coach for coach in coaches}


def on_trend(points: Sequence[TrendPoint]) -> str:
    """From where to where, over what time. Only interviews of the latest coach are compared."""
    if not points:
        return "Finish an interview, and your figure over time starts here."
    latest = max(points, key=lambda point: point.at).coach
    labels = coach_labels(points)
    by = f" ({labels[latest]})" if len(labels) > 1 else ""
    own = sorted((point for point in points if point.coach == latest), key=lambda point: point.at)
    if len(own) < 2:
        return f"Your first rated interview came to {own[0].overall:.1f} out of 10{by}. The next one makes it a line."
    size = min(3, len(own) // 2)
    first, last = (fmean(point.overall for point in part) for part in (own[:size], own[-size:]))
    span = _span((own[-1].at - own[0].at).days)
    if abs(last - first) < FIGURE_CHANGE:
        return (
            f"You have held {last:.1f} out of 10 {span}, over {counted(len(own), 'interview')}{by}."
        )
    verb = "risen" if last > first else "come down"
    return f"Your answers have {verb} from {first:.1f} to {last:.1f} out of 10 {span}{by}."


def on_criteria(figures: Sequence[CriterionFigure]) -> str:
    """The largest rise, and what to practise next."""
    if not figures:
        return "Once an answer is rated, each thing it was judged on appears here."
    weakest = min(figures, key=lambda figure: figure.mean)
    next_step = f"Practise “{_lower(weakest.name)}” next: level {weakest.mean:.1f} of 5 so far."
    changed = [f for f in figures if f.earlier is not None and f.recent is not None]
    best = max(changed, key=lambda f: (f.recent or 0) - (f.earlier or 0), default=None)
    if best is None or (best.recent or 0) - (best.earlier or 0) < LEVEL_CHANGE:
        return next_step
    return f"“{best.name}” rose from {best.earlier:.1f} to {best.recent:.1f}. {next_step}"


def on_kinds(figures: Sequence[KindFigure]) -> str:
    """Which kind of question goes best, and which wants practice."""
    if not figures:
        return "Once an answer is rated, the kinds of question are compared here."
    best = max(figures, key=lambda figure: figure.overall)
    worst = min(figures, key=lambda figure: figure.overall)
    if best.kind is worst.kind:
        return f"So far you have practised {_lower(best.kind.label)} questions: {best.overall:.1f} out of 10."
    doubt = (
        " A first impression, from few answers." if min(best.answers, worst.answers) < FEW else ""
    )
    if best.overall - worst.overall < FIGURE_CHANGE:
        return f"All kinds of question go about equally well.{doubt}"
    return (
        f"{best.kind.label} questions go best ({best.overall:.1f}); "
        f"{_lower(worst.kind.label)} questions want practice ({worst.overall:.1f}).{doubt}"
    )


def _span(days: int) -> str:
    if days < 1:
        return "within a day"
    if days < 14:
        return f"in {counted(days, 'day')}"
    return f"in {round(days / 7)} weeks"


def _lower(name: str) -> str:
    """Inside a sentence; abbreviations such as STAR stay as they are."""
    return name if name[:2].isupper() else name[:1].lower() + name[1:]
