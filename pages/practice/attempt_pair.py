"""Which two attempts at a question are looked at, as their candidate may see them."""

from __future__ import annotations

from uuid import UUID

import streamlit as st

from services.domain import Attempt, QuestionAttempts

Numbered = tuple[int, Attempt]  # from 1


def attempt_pair(tried: QuestionAttempts, hidden: frozenset[UUID]) -> list[Numbered]:
    """The earlier one first; at the start the last two. Fewer where there are fewer."""
    numbered = dict(enumerate(tried.attempts, 1))
    if len(numbered) > 2:
        last = max(numbered)
        with st.container(horizontal=True, gap="large"):
            earlier = _choice("Earlier attempt", range(1, last), last - 1, tried)
            later = _choice("Later attempt", range(earlier + 1, last + 1), last, tried)
        numbered = {number: numbered[number] for number in (earlier, later)}
    return [(number, _as_seen(attempt, hidden)) for number, attempt in numbered.items()]


def _as_seen(attempt: Attempt, hidden: frozenset[UUID]) -> Attempt:
    return attempt.model_copy(update={"rating": None}) if attempt.answer.id in hidden else attempt


def _choice(label: str, numbers: range, start: int, tried: QuestionAttempts) -> int:
    chosen = st.segmented_control(
        label,
        tuple(numbers),
        default=start,
        required=True,
        key=f"{label}-{tried.question.id}-{numbers.start}-{numbers.stop}",
    )
    return int(chosen)
