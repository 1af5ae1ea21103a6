"""What has to be done from time to time, whoever is there: by one process at a time, in turn.

A chore is a function that may be done twice at once without harm, and in which one thing that fails stops
no other. What it raises is for the log; it is tried again at its next time.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.failures import failure_of
from services.storage.locks import Locks

JITTER_S = 20.0  # processes that start together do not all come at once
LOOK_S = 1.0  # how long stopping may have to wait for the thread


@dataclass(frozen=True, slots=True)
class Chore:
    """`name` is that of its lease, which lasts until the next time."""

    name: str
    every_s: float
    work: Callable[[], object]


class Chores:
    """One daemon thread, the owner of the times below. Begins with `start`."""

    def __init__(
        self, locks: Locks, chores: Sequence[Chore], *, jitter_s: float = JITTER_S
    ) -> None:
        self._locks = locks
        self._chores = tuple(chores)
        self._jitter = jitter_s
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="chores", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def shutdown(self) -> None:
        """Stop after the chore that is being done; one that takes long is left to end with the process."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(LOOK_S)

    def run_once(self) -> None:
        """Do each chore that nobody else has a lease of."""
        for chore in self._chores:
            failure_of(self._do, chore)

    def _do(self, chore: Chore) -> None:
        if not self._stopping.is_set() and self._locks.take(chore.name, chore.every_s):
            chore.work()

    def _run(self) -> None:
        first = time.monotonic() + random.uniform(0, self._jitter)
        due = dict.fromkeys(self._chores, first)
        while due:
            chore = min(due, key=lambda one: due[one])
            if self._stopping.wait(max(0.0, due[chore] - time.monotonic())):
                return
            failure_of(self._do, chore)
            due[chore] = time.monotonic() + chore.every_s
