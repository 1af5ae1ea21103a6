"""The kept sound of an answer, and playing it from the second where something was said."""

from __future__ import annotations

from math import ceil
from uuid import UUID

import streamlit as st

from pages.practice.reader import Reader
from pages.ui.context import tab
from pages.ui.errors import boundary
from pages.ui.playing import sound_of
from pages.ui.wording import clock
from services.domain import Answer


def play(answer_id: UUID, seconds: float) -> None:
    """A button's callback: open the recording, and play it from there with the run that follows."""
    _, presses = tab().play_from.get(answer_id, (0.0, 0))
    tab().play_from[answer_id] = (seconds, presses + 1)
    st.session_state[_key(answer_id)] = True


@st.fragment
def recording(reader: Reader, answer: Answer) -> None:
    """The sound, read only once the expander is open."""
    kept, say = answer.recording, reader.say
    if kept is None:
        _gone(reader, answer)
        return
    label = say("recording", length=clock(kept.seconds))
    with boundary(), st.expander(label, key=_key(answer.id), on_change="rerun") as expander:
        if not expander.open:
            tab().play_from.pop(answer.id, None)  # opened by hand, it starts at the beginning
            return
        wanted = tab().play_from.get(answer.id)
        start, presses = wanted or (0.0, 0)
        sound = sound_of(reader.user, answer)
        # The browser plays a player by itself only once; an end beyond the end makes it another player for
        # every press, so that the same second can be heard again.
        st.audio(
            sound,
            format=kept.media_type,
            start_time=int(start),
            end_time=None if wanted is None else ceil(kept.seconds) + presses,
            autoplay=wanted is not None,
            alt=say("recording_is"),
        )


def _gone(reader: Reader, answer: Answer) -> None:
    """Why there is nothing to play (any more), where somebody chose it so."""
    why, _, days = answer.recording_gone.partition(":")
    if why == "expired":
        st.caption(reader.say("recording_expired", days=int(days or 0)))
    elif why:
        st.caption(reader.say("recording_not_kept"))


def _key(answer_id: UUID) -> str:
    return f"recording-{answer_id}"
