"""Feedback: every answer of an interview beside what was looked for, and what to try next."""

from __future__ import annotations

from statistics import fmean
from uuid import UUID

import streamlit as st

from pages.practice.at_the_end import at_the_end, held_back
from pages.practice.gap import gap_card
from pages.practice.rated import rater_badge
from pages.practice.reader import Reader
from pages.practice.reviewed import cards, under_way
from pages.practice.self_rating import hidden_in, kept_back
from pages.practice.sharing import open_sharing, sharing_card
from pages.ui import ratings
from pages.ui.context import require_user, services
from pages.ui.errors import boundary
from pages.ui.phrases import phrases
from pages.ui.places import HISTORY, INTERVIEW, SET_UP, go
from pages.ui.report_buttons import interview_report
from pages.ui.text import plain
from pages.ui.wording import counted, when
from services.domain import AnswerState, InterviewState, Look, Rating, Review, User
from services.errors import NotFound
from services.veil import veiled

WATCH_S = 3.0  # seconds between two looks while a rating or a transcript is on its way


def screen(user: User) -> None:
    st.title("Feedback", anchor=False)
    look = _look(user)
    if look is None:
        with st.container(key="card-empty"):
            st.markdown(
                "There is no feedback at this address. It may have been deleted, or the link is incomplete."
            )
            _ways_on(user)
        return
    review, views = look.review, look.views
    if held_back(review.interview.setup, review.interview.state):
        at_the_end(review.interview.id)
        return
    coach = services().interviews.coach(user.id)
    language = review.interview.setup.language
    hidden = hidden_in(review, views)
    reader = Reader(user, phrases(language), coach, views, hidden, language)
    shown = veiled(review, hidden)
    _head(reader, shown)
    sharing_card(user, review.interview.id)
    gap_card(reader, shown)
    cards(reader, shown)
    _watch(user, review)


def _look(user: User) -> Look | None:
    """What the address names. Unknown, deleted and somebody else's are the same."""
    try:
        return services().past.look(user.id, UUID(st.query_params.get("interview", "")))
    except (ValueError, NotFound):
        return None


def _head(reader: Reader, review: Review) -> None:
    setup = review.interview.setup
    rated = [item.rating for item in review.items if item.rating is not None]
    with st.container(key="card-head"):
        st.header(plain(setup.job.position), anchor=False)
        st.caption(
            f"{when(review.interview.created_at, st.context.timezone)} · "
            f"{setup.category.label} · {setup.difficulty.label}"
        )
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            if review.overall is not None:
                sure = [rating.overall_range for rating in rated if not rating.unsure]
                lows, highs = zip(*sure, strict=True)
                ratings.overall(review.overall, fmean(lows), fmean(highs), reader.say)
            _raters(reader, rated)
        left_out = "What was skipped or is not rated yet does not count."
        if any(rating.unsure for rating in rated):
            left_out += " Neither does a rating that the coach is unsure of."
        st.markdown(f"{len(rated)} of {counted(len(review.items), 'question')} rated. {left_out}")
        kept_back(reader.hidden)
        _ways_on(reader.user, review, kept_back=bool(reader.hidden))


def _raters(reader: Reader, rated: list[Rating]) -> None:
    """Everybody who made one of these ratings; before the first, who will."""
    makers = {reader.rater(rating): rating.is_estimate for rating in rated}
    with st.container(horizontal=True, gap="small", width="content"):
        for label, estimate in makers.items() or ((reader.coach.label, not reader.has_model),):
            rater_badge(label, estimate=estimate)


def _ways_on(user: User, review: Review | None = None, *, kept_back: bool = False) -> None:
    with st.container(horizontal=True):
        unfinished = review is not None and _open(review)
        if review is not None and unfinished and st.button("Continue", type="primary"):
            go(INTERVIEW, interview=review.interview.id)
        ended_early = review is not None and not unfinished and _open_questions(review) > 0
        if review is not None and ended_early and st.button("Answer the open questions"):
            services().past.reopen(user.id, review.interview.id)
            go(INTERVIEW, interview=review.interview.id)
        if st.button("Practise again", type="secondary" if unfinished else "primary"):
            go(SET_UP)
        if st.button("History"):
            go(HISTORY)
        if review is not None:
            st.button("Share with a mentor", on_click=open_sharing, args=(review.interview.id,))
            interview_report(user, review.interview.id, kept_back=kept_back)


def _open(review: Review) -> bool:
    return review.interview.state is InterviewState.OPEN


def _open_questions(review: Review) -> int:
    """Neither submitted nor skipped."""
    done = (AnswerState.SUBMITTED, AnswerState.SKIPPED)
    return sum(item.answer is None or item.answer.state not in done for item in review.items)


def _watch(user: User, drawn: Review) -> None:
    """While something is on its way, look every `WATCH_S` and draw again when it has come."""
    if not any(under_way(item) for item in drawn.items):
        return

    @st.fragment(run_every=WATCH_S)
    def look() -> None:
        with boundary():
            if services().past.review(user.id, drawn.interview.id) != drawn:
                st.rerun()

    look()


screen(require_user())
