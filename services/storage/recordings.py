"""The kept sound of answers, compressed without loss, and their videos, in a folder or any object store.

Nobody reads or deletes a key that does not begin with their own id (`recording_keys`). Any thread may call.
Every method raises `RecordingsAway` when the store cannot be reached, and `StorageError` when it refuses.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import obstore

from services.domain import Recording
from services.errors import NotFound
from services.ports import SAMPLE_RATE, Owner
from services.storage import flac
from services.storage.object_store import Access, in_our_words, is_remote, open_place
from services.storage.recording_keys import (
    Part,
    belongs,
    given_to,
    is_folder,
    must_own,
    not_found,
    part_of_folder,
    part_of_key,
    parts_key,
    recording_key,
    thumbnail_key,
    video_key,
)

MEDIA_TYPE = "audio/flac"
STILL_TYPE = "image/jpeg"
PIECE = (
    1024 * 1024
)  # bytes read at a time: each a request of its own, so a slow listener times nothing out
SIGNED_FOR = timedelta(minutes=5)  # that an address which needs no sign-in works


class Recordings:
    """`place` is a folder, or the URL of an object store (`s3://bucket/prefix`, `memory:///`)."""

    def __init__(self, place: str | Path, access: Access | None = None) -> None:
        self._store = open_place(place, access or Access())
        self.remote = is_remote(self._store)  # it outlives this machine, and browsers can reach it

    # --- keeping --------------------------------------------------------------------------

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
        key = recording_key(owner, interview_id, answer_id)
        compressed = pcm_path.with_name(f"{pcm_path.name}.flac.part")
        try:
            with in_our_words():
                with pcm_path.open("rb") as pcm, compressed.open("wb") as out:
                    samples = flac.encode(pcm, out, sample_rate)
                obstore.put(self._store, key, compressed, **self._headers(MEDIA_TYPE))
                size = compressed.stat().st_size
        finally:
            compressed.unlink(missing_ok=True)
        return Recording(key=key, media_type=MEDIA_TYPE, seconds=samples / sample_rate, size=size)

    def put_part(
        self,
        owner: Owner,
        interview_id: UUID,
        answer_id: UUID,
        pcm_path: Path,
        first: int,
        most: int,
    ) -> Part:
        """Keep at `most` so many samples of a file from sample `first` on as a part.

        Raises `InvalidInput` when there are none.
        """
        sound = io.BytesIO()
        with in_our_words():
            with pcm_path.open("rb") as pcm:
                pcm.seek(first * flac.SAMPLE_BYTES)
                count = flac.encode(pcm, sound, SAMPLE_RATE, most)
            part = part_of_folder(parts_key(owner, interview_id, answer_id), first, first + count)
            obstore.put(self._store, part.key, sound.getvalue(), **self._headers(MEDIA_TYPE))
        return part

    def put_video(
        self, owner: Owner, interview_id: UUID, answer_id: UUID, file: Path, media_type: str
    ) -> str:
        """Keep a video; the file stays. Gives its key.

        Raises `InvalidInput` for what is no video that browsers play, and as `put_flac` does.
        """
        key = video_key(owner, interview_id, answer_id, media_type)
        with in_our_words():
            obstore.put(self._store, key, file, **self._headers(media_type))
        return key

    def put_thumbnail(
        self, owner: Owner, interview_id: UUID, answer_id: UUID, picture: bytes
    ) -> str:
        """Keep a JPEG beside a video. Gives its key."""
        key = thumbnail_key(owner, interview_id, answer_id)
        with in_our_words():
            obstore.put(self._store, key, picture, **self._headers(STILL_TYPE))
        return key

    def parts(self, owner: Owner, interview_id: UUID, answer_id: UUID) -> tuple[Part, ...]:
        """The parts of an answer, in order."""
        folder = parts_key(owner, interview_id, answer_id)
        found = (part_of_key(key) for key in self._listed(folder))
        return tuple(sorted((p for p in found if p), key=lambda part: (part.first, part.end)))

    # --- reading --------------------------------------------------------------------------

    def read(self, owner: Owner, key: str) -> bytes:
        """The whole file. Raises `NotFound`, also for a key of somebody else."""
        must_own(owner, key)
        with in_our_words():
            return bytes(obstore.get(self._store, key).bytes())

    def size(self, owner: Owner, key: str) -> int:
        """Bytes of a file. Raises `NotFound`, also for a key of somebody else."""
        must_own(owner, key)
        with in_our_words():
            return int(obstore.head(self._store, key)["size"])

    def read_stream(
        self, owner: Owner, key: str, start: int = 0, end: int | None = None
    ) -> Iterator[bytes]:
        """Bytes `start` up to `end` of a file in pieces, never more than one in memory.

        Raises `NotFound` before the first piece, also for a key of somebody else; a file that goes
        away in the middle ends in an exception, never early.
        """
        whole = self.size(owner, key)
        end = whole if end is None else min(end, whole)
        return self._pieces(key, start, end)

    def url(self, owner: Owner, key: str, life: timedelta = SIGNED_FOR) -> str:
        """An address that plays this file for whoever has it, for so long; asks nobody.

        Raises `NotFound` for a key of somebody else, and where the place is a folder.
        """
        must_own(owner, key)
        if not self.remote:
            raise not_found()
        with in_our_words():
            return str(obstore.sign(self._store, "GET", key, life))  # type: ignore[call-overload]

    def keys(self, owner: Owner, interview_id: UUID | None = None) -> tuple[str, ...]:
        """The recordings, videos and parts of an owner, or of an interview."""
        listed = self._listed(_folder(owner, interview_id))
        return tuple(key for key in listed if belongs(key, owner))

    def count(self, owner: Owner) -> int:
        """How many files there are of an owner, of whatever kind."""
        return len(self._listed(str(owner)))

    # --- letting go -----------------------------------------------------------------------

    def delete(self, owner: Owner, keys: Sequence[str]) -> None:
        """Delete recordings, or all parts of an answer; those that are gone already are no failure."""
        for key in keys:
            must_own(owner, key)
        for key in keys:
            self._delete(self._listed(key) if is_folder(key) else [key])

    def delete_all(self, owner: Owner, interview_id: UUID | None = None) -> None:
        """Delete all there is of an owner, or of an interview."""
        self._delete(self._listed(_folder(owner, interview_id)))

    def rename(self, keys: Sequence[str], from_owner: Owner, to_owner: Owner) -> None:
        """Give recordings, or all parts of an answer, to another owner; done a second time it goes on
        where it stopped."""
        for key in keys:
            must_own(from_owner, key)
        for key in keys:
            for file in self._listed(key) if is_folder(key) else (key,):
                with suppress(NotFound), in_our_words():
                    obstore.copy(self._store, file, given_to(file, to_owner))
                    obstore.delete(self._store, file)

    def _headers(self, media_type: str) -> dict[str, Any]:
        """What a browser is told that a signed address gives; folders have no place for it."""
        return {"attributes": {"Content-Type": media_type}} if self.remote else {}

    def _delete(self, files: list[str]) -> None:
        if (
            self.remote and files
        ):  # a thousand in a request; those that are gone are no failure there
            with in_our_words():
                obstore.delete(self._store, files)
            return
        for file in files:
            with suppress(NotFound), in_our_words():
                obstore.delete(self._store, file)

    def _listed(self, folder: str) -> list[str]:
        with in_our_words():
            return [
                str(file["path"])
                for page in obstore.list(self._store, f"{folder}/")
                for file in page
            ]

    def _pieces(self, key: str, start: int, end: int) -> Iterator[bytes]:
        while start < end:
            with in_our_words():
                piece = bytes(
                    obstore.get_range(self._store, key, start=start, end=min(start + PIECE, end))
                )
            if not piece:
                raise not_found()
            start += len(piece)
            yield piece


def _folder(owner: Owner, interview_id: UUID | None) -> str:
    return str(owner) if interview_id is None else f"{owner}/{interview_id}"
