"""Recordings on their way to the browser's player.

From a store far away the browser gets them itself, by an address that works for some minutes; from a folder
they come through `GET /recordings/ANSWER` (its video and a still of that through `/video` and `/thumbnail`
below it), a piece at a time, to who is signed in by cookie. A tab whose sign-in is no cookie gets them with
the page, whole: so no video that is large.
"""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from urllib.parse import urljoin
from uuid import UUID

import streamlit as st
from starlette.concurrency import iterate_in_threadpool, run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from pages.ui.context import services, tab
from pages.ui.requests import login_of, serving
from services.domain import Answer, User
from services.errors import AppError, NotFound

WITH_PAGE = (
    20_000_000  # bytes: so large a video, and so many files together in a tab, go with a page
)
SIGNED_S = 240.0  # for which an address is drawn again as it is; it works for a minute more
PLAYED = ("audio/flac", "video/webm", "video/mp4")  # what may be shown as what it says it is
OURS = ("same-origin", "none")  # a page of ours, or its address typed by hand
_RANGE = re.compile(r"\s*bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*", re.ASCII | re.IGNORECASE)
_Answered = Callable[[Request, User, UUID], Awaitable[Response]]
_HEADERS = {
    "Accept-Ranges": "bytes",
    "Cache-Control": "private, no-store",
    "Content-Disposition": "inline",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


class TooLarge(AppError):
    """A video cannot be had in this tab, though elsewhere it can."""


def sound_of(user: User, answer: Answer) -> str | bytes:
    """What a player on the page takes: an address, or the file itself. Raises `NotFound`,
    `RecordingsAway`."""
    past, (name, _, _) = services().past, _names(answer.id)
    return _source(
        name,
        lambda: past.recording_url(user.id, answer),
        lambda: past.recording(user.id, answer),
        answer.recording.size if answer.recording else 0,
    )


def video_source(user: User, answer: Answer) -> str | bytes:
    """The same for the video of an answer. Raises `TooLarge` where it would come with the page."""
    past, (_, name, _) = services().past, _names(answer.id)
    return _source(
        name,
        lambda: past.video_url(user.id, answer),
        lambda: _small_video(user, answer),
        answer.video.size if answer.video else 0,
    )


def thumbnail_source(user: User, answer: Answer) -> str | bytes:
    """The same for the still of its video, a JPEG; `NotFound` also where there is none."""
    past, (_, _, name) = services().past, _names(answer.id)
    return _source(
        name,
        lambda: past.thumbnail_url(user.id, answer),
        lambda: past.thumbnail(user.id, answer),
    )


def draw_anew(answer_id: UUID) -> None:
    """Addresses that did not work (any more): the run that follows asks for others."""
    for name in _names(answer_id):
        tab().signed.pop(name, None)
    tab().held.clear()


def _names(answer_id: UUID) -> tuple[str, str, str]:
    """Of its sound, its video and the still of that."""
    return str(answer_id), f"{answer_id}/video", f"{answer_id}/thumbnail"


def _source(
    name: str, url: Callable[[], str], whole: Callable[[], bytes], size: int = 0
) -> str | bytes:
    """`size`: bytes of what may be stored anew, larger."""
    state, now = tab(), time.monotonic()
    address, until = state.signed.get(name, ("", 0.0))
    if now > until:  # a new address would begin a recording that plays anew
        address = url()
        state.signed[name] = (address, now + SIGNED_S)
    if address:
        return address
    page = st.context.url
    if page and serving.is_set() and not state.cookieless:
        return urljoin(page, f"recordings/{name}")
    return _held(f"{name} {size}", whole)


def _small_video(user: User, answer: Answer) -> bytes:
    if answer.video is not None and answer.video.size > WITH_PAGE:
        raise TooLarge(
            "The video is too large for this browser tab, which keeps no cookie of ours.",
            "The sound is here; sign in where cookies are allowed to see the picture.",
        )
    return services().past.video(user.id, answer)


def _held(name: str, whole: Callable[[], bytes]) -> bytes:
    """A file that goes with the page, not read anew for every run: what was wanted last is held."""
    held = tab().held
    file = held.pop(name, None) or whole()
    if len(file) <= WITH_PAGE:
        held[name] = file
    while sum(len(one) for one in held.values()) > WITH_PAGE:
        del held[next(iter(held))]
    return file


async def _told_its_owner(request: Request, answered: _Answered) -> Response:
    """404 is the same for what is unknown, deleted and somebody else's, and for who is not signed in."""
    if request.headers.get("sec-fetch-site", "none") not in OURS:
        return told(403, "Recordings are played on their own page.")
    try:
        login = await login_of(request)
        if login is None:
            return not_there()
        answer_id = UUID(request.path_params["answer_id"])
        return await answered(request, login.user, answer_id)
    except (NotFound, ValueError):
        return not_there()
    except AppError as error:
        return told(503, f"{error.message} {error.remedy}")


async def recording(request: Request) -> Response:
    """The sound of an answer, or the one range of it that is asked for."""
    return await _told_its_owner(request, _sound)


async def video(request: Request) -> Response:
    """The same of its video."""
    return await _told_its_owner(request, _video)


async def thumbnail(request: Request) -> Response:
    """The still of it."""
    return await _told_its_owner(request, _thumbnail)


async def _sound(request: Request, user: User, answer_id: UUID) -> Response:
    past = services().past
    kept = await run_in_threadpool(past.recorded, user.id, answer_id)
    sound = partial(past.recorded_sound, user.id, kept)
    return await in_ranges(request, str(answer_id), kept.media_type, kept.size, sound)


async def _video(request: Request, user: User, answer_id: UUID) -> Response:
    past = services().past
    kept = await run_in_threadpool(past.kept_video, user.id, answer_id)
    pieces = partial(past.recorded_video, user.id, kept)
    return await in_ranges(request, f"{answer_id}-video", kept.media_type, kept.size, pieces)


async def _thumbnail(_request: Request, user: User, answer_id: UUID) -> Response:
    picture = await run_in_threadpool(services().past.still, user.id, answer_id)
    return Response(picture, headers=_HEADERS, media_type="image/jpeg")


async def in_ranges(
    request: Request,
    name: str,
    media_type: str,
    size: int,
    pieces: Callable[[int, int | None], Iterator[bytes]],
) -> Response:
    """A file of `size` bytes, or the one range of it that is asked for, as players do when they seek.

    `pieces` gives the bytes from a first one up to an end; what it raises before the first is raised here.
    """
    tag = f'"{name}-{size}"'
    headers = {**_HEADERS, "ETag": tag}
    wanted = _wanted(request, tag, size)
    if wanted is None:
        return Response(status_code=416, headers=headers | {"Content-Range": f"bytes */{size}"})
    start, end, part = wanted
    if part:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    headers["Content-Length"] = str(end - start)
    # Asked for before anything is sent: a recording that is not there is still a 404.
    sound = await run_in_threadpool(pieces, start, end)
    return StreamingResponse(
        () if request.method == "HEAD" else iterate_in_threadpool(sound),
        status_code=206 if part else 200,
        headers=headers,
        media_type=media_type if media_type in PLAYED else "application/octet-stream",
    )


def _wanted(request: Request, tag: str, size: int) -> tuple[int, int, bool] | None:
    """First byte, the one after the last, and whether that is a range; None for one beyond the end.

    Several ranges at once, and what is no range, mean the whole (RFC 9110, 14.2).
    """
    asked = _RANGE.fullmatch(request.headers.get("range", ""))
    if asked is None or asked[1] == asked[2] == "" or request.headers.get("if-range", tag) != tag:
        return 0, size, False
    first, last = asked[1][:20], asked[2][:20]
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(int(last) + 1, size) if last else size
        if last and int(last) < int(first):
            return 0, size, False
    return (start, end, True) if start < end else None


def not_there() -> Response:
    return told(404, "There is no such recording.")


def told(status: int, text: str) -> Response:
    return PlainTextResponse(text, status_code=status, headers={"Cache-Control": "no-store"})


recording_route = Route("/recordings/{answer_id}", recording)
video_route = Route("/recordings/{answer_id}/video", video)
thumbnail_route = Route("/recordings/{answer_id}/thumbnail", thumbnail)
