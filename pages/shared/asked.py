"""One question of a shared interview: asked, answered, and what the mentor makes of it."""

from __future__ import annotations

import streamlit as st

from pages.shared.guest import Guest
from pages.shared.noting import noting
from pages.ui.address import address
from pages.ui.context import services
from pages.ui.delivery_card import HEADING, delivery_card
from pages.ui.errors import boundary
from pages.ui.shared_playing import shared_sound, shared_video
from pages.ui.text import paragraphs, plain
from pages.ui.wording import clock
from services.domain import SharedAnswer, SharedQuestion

WIDTH = 480  # pixels of a picture, on screens that have them


def question(guest: Guest, item: SharedQuestion, heading: str, *, follows: bool = False) -> None:
    """On a card of its own; a follow-up's stands back a little."""
    place = "follow-up" if follows else "question"
    with st.container(key=f"card-{place}-{item.id}"):
        st.caption(f"{heading} · {guest.say((item.follow_up or item.kind).value)}")
        st.header(plain(item.text), anchor=False)
        if item.answer is None:
            st.markdown("There is no answer to this question.")
            return
        _answer(guest, item.answer)
        noting(guest, item, item.answer)
        if item.answer.spoken:
            _spoken(guest, item.answer)


@st.fragment
def _spoken(guest: Guest, answer: SharedAnswer) -> None:
    """Worked out once the mentor wants to see it."""
    with (
        boundary(),
        st.expander(HEADING, key=f"spoken-{answer.id}", on_change="rerun") as expander,
    ):
        if expander.open:
            delivery = services().sharing.delivery(guest.secret, answer.id, address())
            delivery_card(delivery, heading=False)


def _answer(guest: Guest, answer: SharedAnswer) -> None:
    if answer.words is not None and answer.words.strip():
        st.markdown("**The answer**")
        with st.container(key=f"words-{answer.id}"):
            st.markdown(paragraphs(answer.words))
    _recorded(guest, answer)
    if answer.words is None and answer.recording is None and answer.video is None:
        st.caption("The answer itself is not part of this link.")


def _recorded(guest: Guest, answer: SharedAnswer) -> None:
    """The picture where there is one, and the sound, which is whole where the picture is not."""
    if answer.video is not None:
        with boundary():
            st.video(
                shared_video(guest.secret, answer.id),
                format=answer.video.media_type,
                alt=f"Video of this answer, {clock(answer.video.seconds)}",
                width=WIDTH,
            )
    if answer.recording is not None:
        if answer.video is not None:
            st.caption("The sound alone, all of it:")
        with boundary():
            st.audio(
                shared_sound(guest.secret, answer.id),
                format=answer.recording.media_type,
                alt=f"Recording of this answer, {clock(answer.recording.seconds)}",
            )
