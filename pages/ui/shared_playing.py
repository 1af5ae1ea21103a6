"""GET /shared-recordings/ANSWER?link=SECRET: the recording of an answer that a link includes, its video
through `/video` below that.

The link is asked for with every request, so that one that is ended plays no further piece. Nobody's sign-in
counts here.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote, urljoin
from uuid import UUID

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pages.ui.address import address, countable
from pages.ui.context import services
from pages.ui.playing import OURS, in_ranges, not_there, told
from pages.ui.requests import serving
from services.domain import Recording, Video
from services.errors import AppError, NotFound, TooManyAttempts
from services.sharing import Pieces

_PATH = "shared-recordings"
_Find = Callable[[str, UUID, str], tuple[Recording | Video, Pieces]]


def shared_sound(secret: str, answer_id: UUID) -> str | bytes:
    """What a player on the page takes: an address, or the file itself. Raises `NotFound`."""
    return _source(f"{answer_id}", _sound, secret, answer_id)


def shared_video(secret: str, answer_id: UUID) -> str | bytes:
    """The same of its video."""
    return _source(f"{answer_id}/video", _video, secret, answer_id)


def _source(path: str, find: _Find, secret: str, answer_id: UUID) -> str | bytes:
    page = st.context.url
    if page and serving.is_set():
        return urljoin(page, f"{_PATH}/{path}?link={quote(secret, safe='')}")
    _, pieces = find(secret, answer_id, address())
    return b"".join(pieces(0, None))


def _sound(secret: str, answer_id: UUID, host: str) -> tuple[Recording, Pieces]:
    return services().sharing.recorded(secret, answer_id, host)


def _video(secret: str, answer_id: UUID, host: str) -> tuple[Video, Pieces]:
    return services().sharing.filmed(secret, answer_id, host)


async def recording(request: Request) -> Response:
    """The sound of an answer, or the one range of it that is asked for."""
    return await _told_by_link(request, _sound, "")


async def video(request: Request) -> Response:
    """The same of its video."""
    return await _told_by_link(request, _video, "-video")


async def _told_by_link(request: Request, find: _Find, of: str) -> Response:
    """404 is the same for links that open nothing, answers that they do not show, and recordings that they
    do not include."""
    if request.headers.get("sec-fetch-site", "none") not in OURS:
        return told(403, "Recordings are played on their own page.")
    secret = request.query_params.get("link", "")
    host = countable(request.client.host) if request.client else ""
    try:
        answer_id = UUID(request.path_params["answer_id"])
        kept, pieces = await run_in_threadpool(find, secret, answer_id, host)
        return await in_ranges(request, f"{answer_id}{of}", kept.media_type, kept.size, pieces)
    except (NotFound, ValueError):
        return not_there()
    except TooManyAttempts as error:
        return told(429, f"{error.message} {error.remedy}")
    except AppError as error:
        return told(503, f"{error.message} {error.remedy}")


shared_recording_route = Route(f"/{_PATH}/{{answer_id}}", recording)
shared_video_route = Route(f"/{_PATH}/{{answer_id}}/video", video)
