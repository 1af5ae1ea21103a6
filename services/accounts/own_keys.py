"""Keys that candidates bring for a language model: in memory only, for the time of their visit."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from services.ports import Owner

KEEP_S = 12 * 3600.0  # after its last use; a visit ends, and not everybody signs out


@dataclass(slots=True)
class _Kept:
    key: str
    used_at: float


class OwnKeys:
    """Any thread may call. Never stored, never logged; gone when this process ends."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[Owner, _Kept] = {}

    def __repr__(self) -> str:
        return f"OwnKeys({len(self._kept)})"

    def keep(self, owner: Owner, key: str) -> None:
        with self._lock:
            self._kept[owner] = _Kept(key, self._clock())

    def of(self, owner: Owner) -> str:
        """The key of this owner, empty if there is none (any more)."""
        now = self._clock()
        with self._lock:
            self._kept = {o: k for o, k in self._kept.items() if now - k.used_at < KEEP_S}
            kept = self._kept.get(owner)
            if kept is None:
                return ""
            kept.used_at = now
            return kept.key

    def in_use(self) -> frozenset[str]:
        """All keys that are kept now, for who holds something that belongs to one."""
        with self._lock:
            return frozenset(kept.key for kept in self._kept.values())

    def forget(self, owner: Owner) -> None:
        with self._lock:
            self._kept.pop(owner, None)

    def hand_over(self, guest: Owner, account: Owner) -> None:
        """A guest has become an account."""
        with self._lock:
            kept = self._kept.pop(guest, None)
            if kept is not None:
                self._kept[account] = kept
