"""Files that are sent while they are made: one at a time for each candidate.

What fails before the first piece can still be said in words; what fails later breaks the connection off, so
that the browser sees that the file is not whole.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from services.errors import AppError

log = logging.getLogger("interview.server")
_OURS: Final = ("same-origin", "none")  # a page of ours, or the candidate's own bookmark or typing


def sent_from_elsewhere(request: Request) -> bool:
    """Whether a link on another site asks."""
    return request.headers.get("sec-fetch-site") not in _OURS


class Busy(Exception):
    """One is under way for this candidate already."""


@dataclass(frozen=True, slots=True)
class File:
    """A file on its way; nobody can have typed its name."""

    name: str
    media_type: str
    pieces: Generator[bytes]


def disposition(name: str) -> str:
    """The header with which a browser keeps a file under this name."""
    return f'attachment; filename="{name}"'


class OneAtATime:
    """The files of one kind. `limiter` bounds how many threads make pieces at once, for everybody."""

    def __init__(self, kind: str, limiter: CapacityLimiter | None = None) -> None:
        self._kind, self._limiter = kind, limiter
        self._lock = threading.Lock()
        self._under_way: set[UUID] = set()  # users; under the lock

    def __contains__(self, user_id: UUID) -> bool:
        with self._lock:
            return user_id in self._under_way

    async def sent(
        self, user_id: UUID, make: Callable[[], File], headers: Mapping[str, str]
    ) -> Response:
        """What `make` gives, from the first piece on. `make` and the pieces run on threads of the server.
        Raises `Busy`, and what `make` and the first piece raise."""
        if not self.begin(user_id):
            raise Busy
        try:
            file, first = await run_sync(_begun, make, limiter=self._limiter)
        except BaseException:
            self.end(user_id)
            raise
        return _Sending(self, user_id, file, first, headers)

    async def pieces(self, first: bytes, file: File) -> AsyncGenerator[bytes]:
        """All of a file of which the first piece is here."""
        piece: bytes | None = first
        while piece is not None:
            yield piece
            piece = await run_sync(next, file.pieces, None, limiter=self._limiter)

    def begin(self, user_id: UUID) -> bool:
        """Take the turn, unless it is taken."""
        with self._lock:
            free = user_id not in self._under_way
            self._under_way.add(user_id)
        return free

    def end(self, user_id: UUID) -> None:
        with self._lock:
            self._under_way.discard(user_id)

    def broke_off(self, error: AppError) -> None:
        log.warning("%s broke off: %s", self._kind, error.message)


def _begun(make: Callable[[], File]) -> tuple[File, bytes]:
    file = make()
    try:
        return file, next(file.pieces, b"")
    except BaseException:
        file.pieces.close()
        raise


class _Sending(StreamingResponse):
    """One file on its way to one user, whose turn ends with it, however it ends."""

    def __init__(
        self,
        turns: OneAtATime,
        user_id: UUID,
        file: File,
        first: bytes,
        headers: Mapping[str, str],
    ) -> None:
        self._turns, self._user_id, self._file = turns, user_id, file
        self._pieces = turns.pieces(first, file)
        super().__init__(
            self._pieces,
            media_type=file.media_type,
            headers={**headers, "Content-Disposition": disposition(file.name)},
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except AppError as error:
            # The browser must see that the file broke off, so the connection does; this is for us.
            self._turns.broke_off(error)
            raise
        finally:
            try:
                await self._pieces.aclose()
                self._file.pieces.close()
            finally:
                self._turns.end(self._user_id)
