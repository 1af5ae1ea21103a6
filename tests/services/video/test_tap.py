"""Packets are copied out of aiortc's own receiver, and whoever is not recorded notices nothing."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from typing import Any

import pytest
from aiortc import rtcrtpreceiver
from aiortc.contrib.media import MediaRelay
from aiortc.jitterbuffer import JitterFrame
from aiortc.mediastreams import AudioStreamTrack, MediaStreamTrack
from aiortc.rtcrtpparameters import RTCRtpCodecParameters
from aiortc.rtcrtpreceiver import RemoteStreamTrack

from services.video import tap as taps
from services.video.tap import fits, tap
from tests.services.video.filmed import pictures, sounds

VP8 = RTCRtpCodecParameters(mimeType="video/VP8", clockRate=90_000, payloadType=96)
OPUS = RTCRtpCodecParameters(mimeType="audio/opus", clockRate=48_000, channels=2, payloadType=111)


def test_aiortc_is_as_we_know_it() -> None:
    """When this fails: read aiortc's rtcrtpreceiver.py, and see whether `services/video/tap.py` still does
    what it says. Until then pictures are encoded anew, which works and costs fifteen times as much."""
    assert fits()


def received(
    track: RemoteStreamTrack, codec: RTCRtpCodecParameters, packets: list[JitterFrame]
) -> tuple[list[Any], threading.Event]:
    """What aiortc makes of packets: its own worker on a thread of its own, as its receiver starts it."""
    wants_key = threading.Event()

    async def receive() -> list[Any]:
        packets_in: queue.Queue[Any] = queue.Queue()
        for packet in [*((codec, packet) for packet in packets), None]:
            packets_in.put(packet)
        worker = threading.Thread(
            target=rtcrtpreceiver.decoder_worker,
            args=(asyncio.get_running_loop(), packets_in, track._queue, wants_key),
        )
        worker.start()
        frames = []
        while (frame := await track._queue.get()) is not None:
            frames.append(frame)
        worker.join()
        return frames

    return asyncio.run(receive()), wants_key


def encoded() -> list[JitterFrame]:
    return [JitterFrame(one.data, one.ticks) for one in pictures(1)]


def test_a_picture_that_is_copied_is_not_decoded() -> None:
    copied: list[tuple[str, bytes, int]] = []
    asking: list[Callable[[], None]] = []
    track = RemoteStreamTrack("video")

    def take(codec: str, data: bytes, ticks: int) -> bool:
        copied.append((codec, data, ticks))
        return False

    assert tap(track, take, asking.append)
    packets = encoded()
    frames, wants_key = received(track, VP8, packets)
    assert copied == [("VP8", one.data, one.timestamp) for one in packets]
    assert frames == []
    assert not wants_key.is_set()
    asking[0]()
    assert wants_key.is_set()  # at the next packet the receiver asks the sender


def test_sound_that_is_copied_is_decoded_all_the_same_even_if_copying_fails(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(_codec: str, _data: bytes, _ticks: int) -> bool:
        raise RuntimeError("of the recording")

    packets = [JitterFrame(one.data, one.ticks) for one in sounds(1)]
    for take in (lambda *_packet: True, fail):
        track = RemoteStreamTrack("audio")
        assert tap(track, take)
        frames, _ = received(track, OPUS, packets)
        assert sum(frame.samples for frame in frames) == 48_000
    assert caplog.text.count("RuntimeError") == 1  # not fifty times


def test_a_track_that_nobody_records_is_decoded_as_ever() -> None:
    taken: list[bytes] = []
    assert tap(RemoteStreamTrack("video"), lambda _codec, data, _ticks: bool(taken.append(data)))
    frames, _ = received(RemoteStreamTrack("video"), VP8, encoded())
    assert len(frames) == 15
    assert taken == []


def test_it_is_put_in_once_however_many_tracks_there_are() -> None:
    for _ in range(3):
        assert tap(RemoteStreamTrack("video"), lambda *_packet: False)
    assert rtcrtpreceiver.decoder_worker is taps._worker
    assert taps._original is not taps._worker


def test_a_track_that_a_relay_gave_out_is_known_by_its_source_and_one_of_another_kind_is_refused() -> (
    None
):
    async def relayed() -> MediaStreamTrack:
        return MediaRelay().subscribe(RemoteStreamTrack("video"))

    assert tap(asyncio.run(relayed()), lambda *_packet: False)
    assert not tap(AudioStreamTrack(), lambda *_packet: False)
