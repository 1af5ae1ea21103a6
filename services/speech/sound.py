"""Sound as it comes from outside -> 16 kHz mono, 16 bits, the form in which it is kept."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from services.ports import SAMPLE_RATE, Samples


@dataclass(frozen=True, slots=True)
class Piece:
    """A copy of one WebRTC frame, with what is needed to read it."""

    source: int
    array: NDArray[Any]
    format: str
    layout: str
    rate: int

    @staticmethod
    def of(source: int, frame: av.AudioFrame) -> Piece:
        """Copy a frame. The asyncio loop calls this: about 5 microseconds for 20 ms of stereo."""
        return Piece(
            source, frame.to_ndarray(), frame.format.name, frame.layout.name, frame.sample_rate
        )

    def goes_on(self, other: Piece) -> bool:
        """Could `other`, right after this, have come in one frame with it?"""
        return _kind(self) == _kind(other)

    @staticmethod
    def joined(pieces: Sequence[Piece]) -> Piece:
        """Pieces that go on from one to the next, as one: a third of the work for three of 20 ms."""
        if len(pieces) == 1:
            return pieces[0]
        return replace(pieces[0], array=np.concatenate([p.array for p in pieces], axis=-1))


def _kind(piece: Piece) -> tuple[object, ...]:
    array = piece.array
    rows = array.shape[:-1]
    return piece.source, piece.format, piece.layout, piece.rate, array.dtype, rows


class Resampler:
    """Pieces of one stream -> PCM. Its filter remembers the last milliseconds: one per stream."""

    def __init__(self, piece: Piece) -> None:
        self._kind = (piece.format, piece.layout, piece.rate)
        self._resampler = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)

    def fits(self, piece: Piece) -> bool:
        return self._kind == (piece.format, piece.layout, piece.rate)

    def pcm(self, piece: Piece) -> bytes:
        """Mono 16 kHz s16le of a piece; channels are averaged."""
        array = piece.array
        if np.issubdtype(array.dtype, np.floating):  # a resampler makes noise of what is no number
            array = _tame(array).astype(array.dtype)
        frame = av.AudioFrame.from_ndarray(array, format=piece.format, layout=piece.layout)
        frame.sample_rate = piece.rate
        return self._drain(frame)

    def rest(self) -> bytes:
        """What the filter still holds; nothing may follow."""
        return self._drain(None)

    def _drain(self, frame: av.AudioFrame | None) -> bytes:
        out = self._resampler.resample(frame)
        return b"".join(f.to_ndarray().tobytes() for f in out if f is not None)


def pcm_of(samples: Samples) -> bytes:
    """Float samples at 16 kHz -> s16le. What is not a number is silence; what is too loud is clipped."""
    return bytes((_tame(samples.ravel()) * 32767).astype("<i2").tobytes())


def loudness(samples: Samples) -> float:
    """0 (60 dB below full scale, a quiet room) to 1 (full scale), as a meter shows it."""
    rms = float(np.sqrt(np.mean(np.square(samples)))) if len(samples) else 0.0
    return min(1.0, max(0.0, 1 + math.log10(max(rms, 1e-6)) / 3))


def _tame(samples: NDArray[Any]) -> Samples:
    numbers = np.nan_to_num(np.asarray(samples, np.float32), posinf=1.0, neginf=-1.0)
    return np.clip(numbers, -1.0, 1.0)
