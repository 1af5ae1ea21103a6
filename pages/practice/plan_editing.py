"""Editing the plan: the questions that were not shown yet, in a dialog over the interview.

What is pressed here goes through callbacks, which no other run can cut off.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from pages.practice.pressing import acting, pressed
from pages.ui.context import services, tab
from pages.ui.errors import boundary
from pages.ui.text import plain
from pages.ui.wording import number_of
from services.domain import Interview, PlanState, Question, User
from services.errors import AppError

_ADD = "Add"


def edit_button(user: User, interview: Interview) -> None:
    """The way into the dialog, and the dialog while it is open; not while questions are being written."""
    state = tab()
    if interview.plan_state is PlanState.WRITING:
        return
    if pressed("Edit questions", type="tertiary", icon=":material/edit:"):
        state.editing, state.edit_problem = interview.id, ""
    if state.editing == interview.id:  # runs of the connection's must not close it
        _dialog(user, interview)


def _close() -> None:
    tab().editing, tab().edit_problem = None, ""


@st.dialog("Edit questions", width="medium", on_dismiss=_close)
def _dialog(user: User, interview: Interview) -> None:
    with boundary():
        now = services().interviews.open_interview(user.id, interview.id)
        later = [q for q in now.planned if not q.shown]
        if later:
            st.caption("Questions that you have not seen yet. The others keep their place.")
        else:
            st.caption("You have seen all questions. You can add one of your own.")
        for place, question in enumerate(later):
            _row(user, now, question, first=place == 0, last=place == len(later) - 1)
        _problem()
        _own(user, now)


def _row(user: User, interview: Interview, question: Question, *, first: bool, last: bool) -> None:
    interviews = services().interviews

    def move(earlier: bool) -> None:
        interviews.move_question(user.id, interview, question.id, earlier=earlier)

    def drop() -> None:
        interviews.drop_question(user.id, interview, question.id)

    with st.container(key=f"plan-{question.id}", gap="xsmall"):
        st.markdown(f"**{number_of(interview, question)}.** {plain(question.text)}")
        with st.container(horizontal=True, gap="xsmall"):
            for label, off, change in (
                ("Move up", first, lambda: move(True)),
                ("Move down", last, lambda: move(False)),
                ("Drop", False, drop),
            ):
                st.button(
                    label,
                    key=f"{label}-{question.id}",
                    disabled=off,
                    on_click=_change,
                    args=(change,),
                )


def _change(change: Callable[[], None]) -> None:
    """Make a change; one that cannot be made (any more) says why."""
    state = tab()
    state.edit_problem = ""
    try:
        change()
    except AppError as error:  # a callback: no boundary is around it
        state.edit_problem = f"{error.message} {error.remedy}".strip()


def _problem() -> None:
    if told := tab().edit_problem:
        st.markdown(f":orange[:material/error: {plain(told)}]")


def _own(user: User, interview: Interview) -> None:
    state = tab()
    text = st.text_area(
        "Add a question of your own",
        key=f"own-question-{state.own_number}",
        height=100,
        placeholder="For example: Why do you want to leave your present job?",
    )
    if pressed(_ADD):
        with acting(_ADD, "Writing what a good answer holds"):
            _change(lambda: services().interviews.add_own_question(user.id, interview, text))
            if not state.edit_problem:  # before anything is drawn, which could cut this run off
                state.own_number += 1
        st.rerun()  # the dialog stays open, as `editing` says so
