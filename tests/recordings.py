"""Files that people upload, made on the fly."""

from __future__ import annotations

import io
from fractions import Fraction

import av
import numpy as np
from numpy.typing import NDArray

CONTAINERS = {  # container and codec of the formats that the screen names, and of some beside
    "mp4": ("mp4", "aac"),
    "m4a": ("ipod", "aac"),
    "mov": ("mov", "aac"),
    "webm": ("webm", "libopus"),
    "ogg": ("ogg", "libopus"),
    "mp3": ("mp3", "libmp3lame"),
    "wav": ("wav", "pcm_s16le"),
    "flac": ("flac", "flac"),
    "aac": ("adts", "aac"),
}


def tone(seconds: float, rate: int = 48_000) -> NDArray[np.float32]:
    return (0.3 * np.sin(2 * np.pi * 440 * np.arange(round(seconds * rate)) / rate)).astype("f4")


def recorded(
    container: str,
    codec: str | None,
    samples: NDArray[np.float32] | None = None,
    *,
    rate: int = 48_000,
    channels: int = 1,
    picture: str = "",
) -> bytes:
    """A file with `samples` as sound (codec None: no track of it) and, with a codec for it, a picture."""
    samples = tone(1.0, rate) if samples is None else samples
    file = io.BytesIO()
    with av.open(file, "w", format=container) as out:
        video = out.add_stream(picture, rate=10) if picture else None
        sound = out.add_stream(codec, rate=rate) if codec else None
        layout = {1: "mono", 2: "stereo", 8: "7.1"}[channels]
        if sound is not None:
            sound.layout = layout
        if video is not None:
            video.width, video.height, video.pix_fmt = 160, 120, "yuv420p"
            blank = np.zeros((120, 160, 3), np.uint8)
            for _ in range(round(10 * len(samples) / rate)):
                out.mux(video.encode(av.VideoFrame.from_ndarray(blank, format="rgb24")))
            out.mux(video.encode(None))
        if sound is not None:
            pcm = np.repeat((np.clip(samples, -1, 1) * 32767).astype(np.int16), channels)
            frame = av.AudioFrame.from_ndarray(pcm.reshape(1, -1), format="s16", layout=layout)
            frame.sample_rate, frame.time_base = rate, Fraction(1, rate)
            out.mux(sound.encode(frame))
            out.mux(sound.encode(None))
    return file.getvalue()
