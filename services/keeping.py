"""Keeps the sound of answers: from the spool on this machine's disk into the place of recordings; and their
pictures (`keeping_video`), apart from it, because no sound waits for a picture.

While an answer is given its sound goes to a place far away in parts, so that a machine that dies takes
nothing with it; when it is finished the whole takes their place. What cannot be stored waits in the spool.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from services.domain import Answer, AnswerState, Recording
from services.errors import DatabaseAway, NotFound, StorageError
from services.keeping_video import KeepingVideo
from services.ports import SAMPLE_RATE, Owner
from services.storage import flac, spooled
from services.storage.clock import utc_now
from services.storage.recording_keys import Part, parts_key
from services.storage.recordings import Recordings
from services.storage.removals import NOT_KEPT
from services.storage.store import Store

PART = 10 * SAMPLE_RATE  # samples that make a part worth its request
HEARD_ALIKE = SAMPLE_RATE // 100  # samples that a recording may lack of its spool
SETTLED = timedelta(
    hours=1
)  # since an answer was finished: a video of it is stored, or there is none
LONGEST_PART = 60 * SAMPLE_RATE  # what has piled up while the place was away goes in several


@dataclass(frozen=True, slots=True)
class Waiting:
    """Finished recordings that could not be stored yet: they are on this machine only."""

    count: int = 0
    bytes: int = 0


@dataclass(slots=True)
class _Shipped:
    """How far the parts of an answer go, in samples; whether there are to be any."""

    owner: Owner
    wanted: bool
    end: int = 0


class Keeping:
    """Any thread may call; for the sound of one answer one thread at a time, and one for its picture."""

    def __init__(
        self,
        store: Store,
        recordings: Recordings,
        spool_path: Callable[[UUID], Path],
        *,
        limit_mb: int = 4_000,
        video_limit_mb: int = 200,
        is_ours: Callable[[UUID], bool] = lambda _place: True,
    ) -> None:
        """`is_ours`: whether this process hears what is heard at a place."""
        self.recordings = recordings
        self.removals = store.removals(recordings)
        self.video = KeepingVideo(
            *(store, recordings, spool_path), limit_mb=video_limit_mb, spool_limit_mb=limit_mb
        )
        self._store = store
        self._spool_path = spool_path
        self._limit = limit_mb * 1_000_000
        self._is_ours = is_ours
        self._lock = threading.Lock()
        self._shipped: dict[UUID, _Shipped] = {}
        self._waiting: set[UUID] = set()
        self._pictures_waiting: set[UUID] = set()
        self._unsure: dict[UUID, set[tuple[Owner, UUID]]] = {}  # who had it when a part was stored

    def keep(self, answer_id: UUID) -> bool:
        """Store the recording of a finished answer. True: nothing is only in its spool any more, so that it
        may be discarded, and the picture beside it too when that is kept.

        Nothing is done for an OPEN answer, or for one that is heard elsewhere; a recording whose owner
        wants none is not made, and one whose time was over is not made again. Raises `RecordingsAway`,
        `StorageError`: it waits, see `waiting`.
        """
        try:
            done = self._keep(answer_id)
        except StorageError:
            with self._lock:
                self._waiting.add(answer_id)
            raise
        with self._lock:
            self._waiting.discard(answer_id)
            if done:
                self._shipped.pop(answer_id, None)
        return done

    def keep_picture(self, answer_id: UUID) -> None:
        """Store the video of a finished answer; its folder goes when nothing is only in it.

        Nothing is done for an OPEN answer, and for one that moved before its sound is whole where it moved
        to, and its video if there is one. Raises as `keep` does.
        """
        try:
            self._keep_picture(answer_id)
        except StorageError:
            with self._lock:
                self._pictures_waiting.add(answer_id)
            raise
        with self._lock:
            self._pictures_waiting.discard(answer_id)

    def has_picture(self, answer_id: UUID) -> bool:
        """Whether there may be any picture of an answer on this machine's disk."""
        return self.video.folder(answer_id).exists()

    def ship(self, answer_id: UUID, owner: Owner, interview_id: UUID) -> None:
        """Store what is new in the spool of an answer that is being given, every ten seconds of it;
        nothing where the place is this machine's own. Raises `RecordingsAway`, `StorageError`."""
        spool = self._spool_path(answer_id)
        if not self.recordings.remote or not self.has_sound(answer_id):
            return
        shipped = self._shipping(answer_id, owner, interview_id)
        while shipped.wanted and spooled.samples_in(spool) - shipped.end >= PART:
            with self._lock:
                self._unsure.setdefault(answer_id, set()).add((owner, interview_id))
            shipped.end = self.recordings.put_part(
                owner, interview_id, answer_id, spool, shipped.end, LONGEST_PART
            ).end
            try:
                if not self._still_theirs(answer_id, owner, interview_id):
                    return
            except DatabaseAway:  # sound is stored all the same; see `ask_again`
                continue

    def ask_again(self) -> None:
        """Delete parts that were stored while nobody could say whether their answer was still there, if
        it is not. Raises `DatabaseAway`, `RecordingsAway`, `StorageError`: they are asked for again."""
        with self._lock:
            unsure = [
                (answer_id, *had) for answer_id, those in self._unsure.items() for had in those
            ]
        for answer_id, owner, interview_id in unsure:
            self._still_theirs(answer_id, owner, interview_id)

    def has_sound(self, answer_id: UUID) -> bool:
        """Whether there is any sound of an answer on this machine's disk."""
        return spooled.samples_in(self._spool_path(answer_id)) > 0

    def restore(self, owner: Owner, answer: Answer) -> bool:
        """Bring what was stored of an answer beyond the end of its spool into it: another machine heard
        that. True: there is sound in it now.

        Raises `RecordingsAway`, `StorageError`; then the spool is as it was.
        """
        with self._lock:
            self._shipped.pop(answer.id, None)  # another machine has shipped more
        self.removals.bring_home(owner)
        spool = self._spool_path(answer.id)
        spooled.append(spool, self._stored_beyond(spooled.samples_in(spool), owner, answer, spool))
        return self.has_sound(answer.id)

    def url(self, owner: Owner, key: str) -> str:
        """An address that plays what is kept under this key to whoever has it, for five minutes; empty:
        there is none, it comes from us."""
        if not self.recordings.remote:
            return ""
        self.removals.bring_home(owner)
        return self.recordings.url(owner, key)

    def sound(
        self, owner: Owner, recording: Recording, start: int = 0, end: int | None = None
    ) -> Iterator[bytes]:
        """Bytes `start` up to `end` of a recording, in pieces. Raises `NotFound` before the first."""
        return self.pieces(owner, recording.key, start, end)

    def pieces(
        self, owner: Owner, key: str, start: int = 0, end: int | None = None
    ) -> Iterator[bytes]:
        """The same of whatever is kept under this key: a recording, a video, the still of one."""
        try:
            return self.recordings.read_stream(owner, key, start, end)
        except NotFound:
            if not self.removals.bring_home(owner):
                raise
            return self.recordings.read_stream(owner, key, start, end)

    def waiting(self) -> Waiting:
        """What this process could not store yet."""
        with self._lock:
            waiting = tuple(self._waiting | self._pictures_waiting)
        return Waiting(
            len(waiting),
            sum(
                spooled.bytes_in(self._spool_path(one)) + self.video.bytes_of(one)
                for one in waiting
            ),
        )

    def room(self) -> bool:
        """Whether another answer may be recorded: what waits on this disk is within its limit, of which
        pictures have their share and no more."""
        spools = self._spool_path(UUID(int=0)).parent
        kinds = ("*.pcm", "*.upload*")  # what is heard, and what is read of a file
        sound = sum(spooled.bytes_in(path) for kind in kinds for path in spools.glob(kind))
        return sound + self.video.bytes_counted() < self._limit

    def _keep(self, answer_id: UUID) -> bool:
        owner = self._store.owner_of(answer_id)
        if owner is None:
            return True
        try:
            answer = self._store.answer(owner, answer_id)
            if answer.put_aside:
                self.removals.carry_out(self.removals.drop_sound(owner, answer_id))
                return True
            if answer.recording_gone:
                return not answer.pending
            if self._is_elsewhere(answer):
                return answer.recording is not None and not answer.pending
            if answer.state is AnswerState.OPEN:  # more may come
                return False
            if not self.removals.keeps(owner):
                if not answer.pending:
                    self.removals.carry_out(self.removals.drop_sound(owner, answer_id, NOT_KEPT))
                return not answer.pending
            self._store_whole(owner, answer)
        except NotFound:  # deleted, or given to another, meanwhile
            theirs = self._store.owner_of(answer_id)
            if theirs == owner:  # what it has is not wanted any more
                answer = self._store.answer(owner, answer_id)
                return answer.put_aside or not answer.pending
            return True if theirs is None else self._keep(answer_id)
        return not answer.pending

    def _keep_picture(self, answer_id: UUID) -> None:
        owner = self._store.owner_of(answer_id)
        if owner is None:
            self.video.discard(answer_id)
            return
        try:
            answer = self._store.answer(owner, answer_id)
            if answer.put_aside or answer.recording_gone or not self.removals.keeps(owner):
                self.video.discard(answer_id)
            elif self._is_elsewhere(answer):
                if answer.recording is not None and not answer.pending and _has_settled(answer):
                    self.video.keep(owner, answer)
            elif answer.state is not AnswerState.OPEN:  # else more may come
                self.video.keep(owner, answer)
        except NotFound:  # deleted, put aside, or given to another, meanwhile
            if self._store.owner_of(answer_id) == owner:
                self.video.discard(answer_id)
            else:
                self._keep_picture(answer_id)

    def _is_elsewhere(self, answer: Answer) -> bool:
        return answer.place is not None and not self._is_ours(answer.place)

    def _store_whole(self, owner: Owner, answer: Answer) -> None:
        place = (owner, answer.interview_id, answer.id)
        spool = self._spool_path(answer.id)
        kept = round(answer.recording.seconds * SAMPLE_RATE) if answer.recording else 0
        parts = self.recordings.parts(*place) if self.recordings.remote else ()
        if _end_of(parts) > kept:
            self._complete(owner, answer, parts)
        if spooled.samples_in(spool) > kept + HEARD_ALIKE:
            recording = self.recordings.put_flac(*place, spool)
            try:
                self._store.keep_recording(owner, answer.id, recording)
            except NotFound:  # so must this be
                self.removals.drop((recording.key,))
                raise
            kept = round(recording.seconds * SAMPLE_RATE)
        if parts and kept + HEARD_ALIKE >= _end_of(parts):
            self.recordings.delete(owner, (parts_key(*place),))

    def _complete(self, owner: Owner, answer: Answer, parts: tuple[Part, ...]) -> None:
        """Bring what was not at hand when an answer went on here into its spool: sound beyond its end,
        and sound that is silence in it."""
        spool = self._spool_path(answer.id)
        if spooled.samples_in(spool) < _end_of(parts):
            self.restore(owner, answer)
        for part in parts:
            stretches = tuple(spooled.left_out(spool, part))
            if stretches:
                spooled.put_back(spool, stretches, part, self._sound_of(owner, part))

    def _still_theirs(self, answer_id: UUID, owner: Owner, interview_id: UUID) -> bool:
        """Whether an answer is still there and this owner's; if not, a part that came later goes."""
        theirs = self._store.owner_of(answer_id) == owner
        if not theirs:
            self.recordings.delete(owner, (parts_key(owner, interview_id, answer_id),))
        with self._lock:
            if not theirs:
                self._shipped.pop(answer_id, None)
            left = self._unsure.get(answer_id, set())
            left.discard((owner, interview_id))
            if not left:
                self._unsure.pop(answer_id, None)
        return theirs

    def _shipping(self, answer_id: UUID, owner: Owner, interview_id: UUID) -> _Shipped:
        with self._lock:
            known = self._shipped.get(answer_id)
        if known is not None and known.owner == owner:
            return known
        gone = self._store.answer(owner, answer_id).recording_gone  # none is made any more
        found = _Shipped(owner, wanted=not gone and self.removals.keeps(owner))
        if found.wanted:
            found.end = _end_of(self.recordings.parts(owner, interview_id, answer_id))
        with self._lock:
            self._shipped[answer_id] = found
        return found

    def _stored_beyond(
        self, end: int, owner: Owner, answer: Answer, spool: Path
    ) -> Iterator[bytes]:
        """The samples that are stored of an answer, from this one on and without a gap."""
        kept = round(answer.recording.seconds * SAMPLE_RATE) if answer.recording else 0
        if answer.recording is not None and kept > end:
            yield from self._whole_beyond(end, owner, answer.recording, spool)
            end = kept
        for part in self.recordings.parts(owner, answer.interview_id, answer.id):
            if part.first > end:
                return
            if part.end > end:
                yield self._sound_of(owner, part)[(end - part.first) * flac.SAMPLE_BYTES :]
                end = part.end

    def _whole_beyond(
        self, end: int, owner: Owner, recording: Recording, spool: Path
    ) -> Iterator[bytes]:
        skip = end * flac.SAMPLE_BYTES
        compressed = spool.with_name(f"{spool.name}.flac")
        try:
            with compressed.open("wb") as out:
                for piece in self.recordings.read_stream(owner, recording.key):
                    out.write(piece)
            with compressed.open("rb") as sound:
                for piece in flac.decode(sound):
                    yield piece[skip:]
                    skip = max(0, skip - len(piece))
        finally:
            compressed.unlink(missing_ok=True)

    def _sound_of(self, owner: Owner, part: Part) -> bytes:
        return b"".join(flac.decode(io.BytesIO(self.recordings.read(owner, part.key))))


def _has_settled(answer: Answer) -> bool:
    """Whether the process that an answer moved to has stored its video, or had its time to: of two that
    store one at the same moment, one would be lost."""
    finished = answer.finished_at
    return answer.video is not None or (finished is not None and utc_now() - finished > SETTLED)


def _end_of(parts: tuple[Part, ...]) -> int:
    """Where the sound of these parts, which are in order, has its first gap."""
    end = 0
    for part in parts:
        if part.first <= end:
            end = max(end, part.end)
    return end
