"""The kept sound of answers, compressed without loss, in a folder or any object store.

A key is `owner/interview/answer.flac`; nobody reads or deletes a key that does not begin with
their own id. Any thread may call.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

import av
import numpy as np
import obstore
from av.audio.frame import AudioFrame
from obstore.exceptions import BaseError
from obstore.store import LocalStore, from_url

from services.domain import Recording
from services.errors import InvalidInput, NotFound, StorageError
from services.ports import SAMPLE_RATE, Owner
from services.storage.files import storage_failure

MEDIA_TYPE = "audio/flac"
_BLOCK = 64 * 1024  # samples encoded at a time: four seconds, 128 kB


class Recordings:
    """`place` is a folder, or the URL of an object store (`s3://bucket/prefix`, `memory:///`)."""

    def __init__(self, place: str | Path) -> None:
        if "://" in str(place) or str(place).startswith("memory:"):
            self._store = from_url(str(place))
            return
        folder = Path(place).absolute()
        with _translated():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._store = LocalStore(folder, automatic_cleanup=True)

    def put_flac(
        self,
        owner: Owner,
        interview_id: UUID,
        answer_id: UUID,
        pcm_path: Path,
        sample_rate: int = SAMPLE_RATE,
    ) -> Recording:
        """Compress a file of raw 16-bit little-endian mono samples and keep it; the file stays.

        Takes the same little memory at any length. Raises `NotFound` without the file,
        `InvalidInput` when it is empty, `DiskFull` and `StorageError`; then nothing is kept.
        """
        key = f"{owner}/{interview_id}/{answer_id}.flac"
        part = pcm_path.with_name(f"{pcm_path.name}.flac.part")
        try:
            with _translated():
                samples = _encode(pcm_path, part, sample_rate)
                obstore.put(self._store, key, part)
                size = part.stat().st_size
        finally:
            part.unlink(missing_ok=True)
        return Recording(key=key, media_type=MEDIA_TYPE, seconds=samples / sample_rate, size=size)

    def read(self, owner: Owner, key: str) -> bytes:
        """The whole file. Raises `NotFound`, also for a key of somebody else."""
        _must_own(owner, key)
        with _translated():
            return bytes(obstore.get(self._store, key).bytes())

    def delete(self, owner: Owner, keys: Sequence[str]) -> None:
        """Delete recordings; those that are gone already are no failure."""
        for key in keys:
            _must_own(owner, key)
        for key in keys:
            try:
                with _translated():
                    obstore.delete(self._store, key)
            except NotFound:
                continue

    def rename(self, keys: Sequence[str], from_owner: Owner, to_owner: Owner) -> None:
        """Give recordings to another owner; done a second time it goes on where it stopped."""
        for key in keys:
            _must_own(from_owner, key)
        for key in keys:
            try:
                with _translated():
                    obstore.rename(self._store, key, key.replace(str(from_owner), str(to_owner), 1))
            except NotFound:
                continue


def _must_own(owner: Owner, key: str) -> None:
    first, *rest = key.split("/")
    if first != str(owner) or not rest or any(part in ("", ".", "..") for part in rest):
        raise _not_found()


def _not_found() -> NotFound:
    return NotFound("There is no such recording.", "It may have been deleted.")


def _encode(pcm_path: Path, flac_path: Path, sample_rate: int) -> int:
    """Write the samples as FLAC; how many there were."""
    samples = 0
    with pcm_path.open("rb") as pcm, av.open(str(flac_path), "w", format="flac") as out:
        stream = out.add_stream("flac", rate=sample_rate, layout="mono", format="s16")
        for block in _blocks(pcm):
            frame = AudioFrame.from_ndarray(block.reshape(1, -1), format="s16", layout="mono")
            frame.sample_rate = sample_rate
            frame.pts = samples
            out.mux(stream.encode(frame))
            samples += block.size
        if samples == 0:
            raise InvalidInput("sound", "There is no sound in this recording.", "Record again.")
        out.mux(stream.encode(None))
    return samples


def _blocks(pcm: BinaryIO) -> Iterator[np.ndarray[tuple[int], np.dtype[np.int16]]]:
    while block := pcm.read(2 * _BLOCK):
        # A server that was killed may have left half a sample at the end.
        whole = block[: len(block) // 2 * 2]
        if whole:
            yield np.frombuffer(whole, dtype="<i2")


@contextmanager
def _translated() -> Iterator[None]:
    """Failures of the encoder, the folder and the object store as ours."""
    try:
        yield
    except FileNotFoundError as failure:
        raise _not_found() from failure
    except OSError as failure:  # PyAV's failures of files are OSErrors too
        raise storage_failure(failure) from failure
    except BaseError as failure:
        if "No space left" in str(failure):  # obstore passes the system's words on, not its number
            raise storage_failure(OSError(errno.ENOSPC, "")) from failure
        raise StorageError(
            "The recordings cannot be reached.", "Try again in a moment; the answer itself is kept."
        ) from failure
