"""A recorded file -> samples: what the browser's own recorder uploads when no live connection comes."""

from __future__ import annotations

import io

import av
import numpy as np

from services.errors import InvalidInput
from services.ports import SAMPLE_RATE, Samples

LONGEST_S = 3600.0  # seconds; a longer answer is a mistake, and would take a gigabyte as samples


def samples_of(file: bytes) -> Samples:
    """Decode any sound file that FFmpeg reads (WAV, WebM, MP4, Ogg ...) to 16 kHz mono.

    Raises `InvalidInput` for what is not sound, is empty or lasts more than `LONGEST_S`.
    """
    resampler = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
    parts: list[Samples] = []
    length = 0
    try:
        with av.open(io.BytesIO(file), "r") as container:
            for frame in container.decode(audio=0):
                for piece in resampler.resample(frame):
                    part = piece.to_ndarray()[0].astype(np.float32) / 32768
                    length += part.size
                    if length > LONGEST_S * SAMPLE_RATE:
                        raise InvalidInput(
                            "recording",
                            "The recording is longer than an hour.",
                            "Record a shorter answer.",
                        )
                    parts.append(part)
    except (av.FFmpegError, IndexError, ValueError) as error:
        raise InvalidInput(
            "recording",
            "This recording could not be read.",
            "Record it again, or type your answer.",
        ) from error
    if not parts:
        raise InvalidInput(
            "recording", "The recording is empty.", "Record it again, or type your answer."
        )
    return np.concatenate(parts)
