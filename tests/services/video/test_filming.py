"""A connection that is recorded, with threads and time as they are: copied or, where that cannot be, encoded."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import pytest
from aiortc.mediastreams import AudioStreamTrack

from services.video import Filming, assemble, discard, end_recording, record, size_of
from services.video.encoding import Encoding
from services.video.filming import TappedSink
from services.video.folder import parts_in
from services.video.recording import Recording
from services.video.recordings import Recordings
from tests.services.video.filmed import VirtualClock, beeps, both, feed, flashes, pictures, sounds

PATIENCE_S = 20.0


def until(true: Callable[[], bool]) -> None:
    """Wait for what other threads bring about."""
    pause, late = threading.Event(), time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < late
        pause.wait(0.02)


class Sink:
    """A sink that keeps its track."""

    def __init__(self) -> None:
        self.track: object = None

    def addTrack(self, track: object) -> None:
        self.track = track

    def hasTrack(self) -> bool:
        return self.track is not None

    def start(self) -> None:
        pass

    def stop(self) -> None:
        self.track = None


def frames(seconds: float) -> Iterator[av.VideoFrame | av.AudioFrame]:
    """Decoded frames as aiortc gives them, in order of time; the camera is turned half way."""
    decoder = av.VideoCodecContext.create("vp8", "r")
    hearing = av.AudioCodecContext.create("libopus", "r")
    hearing.format, hearing.layout, hearing.sample_rate = "s16", "stereo", 48_000
    camera = pictures(seconds, sizes=((64, 48), (48, 64)))
    for one in sorted([*camera, *sounds(seconds)], key=lambda sent: sent.taken):
        codec = decoder if one.picture else hearing
        packet = av.Packet(one.data)
        packet.pts = one.ticks
        packet.time_base = Fraction(1, 90_000 if one.picture else 48_000)
        yield from codec.decode(packet)


def test_packets_are_on_the_disk_soon_and_become_a_file_when_the_recording_is_ended(
    folder: Path, tmp_path: Path
) -> None:
    recording = record(folder, heard=lambda: 4.0, wanted=lambda: True, limit=10**9)
    for _, one in sorted(both(6), key=lambda both: both[0]):
        take = recording.picture_packet if one.picture else recording.sound_packet
        take(one.data, one.ticks)
    until(lambda: size_of(folder) > 0)
    assert end_recording(folder)
    assert Filming(recording).state.picture
    made = assemble(folder, tmp_path / "out.webm")
    assert made is not None
    assert recording.closed
    assert made.offset_s == pytest.approx(4, abs=0.5)
    recording.sound_packet(b"\x08" * 20, 0)  # what comes late is not taken
    discard(folder)
    assert not folder.exists()


def test_a_recording_ends_when_its_sound_is_no_longer_wanted(folder: Path) -> None:
    wanted = threading.Event()
    wanted.set()
    recording = record(folder, heard=lambda: 0.0, wanted=wanted.is_set, limit=10**9)
    other = record(folder, heard=lambda: 0.0, wanted=lambda: True, limit=10**9)
    wanted.clear()
    until(lambda: recording.closed)
    assert not other.closed
    discard(folder)
    assert other.closed


def test_who_switches_it_off_is_filmed_no_more_and_what_was_recorded_stays(folder: Path) -> None:
    filming = Filming(record(folder, heard=lambda: 0.0, wanted=lambda: True, limit=10**9))
    for _, one in sorted(both(6), key=lambda both: both[0]):
        take = filming.recording.picture_packet if one.picture else filming.recording.sound_packet
        take(one.data, one.ticks)
    until(lambda: size_of(folder) > 0)
    assert filming.takes_pictures
    filming.stop()
    assert not filming.takes_pictures
    until(lambda: filming.recording.closed)
    assert size_of(folder) > 0
    discard(folder)


def test_a_disk_that_stands_still_is_told_and_brings_back_nothing_that_was_discarded(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.video.recordings._PATIENCE", 0.05)
    goes_on, asked = threading.Event(), threading.Event()

    def stalled() -> bool:
        asked.set()
        return not goes_on.wait(PATIENCE_S)  # as a write would be

    recordings = Recordings()
    packets = sorted(both(6), key=lambda both: both[0])
    recording = recordings.begin(
        folder, heard=lambda: 0.0, wanted=lambda: True, limit=10**9, crowded=stalled
    )
    until(asked.is_set)
    for _, one in packets:
        (recording.picture_packet if one.picture else recording.sound_packet)(one.data, one.ticks)
    assert not recordings.end(folder)
    recordings.discard(folder)
    goes_on.set()
    until(lambda: recording.closed)
    assert recordings.end(folder)
    assert not folder.exists()


def test_a_part_that_was_begun_while_its_folder_was_deleted_goes(folder: Path) -> None:
    clock = VirtualClock()
    recording = Recording(folder, heard=lambda: 0.0, wanted=lambda: True, limit=10**9, clock=clock)
    feed(recording, clock, both(3))
    assert size_of(folder) > 0
    recording.discard()
    recording.close()
    assert not folder.exists()


def test_sound_has_its_track_whatever_becomes_of_the_recording() -> None:
    def fail(_track: object) -> None:
        raise AttributeError("_queue")

    sink = Sink()
    TappedSink(sink, fail).addTrack(AudioStreamTrack())
    assert sink.hasTrack()


def test_encoding_goes_on_after_the_connection_was_begun_anew(folder: Path) -> None:
    clock = VirtualClock()
    recording = Recording(folder, heard=lambda: 0.0, wanted=lambda: True, limit=10**9, clock=clock)
    encoding = Encoding(recording)
    for _ in range(2):
        for frame in frames(3):
            clock.now += 1 / 65
            encoding.encode(frame)
            recording.write()
        clock.now += 2
    recording.close()
    ((_, path),) = parts_in(folder)
    with av.open(str(path)) as file:
        seen = [float(frame.time or 0) for frame in file.decode(video=0)]
    assert len([second for second in seen if second > 3]) > 30


def test_large_pictures_do_not_pile_up_before_a_slow_encoder(folder: Path) -> None:
    recording = Recording(folder, heard=lambda: 0.0, wanted=lambda: True, limit=10**9)
    encoding = Encoding(recording)
    encoding._thread = threading.current_thread()  # nobody takes them
    for n in range(30):
        frame = av.VideoFrame(1920, 1080, "yuv420p")
        frame.pts = n * 6000
        encoding.take(frame)
    assert len(encoding._frames) == 4  # of 3 MB each


def test_a_connection_whose_packets_cannot_be_copied_is_encoded(
    folder: Path, tmp_path: Path
) -> None:
    filming = Filming(record(folder, heard=lambda: 0.0, wanted=lambda: True, limit=10**9))
    sink = Sink()
    tapped = filming.sound_sink(sink)
    tapped.addTrack(AudioStreamTrack())  # not one that was received
    assert tapped.hasTrack()
    assert sink.hasTrack()
    pause, began = threading.Event(), time.monotonic()
    for frame in frames(2):
        pause.wait(max(0.0, began + float(frame.time or 0) - time.monotonic()))
        if isinstance(frame, av.AudioFrame):
            filming.heard(frame)
        else:
            filming.seen(frame)
    out = tmp_path / "out.webm"
    assert end_recording(folder)
    made = assemble(folder, out)
    assert made is not None
    assert made.seconds == pytest.approx(2, abs=0.6)
    with av.open(str(out)) as file:
        sizes = {(frame.width, frame.height) for frame in file.decode(video=0)}
    assert sizes == {(64, 48), (48, 64)}
    assert flashes(out)[0] == pytest.approx(beeps(out)[0], abs=0.15)
