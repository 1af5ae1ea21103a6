"""Review: watch yourself, answer by answer, with your words and what they show beside it."""

from __future__ import annotations

from uuid import UUID

import streamlit as st

from pages.practice.at_the_end import at_the_end, held_back
from pages.practice.question_choice import question_choice
from pages.practice.replay import one_answer
from pages.practice.reviewed import under_way
from pages.practice.self_rating import hidden_in
from pages.ui.context import require_user, services
from pages.ui.errors import boundary
from pages.ui.places import FEEDBACK, HISTORY, SET_UP, go
from pages.ui.text import plain
from pages.ui.wording import when
from services.domain import Look, Review, ReviewedQuestion, User
from services.errors import NotFound
from services.veil import veiled

WATCH_S = 3.0  # seconds between two looks while words or a rating are on their way


def screen(user: User) -> None:
    look = _look(user)
    if look is None or not look.review.items:
        st.title("Review", anchor=False)
        with st.container(key="card-empty"):
            st.markdown(
                "There is nothing to watch at this address. It may have been deleted, or the link is incomplete."
            )
            _ways_on(None)
        return
    review, views = look.review, look.views
    interview = review.interview
    if held_back(interview.setup, interview.state):
        st.title("Review", anchor=False)
        at_the_end(interview.id)
        return
    hidden = hidden_in(review, views)
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"
    ):
        with st.container(width="content", gap="xxsmall"):
            st.title("Review", anchor=False)
            began = when(interview.created_at, st.context.timezone)
            st.caption(f"{plain(interview.setup.job.position)} · {began}")
        item = question_choice(veiled(review, hidden))
    with st.container(key="card-review"):
        one_answer(user, look, item, hidden)
    _ways_on(review)
    _watch(user, review, item)


def _look(user: User) -> Look | None:
    """What the address names. Unknown, deleted and somebody else's are the same."""
    try:
        return services().past.look(user.id, UUID(st.query_params.get("interview", "")))
    except (ValueError, NotFound):
        return None


def _ways_on(review: Review | None) -> None:
    with st.container(horizontal=True):
        if review is None:
            if st.button("Practise", type="primary"):
                go(SET_UP)
        elif st.button("Feedback", type="primary"):
            go(FEEDBACK, interview=review.interview.id)
        if st.button("History"):
            go(HISTORY)


def _watch(user: User, drawn: Review, item: ReviewedQuestion) -> None:
    """While something of this answer is on its way, look every `WATCH_S`, and draw again when it has come."""
    if not under_way(item):
        return

    @st.fragment(run_every=WATCH_S)
    def look() -> None:
        with boundary():
            if services().past.review(user.id, drawn.interview.id) != drawn:
                st.rerun()

    look()


screen(require_user())
