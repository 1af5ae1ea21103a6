"""A person before a camera, as packets, and what decoding and encoding them anew is like."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from services.video.packets import PICTURE_RATE, SOUND_RATE
from tests.services.video.filmed import Sent

SIZE = (640, 480)
_BITS = 450_000  # a second, what browsers send of this size
_KEY_EVERY = 4.0  # s


def camera(rate: int, seconds: int) -> list[Sent]:
    """VP8 of a picture that moves as a person before a camera does: a noisy room and a head."""
    chance = np.random.default_rng(1)
    width, height = SIZE
    room = chance.integers(60, 190, (height // 16, width // 16)).astype(np.uint8)
    room = room.repeat(16, 0).repeat(16, 1)
    head = chance.integers(40, 220, (200, 160)).astype(np.uint8)
    encoder = av.VideoCodecContext.create("libvpx", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, PICTURE_RATE), Fraction(rate)
    encoder.bit_rate, encoder.gop_size = _BITS, round(_KEY_EVERY * rate)
    encoder.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"}
    found = []
    for n in range(seconds * rate):
        at = n / rate
        luma = room.copy()
        y, x = round(140 + 20 * np.sin(at)), round(240 + 40 * np.sin(1.7 * at))
        luma[y : y + 200, x : x + 160] = head
        luma += chance.integers(0, 4, luma.shape).astype(np.uint8)
        array = np.concatenate([luma, np.full((height // 2, width), 128, np.uint8)])
        frame = av.VideoFrame.from_ndarray(array, format="yuv420p")
        frame.pts, frame.time_base = n * PICTURE_RATE // rate, Fraction(1, PICTURE_RATE)
        found += [Sent(at, frame.pts, bytes(p), True) for p in encoder.encode(frame)]
    return found


def decoded(packets: list[tuple[float, Sent]]) -> Iterator[av.VideoFrame | av.AudioFrame]:
    """Frames, as aiortc makes them."""
    see, hear = av.VideoCodecContext.create("vp8", "r"), av.AudioCodecContext.create("libopus", "r")
    see.thread_count = 1
    hear.format, hear.layout, hear.sample_rate = "s16", "stereo", SOUND_RATE
    for _, one in packets:
        packet: av.Packet[Any] = av.Packet(one.data)
        packet.pts = one.ticks
        packet.time_base = Fraction(1, PICTURE_RATE if one.picture else SOUND_RATE)
        yield from see.decode(packet) if one.picture else hear.decode(packet)


class X264:
    """The usual way to record a decoded connection without losing all of it in a crash: fragments of a
    second, H.264 by libx264 at its fastest, and AAC."""

    def __init__(self, path: Path, rate: int) -> None:
        options = {
            "movflags": "frag_keyframe+empty_moov+default_base_moof",
            "frag_duration": "1000000",
        }
        self._file = av.open(str(path), "w", format="mp4", options=options)
        fastest = {"preset": "ultrafast", "g": str(round(_KEY_EVERY * rate))}
        self._picture = self._file.add_stream("libx264", rate=rate, options=fastest)
        self._picture.width, self._picture.height = SIZE
        self._picture.pix_fmt = "yuv420p"
        self._picture.codec_context.thread_count = 1
        self._picture.codec_context.time_base = Fraction(1, PICTURE_RATE)
        self._sound = self._file.add_stream("aac", rate=SOUND_RATE, layout="mono")

    def take(self, frame: av.VideoFrame | av.AudioFrame) -> None:
        if isinstance(frame, av.VideoFrame):
            frame.pict_type = av.video.frame.PictureType.NONE
            self._file.mux(self._picture.encode(frame))
        else:
            self._file.mux(self._sound.encode(frame))

    def close(self) -> None:
        self._file.mux(self._picture.encode(None))
        self._file.mux(self._sound.encode(None))
        self._file.close()
