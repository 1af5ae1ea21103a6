"""The stopwatch: how long things took of late, for the operator. Any thread may call."""

from __future__ import annotations

from collections import deque
from threading import Lock

from services.speech.figures import Spread

_KEPT = 1000  # latencies; what `Spread` promises
_MINUTE = 60.0  # s over which the workers' share of work is taken


class Latencies:
    """The latest latencies of one kind, in seconds."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._latest: deque[float] = deque(maxlen=_KEPT)

    def add(self, seconds: float) -> None:
        with self._lock:
            self._latest.append(max(0.0, seconds))

    def spread(self) -> Spread:
        with self._lock:
            latest = sorted(self._latest)
        if not latest:
            return Spread()
        return Spread(len(latest), _at(latest, 0.5), _at(latest, 0.95))


class Work:
    """The calls of the engine: how many, and how much of the last minute they took."""

    def __init__(self, now: float) -> None:
        self._lock = Lock()
        self._since = now
        self._latest: deque[tuple[float, float]] = deque()  # (began, ended), by end
        self.calls = 0
        self.passages = 0
        self.failures = 0

    def add(self, began: float, ended: float, passages: int, *, failed: bool) -> None:
        """A call of the engine is over."""
        with self._lock:
            self.calls += 1
            self.passages += passages
            self.failures += failed
            self._latest.append((began, ended))
            while self._latest[0][1] < ended - _MINUTE:
                self._latest.popleft()

    def busy(self, now: float, workers: int) -> float:
        """Share of `workers` that was at work in the last minute, 0-1."""
        start = max(self._since, now - _MINUTE)
        with self._lock:
            worked = sum(max(0.0, end - max(begin, start)) for begin, end in self._latest)
        possible = (now - start) * workers
        return min(1.0, worked / possible) if possible > 0 else 0.0


def _at(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
