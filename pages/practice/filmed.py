"""Keeping the picture of a spoken answer, for who switched that on, and how much room it takes."""

from __future__ import annotations

import time

import streamlit as st

from pages.ui.context import ASK_EVERY_S, Stage, services
from services.domain import Interview, User
from services.errors import DatabaseAway
from services.video import Filmed, Room

LOOK_S = 2.0  # seconds between two looks at the size
UNSURE = "Your settings could not be looked up, so no picture is kept this time. Your sound is."
NO_DISK = "This server has no room for more pictures just now. Your sound is kept."
_MB = 1_000_000


def room_to_film(user: User, interview: Interview, mode: str, stage: Stage) -> Room | None:
    """Room for the picture of this connection; None: none is wanted, or nobody can say (`film_unsure`).

    Who lets no recordings be kept is not filmed either, whatever the switch says.
    """
    stage.film_unsure, stage.film_asked = False, time.monotonic()
    if mode != "video":
        return None
    try:
        if not services().interviews.films(user.id):
            return None
        return services().interviews.video_room(user.id, interview)
    except DatabaseAway:  # sound is what counts, and goes on without it
        stage.film_unsure = True
        return None


def picture_size(user: User, stage: Stage) -> None:
    """What is kept of the picture, drawn again by itself; nothing where none is wanted."""
    if stage.microphone == "video" and (stage.film_room is not None or stage.film_unsure):
        with st.container(key="picture_size"):
            st.fragment(_size, run_every=LOOK_S)(user, stage)


def _size(user: User, stage: Stage) -> None:
    room, filming = stage.film_room, stage.filming
    if room is None:
        if stage.film_unsure:
            st.caption(UNSURE)
        return
    stop_unwanted(user, stage)
    if stage.film_sent and (filming is None or not filming.takes_pictures):
        st.rerun()  # so that the browser sends no more of it
    if stage.film_room is not None:
        filmed = filming.state if filming is not None else None
        st.caption(picture_words(room, filmed, services().settings.video_limit_mb))


def stop_unwanted(user: User, stage: Stage) -> None:
    """Record the picture no more once it was switched off, in another tab say; asked every 5 s.

    What was recorded until then was wanted then: it stays with the answer, and goes with its recording. Who
    lets no recordings be kept any more has none of it kept, as with the sound.
    """
    if time.monotonic() - stage.film_asked < ASK_EVERY_S:
        return
    stage.film_asked = time.monotonic()
    try:
        wanted = services().interviews.films(user.id)
    except DatabaseAway:  # then as it was
        return
    if not wanted:
        stage.film_room = None
        if stage.filming is not None:
            stage.filming.stop()


def picture_words(room: Room, filmed: Filmed | None, limit_mb: int) -> str:
    """How the picture stands, in a line. `room`: when its connection began."""
    if room.left <= 0 or (filmed is not None and filmed.full):
        return f"The picture has used its {limit_mb} MB and is not kept further. Your sound is."
    if room.disk <= 0 or (filmed is not None and filmed.crowded):
        return NO_DISK
    if filmed is not None and filmed.failed:
        return "The picture could not be written any further. Your sound is kept."
    if filmed is None or not filmed.picture:
        return "Waiting for your picture. Your sound is kept already."
    used = (limit_mb * _MB - room.left + filmed.size) // _MB
    return f"Your picture is kept too: {used or 'less than 1'} MB of {limit_mb}."
