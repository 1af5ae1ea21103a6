"""Sound compressed without loss: raw 16-bit little-endian mono samples to FLAC and back.

Takes the same little memory at any length.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

import av
import numpy as np
from av.audio.frame import AudioFrame

from services.errors import InvalidInput, StorageError

_BLOCK = 64 * 1024  # samples encoded at a time: four seconds, 128 kB
SAMPLE_BYTES = 2


def encode(pcm: BinaryIO, flac: BinaryIO, sample_rate: int, most: int | None = None) -> int:
    """Write the samples from where `pcm` stands, at `most` so many; how many there were.

    `flac` is rewound to write its header. Raises `InvalidInput` when there are none.
    """
    samples = 0
    with av.open(flac, "w", format="flac") as out:
        stream = out.add_stream("flac", rate=sample_rate, layout="mono", format="s16")
        for block in _blocks(pcm, most):
            frame = AudioFrame.from_ndarray(block.reshape(1, -1), format="s16", layout="mono")
            frame.sample_rate = sample_rate
            frame.pts = samples
            out.mux(stream.encode(frame))
            samples += block.size
        if samples == 0:
            raise InvalidInput("sound", "There is no sound in this recording.", "Record again.")
        out.mux(stream.encode(None))
    return samples


def decode(flac: BinaryIO) -> Iterator[bytes]:
    """The samples of a FLAC file, in pieces. Raises `StorageError` for one that is damaged."""
    try:
        with av.open(flac, "r", format="flac") as sound:
            for frame in sound.decode(audio=0):
                yield frame.to_ndarray().astype("<i2", copy=False).tobytes()
    except (av.FFmpegError, IndexError) as failure:
        raise StorageError("A recording is damaged.", "Its words are kept.") from failure


def _blocks(
    pcm: BinaryIO, most: int | None
) -> Iterator[np.ndarray[tuple[int], np.dtype[np.int16]]]:
    left = most
    while left is None or left > 0:
        block = pcm.read(SAMPLE_BYTES * (_BLOCK if left is None else min(left, _BLOCK)))
        # A server that was killed may have left half a sample at the end.
        whole = block[: len(block) // SAMPLE_BYTES * SAMPLE_BYTES]
        if not whole:
            return
        yield np.frombuffer(whole, dtype="<i2")
        if left is not None:
            left -= len(whole) // SAMPLE_BYTES
