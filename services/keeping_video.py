"""Keeps the videos of answers: from their parts on this machine's disk into the place of recordings.

While an answer is given its picture is written into a folder beside its spool (`services.video`). When it is
finished one file is made of that, with a still of it; the folder goes when both are stored. Where a video of
the answer is stored already (another process saw an earlier piece, or a kill left one here), one file is made
of that and what lies here.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from services import video
from services.domain import Answer, Video
from services.errors import NotFound, RecordingsAway, StorageError
from services.ports import Owner
from services.storage.object_store import in_our_words
from services.storage.recordings import Recordings
from services.storage.store import Store

_SHARE = 0.5  # of the limit on what waits on this disk: the rest is for sound, which goes first
_LOOK_S = 2.0  # s that an answer about the room on the disk holds
_STORED = "stored"  # what the folder of an answer calls the video that was stored before


class KeepingVideo:
    """Any thread may call; `keep` for one answer one thread at a time."""

    def __init__(
        self,
        store: Store,
        recordings: Recordings,
        spool_path: Callable[[UUID], Path],
        *,
        limit_mb: int,
        spool_limit_mb: int,
    ) -> None:
        """`limit_mb`: of one interview."""
        self._store = store
        self._recordings = recordings
        self._removals = store.removals(recordings)
        self._spool_path = spool_path
        self._limit = limit_mb * 1_000_000
        self._spool_share = round(spool_limit_mb * 1_000_000 * _SHARE)
        self._looked_at, self._crowded = -_LOOK_S, False  # two threads that look at once do no harm

    def keep(self, owner: Owner, answer: Answer) -> None:
        """Store the video of a finished answer whose owner wants it; afterwards nothing of it is only here.

        What is stored is replaced only by what has all of it. Raises `NotFound` when the answer is not
        theirs (any more) or its video not wanted, `RecordingsAway` and `StorageError`; then nothing is lost.
        """
        folder = self.folder(answer.id)
        if not video.end_recording(folder):  # up to its last picture
            raise StorageError(
                "The disk of this server does not take the picture of an answer just now.",
                "It is tried again by itself.",
            )
        if not folder.exists():
            return
        spool = self._spool_path(answer.id)
        whole = spool.with_name(f"{spool.name}.webm.part")
        try:
            made = self._made(owner, answer, folder, whole)
            if made is not None:
                self._put(owner, answer, whole, made)
        finally:
            whole.unlink(missing_ok=True)
        self.discard(answer.id)

    def discard(self, answer_id: UUID) -> None:
        """Nobody wants what lies here of it (any more)."""
        video.discard(self.folder(answer_id))

    def bytes_of(self, answer_id: UUID) -> int:
        return video.size_of(self.folder(answer_id))

    def bytes_here(self) -> int:
        """Of the pictures of all answers on this machine's disk that are not stored."""
        spools = self._spool_path(UUID(int=0)).parent
        return sum(video.size_of(path) for path in spools.glob("*.video"))

    def wanted(self, owner: Owner) -> bool:
        """Whether an owner records their picture, and lets recordings be kept. Raises `DatabaseAway`."""
        return self._store.preferences(owner).record_video and self._removals.keeps(owner)

    def room(self, owner: Owner, interview_id: UUID) -> video.Room:
        """How much picture there may still be: of an interview, where what lies here counts, and of all on
        this disk, of which the rest is for sound. Raises `DatabaseAway`."""
        stored = self._store.video_sizes(owner, interview_id)
        here = sum(self.bytes_of(answer_id) for answer_id, size in stored.items() if not size)
        left = self._limit - sum(stored.values()) - here
        return video.Room(max(0, left), max(0, self._spool_share - self.bytes_here()))

    def crowded(self) -> bool:
        """Whether the pictures on this disk have used up their share of it; looked up every 2 s."""
        now = time.monotonic()
        if now - self._looked_at >= _LOOK_S:
            self._looked_at = now
            self._crowded = self.bytes_here() >= self._spool_share
        return self._crowded

    def bytes_counted(self) -> int:
        """Of `bytes_here`, what counts where there is to be room for sound: never more than their share."""
        return min(self.bytes_here(), self._spool_share)

    def folder(self, answer_id: UUID) -> Path:
        return video.video_folder(self._spool_path(answer_id))

    def _made(
        self, owner: Owner, answer: Answer, folder: Path, whole: Path
    ) -> video.Assembled | None:
        """What is to be stored, in the file `whole`; None: what is stored has all there is."""
        before, file = answer.video, folder / _STORED
        if before is None:
            with in_our_words():
                return video.assemble(folder, whole)
        stored = video.Stored(file, before.offset_s, before.seconds)
        with in_our_words():
            if not video.reaches_beyond(folder, stored):
                return None
        if not self._brought(owner, before, file):
            with in_our_words():
                return video.assemble(folder, whole)
        with in_our_words():
            made = video.assemble(folder, whole, stored)
        return made if made is not None and _has_all(made, before) else None

    def _brought(self, owner: Owner, stored: Video, file: Path) -> bool:
        """Bring a stored video here, a piece at a time. False: it is not in the store (any more)."""
        home = self._removals.bring_home(owner)
        try:
            pieces = self._recordings.read_stream(owner, stored.key)
        except NotFound:
            if home:
                return False
            raise RecordingsAway("What this account brought along has not come yet.") from None
        with in_our_words(), file.open("wb") as out:
            for piece in pieces:
                out.write(piece)
        return True

    def _put(self, owner: Owner, answer: Answer, file: Path, made: video.Assembled) -> None:
        place = (owner, answer.interview_id, answer.id)
        key = self._recordings.put_video(*place, file, made.media_type)
        still = self._recordings.put_thumbnail(*place, made.thumbnail) if made.thumbnail else ""
        try:
            self._store.keep_video(
                owner,
                answer.id,
                Video(
                    key=key,
                    media_type=made.media_type,
                    seconds=made.seconds,
                    size=made.size,
                    offset_s=made.offset_s,
                    thumbnail_key=still,
                ),
            )
        except NotFound:  # so must these be
            self._removals.drop(name for name in (key, still) if name)
            raise


def _has_all(made: video.Assembled, before: Video) -> bool:
    """Whether a video has what the one before had, and more."""
    alike = video.ALIKE_S
    end, had_until = made.offset_s + made.seconds, before.offset_s + before.seconds
    covered = made.offset_s <= before.offset_s + alike and end >= had_until - alike
    return covered and made.seconds > before.seconds + alike
