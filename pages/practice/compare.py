"""Attempts at one question side by side: what changed, and which one counts."""

from __future__ import annotations

from uuid import UUID

import streamlit as st

from pages.practice.at_the_end import at_the_end, held_back
from pages.practice.attempt import attempt_card
from pages.practice.attempt_pair import Numbered, attempt_pair
from pages.practice.compared import told
from pages.practice.reader import Reader
from pages.practice.retake import answer_again
from pages.practice.reviewed import ON_ITS_WAY
from pages.practice.self_rating import hidden_among
from pages.ui.context import require_user, services
from pages.ui.errors import boundary
from pages.ui.phrases import phrases
from pages.ui.places import FEEDBACK, HISTORY, go
from pages.ui.text import plain
from services.domain import QuestionAttempts, User
from services.errors import NotFound

WATCH_S = 3.0  # seconds between two looks while a rating is on its way


def screen(user: User) -> None:
    st.title("Your attempts", anchor=False)
    tried = _tried(user)
    if tried is None:
        with st.container(key="card-empty"):
            st.markdown(
                "There is nothing to compare at this address. It may have been deleted, or the link is "
                "incomplete."
            )
            if st.button("History", type="primary"):
                go(HISTORY)
        return
    if held_back(tried.setup, tried.state):
        at_the_end(tried.interview_id)
        return
    language = tried.setup.language
    coach = services().interviews.coach(user.id)
    views = services().sharing.views(user.id, tried.interview_id)
    hidden = hidden_among(tried.attempts, views)
    reader = Reader(user, phrases(language), coach, hidden=hidden, language=language)
    with st.container(key="card-compared"):
        st.caption(plain(tried.setup.job.position))
        st.header(plain(tried.question.text), anchor=False)
        pair = attempt_pair(tried, hidden)
        if len(pair) == 2:
            st.markdown("  \n".join(told(pair[0][1].rating, pair[1][1].rating, reader)))
        else:
            st.markdown("Once there are two attempts, you see them here side by side.")
        _ways_on(user, tried)
    _side_by_side(reader, tried, pair)
    _watch(user, tried)


def _tried(user: User) -> QuestionAttempts | None:
    """What the address names. Unknown, deleted and somebody else's are the same."""
    try:
        return services().past.tried(user.id, UUID(st.query_params.get("question", "")))
    except (ValueError, NotFound):
        return None


def _side_by_side(reader: Reader, tried: QuestionAttempts, pair: list[Numbered]) -> None:
    counting = next((one for one in tried.attempts if one.counts), None)
    before: Numbered | None = None
    for column, (number, attempt) in zip(st.columns(2, gap="medium"), pair, strict=False):
        with column:
            attempt_card(reader, number, attempt, before, counting)
        before = (number, attempt)


def _ways_on(user: User, tried: QuestionAttempts) -> None:
    with st.container(horizontal=True):
        if st.button("Answer again", type="primary", icon=":material/replay:"):
            answer_again(user, tried.interview_id, tried.question)
        if st.button("Feedback"):
            go(FEEDBACK, interview=tried.interview_id)


def _watch(user: User, drawn: QuestionAttempts) -> None:
    """While a rating is on its way, look every `WATCH_S` and draw again when it has come."""
    if not any(one.answer.rating_state in ON_ITS_WAY for one in drawn.attempts):
        return

    @st.fragment(run_every=WATCH_S)
    def look() -> None:
        with boundary():
            if services().past.tried(user.id, drawn.question.id) != drawn:
                st.rerun()

    look()


screen(require_user())
