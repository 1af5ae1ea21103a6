"""The figures of the coach as a card: who rates, what that has cost today, and what waits."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from pages.ui.coach_figures import CoachFigures
from pages.ui.text import plain

_PROVIDERS = {
    "gemini": "Gemini",
    "openai": "An OpenAI-compatible server",
    "offline": "The offline coach",
}
NEARLY = 0.8  # share of a limit from which it is worth a thought


def coaching(figures: CoachFigures) -> None:
    """Draw everything; times are on UTC, as the limits are."""
    today = figures.today
    paid = figures.provider != "offline"
    with st.container(key="card-coach"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.header(f"Coach: {_PROVIDERS[figures.provider]}", anchor=False, width="content")
            if paid and today.share >= 1:
                st.badge("Used up for today", color="orange")
            elif paid and today.share >= NEARLY:
                st.badge(f"{today.share:.0%} used today", color="orange")
        st.markdown("\n".join(f"- {plain(line)}" for line in _who(figures)))
        with st.grid(4, min_column_width=150):
            st.metric("Calls today", _of(today.calls, today.calls_limit))
            st.metric("Tokens today", _of(today.tokens, today.tokens_limit))
            st.metric("Ratings waiting", f"{figures.waiting:,}")
            st.metric("Next try", _at(figures.next_try) if figures.waiting else "none")
        st.caption(
            f"Calls and tokens of all candidates on this server's account since midnight UTC; they start "
            f"again at {_at(today.resets_at)}. What candidates spend on keys of their own is not in it. "
            "Waiting: answers that a language model could not rate yet."
        )
        if figures.notes:
            st.markdown("**Since the start**")
            st.markdown("\n".join(f"- {plain(note)}" for note in figures.notes))


def _who(figures: CoachFigures) -> list[str]:
    if not figures.models:
        return [
            "Fixed rules plan and rate. Candidates may bring a key of their own, if that is allowed."
        ]
    return [f"{purpose.capitalize()}: {model}" for purpose, model in figures.models.items()]


def _of(used: int, limit: int) -> str:
    return f"{_short(used)} of {_short(limit)}"


def _short(number: int) -> str:
    """`12,400`, `950 k`, `1.2 M`: a figure that fits beside its limit."""
    if number >= 1_000_000:
        return f"{number / 1e6:.1f} M"
    return f"{number // 1000} k" if number >= 100_000 else f"{number:,}"


def _at(moment: datetime | None) -> str:
    return "at once" if moment is None else f"{moment.astimezone(UTC):%H:%M} UTC"
