"""Practice mode: the feedback on an answer as soon as it is submitted, before the next question."""

from __future__ import annotations

from uuid import UUID

import streamlit as st

from pages.practice.leaving import end_button
from pages.practice.pressing import forget, pressed
from pages.practice.reader import Reader
from pages.practice.reviewed import answered, under_way
from pages.practice.self_rating import hidden_in
from pages.ui.context import services, tab
from pages.ui.errors import boundary
from pages.ui.phrases import phrases
from pages.ui.places import INTERVIEW, go
from pages.ui.waiting import waiting_notice
from pages.ui.wording import number_of, total_of
from services.domain import (
    AnswerState,
    Interview,
    InterviewMode,
    InterviewState,
    Look,
    PlanState,
    Question,
    Review,
    User,
)
from services.errors import DatabaseAway
from services.standing import Standing
from services.veil import veiled

LOOK_S = 1.5  # between two looks whether the rating is there
_DONE = (AnswerState.SUBMITTED, AnswerState.SKIPPED)


def read_at_once(interview: Interview, question: Question) -> tuple[UUID, UUID] | None:
    """What `TabState.immediate` becomes when the answer to this question is submitted: in practice its
    feedback comes next, as long as the interview goes on."""
    under_way = interview.state is InterviewState.OPEN
    practised = interview.setup.mode is InterviewMode.PRACTICE and under_way
    return (interview.id, question.id) if practised else None


def immediate(user: User, standing: Standing) -> bool:
    """True while feedback stands in the place of the next question; `Answer again` is on its card."""
    shown = tab().immediate
    if shown is None:
        return False
    begun_again = standing.again and standing.question is not None
    if shown[0] != standing.interview.id or begun_again:
        tab().immediate = None
        return False
    try:
        look = services().past.look(user.id, standing.interview.id)
    except DatabaseAway:
        _kept(user, standing.interview)
    else:
        _card(user, look, shown[1])
    forget()
    return True


def _card(user: User, look: Look, question_id: UUID) -> None:
    review, views = look.review, look.views
    interview = review.interview
    coach = services().interviews.coach(user.id)
    language = interview.setup.language
    hidden = hidden_in(review, views)
    reader = Reader(user, phrases(language), coach, views, hidden, language)
    for item in veiled(review, hidden).items:
        if item.question.id == question_id:
            answered(reader, item, _heading(reader, interview, item.question))
    _watch(user, review, question_id)
    left = any(item.answer is None or item.answer.state not in _DONE for item in review.items)
    more = left or interview.plan_state is PlanState.WRITING
    with st.container(key="actions", horizontal=True):
        _go_on(interview, "Next question" if more else "Go to your feedback")
        if more:
            end_button(user, interview)


def _heading(reader: Reader, interview: Interview, question: Question) -> str:
    number = number_of(interview, question)
    if question.parent_id is not None:
        return reader.say("follow_up_to", number=number)
    return reader.say("question_of", number=number, total=total_of(interview))


def _kept(user: User, interview: Interview) -> None:
    with st.container(key="card-considering"):
        st.header("Your answer is kept", anchor=False)
        st.markdown("Its feedback comes once the database is back. You can go on meanwhile.")
        waiting_notice(user, interview)
        _go_on(interview, "Next question")


def _go_on(interview: Interview, label: str) -> None:
    if pressed(label, type="primary"):
        tab().immediate = None
        go(INTERVIEW, interview=interview.id)


def _watch(user: User, drawn: Review, question_id: UUID) -> None:
    """Draw the page again once the rating is there."""
    if not any(item.question.id == question_id and under_way(item) for item in drawn.items):
        return

    def look() -> None:
        with boundary():
            now = services().past.review(user.id, drawn.interview.id)
            before = next(i for i in drawn.items if i.question.id == question_id)
            if next((i for i in now.items if i.question.id == question_id), None) != before:
                st.rerun()

    st.fragment(look, run_every=LOOK_S)()
