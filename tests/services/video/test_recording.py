"""A connection's packets become a part on the disk, whatever camera, network and disk do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import av
import pytest

from services.video import assemble
from services.video.folder import parts_in
from services.video.recording import Recording
from tests.services.video.filmed import (
    FLASH_EVERY,
    Sent,
    VirtualClock,
    beeps,
    both,
    delivered,
    feed,
    flashes,
    pictures,
    repeated,
    sounds,
)


class Camera:
    """A recording in virtual time."""

    def __init__(
        self,
        folder: Path,
        *,
        limit: int = 10**9,
        heard: float = 0.0,
        crowded: Callable[[], bool] = lambda: False,
    ) -> None:
        self.clock = VirtualClock()
        self.folder = folder
        self.recording = Recording(
            folder,
            heard=lambda: heard,
            wanted=lambda: True,
            limit=limit,
            crowded=crowded,
            clock=self.clock,
        )
        self.asked = 0

        def ask() -> None:
            self.asked += 1

        self.recording.ask_for_key = ask

    def film(self, packets: list[tuple[float, Sent]]) -> None:
        feed(self.recording, self.clock, packets)
        self.recording.close()

    @property
    def part(self) -> Path:
        ((_, path),) = parts_in(self.folder)
        return path


def decoded(path: Path) -> list[av.VideoFrame]:
    with av.open(str(path)) as file:
        return list(file.decode(video=0))


def sound_of(path: Path) -> float:
    """Seconds up to the end of the last sound."""
    with av.open(str(path)) as file:
        return max(float((p.pts + p.duration) * p.time_base) for p in file.demux(audio=0) if p.size)


def test_picture_and_sound_stay_together_for_ten_minutes(folder: Path, tmp_path: Path) -> None:
    """Flashes and beeps at the same moments, clocks that drift apart by 300 ppm, and ours by 200 more."""
    camera = Camera(folder, heard=12.5)
    picture = repeated(list(pictures(20)), 30, drift=300e-6)
    sound = repeated(list(sounds(20)), 30)
    camera.film(
        [
            *delivered(slowly(picture), delay=0.045, jitter=0.015, seed=1, hold=1),
            *delivered(slowly(sound), delay=0.03, jitter=0.01, seed=2, hold=4),
        ]
    )
    out = tmp_path / "out.webm"
    made = assemble(folder, out)
    assert made is not None
    assert made.offset_s == pytest.approx(12.5, abs=0.1)
    seen, heard = flashes(out), beeps(out)
    assert len(seen) == len(heard) == 600 / FLASH_EVERY
    assert max(abs(a - b) for a, b in zip(seen, heard, strict=True)) < 0.08
    assert heard[-1] == pytest.approx(595, abs=0.1)  # on the time line of the answer's sound


def slowly(packets: Iterator[Sent]) -> Iterator[Sent]:
    return (Sent(one.taken * 1.0002, one.ticks, one.data, one.picture) for one in packets)


def test_a_picture_that_changes_its_size_goes_on(folder: Path) -> None:
    """As a browser does on a narrow line, a phone that is turned, and cameras of any size."""
    sizes = ((160, 120), (96, 72), (72, 96), (1920, 1080))
    camera = Camera(folder)
    camera.film(
        [
            *delivered(pictures(4, sizes=sizes), delay=0.03, jitter=0, seed=1, hold=1),
            *delivered(sounds(4), delay=0.03, jitter=0, seed=2, hold=4),
        ]
    )
    found = [(frame.width, frame.height) for frame in decoded(camera.part)]
    assert list(dict.fromkeys(found)) == list(sizes)
    assert len(found) == 59  # the last one is told by the next


def test_five_pictures_a_second_are_enough(folder: Path) -> None:
    camera = Camera(folder)
    camera.film(both(11, rate=5))
    assert [round(second) for second in flashes(camera.part)] == [0, 5, 10]


def test_the_part_begins_with_the_first_key_frame(folder: Path) -> None:
    camera = Camera(folder, heard=3.0)
    late = [one for one in both(6) if not one[1].picture or one[1].taken > 1.5]
    camera.film(late)
    assert camera.asked > 0
    ((begins, path),) = parts_in(folder)
    assert begins == pytest.approx(3 + 4, abs=0.1)  # what came before cannot be shown
    assert sound_of(path) == pytest.approx(2, abs=0.2)


def test_without_a_key_frame_there_is_no_video_and_it_says_so(folder: Path, tmp_path: Path) -> None:
    camera = Camera(folder)
    camera.film([one for one in both(8) if not one[1].picture or 0.1 < one[1].taken < 3.9])
    assert not camera.recording.state.picture
    assert assemble(folder, tmp_path / "out.webm") is None
    assert not (tmp_path / "out.webm").exists()


def test_key_frames_are_asked_for_so_that_one_can_seek(folder: Path) -> None:
    camera = Camera(folder)
    feed(camera.recording, camera.clock, both(3.9))
    assert camera.asked == 0
    more = [one for one in both(12) if one[0] > 3.9 and one[1].taken != 4.0 and one[1].taken != 8.0]
    feed(camera.recording, camera.clock, more, since=camera.clock.now - 3.9)
    assert camera.asked >= 5  # again and again until one comes


def test_a_camera_that_is_unplugged_leaves_what_was_seen_and_the_sound(folder: Path) -> None:
    camera = Camera(folder)
    camera.film([one for one in both(8) if not one[1].picture or one[1].taken < 3])
    assert max(float(frame.time or 0) for frame in decoded(camera.part)) == pytest.approx(
        3, abs=0.2
    )
    assert sound_of(camera.part) == pytest.approx(8, abs=0.2)


def test_at_its_limit_the_picture_stops_and_the_sound_goes_on(folder: Path) -> None:
    camera = Camera(folder, limit=10_000)
    camera.film(both(10))
    state = camera.recording.state
    assert (state.full, state.crowded, state.picture) == (True, False, True)
    assert not camera.recording.takes_pictures
    with av.open(str(camera.part)) as file:
        sizes = [(p.stream.type, p.size) for p in file.demux() if p.size]
    assert sum(size for _, size in sizes) < 10_000 + sum(s for kind, s in sizes if kind == "audio")
    assert max(float(frame.time or 0) for frame in decoded(camera.part)) < 9
    assert sound_of(camera.part) == pytest.approx(10, abs=0.2)


def test_when_the_disk_has_no_room_for_more_pictures_they_stop_and_the_sound_goes_on(
    folder: Path,
) -> None:
    camera = Camera(folder, crowded=lambda: camera.clock.now > 1004)
    camera.film(both(10))
    state = camera.recording.state
    assert (state.full, state.crowded, state.picture) == (False, True, True)
    assert max(float(frame.time or 0) for frame in decoded(camera.part)) < 4.5
    assert sound_of(camera.part) == pytest.approx(10, abs=0.2)


def test_a_writer_that_falls_behind_costs_whole_groups_of_pictures_and_no_sound(
    folder: Path,
) -> None:
    """Between two of its looks five seconds pass: this machine has something better to do."""
    camera = Camera(folder)
    packets = both(30)
    began = camera.clock.now
    for first, last, every in ((0, 2, 0.2), (2, 20, 5.0), (20, 30, 0.2)):
        some = [one for one in packets if first <= one[0] < last]
        feed(camera.recording, camera.clock, some, write_every=every, since=began)
    camera.recording.close()
    assert camera.asked > 0
    assert sound_of(camera.part) == pytest.approx(30, abs=0.2)
    with av.open(str(camera.part)) as file:
        kept = [(float(p.pts * p.time_base), p.is_keyframe) for p in file.demux(video=0) if p.size]
    assert len(kept) < 30 * 15 - 60
    after_a_hole = [key for (a, _), (b, key) in pairwise(kept) if b - a > 0.5]
    assert after_a_hole
    assert all(after_a_hole)  # what follows can be shown


def test_a_disk_that_refuses_ends_the_picture_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    camera = Camera(tmp_path / "file" / "answer.pcm.video")
    camera.film(both(3))
    assert camera.recording.state.failed
