"""Rating oneself: one tap for each criterion, before the coach's view of an answer is seen."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import streamlit as st

from pages.practice.reader import Reader
from pages.ui.context import services, tab
from pages.ui.errors import boundary
from pages.ui.level_field import level_field
from services import veil
from services.domain import Answer, Attempt, Question, Review, User, Views
from services.storage.clock import utc_now


def hidden_in(review: Review, views: Views) -> frozenset[UUID]:
    """Answers whose rating stays out of sight until their candidate has rated or skipped them."""
    return veil.hidden_in(review, views, tab().self_skipped, utc_now())


def hidden_among(attempts: Sequence[Attempt], views: Views) -> frozenset[UUID]:
    """The same of attempts at one question."""
    return veil.hidden_among(attempts, views, tab().self_skipped, utc_now())


def kept_back(hidden: frozenset[UUID]) -> None:
    """Why figures are missing; nothing when none is."""
    if hidden:
        st.caption(
            ":material/visibility_off: The coach's rating of an answer appears when you have given yours, or "
            "skipped it. You can switch this off on the account page."
        )


def self_rating(reader: Reader, asked: Question, answer: Answer) -> None:
    """The taps, kept with a press; or skipped, which is kept too."""
    say = reader.say
    with st.container(key=f"self-{answer.id}"):
        st.markdown(f"**{say('self_title')}**")
        st.caption(say("self_why"))
        _taps(reader, asked, answer)
        # Outside the fragment: whatever else is being drawn, a press here draws the page anew.
        with st.container(horizontal=True):
            st.button(
                say("self_skip"),
                key=f"self-skip-{answer.id}",
                type="tertiary",
                on_click=_skip,
                args=(reader.user, answer.id),
            )
            if len(reader.hidden) > 1:
                st.button(
                    say("self_skip_all"),
                    key=f"self-skip-all-{answer.id}",
                    type="tertiary",
                    on_click=_skip,
                    args=(reader.user, *reader.hidden),
                )


@st.fragment
def _taps(reader: Reader, asked: Question, answer: Answer) -> None:
    say, criteria = reader.say, asked.rubric.criteria
    with boundary():
        levels = {
            criterion.id: level_field(criterion, f"self-{answer.id}-{criterion.id}", None, say)
            for criterion in criteria
        }
        given = {id: level for id, level in levels.items() if level is not None}
        missing = len(given) < len(criteria)
        key = f"self-keep-{answer.id}"
        if st.button(say("self_keep"), key=key, type="primary", disabled=missing):
            services().sharing.rate_self(reader.user.id, answer.id, given)
            st.rerun()


def _skip(user: User, *answer_ids: UUID) -> None:
    """In this tab at once, whatever becomes of keeping it for the next one."""
    tab().self_skipped.update(answer_ids)
    with boundary():
        services().sharing.skip_self(user.id, answer_ids)
