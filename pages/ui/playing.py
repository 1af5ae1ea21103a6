"""Recordings on their way to the browser's player.

From a store far away the browser gets them itself, by an address that works for some minutes; from a folder
they come through `GET /recordings/ANSWER`, a piece at a time, to who is signed in by cookie. A tab whose
sign-in is no cookie gets them with the page.
"""

from __future__ import annotations

import re
import time
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

SIGNED_S = 240.0  # for which an address is drawn again as it is; it works for a minute more
PLAYED = ("audio/flac",)  # what may be shown as what it says it is
_OURS = ("same-origin", "none")  # a page of ours, or its address typed by hand
_RANGE = re.compile(r"\s*bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*", re.ASCII | re.IGNORECASE)
_HEADERS = {
    "Accept-Ranges": "bytes",
    "Cache-Control": "private, no-store",
    "Content-Disposition": "inline",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def sound_of(user: User, answer: Answer) -> str | bytes:
    """What a player on the page takes: an address, or the file itself. Raises `NotFound`,
    `RecordingsAway`."""
    state, now = tab(), time.monotonic()
    address, until = state.signed.get(answer.id, ("", 0.0))
    if now > until:  # a new address would begin a recording that plays anew
        address = services().interviews.recording_url(user.id, answer)
        state.signed[answer.id] = (address, now + SIGNED_S)
    if address:
        return address
    page = st.context.url
    if page and serving.is_set() and not state.cookieless:
        return urljoin(page, f"recordings/{answer.id}")
    return services().interviews.recording(user.id, answer)


async def recording(request: Request) -> Response:
    """The recording of an answer, or the one range of it that is asked for.

    404 is the same for what is unknown, deleted and somebody else's, and for who is not signed in.
    """
    if request.headers.get("sec-fetch-site", "none") not in _OURS:
        return _told(403, "Recordings are played on their own page.")
    try:
        login = await login_of(request)
        if login is None:
            return _not_there()
        answer_id = UUID(request.path_params["answer_id"])
        return await _answered(request, login.user, answer_id)
    except (NotFound, ValueError):
        return _not_there()
    except AppError as error:
        return _told(503, f"{error.message} {error.remedy}")


async def _answered(request: Request, user: User, answer_id: UUID) -> Response:
    interviews = services().interviews
    kept = await run_in_threadpool(interviews.recorded, user.id, answer_id)
    tag = f'"{answer_id}-{kept.size}"'
    headers = {**_HEADERS, "ETag": tag}
    wanted = _wanted(request, tag, kept.size)
    if wanted is None:
        return Response(
            status_code=416, headers=headers | {"Content-Range": f"bytes */{kept.size}"}
        )
    start, end, part = wanted
    if part:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{kept.size}"
    headers["Content-Length"] = str(end - start)
    media_type = kept.media_type if kept.media_type in PLAYED else "application/octet-stream"
    # Asked for before anything is sent: a recording that is not there is still a 404.
    sound = await run_in_threadpool(interviews.recorded_sound, user.id, kept, start, end)
    return StreamingResponse(
        () if request.method == "HEAD" else iterate_in_threadpool(sound),
        status_code=206 if part else 200,
        headers=headers,
        media_type=media_type,
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


def _not_there() -> Response:
    return _told(404, "There is no such recording.")


def _told(status: int, text: str) -> Response:
    return PlainTextResponse(text, status_code=status, headers={"Cache-Control": "no-store"})


recording_route = Route("/recordings/{answer_id}", recording)
