"""Answering a question once more: the way to it from the feedback, and what is different while it is done.

The attempt that counts goes on counting until another one is submitted, and an interview that is under way
is not disturbed.
"""

from __future__ import annotations

from uuid import UUID

import streamlit as st

from pages.practice.at_the_end import held_back
from pages.practice.pressing import forget, pressed
from pages.practice.reader import Reader
from pages.practice.self_rating import hidden_among
from pages.ui.context import Stage, services, tab
from pages.ui.places import COMPARE, FEEDBACK, INTERVIEW, go
from pages.ui.text import plain
from pages.ui.waiting import reachable, waiting_notice
from pages.ui.wording import place_of
from services.domain import AnswerState, Interview, Question, ReviewedQuestion, User
from services.errors import AlreadyAnswered, AppError


def answer_again(user: User, interview_id: UUID, question: Question) -> None:
    """Open another attempt, or go on with the one that was begun, and leave for the interview screen. Raises
    `DatabaseAway`."""
    services().interviews.answer_again(user.id, question.id)
    go(INTERVIEW, interview=interview_id, question=question.id)


def retake(reader: Reader, item: ReviewedQuestion) -> None:
    """On the card of a question that was answered or skipped: another attempt, and what came of all of them."""
    answer, question, say = item.answer, item.question, reader.say
    if answer is None or answer.state not in (AnswerState.SUBMITTED, AnswerState.SKIPPED):
        return
    if item.retake is not None:
        st.markdown(f":material/replay: {say('again_begun')}")
    with st.container(horizontal=True):
        skipped = answer.state is AnswerState.SKIPPED
        label = "again_go_on" if item.retake else "answer_it_now" if skipped else "answer_again"
        if st.button(say(label), key=f"again-{question.id}", icon=":material/replay:"):
            answer_again(reader.user, answer.interview_id, question)
        if item.retake and st.button(say("again_discard"), key=f"discard-{question.id}"):
            _discard(reader.user, item.retake.id)
            st.rerun()
        count = item.others + answer.given
        compared = say("compare_attempts", count=count)
        if count > 1 and st.button(compared, key=f"compare-{question.id}"):
            go(COMPARE, question=question.id)


def retake_head(user: User, interview: Interview, question: Question, stage: Stage) -> None:
    """On the interview screen, in the place of how far the interview is."""
    st.caption(f"{place_of(interview, question)} · Another attempt")
    if stage.advice is None:
        stage.advice = _last_advice(user, question)
    counts = "Your earlier answer counts until you submit this one."
    with st.container(key="last-again", gap="xsmall"):
        if stage.advice:
            st.markdown(f"**Last time's advice:** {plain(stage.advice)}")
        st.caption(counts)


def leave_retake(user: User, interview: Interview, stage: Stage) -> None:
    """The ways off an attempt that is not submitted: it waits, or it is given up."""
    if pressed("Back to feedback"):
        go(FEEDBACK, interview=interview.id)
    if pressed("Discard this attempt") and reachable():
        if stage.again is not None:
            _discard(user, stage.again)
        go(FEEDBACK, interview=interview.id)


def retake_done(user: User, interview: Interview) -> None:
    """Nothing is left to be answered here: back to the feedback, once what was submitted is stored."""
    if services().interviews.waiting(user.id, interview).submitted:
        with st.container(key="card-considering"):
            st.header("Your new attempt is kept", anchor=False)
            waiting_notice(user, interview)
        forget()
        return
    go(FEEDBACK, interview=interview.id)


def _discard(user: User, answer_id: UUID) -> None:
    try:
        services().interviews.discard(user.id, answer_id)
    except AlreadyAnswered as error:  # in another tab
        tab().notice = f"{error.message} {error.remedy}".strip()


def _last_advice(user: User, question: Question) -> str:
    """What the coach said last about this question; empty where nothing is known (now), or is to be seen
    yet."""
    try:
        tried = services().past.tried(user.id, question.id)
        views = services().sharing.views(user.id, tried.interview_id)
    except AppError:
        return ""
    if held_back(tried.setup, tried.state):
        return ""
    rated = [(one.answer.id, one.rating) for one in tried.attempts if one.rating is not None]
    hidden = hidden_among(tried.attempts, views)
    return rated[-1][1].next_action if rated and rated[-1][0] not in hidden else ""
