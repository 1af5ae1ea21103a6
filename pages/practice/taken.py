"""A take of a one-way answer: use it, or record it again while there are takes left. Its words are not edited."""

from __future__ import annotations

import streamlit as st

from pages.practice.coming import words_come
from pages.practice.leaving import leave_buttons
from pages.practice.pressing import pressed
from pages.practice.writing import submit_answer
from pages.ui.context import Stage, services, tab
from pages.ui.text import plain
from pages.ui.transcript import as_heard
from pages.ui.waiting import reachable
from pages.ui.wording import clock, counted, doubt
from services.domain import Answer, Interview, Question, User
from services.timing import takes_left

USE = "Use this take"


def use_take(user: User, interview: Interview, question: Question, answer: Answer) -> None:
    """What was heard, and the choice; the last take is used at once."""
    left = takes_left(interview.setup, answer)
    silent = not answer.text.strip() and not (answer.pending and answer.sound_s > 0)
    if left == 0 and not silent:
        submit_answer(user, interview, question, answer, answer.text, USE)
        return  # not stored: what is wrong has been said, and the next run tries again
    if silent:
        st.warning(
            "We heard nothing in this take, so it does not count. Check that the level moves when you speak, "
            "then record again."
        )
    elif not words_come(user, answer):
        _heard(answer)
    with st.container(key="actions", horizontal=True):
        if not silent and pressed(USE, type="primary"):
            submit_answer(user, interview, question, answer, answer.text, USE)
        again = "Record again" if silent else f"Record again ({counted(left, 'take')} left)"
        if pressed(again, type="primary" if silent else "secondary") and reachable():
            services().interviews.record_again(user.id, answer)
            tab().stage = Stage(question_id=question.id)
            st.rerun()
        leave_buttons(user, interview, question)


def _heard(answer: Answer) -> None:
    with st.container(key="heard-raw"):
        st.markdown(f"**Take {answer.attempt}** · {clock(answer.sound_s)}")
        if answer.raw:
            st.markdown(as_heard(answer.segments))
        if answer.pending:
            st.caption("Your recording is safe; its words follow.")
        else:
            st.caption("As we heard it: a take is not edited.")
        if unsure := doubt(answer.segments):
            st.caption(f":material/hearing: {plain(unsure)}")
