"""GET /account/data.zip: all that is stored of who is signed in, streamed while it is read."""

from __future__ import annotations

import logging
import threading
from collections.abc import Generator
from datetime import UTC, datetime
from itertools import chain
from uuid import UUID

from starlette.concurrency import iterate_in_threadpool, run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from pages.ui.context import services
from pages.ui.requests import login_of
from services.domain import User
from services.errors import AppError

log = logging.getLogger("interview.server")
PATH = "account/data.zip"  # as a screen below the root of the site links to it
_OURS = ("same-origin", "none")  # a page of ours, or the candidate's own bookmark or typing
_HEADERS = {"Cache-Control": "no-store"}

_lock = threading.Lock()
_under_way: set[UUID] = (
    set()
)  # users whose zip this process makes now; read and changed under the lock


def file_name() -> str:
    """Of the zip that is made now; nothing in it was typed by anybody."""
    return f"interview-mocker-{datetime.now(UTC):%Y-%m-%d}.zip"


async def data_zip(request: Request) -> Response:
    """The zip of who is signed in by cookie; 401 for nobody, 403 for a link on another site."""
    if request.headers.get("sec-fetch-site") not in _OURS:
        return _told(403, "Open this from the Account page.")
    try:
        login = await login_of(request)
    except AppError as error:
        return _told(503, f"{error.message} {error.remedy}")
    if login is None:
        return _told(401, "You are not signed in here. Sign in, then try again.")
    headers = {**_HEADERS, "Content-Disposition": f'attachment; filename="{file_name()}"'}
    if request.method == "HEAD":
        return Response(headers=headers, media_type="application/zip")
    return await _streamed(login.user, headers)


async def _streamed(user: User, headers: dict[str, str]) -> Response:
    """Starts with the first piece: what fails before it can still be said in words."""
    if not _begin(user.id):
        return _told(
            429, "A download of your data is already under way. Try again when it is done."
        )
    pieces = services().export.pieces(user)
    try:
        first = await run_in_threadpool(next, pieces, b"")
    except AppError as error:
        _end(user.id)
        return _told(503, f"{error.message} {error.remedy}")
    except BaseException:
        _end(user.id)
        raise
    return _Download(user.id, first, pieces, headers)


class _Download(StreamingResponse):
    """One zip on its way to one user, whose turn ends with it, however it ends."""

    def __init__(
        self, user_id: UUID, first: bytes, pieces: Generator[bytes], headers: dict[str, str]
    ) -> None:
        self._user_id, self._pieces = user_id, pieces
        super().__init__(
            iterate_in_threadpool(chain((first,), pieces)),
            media_type="application/zip",
            headers=headers,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except AppError as error:
            # The browser must see that the file broke off, so the connection does; this is for us.
            log.warning("a download of somebody's data broke off: %s", error.message)
            raise
        finally:
            self._pieces.close()
            _end(self._user_id)


def _begin(user_id: UUID) -> bool:
    with _lock:
        free = user_id not in _under_way
        _under_way.add(user_id)
    return free


def _end(user_id: UUID) -> None:
    with _lock:
        _under_way.discard(user_id)


def _told(status: int, words: str) -> Response:
    return PlainTextResponse(words, status_code=status, headers=_HEADERS)


export_route = Route(f"/{PATH}", data_zip, methods=["GET"])
