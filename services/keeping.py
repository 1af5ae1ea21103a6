"""Keeps the sound of answers: from the spool on this machine's disk into the place of recordings.

While an answer is given its sound goes to a place far away in parts, so that a machine that dies takes
nothing with it; when it is finished the whole takes their place. What cannot be stored waits in the spool.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from services.domain import Answer, AnswerState, Recording
from services.errors import DatabaseAway, NotFound, StorageError
from services.ports import SAMPLE_RATE, Owner
from services.storage import flac
from services.storage.recording_keys import Part, parts_key
from services.storage.recordings import Recordings
from services.storage.removals import NOT_KEPT
from services.storage.store import Store

PART = 10 * SAMPLE_RATE  # samples that make a part worth its request
HEARD_ALIKE = SAMPLE_RATE // 100  # samples that a recording may lack of its spool
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
    """Any thread may call; of one answer one thread at a time."""

    def __init__(
        self,
        store: Store,
        recordings: Recordings,
        spool_path: Callable[[UUID], Path],
        *,
        limit_mb: int = 4_000,
    ) -> None:
        self.recordings = recordings
        self.removals = store.removals(recordings)
        self._store = store
        self._spool_path = spool_path
        self._limit = limit_mb * 1_000_000
        self._lock = threading.Lock()
        self._shipped: dict[UUID, _Shipped] = {}
        self._waiting: set[UUID] = set()

    def keep(self, answer_id: UUID) -> bool:
        """Store the recording of a finished answer. True: nothing is only in its spool any more, so
        that it may be discarded.

        Nothing is done for an OPEN answer; a recording whose owner wants none is not made, and one whose
        time was over is not made again. Raises `RecordingsAway`, `StorageError`: it waits, see `waiting`.
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

    def ship(self, answer_id: UUID, owner: Owner, interview_id: UUID) -> None:
        """Store what is new in the spool of an answer that is being given, every ten seconds of it;
        nothing where the place is this machine's own. Raises `RecordingsAway`, `StorageError`."""
        spool = self._spool_path(answer_id)
        if not self.recordings.remote or not spool.exists():
            return
        shipped = self._shipping(answer_id, owner, interview_id)
        while shipped.wanted and _samples_in(spool) - shipped.end >= PART:
            shipped.end = self.recordings.put_part(
                owner, interview_id, answer_id, spool, shipped.end, LONGEST_PART
            ).end
            with suppress(DatabaseAway):  # sound is stored all the same
                if self._store.owner_of(answer_id) != owner:
                    # Deleted or given to another meanwhile, with all parts but those that came later.
                    self.recordings.delete(owner, (parts_key(owner, interview_id, answer_id),))
                    with self._lock:
                        self._shipped.pop(answer_id, None)
                    return

    def restore(self, owner: Owner, answer: Answer) -> bool:
        """Rebuild the spool of an answer that another machine heard. True: there is sound in it now.

        Raises `RecordingsAway`, `StorageError`; then there is no spool.
        """
        spool = self._spool_path(answer.id)
        if spool.exists() and _samples_in(spool):
            return True
        self.removals.bring_home(owner)
        rebuilt = spool.with_name(f"{spool.name}.rebuilt")
        try:
            spool.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with rebuilt.open("wb") as out:
                rebuilt.chmod(0o600)  # a voice is personal
                for piece in self._stored(owner, answer, rebuilt):
                    out.write(piece)
            found = _samples_in(rebuilt) > 0
            if found:
                rebuilt.replace(spool)
            return found
        finally:
            rebuilt.unlink(missing_ok=True)

    def url(self, owner: Owner, recording: Recording) -> str:
        """An address that plays a recording to whoever has it, for five minutes; empty: there is none,
        it comes from us."""
        if not self.recordings.remote:
            return ""
        self.removals.bring_home(owner)
        return self.recordings.url(owner, recording.key)

    def sound(
        self, owner: Owner, recording: Recording, start: int = 0, end: int | None = None
    ) -> Iterator[bytes]:
        """Bytes `start` up to `end` of a recording, in pieces. Raises `NotFound` before the first."""
        try:
            return self.recordings.read_stream(owner, recording.key, start, end)
        except NotFound:
            if not self.removals.bring_home(owner):
                raise
            return self.recordings.read_stream(owner, recording.key, start, end)

    def waiting(self) -> Waiting:
        """What this process could not store yet."""
        with self._lock:
            waiting = tuple(self._waiting)
        return Waiting(len(waiting), sum(_size(self._spool_path(one)) for one in waiting))

    def room(self) -> bool:
        """Whether another answer may be recorded: what waits on this disk is within its limit."""
        spools = self._spool_path(UUID(int=0)).parent
        return sum(_size(path) for path in spools.glob("*.pcm")) < self._limit

    def _keep(self, answer_id: UUID) -> bool:
        owner = self._store.owner_of(answer_id)
        if owner is None:
            return True
        try:
            answer = self._store.answer(owner, answer_id)
            if answer.state is AnswerState.OPEN:  # more may come
                return False
            if answer.state is AnswerState.REPLACED:
                self.removals.carry_out(self.removals.drop_sound(owner, answer_id))
                return True
            if not self._wanted(owner, answer):
                if not answer.pending and not answer.recording_gone:
                    self.removals.carry_out(self.removals.drop_sound(owner, answer_id, NOT_KEPT))
                return not answer.pending
            self._store_whole(owner, answer)
        except NotFound:  # deleted, or given to another, meanwhile
            if self._store.owner_of(answer_id) in (owner, None):
                return True
            return self._keep(answer_id)
        return not answer.pending

    def _store_whole(self, owner: Owner, answer: Answer) -> None:
        spool = self._spool_path(answer.id)
        kept = round(answer.recording.seconds * SAMPLE_RATE) if answer.recording else 0
        if not spool.exists():
            return
        if _samples_in(spool) > kept + HEARD_ALIKE:
            recording = self.recordings.put_flac(owner, answer.interview_id, answer.id, spool)
            try:
                self._store.keep_recording(owner, answer.id, recording)
            except NotFound:  # so must this be
                self.recordings.delete(owner, (recording.key,))
                raise
        if self.recordings.remote:
            self.recordings.delete(owner, (parts_key(owner, answer.interview_id, answer.id),))

    def _wanted(self, owner: Owner, answer: Answer) -> bool:
        return not answer.recording_gone and self.removals.keeps(owner)

    def _shipping(self, answer_id: UUID, owner: Owner, interview_id: UUID) -> _Shipped:
        with self._lock:
            known = self._shipped.get(answer_id)
        if known is not None and known.owner == owner:
            return known
        found = _Shipped(owner, wanted=self.removals.keeps(owner))
        if found.wanted:
            found.end = _end_of(self.recordings.parts(owner, interview_id, answer_id))
        with self._lock:
            self._shipped[answer_id] = found
        return found

    def _stored(self, owner: Owner, answer: Answer, beside: Path) -> Iterator[bytes]:
        """The samples that are stored of an answer, from the first one on and without a gap."""
        if answer.recording is not None:  # of what was finished there is the whole
            compressed = beside.with_name(f"{beside.name}.flac")
            try:
                with compressed.open("wb") as out:
                    for piece in self.recordings.read_stream(owner, answer.recording.key):
                        out.write(piece)
                with compressed.open("rb") as sound:
                    yield from flac.decode(sound)
            finally:
                compressed.unlink(missing_ok=True)
            return
        end = 0
        for part in self.recordings.parts(owner, answer.interview_id, answer.id):
            if part.first > end:
                return
            if part.end > end:
                file = io.BytesIO(self.recordings.read(owner, part.key))
                samples = b"".join(flac.decode(file))
                yield samples[(end - part.first) * flac.SAMPLE_BYTES :]
                end = part.end


def _end_of(parts: tuple[Part, ...]) -> int:
    """Where the sound of these parts, which are in order, has its first gap."""
    end = 0
    for part in parts:
        if part.first <= end:
            end = max(end, part.end)
    return end


def _samples_in(spool: Path) -> int:
    return spool.stat().st_size // flac.SAMPLE_BYTES


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
