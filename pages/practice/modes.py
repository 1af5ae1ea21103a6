"""Set-up: how the interview runs, and how long an answer may be."""

from __future__ import annotations

import streamlit as st

from pages.practice import choices
from services.domain import InterviewMode
from services.timing import (
    ANSWER_LIMITS_S,
    ONE_WAY_ANSWER_S,
    TAKES,
    TAKES_GIVEN,
    THINK_S,
    THINK_TIMES_S,
)

_TOLD = {
    InterviewMode.STANDARD: "One question after the other, feedback at the end.",
    InterviewMode.PRACTICE: "A hint when you want one, feedback after each answer, no hurry.",
    InterviewMode.ONE_WAY: (
        "As employers run recorded interviews: time to think, then the recording starts by itself. "
        "Feedback at the end."
    ),
}


def mode_fields() -> None:
    """The mode, and what can be chosen in it."""
    st.segmented_control(
        "How it runs",
        list(InterviewMode),
        key=choices.MODE,
        format_func=lambda mode: mode.label,
        required=True,
        on_change=_fit,
    )
    mode = st.session_state[choices.MODE]
    st.caption(_TOLD[mode])
    st.selectbox(
        "Longest answer",
        (*ANSWER_LIMITS_S, None) if mode is InterviewMode.ONE_WAY else (None, *ANSWER_LIMITS_S),
        key=choices.ANSWER_S,
        format_func=_limit_named,
        placeholder=_limit_named(None),
        on_change="ignore",
    )
    if mode is InterviewMode.ONE_WAY:
        with st.container(horizontal=True):
            st.selectbox(
                "Time to think",
                THINK_TIMES_S,
                key=choices.THINK_S,
                format_func=lambda seconds: f"{seconds} s" if seconds else "None",
                on_change="ignore",
            )
            st.selectbox("Takes", TAKES, key=choices.TAKES, on_change="ignore")


def _fit() -> None:
    """A one-way interview has limits as it comes, the others have none."""
    one_way = st.session_state[choices.MODE] is InterviewMode.ONE_WAY
    st.session_state[choices.ANSWER_S] = ONE_WAY_ANSWER_S if one_way else None
    if one_way:  # fields that were not drawn are empty
        st.session_state[choices.THINK_S] = THINK_S
        st.session_state[choices.TAKES] = TAKES_GIVEN


def _limit_named(seconds: int | None) -> str:
    if seconds is None:
        return "No limit"
    minutes = seconds // 60
    return f"{minutes} minute" if minutes == 1 else f"{minutes} minutes"
