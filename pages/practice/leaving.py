"""The ways off a question without an answer, the same under every way of answering."""

from __future__ import annotations

import streamlit as st

from pages.practice.pressing import acting, pressed
from pages.practice.retake import leave_retake
from pages.ui.context import services, tab
from pages.ui.places import FEEDBACK, go
from pages.ui.waiting import reachable
from services.domain import Interview, Question, User
from services.errors import AlreadyAnswered

END = "End interview"


def leave_buttons(user: User, interview: Interview, question: Question) -> None:
    """Skip this question, or end the interview; both keep what has been said."""
    stage = tab().stage
    if stage.again is not None:
        leave_retake(user, interview, stage)
        return
    if pressed("Skip question") and reachable():
        try:
            services().interviews.skip(user.id, question)
        except AlreadyAnswered as error:
            tab().notice = f"{error.message} {error.remedy}".strip()
        tab().stage.done = True
        st.rerun()
    end_button(user, interview)


def end_button(user: User, interview: Interview) -> None:
    """End the interview; what has been said is submitted as it stands."""
    if pressed(END) and reachable():
        with acting(END, "Writing down your last words"):
            services().interviews.end(user.id, interview)
        go(FEEDBACK, interview=interview.id)
