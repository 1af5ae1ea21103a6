"""While the coach is at work: a follow-up that may come, questions that are still being written."""

from __future__ import annotations

import time

import streamlit as st

from pages.practice.leaving import end_button
from pages.practice.pressing import forget, pressed
from pages.ui.context import Considering, services, tab
from pages.ui.errors import boundary
from pages.ui.text import plain
from pages.ui.wording import total_of
from services.domain import MOST_FOLLOW_UPS, Answer, Interview, PlanState, Question, User
from services.standing import Standing

CONSIDER_S = 12.0  # longest wait for a follow-up; two calls of a model, usually 3 to 8 s
_LOOK_S = 0.3  # between two looks whether the coach is done
_WRITING_LOOK_S = 0.5  # while somebody waits for the next question
_QUIET_LOOK_S = 2.0  # while somebody answers, and others are being written


def awaited(
    user: User, interview: Interview, question: Question, answer: Answer
) -> Considering | None:
    """What to wait for once this answer is submitted: a follow-up, where one may come. See `considered`."""
    if tab().stage.again is not None:
        return None
    root = question.parent_id or question.id
    asked_on = sum(q.parent_id == root for q in interview.questions)
    may_come = interview.setup.follow_ups and asked_on < MOST_FOLLOW_UPS
    if may_come and services().interviews.coach(user.id).talks:
        return Considering(interview.id, answer.id, time.monotonic())
    return None


def considered(user: User, standing: Standing) -> bool:
    """True once nothing is (or need be) waited for; until then the waiting card is drawn.

    Whoever reloads, presses or has waited `CONSIDER_S` goes on; a follow-up that is late still comes
    before the next question that was not shown.
    """
    waiting = tab().considering
    if waiting is None or waiting.interview_id != standing.interview.id:
        tab().considering = None
        return True
    # Read together with the questions: a follow-up is there before its answer's rating is done.
    if _late(waiting) or waiting.answer_id not in standing.considered:
        tab().considering = None
        return True
    more = standing.question is not None or standing.writing
    with st.container(key="card-considering"):
        st.header("Considering your answer", anchor=False)
        st.markdown("A follow-up may come.")
        st.fragment(_watch, run_every=_LOOK_S)(user, waiting)
        if pressed("Next question" if more else "Go to your feedback"):
            tab().considering = None
            st.rerun()
    forget()
    return False


def _watch(user: User, waiting: Considering) -> None:
    """How much of the longest wait has gone; the page goes on by itself when the coach is done."""
    with boundary():
        if _late(waiting) or not services().interviews.considers(user.id, waiting.answer_id):
            st.rerun()
        st.progress(min(1.0, (time.monotonic() - waiting.since) / CONSIDER_S))


def _late(waiting: Considering) -> bool:
    return time.monotonic() - waiting.since > CONSIDER_S


def await_question(user: User, interview: Interview) -> None:
    """All questions that are there have been answered, and the next one is being written."""

    def watch() -> None:
        with boundary():
            standing = services().interviews.stands(user.id, interview.id)
            if not standing.writing:
                st.rerun()
            now = standing.interview
            st.progress(len(now.planned) / total_of(now), text=_so_far(now))

    with st.container(key="card-writing"):
        st.header("Writing your next question", anchor=False)
        st.fragment(watch, run_every=_WRITING_LOOK_S)()
        st.caption("Your answers so far are kept, and are being rated meanwhile.")
    with st.container(key="actions", horizontal=True):
        end_button(user, interview)
    forget()


def still_writing(user: User, interview: Interview) -> None:
    """A quiet line while the questions after this one are being written; it goes when they are there."""
    if interview.plan_state is PlanState.READY:
        return

    def watch() -> None:
        with boundary():
            now = services().interviews.open_interview(user.id, interview.id)
            if now.plan_state is PlanState.READY:
                st.rerun()
            st.caption(_so_far(now), width="content")

    st.fragment(watch, run_every=_QUIET_LOOK_S)()


def plan_notice(interview: Interview, question: Question) -> None:
    """Why some questions are not the coach's own: said once, beside the question that is on then."""
    if not interview.plan_problem:
        return
    if tab().told.setdefault(interview.id, question.id) == question.id:
        st.info(
            plain(f"{interview.plan_problem} Your interview goes on, and your answers are kept."),
            icon=":material/info:",
        )


def _so_far(interview: Interview) -> str:
    total = total_of(interview)
    return f"Writing question {min(len(interview.planned) + 1, total)} of {total}"
