"""How long recordings are kept: the field that asks, and days -> words."""

from __future__ import annotations

from typing import Any

import streamlit as st

from services.privacy.consent import TERMS


def term_field(label: str, days: int | None, key: str, **more: Any) -> None:
    """A field of all terms, on `days` at first; `chosen_term` reads it. (By their numbers: None, a term
    of its own, would mean to Streamlit that nothing is chosen.)"""
    st.selectbox(
        label,
        range(len(TERMS)),
        index=TERMS.index(days) if days in TERMS else 0,
        format_func=lambda number: term(TERMS[number]),
        key=key,
        **more,
    )


def chosen_term(key: str) -> int | None:
    """In days, as `TERMS` has it."""
    return TERMS[int(st.session_state[key])]


def term(days: int | None) -> str:
    """A choice as it is offered."""
    if days is None:
        return "Until I delete them"
    return f"{days} days" if days else "Do not keep recordings"


def until_when(before: int | None, now: int | None) -> str:
    """What a change means for the recordings that are there and for those to come."""
    if now == before:
        return "Kept as it was."
    shorter = now is not None and (before is None or now < before)
    if now == 0:
        return (
            "From now on only your words are kept. The recordings that are there are deleted within the "
            "next minutes."
        )
    then = (
        "Recordings are kept until you delete them."
        if now is None
        else f"Recordings are kept for {now} days."
    )
    return f"{then} Older ones are deleted within the next minutes." if shorter else then
