"""The kept sound of an answer, or its video, and playing it from the second where something was said."""

from __future__ import annotations

from math import ceil
from uuid import UUID

import streamlit as st

from pages.practice.reader import Reader
from pages.ui.context import tab
from pages.ui.errors import boundary
from pages.ui.phrases import Phrases
from pages.ui.playable import covers
from pages.ui.playing import TooLarge, sound_of, video_source
from pages.ui.wording import clock
from services.domain import Answer, Video

WIDTH = 480  # pixels of a picture, on screens that have them


def play(answer_id: UUID, seconds: float) -> None:
    """A button's callback: open the recording, and play it from there with the run that follows."""
    _, presses = tab().play_from.get(answer_id, (0.0, 0))
    tab().play_from[answer_id] = (seconds, presses + 1)
    st.session_state[_key(answer_id)] = True


@st.fragment
def recording(reader: Reader, answer: Answer) -> None:
    """The video where there is one, else the sound; read only once the expander is open."""
    kept, video = answer.recording, answer.video
    if kept is None and video is None:
        _gone(reader, answer)
        return
    label = _label(reader.say, answer)
    with boundary(), st.expander(label, key=_key(answer.id), on_change="rerun") as expander:
        if not expander.open:
            tab().play_from.pop(answer.id, None)  # opened by hand, it starts at the beginning
            return
        wanted = tab().play_from.get(answer.id)
        if video is None:
            _sound(reader, answer, wanted)
            return
        seen = wanted is not None and 0 <= wanted[0] - video.offset_s < video.seconds
        whole = kept is None or covers(video, kept.seconds)
        try:
            _video(reader, answer, video, wanted if seen or whole else None)
        except TooLarge:
            st.caption(reader.say("video_too_large"))
            _sound(reader, answer, wanted)
            return
        if not whole:
            start, end = clock(video.offset_s), clock(video.offset_s + video.seconds)
            st.caption(reader.say("video_covers", start=start, end=end))
            _sound(reader, answer, None if seen else wanted)


def _video(reader: Reader, answer: Answer, video: Video, wanted: tuple[float, int] | None) -> None:
    start, presses = wanted or (0.0, 0)
    st.video(
        video_source(reader.user, answer),
        format=video.media_type,
        start_time=max(0, int(start - video.offset_s)),
        end_time=_end(video.seconds, wanted, presses),
        autoplay=wanted is not None,
        alt=reader.say("recording_is"),
        width=WIDTH,
    )


def _sound(reader: Reader, answer: Answer, wanted: tuple[float, int] | None) -> None:
    if answer.recording is None:
        return
    start, presses = wanted or (0.0, 0)
    st.audio(
        sound_of(reader.user, answer),
        format=answer.recording.media_type,
        start_time=int(start),
        end_time=_end(answer.recording.seconds, wanted, presses),
        autoplay=wanted is not None,
        alt=reader.say("recording_is"),
    )


def _end(seconds: float, wanted: tuple[float, int] | None, presses: int) -> int | None:
    """The browser plays a player by itself only once; an end beyond the end makes it another player for
    every press, so that the same second can be heard again."""
    return None if wanted is None else ceil(seconds) + presses


def _label(say: Phrases, answer: Answer) -> str:
    if answer.video is not None:
        mb = answer.video.size / 1_000_000
        size = f"{mb:.0f}" if mb >= 1 else say.number(max(mb, 0.1))
        return say("recording_video", length=clock(answer.video.seconds), size=size)
    return say("recording", length=clock(answer.recording.seconds if answer.recording else 0.0))


def _gone(reader: Reader, answer: Answer) -> None:
    """Why there is nothing to play (any more), where somebody chose it so."""
    why, _, days = answer.recording_gone.partition(":")
    if why == "expired":
        st.caption(reader.say("recording_expired", days=int(days or 0)))
    elif why:
        st.caption(reader.say("recording_not_kept"))


def _key(answer_id: UUID) -> str:
    return f"recording-{answer_id}"
