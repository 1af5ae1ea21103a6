"""Ratings that stay out of sight until their candidates have rated themselves: so that what they think of an
answer is their own view, and not an echo of the coach's.

Only for a day after an answer: by then it is no longer fresh, and feedback that was read long ago must not
disappear because somebody could have been asked. Means over many answers (the progress screen) keep all.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from datetime import datetime, timedelta
from uuid import UUID

from services.domain import Answer, AnswerState, Attempt, Rating, RatingState, Review, Views

ASKED_FOR = timedelta(days=1)  # after an answer was finished
_COMING = (RatingState.WAITING, RatingState.RUNNING)


def hidden_in(review: Review, views: Views, skipped: Set[UUID], now: datetime) -> frozenset[UUID]:
    """Answers whose rating, there or to come, is not to be seen. `skipped` are answers that their candidate
    chose not to rate."""
    seen = views.own.keys() | skipped
    return frozenset(
        item.answer.id
        for item in review.items
        if views.asks
        and item.answer is not None
        and _kept_back(item.answer, item.rating, seen, now)
    )


def hidden_among(
    attempts: Sequence[Attempt], views: Views, skipped: Set[UUID], now: datetime
) -> frozenset[UUID]:
    """The same of attempts at one question. With the rating of the one that counts, those of the others are
    hidden that their candidate did not rate: much of what the coach said of them it says of this one too."""
    seen = views.own.keys() | skipped
    if not views.asks or not any(
        one.counts and _kept_back(one.answer, one.rating, seen, now) for one in attempts
    ):
        return frozenset()
    return frozenset(one.answer.id for one in attempts) - seen


def veiled(review: Review, hidden: frozenset[UUID]) -> Review:
    """The same interview as if these answers were not rated yet."""
    items = tuple(
        item.model_copy(update={"rating": None, "earlier": ()})
        if item.answer is not None and item.answer.id in hidden
        else item
        for item in review.items
    )
    return review.model_copy(update={"items": items})


def _kept_back(answer: Answer, rating: Rating | None, seen: Set[UUID], now: datetime) -> bool:
    if answer.id in seen or (answer.finished_at or answer.started_at) < now - ASKED_FOR:
        return False
    return rating is not None or _coming(answer)


def _coming(answer: Answer) -> bool:
    return answer.state is AnswerState.SUBMITTED and answer.rating_state in _COMING
