"""The recordings of an answer as a player of ours takes them: by an address, whatever way they come."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from streamlit import runtime

from pages.ui.playing import sound_of, thumbnail_source, video_source
from pages.ui.review_player import Media
from services.domain import Answer, User, Video
from services.errors import AppError

LACKS_S = 2.0  # of the sound that a video may lack and still stands for it


def media_of(user: User, answer: Answer) -> tuple[Media, ...]:
    """What plays, best first: the video, and the sound, which also has what the video lacks anywhere.

    One that cannot be had leaves the other; empty where nothing was kept. Raises `NotFound`,
    `RecordingsAway` where nothing that was kept can be had.
    """
    found: list[Media] = []
    trouble: AppError | None = None
    for one in (_video, _sound):
        try:
            found += one(user, answer)
        except AppError as error:
            trouble = error
    if trouble is not None and not found:
        raise trouble
    return tuple(found)


def _video(user: User, answer: Answer) -> Iterator[Media]:
    if (video := answer.video) is not None:
        source = address_of(video_source(user, answer), video.media_type, f"{answer.id}-video")
        yield Media("video", source, video.offset_s, _poster(user, answer, video))


def _sound(user: User, answer: Answer) -> Iterator[Media]:
    if (sound := answer.recording) is not None:
        source = address_of(sound_of(user, answer), sound.media_type, f"{answer.id}-sound")
        yield Media("audio", source)


def covers(video: Video, sound_s: float) -> bool:
    """Whether next to nothing of a sound of this length is missing before the video or after it."""
    end = video.offset_s + video.seconds
    return video.offset_s <= LACKS_S and end >= sound_s - LACKS_S


def address_of(file: str | bytes, media_type: str, name: str) -> str:
    """Where the browser gets a file. One that comes with the page is put where Streamlit's own players
    have theirs: for this tab alone, at an address nobody can guess, and gone with it."""
    if isinstance(file, str):
        return file
    manager = runtime.get_instance().media_file_mgr
    # Relative: the address of the site may have a path of its own.
    return manager.add(file, media_type, f"review-{name}").lstrip("/")


def _poster(user: User, answer: Answer, video: Video) -> str:
    """The address of its still; a video without one plays all the same."""
    with suppress(AppError):
        if video.thumbnail_key:
            return address_of(thumbnail_source(user, answer), "image/jpeg", f"{answer.id}-still")
    return ""
