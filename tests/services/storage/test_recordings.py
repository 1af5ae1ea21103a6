"""Recordings: lossless, bounded to their owner, in a folder, in memory and in a bucket."""

from __future__ import annotations

import errno
import io
import os
import shutil
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import av
import numpy as np
import pytest

from services.domain import Recording
from services.errors import DiskFull, InvalidInput, NotFound, RecordingsAway, StorageError
from services.storage.files import storage_failure
from services.storage.object_store import Access
from services.storage.recordings import PIECE, Recordings
from tests.standins.bucket import KEY_ID, PLACE, REGION, SECRET, Bucket

OWNER, INTERVIEW, ANSWER, OTHER = (UUID(int=n) for n in range(1, 5))


@pytest.fixture(scope="module")
def bucket() -> Iterator[Bucket]:
    made = Bucket()
    yield made
    made.stop()


@pytest.fixture(params=["folder", "memory", "bucket"])
def recordings(
    request: pytest.FixtureRequest, tmp_path: Path, bucket: Bucket
) -> Iterator[Recordings]:
    if request.param == "bucket":
        made = Recordings(PLACE, bucket.access)
        yield made
        for owner in (OWNER, OTHER):
            made.delete_all(owner)
        return
    yield Recordings("memory:///" if request.param == "memory" else tmp_path / "kept")


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
        f"{OWNER}/{INTERVIEW}",
        f"{OWNER}/{INTERVIEW}/{ANSWER}.flac/",
        f"/{OWNER}/{INTERVIEW}/{ANSWER}.flac",
        f"{OWNER}/{INTERVIEW}/{ANSWER}.flac\n",
        f"{OWNER}/{INTERVIEW}/{ANSWER}.flac\x00",
        f"{OWNER}/{INTERVIEW}/../../{OTHER}/{INTERVIEW}/{ANSWER}.flac",
        f"{OWNER}/%2e%2e/{OTHER}/{INTERVIEW}/{ANSWER}.flac",
        f"{OWNER}\\..\\{OTHER}\\{INTERVIEW}\\{ANSWER}.flac",
        f"{OWNER}/{INTERVIEW}/{ANSWER}.flac?versionId=1",
        f"{OWNER}/{INTERVIEW}/{ANSWER}.parts/../x.flac",
        f"{OWNER}/{INTERVIEW}/{ANSWER}.parts/00001.flac",
        f"{OWNER}/{INTERVIEW}/{ANSWER}.html",
        f"{OWNER}".upper().replace("0", "\uff10") + f"/{INTERVIEW}/{ANSWER}.flac",
        "/etc/passwd",
        "",
    ],
)
def test_a_key_of_somebody_else_is_as_if_it_were_not_there(
    recordings: Recordings, key: str
) -> None:
    for use in (
        lambda: recordings.read(OWNER, key),
        lambda: recordings.size(OWNER, key),
        lambda: recordings.read_stream(OWNER, key),
        lambda: recordings.url(OWNER, key),
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


# --- read in pieces, stored in parts ----------------------------------------------------------


def test_a_recording_is_read_in_pieces_and_in_ranges_as_it_is(
    recordings: Recordings, tmp_path: Path
) -> None:
    noise = np.random.default_rng(2).integers(-32_000, 32_000, 900_000, dtype=np.int16)
    key = kept(recordings, noise, tmp_path).key
    whole = recordings.read(OWNER, key)
    pieces = list(recordings.read_stream(OWNER, key))
    assert b"".join(pieces) == whole
    assert max(map(len, pieces)) <= PIECE < len(whole)
    assert b"".join(recordings.read_stream(OWNER, key, 5, 12)) == whole[5:12]
    assert b"".join(recordings.read_stream(OWNER, key, 7, 10**9)) == whole[7:]
    assert list(recordings.read_stream(OWNER, key, 10**9)) == []
    assert recordings.size(OWNER, key) == len(whole)


def test_a_recording_that_goes_away_while_it_is_read_never_ends_early_in_silence(
    recordings: Recordings, tmp_path: Path
) -> None:
    noise = np.random.default_rng(2).integers(-32_000, 32_000, 900_000, dtype=np.int16)
    key = kept(recordings, noise, tmp_path).key
    pieces = recordings.read_stream(OWNER, key)
    next(pieces)
    recordings.delete(OWNER, (key,))
    with pytest.raises(NotFound):
        list(pieces)


def test_parts_are_numbered_by_their_samples_and_go_together(
    recordings: Recordings, samples: np.ndarray, tmp_path: Path
) -> None:
    pcm = tmp_path / "answer.pcm"
    pcm.write_bytes(samples.astype("<i2").tobytes())
    for first in (100_000, 0):
        recordings.put_part(OWNER, INTERVIEW, ANSWER, pcm, first, 100_000)
    parts = recordings.parts(OWNER, INTERVIEW, ANSWER)
    assert [(part.first, part.end) for part in parts] == [(0, 100_000), (100_000, 150_001)]
    heard = [decoded(recordings.read(OWNER, part.key)) for part in parts]
    np.testing.assert_array_equal(np.concatenate(heard), samples)
    assert recordings.parts(OWNER, INTERVIEW, OTHER) == ()
    folder = f"{OWNER}/{INTERVIEW}/{ANSWER}.parts"
    recordings.rename((folder,), OWNER, OTHER)
    assert len(recordings.parts(OTHER, INTERVIEW, ANSWER)) == 2
    recordings.delete(OTHER, (folder.replace(str(OWNER), str(OTHER)),))
    assert recordings.count(OTHER) == recordings.count(OWNER) == 0


def test_all_that_somebody_has_goes_and_nothing_of_anybody_else(
    recordings: Recordings, samples: np.ndarray, tmp_path: Path
) -> None:
    kept(recordings, samples[:2000], tmp_path)
    theirs = kept(recordings, samples[:2000], tmp_path, owner=OTHER)
    assert recordings.keys(OWNER, INTERVIEW) == (f"{OWNER}/{INTERVIEW}/{ANSWER}.flac",)
    recordings.delete_all(OWNER, OTHER)  # no interview of theirs
    assert recordings.count(OWNER) == 1
    recordings.delete_all(OWNER, INTERVIEW)
    assert recordings.count(OWNER) == 0
    assert recordings.size(OTHER, theirs.key) == theirs.size


# --- a bucket ---------------------------------------------------------------------------------


def status_of(address: str) -> int:
    try:
        with urllib.request.urlopen(address) as answered:
            return int(answered.status)
    except urllib.error.HTTPError as refused:
        return refused.code


def test_a_signed_address_plays_one_recording_for_some_minutes(
    bucket: Bucket, samples: np.ndarray, tmp_path: Path
) -> None:
    recordings = Recordings(PLACE, bucket.access)
    mine, theirs = (kept(recordings, samples, tmp_path, owner=who) for who in (OWNER, OTHER))
    address = recordings.url(OWNER, mine.key)
    with urllib.request.urlopen(address) as answered:
        assert answered.headers["content-type"] == "audio/flac"
        np.testing.assert_array_equal(decoded(answered.read()), samples)
    with pytest.raises(NotFound):
        recordings.url(OWNER, theirs.key)
    assert status_of(address.replace(str(OWNER), str(OTHER))) == 403
    assert SECRET not in address
    bucket.later = timedelta(minutes=6)
    assert status_of(address) == 403
    bucket.later = timedelta()
    assert status_of(address) == 200


def test_a_long_recording_goes_up_in_several_requests(bucket: Bucket, tmp_path: Path) -> None:
    recordings = Recordings(PLACE, bucket.access)
    noise = np.random.default_rng(3).integers(-32_000, 32_000, 3_000_000, dtype=np.int16)
    recording = kept(recordings, noise, tmp_path)
    np.testing.assert_array_equal(decoded(recordings.read(OWNER, recording.key)), noise)


def test_a_store_that_is_away_is_told_apart_from_a_wrong_key_and_a_wrong_bucket(
    bucket: Bucket, samples: np.ndarray, tmp_path: Path
) -> None:
    elsewhere = Recordings(PLACE, Access("http://127.0.0.1:9", REGION, KEY_ID, SECRET))
    wrong_key = Recordings(PLACE, Access(bucket.endpoint, REGION, "nobody", SECRET))
    wrong_bucket = Recordings("s3://nowhere", bucket.access)
    uses = (
        lambda there: kept(there, samples[:2000], tmp_path),
        lambda there: there.read(OWNER, f"{OWNER}/{INTERVIEW}/{ANSWER}.flac"),
        lambda there: there.delete(OWNER, (f"{OWNER}/{INTERVIEW}/{ANSWER}.flac",)),
        lambda there: there.parts(OWNER, INTERVIEW, ANSWER),
    )
    for use in uses:
        with pytest.raises(RecordingsAway):
            use(elsewhere)
        with pytest.raises(StorageError, match="RECORDINGS_KEY_ID") as refused:
            use(wrong_key)
        assert not isinstance(refused.value, RecordingsAway)
        assert SECRET not in str(refused.value)
        with pytest.raises(StorageError, match="bucket") as missing:
            use(wrong_bucket)
        assert not isinstance(missing.value, RecordingsAway)


def test_what_was_stored_is_there_when_the_store_is_back(
    bucket: Bucket, samples: np.ndarray, tmp_path: Path
) -> None:
    recordings = Recordings(PLACE, bucket.access)
    recording = kept(recordings, samples, tmp_path)
    bucket.stop()
    try:
        with pytest.raises(RecordingsAway):
            recordings.read(OWNER, recording.key)
    finally:
        bucket.start()
    np.testing.assert_array_equal(decoded(recordings.read(OWNER, recording.key)), samples)


@pytest.mark.parametrize("address", ["s3://", "s3:///prefix", "ftp://host/there", "://"])
def test_an_address_that_is_none_is_told(address: str) -> None:
    with pytest.raises(StorageError, match="RECORDINGS_URL"):
        Recordings(address)
