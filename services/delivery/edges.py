"""Where voice begins and ends beside a silence, to a hundredth of a second.

The detector looks every 32 ms and lets go of a voice about a step late. Beside a silence the loudness
shows the edge itself; the detector still says that it is a voice, so a breath moves an edge by 0.1 s at most.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from services.ports import SAMPLE_RATE
from services.speech.segmenter import STEP

FRAME = STEP // 4  # samples of one level: 8 ms
FRAME_S = FRAME / SAMPLE_RATE
PER_STEP = STEP // FRAME

_SILENCE = 5 * PER_STEP  # frames; in shorter ones there is no level of silence to be had
_CORE = 2 * PER_STEP  # frames at both ends that may still be voice
_AROUND = (
    3 * PER_STEP
)  # frames into the voice, and `_CORE` into the silence, in which an edge is looked for
_OVER_DB = 10.0  # above the silence; softer than that is a breath or the room
_LATE = PER_STEP  # frames that the detector lets go late, where loudness does not tell

Levels = NDArray[np.float32]  # dB of each frame


def edges(voice: Sequence[tuple[int, int]], levels: Levels) -> list[tuple[float, float]]:
    """Spans of voice in frames, in order and apart -> in seconds, with their edges refined."""
    if not voice:
        return []
    count = len(levels)
    starts = [start for start, _ in voice]
    ends = [end for _, end in voice]
    silences = [(0, starts[0]), *zip(ends, [*starts[1:], count], strict=True)]
    for number, (first, last) in enumerate(silences):
        over = (
            _threshold(levels[first + _CORE : last - _CORE]) if last - first >= _SILENCE else None
        )
        if number > 0:
            ends[number - 1] = min(_ending(levels, first, over), count)
        if number < len(starts):
            starts[number] = _beginning(levels, last, over)
    return [
        (round(start * FRAME_S, 3), round(end * FRAME_S, 3))
        for start, end in zip(starts, ends, strict=True)
        if start < end
    ]


def _threshold(silence: Levels) -> float | None:
    return float(np.median(silence)) + _OVER_DB if silence.size else None


def _ending(levels: Levels, at: int, over: float | None) -> int:
    """The end of the last loud frame around `at`."""
    if over is not None:
        first = max(0, at - _AROUND)
        loud = np.flatnonzero(levels[first : at + _CORE] > over)
        if loud.size:
            return first + int(loud[-1]) + 1
    return at - _LATE


def _beginning(levels: Levels, at: int, over: float | None) -> int:
    """The first loud frame around `at`."""
    if over is not None:
        first = max(0, at - _CORE)
        loud = np.flatnonzero(levels[first : at + _AROUND] > over)
        if loud.size:
            return first + int(loud[0])
    return at
