"""The parts of an answer's video, joined into one WebM by copying packets; nothing is decoded but a thumbnail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.packet import Packet

from services.video.folder import parts_in
from services.video.reading import broken, opened
from services.video.thumbnail import thumbnail_of

MEDIA_TYPE = "video/webm"
ALIKE_S = 0.5  # by which two spans of time may differ and are still the same
_MS = Fraction(1, 1000)  # WebM's own unit of time
_KINDS = ("video", "audio")


@dataclass(frozen=True)
class Assembled:
    """One file: its second t is second `offset_s + t` of the answer. `size` in bytes; `thumbnail` a JPEG
    or empty."""

    media_type: str
    seconds: float
    size: int
    offset_s: float
    thumbnail: bytes


@dataclass(frozen=True)
class Stored:
    """A video that was made before: `file`, whose second t is second `offset_s + t` of the answer."""

    file: Path
    offset_s: float
    seconds: float

    def has(self, start: float, end: float) -> bool:
        """Whether nothing between these seconds of the answer is outside of it."""
        return start >= self.offset_s - ALIKE_S and end <= self.offset_s + self.seconds + ALIKE_S


def assemble(folder: Path, out: Path, stored: Stored | None = None) -> Assembled | None:
    """Join all parts in `folder` into the file `out`; gaps between them stay as time.

    `stored` is taken in as another part, and of the others only those that reach beyond it. What cannot be
    read (a part that was cut off by a crash ends where it ends) is left out. None, and no file, when there
    is no picture at all. One packet at a time is held in memory. What is recorded into the folder has to
    be ended first. Raises `OSError` when the disk refuses.
    """
    if stored is None:
        parts = [(start, path) for start, path in parts_in(folder) if _has_picture(path)]
    else:
        parts = [(stored.offset_s, stored.file), *_beyond(folder, stored)]
        parts.sort(key=lambda part: part[0])  # of two that begin together the stored one is first
    while parts:
        try:
            seconds = _join(parts, parts[0][0], out)
            return Assembled(
                MEDIA_TYPE, seconds, out.stat().st_size, parts[0][0], thumbnail_of(out)
            )
        except Exception as failure:
            if not broken(failure) or isinstance(failure, OSError):  # the latter of what is written
                raise
            out.unlink(missing_ok=True)
            if stored is not None:
                return None
            parts = parts[1:]  # its head can be read, and no file can be made with it
    return None


def reaches_beyond(folder: Path, stored: Stored) -> bool:
    """Whether there is any picture in the folder that a video has not; its file is not looked at."""
    return bool(_beyond(folder, stored))


def _beyond(folder: Path, stored: Stored) -> list[tuple[float, Path]]:
    return [
        (start, path)
        for start, path in parts_in(folder)
        if _has_picture(path) and not stored.has(start, start + _length(path))
    ]


def _join(parts: list[tuple[float, Path]], offset: float, out: Path) -> float:
    """Write `out`; returns its length in seconds."""
    end = 0
    with av.open(str(out), "w", format="webm", options={"cues_to_front": "1"}) as output:
        with opened(parts[0][1]) as first:
            streams = {
                kind: output.add_stream_from_template(first.streams.get({kind: 0})[0])
                for kind in _KINDS
                if any(stream.type == kind for stream in first.streams)
            }
        last = dict.fromkeys(_KINDS, -1)
        for n, (start, path) in enumerate(parts):
            shift = round((start - offset) * 1000)
            until = round((parts[n + 1][0] - offset) * 1000) if n + 1 < len(parts) else None
            waiting = True  # for the part's first key frame
            for packet in _packets(path):
                kind = packet.stream.type
                if kind not in streams or packet.pts is None or packet.time_base is None:
                    continue
                at = shift + round(packet.pts * packet.time_base * 1000)
                length = round((packet.duration or 0) * packet.time_base * 1000)
                if until is not None and at >= until:
                    continue
                if kind == "video" and waiting and not packet.is_keyframe:
                    continue
                waiting = waiting and kind != "video"
                at = max(at, last[kind] + 1)
                last[kind] = at
                end = max(end, at + length)
                packet.stream = streams[kind]
                packet.time_base = _MS
                packet.pts = packet.dts = at
                packet.duration = length
                output.mux(packet)
    return end / 1000


def _packets(path: Path) -> Iterator[Packet[Any]]:
    """All that can be read of a part."""
    try:
        with opened(path) as part:
            yield from part.demux()
    except Exception as failure:
        if not broken(failure):
            raise


def _has_picture(path: Path) -> bool:
    return any(p.stream.type == "video" and p.is_keyframe and p.size for p in _packets(path))


def _length(path: Path) -> float:
    """Seconds from its beginning to the last that can be read of it."""
    ends = (
        float((p.pts + (p.duration or 0)) * p.time_base)
        for p in _packets(path)
        if p.pts is not None and p.time_base is not None
    )
    return max(ends, default=0.0)
