"""Streams as a browser sends them: pictures with flashes, sound with beeps at the same moments, and clocks
that begin anywhere and drift apart."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from services.video.packets import PICTURE_RATE, SOUND_RATE
from services.video.recording import Recording

FLASH_EVERY = 5.0  # s between two moments at which the picture is white and the sound beeps
FLASH = 0.2  # s that they last


class VirtualClock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass(frozen=True)
class Sent:
    """A packet with the moment at which it was taken (s since the start) and its ticks."""

    taken: float
    ticks: int
    data: bytes
    picture: bool


def is_flash(second: float) -> bool:
    return second % FLASH_EVERY < FLASH


def pictures(
    seconds: float,
    *,
    rate: int = 15,
    sizes: tuple[tuple[int, int], ...] = ((64, 48),),
    key_every: float = 4.0,
    start: float = 0.0,
) -> Iterator[Sent]:
    """VP8 packets; the sizes take turns, one after the other over the length."""
    encoder, size, step = None, (0, 0), PICTURE_RATE // rate
    for n in range(round(seconds * rate)):
        at = n / rate
        wanted = sizes[min(len(sizes) - 1, int(at / seconds * len(sizes)))]
        if encoder is None or wanted != size:
            size, encoder = wanted, _vp8(*wanted, rate, round(key_every * rate))
        shade = 235 if is_flash(start + at) else 40
        array = np.full((size[1] * 3 // 2, size[0]), 128, np.uint8)
        array[: size[1]] = shade
        array[: size[1] // 4, : size[0] // 4] = (n * 7) % 200
        frame = av.VideoFrame.from_ndarray(array, format="yuv420p")
        frame.pts, frame.time_base = n * step, Fraction(1, PICTURE_RATE)
        for packet in encoder.encode(frame):
            yield Sent(at, n * step, bytes(packet), True)


def sounds(seconds: float, *, start: float = 0.0) -> Iterator[Sent]:
    """Opus packets of 20 ms."""
    encoder = av.AudioCodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = SOUND_RATE, "mono", "s16"
    encoder.bit_rate = 24_000
    times = np.arange(960) / SOUND_RATE
    for n in range(round(seconds * 50)):
        at = n / 50
        loud = 12_000 if is_flash(start + at) else 0
        wave = (loud * np.sin(2 * np.pi * 1000 * (at + times))).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(wave.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts = SOUND_RATE, n * 960
        for packet in encoder.encode(frame):
            yield Sent(at, n * 960, bytes(packet), False)


def repeated(packets: list[Sent], times: int, *, drift: float = 0.0) -> Iterator[Sent]:
    """The same packets over and over: long streams without encoding them. The stream's clock runs faster
    than that of the moments by `drift`."""
    length = 2 * packets[-1].taken - packets[-2].taken
    ticks = 2 * packets[-1].ticks - packets[-2].ticks
    for n in range(times):
        for one in packets:
            at = round((one.ticks + n * ticks) * (1 + drift))
            yield Sent(one.taken + n * length, at, one.data, one.picture)


def delivered(
    sent: Iterator[Sent], *, delay: float, jitter: float, seed: int, hold: int
) -> list[tuple[float, Sent]]:
    """(arrival, packet) in order: `delay` and random jitter on the way, then the jitter buffer of aiortc,
    which hands a packet on when the `hold`-th after it has come."""
    chance = random.Random(seed)
    came: list[tuple[float, Sent]] = []
    latest = 0.0
    for packet in sent:
        late = delay + min(0.3, chance.expovariate(1 / jitter)) if jitter else delay
        latest = max(latest, packet.taken + late)
        came.append((latest, packet))
    return [(came[n + hold][0], came[n][1]) for n in range(len(came) - hold)]


def feed(
    recording: Recording,
    clock: VirtualClock,
    packets: list[tuple[float, Sent]],
    *,
    write_every: float = 0.2,
    since: float | None = None,
) -> None:
    """Let the packets come, in virtual time, and the writer write."""
    began = clock.now if since is None else since
    written = 0.0
    for arrival, packet in sorted(packets, key=lambda one: one[0]):
        clock.now = max(clock.now, began + arrival)
        if packet.picture:
            recording.picture_packet(packet.data, packet.ticks)
        else:
            recording.sound_packet(packet.data, packet.ticks)
        if arrival - written >= write_every:
            recording.write()
            written = arrival


def both(
    seconds: float, *, rate: int = 15, jitter: float = 0.0, way: float = 0.03
) -> list[tuple[float, Sent]]:
    """What the decoder threads see of a connection of some seconds."""
    return [
        *delivered(pictures(seconds, rate=rate), delay=way, jitter=jitter, seed=1, hold=1),
        *delivered(sounds(seconds), delay=way, jitter=jitter, seed=2, hold=4),
    ]


def flashes(video: Path) -> list[float]:
    """Seconds at which the picture turns white."""
    found, white = [], False
    with av.open(str(video)) as file:
        for frame in file.decode(video=0):
            lit = float(frame.to_ndarray(format="gray").mean()) > 128
            if lit and not white:
                found.append(float(frame.time or 0))
            white = lit
    return found


def beeps(video: Path) -> list[float]:
    """Seconds at which a beep begins, to 5 ms."""
    found: list[float] = []
    last = -1.0  # when it was loud
    mono = av.AudioResampler("s16", "mono", SOUND_RATE)
    with av.open(str(video)) as file:
        for frame in file.decode(audio=0):
            second = float(frame.time or 0)
            wave = np.concatenate([f.to_ndarray()[0] for f in mono.resample(frame)])
            for n in range(0, len(wave), 240):
                if np.abs(wave[n : n + 240].astype(np.int32)).mean() > 2000:
                    at = second + n / SOUND_RATE
                    if at - last > 1:
                        found.append(at)
                    last = at
    return found


def _vp8(width: int, height: int, rate: int, gop: int) -> av.VideoCodecContext:
    encoder = av.VideoCodecContext.create("libvpx", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, PICTURE_RATE), Fraction(rate)
    encoder.bit_rate, encoder.gop_size, encoder.thread_count = 100_000, gop, 1
    encoder.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"}
    return encoder
