"""Recordings: lossless, bounded to their owner, in a folder and in memory."""

from __future__ import annotations

import errno
import io
import os
import shutil
from pathlib import Path
from uuid import UUID, uuid4

import av
import numpy as np
import pytest

from services.domain import Recording
from services.errors import DiskFull, InvalidInput, NotFound, StorageError
from services.storage.files import storage_failure
from services.storage.recordings import Recordings

OWNER, INTERVIEW, ANSWER, OTHER = (UUID(int=n) for n in range(1, 5))


@pytest.fixture(params=["folder", "memory"])
def recordings(request: pytest.FixtureRequest, tmp_path: Path) -> Recordings:
    return Recordings("memory:///" if request.param == "memory" else tmp_path / "kept")


@pytest.fixture
def samples() -> np.ndarray:
    return np.random.default_rng(1).integers(-8000, 8000, 150_001, dtype=np.int16)


def kept(
    recordings: Recordings, samples: np.ndarray, tmp_path: Path, owner: UUID = OWNER
) -> Recording:
    pcm = tmp_path / "answer.pcm"
    pcm.write_bytes(samples.astype("<i2").tobytes())
    return recordings.put_flac(owner, INTERVIEW, ANSWER, pcm)


def decoded(flac: bytes) -> np.ndarray:
    with av.open(io.BytesIO(flac)) as container:
        return np.concatenate([f.to_ndarray().reshape(-1) for f in container.decode(audio=0)])


def test_what_is_read_back_is_every_sample_that_was_recorded(
    recordings: Recordings, samples: np.ndarray, tmp_path: Path
) -> None:
    recording = kept(recordings, samples, tmp_path)
    assert recording.key == f"{OWNER}/{INTERVIEW}/{ANSWER}.flac"
    assert recording.media_type == "audio/flac"
    assert recording.seconds == len(samples) / 16_000
    sound = recordings.read(OWNER, recording.key)
    assert len(sound) == recording.size
    np.testing.assert_array_equal(decoded(sound), samples)
    with av.open(io.BytesIO(sound)) as container:
        assert container.streams.audio[0].rate == 16_000


def test_half_a_sample_at_the_end_of_a_killed_recording_is_left_out(
    recordings: Recordings, tmp_path: Path
) -> None:
    pcm = tmp_path / "answer.pcm"
    pcm.write_bytes(b"\x01\x00" * 999 + b"\x01")
    recording = recordings.put_flac(OWNER, INTERVIEW, ANSWER, pcm)
    assert recording.seconds == 999 / 16_000
    assert len(decoded(recordings.read(OWNER, recording.key))) == 999


def test_nothing_but_the_recording_stays_behind(samples: np.ndarray, tmp_path: Path) -> None:
    kept(Recordings(tmp_path / "kept"), samples, tmp_path)
    files = [path.name for path in tmp_path.rglob("*") if path.is_file()]
    assert sorted(files) == sorted(["answer.pcm", f"{ANSWER}.flac"])


def test_no_sound_is_no_recording(recordings: Recordings, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        recordings.put_flac(OWNER, INTERVIEW, ANSWER, tmp_path / "never.pcm")
    for content in (b"", b"\x01"):
        (tmp_path / "empty.pcm").write_bytes(content)
        with pytest.raises(InvalidInput):
            recordings.put_flac(OWNER, INTERVIEW, ANSWER, tmp_path / "empty.pcm")
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize(
    "key",
    [
        f"{OTHER}/{INTERVIEW}/{ANSWER}.flac",
        f"{OWNER}x/{INTERVIEW}/{ANSWER}.flac",
        f"{OWNER}/../{OTHER}/a.flac",
        f"{OWNER}//a.flac",
        f"{OWNER}",
        "/etc/passwd",
        "",
    ],
)
def test_a_key_of_somebody_else_is_as_if_it_were_not_there(
    recordings: Recordings, key: str
) -> None:
    for use in (
        lambda: recordings.read(OWNER, key),
        lambda: recordings.delete(OWNER, (key,)),
        lambda: recordings.rename((key,), OWNER, uuid4()),
    ):
        with pytest.raises(NotFound):
            use()


def test_deleting_twice_is_deleting(
    recordings: Recordings, samples: np.ndarray, tmp_path: Path
) -> None:
    recording = kept(recordings, samples[:2000], tmp_path)
    for _ in range(2):
        recordings.delete(OWNER, (recording.key,))
    with pytest.raises(NotFound):
        recordings.read(OWNER, recording.key)


def test_a_guests_recordings_move_with_the_guest(
    recordings: Recordings, samples: np.ndarray, tmp_path: Path
) -> None:
    account = uuid4()
    recording = kept(recordings, samples[:2000], tmp_path)
    for _ in range(2):
        recordings.rename((recording.key,), OWNER, account)
    moved = recordings.read(account, recording.key.replace(str(OWNER), str(account)))
    assert len(moved) == recording.size
    with pytest.raises(NotFound):
        recordings.read(OWNER, recording.key)


def test_a_place_that_is_not_a_folder_is_told_and_a_full_one_is_a_full_disk(
    tmp_path: Path,
) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError):
        Recordings(tmp_path / "file" / "kept")
    assert isinstance(storage_failure(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))), DiskFull)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_disk_that_fills_while_encoding_is_told_as_such(
    samples: np.ndarray, tmp_path: Path
) -> None:
    (tmp_path / "answer.pcm.flac.part").symlink_to("/dev/full")
    with pytest.raises(DiskFull):
        kept(Recordings(tmp_path / "kept"), samples, tmp_path)
    assert not [path for path in (tmp_path / "kept").rglob("*") if path.is_file()]


def test_a_recording_whose_folder_was_removed_is_not_found(
    samples: np.ndarray, tmp_path: Path
) -> None:
    recordings = Recordings(tmp_path / "kept")
    recording = kept(recordings, samples[:2000], tmp_path)
    shutil.rmtree(tmp_path / "kept")
    with pytest.raises(NotFound):
        recordings.read(OWNER, recording.key)
