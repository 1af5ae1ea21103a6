"""A one-way interview is looked back at when it is over, as employers have it: nobody tells how it went before."""

from __future__ import annotations

from uuid import UUID

import streamlit as st

from pages.ui.places import INTERVIEW, go
from services.domain import InterviewMode, InterviewState, Setup


def held_back(setup: Setup, state: InterviewState) -> bool:
    """Whether nothing that was answered is looked at yet. `state` is the interview's."""
    return setup.mode is InterviewMode.ONE_WAY and state is InterviewState.OPEN


def at_the_end(interview_id: UUID) -> None:
    """In the place of what is held back: when it comes, and the way on."""
    with st.container(key="card-empty"):
        st.header("Your feedback comes at the end", anchor=False)
        st.markdown(
            "This is a one-way interview: its answers are looked at together, once the last one is given. They "
            "are kept, and are being rated meanwhile."
        )
        if st.button("Continue", type="primary"):
            go(INTERVIEW, interview=interview_id)
