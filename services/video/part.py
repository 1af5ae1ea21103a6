"""One part of an answer's video on the disk: a WebM that grows and can be played at every moment."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import av
from av.packet import Packet

from services.video.packets import SOUND_RATE

_MS = Fraction(1, 1000)
# A cluster is written when it is whole, so a killed process loses at most one. A stream that has stopped
# holds up the other for the last of these (microseconds).
_OPTIONS = {
    "cluster_time_limit": "500",
    "flush_packets": "1",
    "max_interleave_delta": "300000",
}


class Part:
    """Owned by the writer thread. Times are milliseconds since the part began."""

    def __init__(self, path: Path, width: int, height: int) -> None:
        """Raises `OSError` if the file cannot be written, as every method does."""
        self._path = path
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file = av.open(str(path), "w", format="webm", options=_OPTIONS)
        # Never encodes: FFmpeg writes Opus headers only for a stream that could.
        self._sound = self._file.add_stream("libopus", rate=SOUND_RATE, layout="stereo")
        self._picture = self._file.add_mux_stream(
            "vp8", rate=30, width=width, height=height, time_base=_MS
        )
        self._last = {self._sound.index: -1, self._picture.index: -1}

    def sound(self, at: int, data: bytes, samples: int) -> None:
        self._write(self._sound.index, at, data, round(1000 * samples / SOUND_RATE), True)

    def picture(self, at: int, data: bytes, key: bool) -> None:
        self._write(self._picture.index, at, data, 0, key)

    def close(self) -> None:
        self._file.close()

    def remove(self) -> None:
        """Delete it, and its folder when there is nothing else in it."""
        self._path.unlink(missing_ok=True)
        with suppress(OSError):
            self._path.parent.rmdir()

    def _write(self, stream: int, at: int, data: bytes, length: int, key: bool) -> None:
        at = max(
            at, self._last[stream] + 1
        )  # pictures that are squeezed together still have an order
        self._last[stream] = at
        packet = Packet(data)
        packet.stream = self._file.streams[stream]
        packet.time_base = _MS
        packet.pts = packet.dts = at
        packet.duration = length
        packet.is_keyframe = key
        self._file.mux(packet)
