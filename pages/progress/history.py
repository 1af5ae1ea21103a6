"""History: every interview, newest first, with the way back into it."""

from __future__ import annotations

import streamlit as st

from pages.ui.context import require_user, services, tab
from pages.ui.errors import show
from pages.ui.places import FEEDBACK, INTERVIEW, REVIEW, SET_UP, go
from pages.ui.text import plain
from pages.ui.wording import counted, figure, when
from services.domain import InterviewState, InterviewSummary, User
from services.errors import AppError

PAGE = 20  # rows on a page


def screen(user: User) -> None:
    st.title("History", anchor=False)
    newest, count = services().past.newest(user.id, PAGE)
    if count == 0:
        with st.container(key="card-empty"):
            st.markdown(
                "**No interviews yet.** Every interview appears here as soon as you start it, and you can come back to it at any time."
            )
            if st.button("Set up an interview", type="primary"):
                go(SET_UP)
        return
    pages = -(-count // PAGE)
    drawn = st.container()
    number = st.pagination(pages, key="page", bind="query-params") if pages > 1 else 1
    rows = newest if number == 1 else _page(user, number)
    rated = any(row.overall is not None for row in rows)
    kept_back = services().sharing.kept_back(user.id, tab().self_skipped) if rated else frozenset()
    with drawn:
        st.caption(counted(count, "interview"))
        for row in rows:
            _row(user, row, kept_back=row.id in kept_back)


def _page(user: User, number: int) -> tuple[InterviewSummary, ...]:
    return services().past.history(user.id, PAGE, (number - 1) * PAGE)


def _row(user: User, row: InterviewSummary, *, kept_back: bool) -> None:
    """With its figure, unless feedback keeps it back until the candidate has rated an answer themselves."""
    with (
        st.container(key=f"card-{row.id}"),
        st.container(
            horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
        ),
    ):
        with st.container(width=500, gap="xxsmall"):
            st.markdown(f"**{plain(row.position)}**")
            st.caption(
                f"{when(row.created_at, st.context.timezone)} · {row.category.label} · "
                f"{row.answered_count} of {counted(row.question_count, 'question')} answered"
            )
        st.markdown("Rate yourself first" if kept_back else figure(row.overall), width="content")
        with st.container(horizontal=True, width="content"):
            unfinished = row.state is InterviewState.OPEN
            if unfinished and st.button("Continue", key=f"continue-{row.id}", type="primary"):
                go(INTERVIEW, interview=row.id)
            if (not unfinished or row.overall is not None) and st.button(
                "Feedback", key=f"feedback-{row.id}"
            ):
                go(FEEDBACK, interview=row.id)
            if row.answered_count and st.button("Review", key=f"review-{row.id}"):
                go(REVIEW, interview=row.id)
            if st.button("Delete", key=f"delete-{row.id}", type="tertiary"):
                _confirm(user, row)


@st.dialog("Delete this interview?")
def _confirm(user: User, row: InterviewSummary) -> None:
    st.markdown(f"**{plain(row.position)}**, {when(row.created_at, st.context.timezone)}")
    st.markdown(
        "Its questions, your answers, their recordings and ratings are deleted. This cannot be undone."
    )
    with st.container(horizontal=True):
        if st.button("Delete interview", type="primary"):
            try:
                services().past.delete(user.id, row.id)
            except AppError as error:
                show(error)
                return
            tab().notice = "The interview is deleted."
            st.rerun()
        if st.button("Keep it"):
            st.rerun()


screen(require_user())
