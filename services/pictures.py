"""Stores the pictures of answers beside their sound: on a thread of its own, so that no sound waits for one.

A picture is many times as large as its sound, and its upload may take minutes. A stop in the middle loses
nothing: what is not stored lies in its folder, and is found at the next start.

    "pictures"   makes and ships videos, one after the other
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from services.errors import StorageError
from services.failures import failure_of
from services.keeping import Keeping

PAUSES_S = (10.0, 30.0, 60.0, 300.0)  # before one that could not be stored is tried again


class Pictures:
    """Any thread may call."""

    def __init__(
        self,
        keeping: Keeping,
        gone: Callable[[UUID], None],
        *,
        pauses: tuple[float, ...] = PAUSES_S,
    ) -> None:
        """`gone`: told of an answer that has no picture here any more, on the thread of this."""
        self._keeping = keeping
        self._gone = gone
        self._pauses = pauses
        self._lock = threading.Lock()
        self._queued: set[UUID] = set()
        self._unkept: dict[
            UUID, tuple[int, float]
        ] = {}  # tries, and when the next is due (monotonic)
        self._stopped = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="pictures")

    def keep_later(self, answer_id: UUID) -> bool:
        """Store the picture of an answer when it is its turn. False: there is none on this machine."""
        if not self._keeping.has_picture(answer_id):
            return False
        with self._lock:
            _, due = self._unkept.get(answer_id, (0, 0.0))
            if not self._stopped and answer_id not in self._queued and due <= time.monotonic():
                self._queued.add(answer_id)
                self._thread.submit(failure_of, self._keep, answer_id)
        return True

    def look_round(self) -> None:
        """Try again what is due."""
        with self._lock:
            waiting = tuple(self._unkept)
        for answer_id in waiting:
            if not self.keep_later(answer_id):
                with self._lock:
                    self._unkept.pop(answer_id, None)

    def shutdown(self) -> None:
        """Wait for the one that is being stored; the others are left to the next start."""
        with self._lock:
            self._stopped = True
        self._thread.shutdown(wait=True, cancel_futures=True)

    # --- "pictures" -----------------------------------------------------------------------

    def _keep(self, answer_id: UUID) -> None:
        with self._lock:
            self._queued.discard(answer_id)
        try:
            self._keeping.keep_picture(answer_id)
        except StorageError:
            with self._lock:
                tries, _ = self._unkept.get(answer_id, (0, 0.0))
                pause = self._pauses[min(tries, len(self._pauses) - 1)]
                self._unkept[answer_id] = (tries + 1, time.monotonic() + pause)
            raise
        with self._lock:
            self._unkept.pop(answer_id, None)
        if not self._keeping.has_picture(answer_id):
            self._gone(answer_id)
