"""A recorded file -> samples: what the browser's own recorder uploads when no live connection comes."""

from __future__ import annotations

import io
from collections.abc import Iterator

import av
import numpy as np
from numpy.typing import NDArray

from services.errors import InvalidInput
from services.ports import SAMPLE_RATE, Samples

LONGEST_S = 3600.0  # seconds; a longer answer is a mistake; this one is 115 MB of samples


def sound_of(file: bytes) -> Iterator[Samples]:
    """Decode any sound file that FFmpeg reads (WAV, WebM, MP4, Ogg ...) to 16 kHz mono, in pieces of 10 s.

    Decoded whole (as 16 bits) before the first piece, so that a broken file is refused and not half heard.
    Raises `InvalidInput` for what is not sound, is empty or lasts more than `LONGEST_S`.
    """
    resampler = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
    parts: list[NDArray[np.int16]] = []
    length = 0
    try:
        with av.open(io.BytesIO(file), "r") as container:
            for frame in container.decode(audio=0):
                for piece in resampler.resample(frame):
                    part = piece.to_ndarray()[0]
                    parts.append(part)
                    length += part.size
                    if length > LONGEST_S * SAMPLE_RATE:
                        raise InvalidInput(
                            "recording",
                            "The recording is longer than an hour.",
                            "Record a shorter answer.",
                        )
    except (av.FFmpegError, IndexError, ValueError) as error:
        raise InvalidInput(
            "recording",
            "This recording could not be read.",
            "Record it again, or type your answer.",
        ) from error
    if not length:
        raise InvalidInput(
            "recording", "The recording is empty.", "Record it again, or type your answer."
        )
    whole = np.concatenate(parts)
    step = 10 * SAMPLE_RATE
    scale = np.float32(32768)
    return (
        (whole[at : at + step] / scale).astype(np.float32, copy=False)
        for at in range(0, length, step)
    )
