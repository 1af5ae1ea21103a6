"""A small still of a video, to know it by."""

from __future__ import annotations

import io
from pathlib import Path

import av
import numpy as np

from services.video.reading import broken, opened

WIDTH = 320  # pixels
_PLACES = (0.1, 0.3, 0.5, 0.7)  # shares of the length at which a frame is looked at


def thumbnail_of(video: Path) -> bytes:
    """A JPEG `WIDTH` pixels wide, of the frame with the most contrast; empty if none can be decoded. Raises
    `OSError` when the disk refuses."""
    best: tuple[float, av.VideoFrame] | None = None
    try:
        with opened(video) as source:
            length = source.duration or 0  # microseconds
            for share in _PLACES:
                source.seek(int(length * share))
                frame = next(iter(source.decode(video=0)), None)
                if frame is None:
                    continue
                contrast = float(
                    np.std(frame.reformat(width=64, height=48, format="gray").to_ndarray())
                )
                if best is None or contrast > best[0]:
                    best = (contrast, frame)
        return _jpeg(best[1]) if best else b""
    except Exception as failure:
        if not broken(failure):
            raise
        return _jpeg(best[1]) if best else b""


def _jpeg(frame: av.VideoFrame) -> bytes:
    height = max(2, round(WIDTH * frame.height / frame.width / 2) * 2)
    small = frame.reformat(width=WIDTH, height=height, format="yuvj420p")
    file = io.BytesIO()
    with av.open(file, "w", format="image2pipe") as output:
        stream = output.add_stream("mjpeg", rate=1)
        stream.width, stream.height, stream.pix_fmt = WIDTH, height, "yuvj420p"
        small.pts = 0
        output.mux(stream.encode(small))
        output.mux(stream.encode(None))
    return file.getvalue()
