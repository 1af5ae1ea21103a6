"""A few seconds of picture and sound as a browser sends them: VP8 and Opus in WebM."""

from __future__ import annotations

import io
from pathlib import Path

import av
import numpy as np

from services.video import video_folder

RATE, SIZE = 10, (64, 48)


def film(spool: Path, seconds: float = 2.0, *, at_s: float = 0.0, heard: bool = True) -> Path:
    """A part of the video of the answer with this spool, from second `at_s` on. Returns the folder."""
    folder = video_folder(spool)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{round(at_s * 1000):010d}.webm").write_bytes(a_film(seconds, heard=heard))
    return folder


def a_film(seconds: float = 2.0, *, heard: bool = True) -> bytes:
    """A grey that grows lighter, and noise unless it is silent."""
    out = io.BytesIO()
    random = np.random.default_rng(1)
    with av.open(out, "w", format="webm") as file:
        picture = file.add_stream("libvpx", rate=RATE, options={"deadline": "realtime"})
        picture.width, picture.height, picture.pix_fmt = *SIZE, "yuv420p"
        sound = file.add_stream("libopus", rate=48_000, layout="mono") if heard else None
        count = round(seconds * RATE)
        for n in range(count):
            shade = np.full((SIZE[1], SIZE[0], 3), 255 * n // count, np.uint8)
            shade[: SIZE[1] // 2] //= 2
            file.mux(picture.encode(av.VideoFrame.from_ndarray(shade, format="rgb24")))
        file.mux(picture.encode(None))
        if sound is not None:
            noise = random.integers(-500, 500, (1, round(seconds * 48_000))).astype(np.int16)
            frame = av.AudioFrame.from_ndarray(noise, format="s16", layout="mono")
            frame.sample_rate = 48_000
            file.mux(sound.encode(frame))
            file.mux(sound.encode(None))
    return out.getvalue()


def length_of(file: bytes) -> float:
    """Seconds of a video, by its last picture."""
    with av.open(io.BytesIO(file)) as source:
        last = max(frame.time or 0.0 for frame in source.decode(video=0))
    return last + 1 / RATE
