"""Load: what the engine's calls cost here of late, and what follows from it for everybody's captions.

Overload comes in steps: captions slow down by themselves, then hear less sound each, then it is said
that words come late, and at last new answers get no live captions (their words follow).
"""

from __future__ import annotations

from collections.abc import Hashable

from services.ports import SAMPLE_RATE

MOST = 8  # passages in a call: from 4 to 8 a step of decoding gains another third, beyond little
_BUDGET = 0.6  # s that a call may take: the longest that somebody who stops waits for a worker
_CAREFUL = 2  # passages of a kind that was never measured
_LEARNING = 0.3  # weight of the newest call
_ONE_MORE = 0.5  # of what one alone costs is what one more adds: its encoding, but few of its steps
_FORGETTING = 0.99  # a call; so a size that once was too slow is tried again some time
_SHORTEST_INTERVAL = 0.4  # s between two sketches of one speaker: about the reading of a word
_SPARE = 1.1  # intervals leave a little time to words that are kept; these go first anyway
# Of the interval; captions that are due so soon join a call for others. With eight speakers at tiny size
# that saves a fifth of all work (measured on a virtual clock), with half the interval everybody waits.
_AHEAD = 0.25
# A sketch's sound fits an engine's window of 6 or 3 s with a step of the detector to spare; half the
# sound costs about half.
_LONG = round(5.9 * SAMPLE_RATE)
_SHORT = round(2.9 * SAMPLE_RATE)
_HURRY = 0.6  # s of cycle above which sketches hear less
_FULL_WAIT = 8.0  # s that a complete utterance waits ...
_FULL_CYCLE = 3.0  # ... or s between two captions: nobody could call that live


class Load:
    """Not thread-safe. Times in seconds."""

    def __init__(self) -> None:
        self._calls: dict[Hashable, dict[int, float]] = {}  # s of a call, by group and passages
        self._sketch = 0.0  # s a passage, over all groups of sketches
        self._full = False
        self._hurried = False
        self.cycle = 0.0  # predicted time in which every open speaker gets one sketch

    def learn(self, group: Hashable, passages: int, took: float, *, keep: bool) -> None:
        """A call of `passages` of one group took so long."""
        calls = self._calls.setdefault(group, {})
        calls[passages] = _blend(calls.get(passages), took)
        for larger in (n for n in calls if n > passages):
            calls[larger] *= _FORGETTING
        if not keep:
            self._sketch = _blend(self._sketch or None, took / passages)

    def fits(self, group: Hashable) -> int:
        """How many passages of this group a call may have."""
        calls = self._calls.get(group)
        if not calls:
            return _CAREFUL
        count = 1
        while count < MOST and _predicted(calls, count + 1) <= _BUDGET:
            count += 1
        return count

    def weigh(self, speakers: int, workers: int, oldest_wait: float) -> None:
        """Look at the present: open speakers, calls at once, the oldest wait of a complete utterance."""
        self.cycle = speakers * self._sketch / max(1, workers)
        self._hurried = self.cycle > (_HURRY / 2 if self._hurried else _HURRY)
        part = 0.5 if self._full else 1.0  # it must get much better before it counts as better
        self._full = oldest_wait > part * _FULL_WAIT or self.cycle > part * _FULL_CYCLE

    @property
    def interval(self) -> float:
        """Between the beginnings of two sketches of one speaker."""
        return max(_SHORTEST_INTERVAL, _SPARE * self.cycle)

    @property
    def ahead(self) -> float:
        """How much too early a sketch may be when it shares a call."""
        return _AHEAD * self.interval

    @property
    def longest(self) -> int:
        """Samples that a sketch should hear at most."""
        return _SHORT if self._hurried else _LONG

    @property
    def hurried(self) -> bool:
        return self._hurried

    @property
    def full(self) -> bool:
        """Would another live speaker be too many?"""
        return self._full


def _predicted(calls: dict[int, float], passages: int) -> float:
    """Seconds of such a call: as measured, or else from the nearest size that was."""
    if passages in calls:
        return calls[passages]
    fewer = max((n for n in calls if n < passages), default=0)
    if fewer:
        return calls[fewer] * (1 + _ONE_MORE * (passages - fewer) / fewer)
    more = min(calls)
    return calls[more] * passages / more


def _blend(known: float | None, new: float) -> float:
    return new if known is None else known + _LEARNING * (new - known)
