"""Ratings over time, ready to draw: the trend, the criteria and the kinds of question."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.domain import Progress, TrendPoint
from services.ports import Owner
from services.storage.periods import Period
from services.storage.store import Store


def progress(
    store: Store,
    owner: Owner,
    within: Period | None = None,
    asked_since: datetime | None = None,
) -> Progress:
    """Everything that the progress screen draws, from ratings that count (the newest of an answer), or
    what a report draws of the interviews within a period. Answers finished since `asked_since` that their
    candidate has yet to rate are named.

    A criterion's `earlier` and `recent` means part where the candidate's rated interviews part into
    an earlier and a recent half, by the time they were created; the middle one of an odd number is
    recent. The halves are of interviews, not of a criterion's own answers, so that all criteria are
    compared over the same time. With fewer than two rated interviews there are no halves.
    """
    done, means = store.figures(owner, _recent_from, within, asked_since)
    return Progress(
        interviews_done=done.interviews,
        answers_given=done.answers,
        minutes_spoken=done.minutes,
        trend=done.trend,
        criteria=means.criteria,
        kinds=means.kinds,
        unrated=means.unrated,
    )


def _recent_from(trend: Sequence[TrendPoint]) -> datetime | None:
    """When the recent half of the rated interviews begins."""
    times = list(dict.fromkeys(point.at for point in trend))  # two coaches make two points of one
    return times[len(times) // 2] if len(times) >= 2 else None
