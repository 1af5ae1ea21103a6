"""A one-way interview: time to think, then the answer starts by itself, and the next question follows.

Nothing goes on by itself in a tab where nobody has pressed start: after a reload a press is needed once. The
time to think is counted from when the answer was opened, so a reload does not begin it anew.
"""

from __future__ import annotations

import time
from math import ceil

import streamlit as st

from pages.practice.pressing import keep
from pages.ui.context import Stage, services, tab
from pages.ui.errors import boundary, show
from pages.ui.wording import clock, counted
from services.domain import Answer, AnswerMode, Interview, InterviewMode, Question, Setup, User
from services.errors import DatabaseAway
from services.speech.heard import Heard
from services.storage.clock import utc_now
from services.timing import LEAD_S, think_left_s

START_NOW = "Start now"
TICK_S = 1.0  # between two looks at the countdown


def one_way(interview: Interview, stage: Stage) -> bool:
    """Whether this answer is given as in a recorded interview; another attempt beside it never is."""
    return interview.setup.mode is InterviewMode.ONE_WAY and stage.again is None


def going(interview: Interview) -> str:
    """What this tab asks the browser for at every question by itself: video, audio, or empty."""
    going = tab().going
    return going[1] if going is not None and going[0] == interview.id else ""


def unseen(interview: Interview, question: Question, answer: Answer | None, stage: Stage) -> bool:
    """Whether the question stays out of sight until its candidate is ready."""
    return one_way(interview, stage) and answer is None and not stage.typing and not question.shown


def opened(
    user: User, interview: Interview, question: Question, answer: Answer | None, stage: Stage
) -> bool:
    """Open the next answer by itself, which begins the time to think; True: it is there now."""
    if answer is not None or stage.typing or not one_way(interview, stage) or not going(interview):
        return False
    try:
        services().spoken.listen(user.id, question)
    except DatabaseAway as error:
        tab().going = None  # start it by hand once the database is back
        show(error)
        return False
    return True


def thinks(setup: Setup, answer: Answer | None, heard: Heard | None, stage: Stage) -> bool:
    """Whether a press of start leads to the countdown first: the question has just come, or it runs still.
    Not after trouble with the microphone."""
    if stage.trouble or (heard is not None and heard.seconds > 0):
        return False
    return (
        answer is None
        or answer.mode is AnswerMode.TYPED
        or think_left_s(setup.think_s, answer.started_at, utc_now()) > 0
    )


def counting_down(interview: Interview, heard: Heard | None, stage: Stage) -> bool:
    """Whether the answer is about to start by itself; never one that another device hears."""
    ready = one_way(interview, stage) and bool(going(interview)) and not stage.trouble
    return ready and heard is not None and heard.seconds == 0


def countdown(setup: Setup, answer: Answer) -> None:
    """`Your answer starts in 0:24.` At its end it is as if `START_NOW` had been pressed."""
    # The connection must have been drawn at rest for a while before it is asked to begin.
    drawn = time.monotonic()

    def look() -> None:
        with boundary():
            rest = LEAD_S - (time.monotonic() - drawn)
            left = max(rest, think_left_s(setup.think_s, answer.started_at, utc_now()))
            if left <= 0:
                keep(START_NOW)
                st.rerun()
            with st.container(key="countdown"):
                st.markdown(f"Your answer starts in **{clock(ceil(left))}**.")

    st.fragment(look, run_every=TICK_S)()


def briefing(setup: Setup) -> None:
    """What is about to happen, in the place of the words."""
    think = f"{setup.think_s} seconds to think" if setup.think_s else "a few seconds to read it"
    limit = (
        f"at most {clock(setup.answer_s)} for your answer"
        if setup.answer_s
        else "as long as you need for your answer"
    )
    with st.container(key="card-briefing"):
        st.markdown("**How this runs**")
        st.markdown(
            f"- Each question gives you {think}, then the recording starts by itself, with {limit}.\n"
            f"- You have {counted(setup.takes, 'take')} for each answer. "
            + ("The last one is used.\n" if setup.takes > 1 else "It is used as it is.\n")
            + "- Then the next question comes. Your feedback is there at the end.\n"
            "- A connection that breaks costs you neither time nor a take."
        )
