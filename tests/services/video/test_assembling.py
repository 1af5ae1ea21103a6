"""The parts of an answer become one file that plays, whatever state they are in."""

from __future__ import annotations

import io
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import av
import pytest

from services.video import assemble, discard, size_of
from services.video.folder import part_path, parts_in
from services.video.recording import Recording
from tests.services.video.filmed import (
    Sent,
    VirtualClock,
    beeps,
    both,
    delivered,
    feed,
    flashes,
    pictures,
    sounds,
)


def film(folder: Path, seconds: float, *, heard: float = 0.0) -> Path:
    """A part; returns where it is."""
    return film_of(folder, both(seconds), heard=heard)


def film_of(folder: Path, packets: list[tuple[float, Sent]], *, heard: float = 0.0) -> Path:
    clock = VirtualClock()
    recording = Recording(
        folder, heard=lambda: heard, wanted=lambda: True, limit=10**9, clock=clock
    )
    feed(recording, clock, packets)
    recording.close()
    return parts_in(folder)[-1][1]


def test_one_part_becomes_a_file_that_can_be_sought_in(folder: Path, tmp_path: Path) -> None:
    film(folder, 12, heard=2.0)
    made = assemble(folder, tmp_path / "out.webm")
    assert made is not None
    assert (made.media_type, made.size) == ("video/webm", (tmp_path / "out.webm").stat().st_size)
    assert made.offset_s == pytest.approx(2, abs=0.1)
    assert made.seconds == pytest.approx(12, abs=0.2)
    written = (tmp_path / "out.webm").read_bytes()
    cues, clusters = written.find(b"\x1c\x53\xbb\x6b"), written.find(b"\x1f\x43\xb6\x75")
    assert 0 < cues < clusters  # a player finds its places without reading all of it
    with av.open(str(tmp_path / "out.webm")) as file:
        assert file.duration == pytest.approx(12_000_000, abs=200_000)
        file.seek(9_000_000)
        first = next(p for p in file.demux(video=0) if p.size)
        assert first.is_keyframe
        assert float(first.pts * first.time_base) == pytest.approx(8, abs=0.1)
    with av.open(io.BytesIO(made.thumbnail)) as still:
        assert still.streams.video[0].width == 320


def test_the_picture_of_an_8k_camera_becomes_a_file_with_a_small_still(
    folder: Path, tmp_path: Path
) -> None:
    """Browsers are asked for 640x480; one that sends what its camera has is taken all the same."""
    large = pictures(1, rate=3, sizes=((7680, 4320),))
    film_of(
        folder,
        [
            *delivered(large, delay=0.03, jitter=0, seed=1, hold=1),
            *delivered(sounds(1), delay=0.03, jitter=0, seed=2, hold=4),
        ],
    )
    made = assemble(folder, tmp_path / "out.webm")
    assert made is not None
    with av.open(str(tmp_path / "out.webm")) as file:
        assert (file.streams.video[0].width, file.streams.video[0].height) == (7680, 4320)
    with av.open(io.BytesIO(made.thumbnail)) as still:
        assert (still.streams.video[0].width, still.streams.video[0].height) == (320, 180)


def test_parts_keep_their_places_and_what_was_between_them_stays_as_time(
    folder: Path, tmp_path: Path
) -> None:
    film(folder, 6, heard=1.0)
    film(folder, 6, heard=20.0)
    out = tmp_path / "out.webm"
    made = assemble(folder, out)
    assert made is not None
    assert made.seconds == pytest.approx(25, abs=0.2)
    # Each connection flashes at its own second 0 and 5.
    assert flashes(out) == pytest.approx([0, 5, 19, 24], abs=0.1)
    assert beeps(out) == pytest.approx([0, 5, 19, 24], abs=0.1)


def test_a_part_that_runs_into_the_next_one_ends_there(folder: Path, tmp_path: Path) -> None:
    film(folder, 8, heard=0.0)
    film(folder, 6, heard=4.0)
    out = tmp_path / "out.webm"
    made = assemble(folder, out)
    assert made is not None
    assert flashes(out) == pytest.approx([0, 4, 9], abs=0.1)
    with av.open(str(out)) as file:
        for kind in ("video", "audio"):
            file.seek(0)
            times = [p.pts for p in file.demux(**{kind: 0}) if p.size]
            assert all(a < b for a, b in pairwise(times))


def test_whatever_is_broken_is_left_out(folder: Path, tmp_path: Path) -> None:
    whole = film(folder, 8, heard=10.0).read_bytes()
    part_path(folder, 0).write_bytes(b"")
    part_path(folder, 1).write_bytes(b"no video at all" * 50)
    part_path(folder, 2).write_bytes(whole[:300])  # a header
    part_path(folder, 30).write_bytes(whole[: len(whole) // 2])
    broken = bytearray(whole)
    broken[len(whole) // 3 : len(whole) // 3 + 2000] = b"\x55" * 2000
    part_path(folder, 50).write_bytes(broken)
    (folder / "notes.txt").write_text("not ours")
    made = assemble(folder, tmp_path / "out.webm")
    assert made is not None
    assert made.offset_s == pytest.approx(10, abs=0.1)
    assert made.seconds > 41
    found = flashes(tmp_path / "out.webm")
    assert found[0] == pytest.approx(0, abs=0.1)
    assert any(abs(second - 20) < 0.1 for second in found)


def test_there_is_nothing_to_assemble_where_nothing_was_filmed(tmp_path: Path) -> None:
    assert assemble(tmp_path / "none.video", tmp_path / "out.webm") is None
    assert size_of(tmp_path / "none.video") == 0
    discard(tmp_path / "none.video")


def test_a_discarded_video_leaves_nothing(folder: Path) -> None:
    film(folder, 5)
    assert size_of(folder) > 0
    discard(folder)
    assert not folder.exists()


def test_a_process_that_is_killed_loses_no_more_than_a_second(folder: Path, tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.services.video.filming_child", str(folder), "60"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    )
    assert child.stdout is not None
    reached = 0.0
    for line in child.stdout:
        reached = float(line)
        if reached >= 3.0:
            break
    child.kill()
    child.wait(10)
    made = assemble(folder, tmp_path / "out.webm")
    assert made is not None
    assert made.seconds >= reached - 1.3  # a loaded machine writes a little later
