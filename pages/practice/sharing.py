"""Sharing an interview with a mentor: a new link, and the links that there are."""

from __future__ import annotations

from urllib.parse import urljoin
from uuid import UUID

import streamlit as st

from pages.ui.context import services, tab
from pages.ui.errors import boundary
from pages.ui.places import SHARED
from pages.ui.text import plain
from pages.ui.wording import counted, when
from services.domain import MENTOR_NAME_LIMIT, SHARE_DAYS, Share, SharePart, User

_PARTS = {
    SharePart.WORDS: "What I said",
    SharePart.RECORDING: "The recordings of my answers, with the picture where there is one",
    SharePart.RATINGS: "The coach's ratings, to be opened after they gave theirs",
    SharePart.DELIVERY: "How I spoke: pace, pauses, fillers",
}
_SHORT = {
    SharePart.WORDS: "words",
    SharePart.RECORDING: "recordings",
    SharePart.RATINGS: "coach's ratings",
    SharePart.DELIVERY: "how I spoke",
}


def open_sharing(interview_id: UUID) -> None:
    """A button's callback: show the card, or put it away."""
    state = tab()
    state.sharing = None if state.sharing == interview_id else interview_id
    state.new_link = None


def sharing_card(user: User, interview_id: UUID) -> None:
    """Nothing unless it was asked for."""
    if tab().sharing != interview_id:
        return
    with st.container(key="card-sharing"):
        st.subheader("Share with a mentor", anchor=False)
        st.markdown(
            "Whoever has the link sees this interview without an account, rates the answers on the same "
            "criteria and leaves notes for you. Your name, your e-mail, your CV and your other interviews "
            "are not shown."
        )
        _links(user, interview_id)


@st.fragment
def _links(user: User, interview_id: UUID) -> None:
    with boundary():
        _form(user, interview_id)
        shares = services().sharing.shares(user.id, interview_id)
        _new(shares)
        for share in shares:
            _row(user, share)


def _form(user: User, interview_id: UUID) -> None:
    number = tab().share_number
    with st.form(f"share-{number}", border=False):
        name = st.text_input("Who is it for?", max_chars=MENTOR_NAME_LIMIT, placeholder="Anna")
        days = st.segmented_control(
            "The link works for",
            SHARE_DAYS,
            default=7,
            required=True,
            format_func=lambda days: counted(days, "day"),
        )
        with st.container(gap="xsmall"):
            st.markdown("It shows the questions, and")
            chosen = [
                part
                for part, label in _PARTS.items()
                if st.checkbox(
                    label, value=part is not SharePart.DELIVERY, key=f"share-{part}-{number}"
                )
            ]
        if not st.form_submit_button("Create link", type="primary"):
            return
    state, here = tab(), st.context.url  # looking at them later could cut off what is made once
    share, secret = services().sharing.share(user.id, interview_id, name, days, chosen)
    state.new_link = (share.id, _address(here, secret))
    state.share_number += 1
    st.rerun()


def _address(here: str | None, secret: str) -> str:
    path = f"{SHARED.url}?link={secret}"
    return urljoin(here, path) if here else f"/{path}"


def _new(shares: tuple[Share, ...]) -> None:
    """The address, which is nowhere else: only its hash is kept."""
    made = tab().new_link
    share = next((share for share in shares if made and share.id == made[0]), None)
    if made is None or share is None or not services().sharing.works(share):
        return
    with st.container(key="new-link", gap="xsmall"):
        st.success(
            f"The link for {plain(share.name)}. Copy it now: it is not shown again.",
            icon=":material/link:",
        )
        st.code(made[1], language=None, wrap_lines=True)


def _row(user: User, share: Share) -> None:
    zone, works = st.context.timezone, services().sharing.works(share)
    with st.container(
        key=f"share-row-{share.id}",
        horizontal=True,
        horizontal_alignment="distribute",
        vertical_alignment="center",
    ):
        with st.container(gap="xsmall", width="stretch"):
            shown = ", ".join(_SHORT[part] for part in share.includes) or "questions only"
            st.markdown(f"**{plain(share.name)}** · {shown}")
            if share.revoked_at is not None:
                until = f"Ended {when(share.revoked_at, zone)}"
            else:
                until = f"{'Works until' if works else 'Ended'} {when(share.expires_at, zone)}"
            opened = share.opened_at
            seen = f"opened last {when(opened, zone)}" if opened else "not opened yet"
            st.caption(f"{until} · {seen}")
        if works and st.button("End link", key=f"end-{share.id}"):
            services().sharing.revoke(user.id, share.id)
            st.rerun()
