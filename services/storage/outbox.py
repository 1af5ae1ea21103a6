"""The outbox: what could not be stored because the database was away, kept on disk and stored when it is back.

A file of lines for each answer, which only grows until all of it is stored; every line is written before
`put` returns and survives kill -9. Steps of one answer are stored in the order in which they were put, in
one transaction, and each any number of times with the same result.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from sqlalchemy import Engine, text

from services.errors import AppError, DatabaseAway, HeardElsewhere, NotFound, StorageError
from services.failures import failure_of
from services.ports import Owner
from services.storage import answers, attempts
from services.storage.database import SERVICE, reading, writing
from services.storage.files import storage_failure
from services.storage.places import Places
from services.storage.steps import (
    HEARING,
    Said,
    Step,
    Submitted,
    line,
    step_of,
    write_from_elsewhere,
    write_late,
)

LOOK_S = 1.0  # between two looks whether the database is back, while something waits
LONGEST_PAUSE_S = 30.0  # between two tries at what the database refuses for another reason
LIMIT = 64 * 2**20  # bytes on disk: about 300 hours of words
_LATELY = 200  # answers whose last steps are remembered
_LOCKS = 64


class Outbox:
    """Any thread may call; one thread of its own stores what waits. `stored` is called on it with an
    answer and its steps, after they have been stored late."""

    def __init__(
        self, engine: Engine, folder: Path, places: Places, *, look_s: float = LOOK_S
    ) -> None:
        """What an earlier process left in `folder` waits from the start."""
        self._engine = engine
        self._folder = folder
        self._places = places
        self._look_s = look_s
        self.stored: Callable[[UUID, Sequence[Step]], None] = lambda _answer, _steps: None
        self._in_order = [threading.Lock() for _ in range(_LOCKS)]  # by answer, while it is written
        self._lock = threading.Lock()  # of what follows, for microseconds
        self._waiting: dict[UUID, tuple[Step, ...]] = {}
        self._lately: OrderedDict[UUID, tuple[Step, ...]] = OrderedDict()
        self._bytes = 0
        self._away = False
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._load()
        self._thread = threading.Thread(target=self._run, name="outbox", daemon=True)
        self._thread.start()

    # --- any thread -----------------------------------------------------------------------

    def put(
        self, answer_id: UUID, *steps: Step, owner: Owner | None = None, may_wait: bool = True
    ) -> bool:
        """Store these steps, or keep them until they can be: then False.

        `owner` None: whose answer it is is looked up when it is stored. Not `may_wait`: raises
        `DatabaseAway` instead. Raises what the steps raise, `HeardElsewhere`, `NotFound`, and
        `StorageError` when they could not even be kept.
        """
        with self._order_of(answer_id):
            if not self._must_wait(answer_id):
                try:
                    self._write(answer_id, steps, owner)
                except DatabaseAway:
                    self._away = True
                else:
                    self._remember(answer_id, steps)
                    return True
            if not may_wait:
                raise DatabaseAway(
                    "The database cannot be reached just now.", "Try again in a moment."
                )
            self._keep(answer_id, steps)
        self._wake.set()
        return False

    def waiting(self, answer_id: UUID) -> tuple[Step, ...]:
        """The steps of an answer that are not stored yet. Asked before the answer is read, nothing
        between the two is missed (`steps.overlaid`)."""
        with self._lock:
            return self._waiting.get(answer_id, ())

    def all_waiting(self) -> dict[UUID, tuple[Step, ...]]:
        with self._lock:
            return dict(self._waiting)

    def lately(self, answer_id: UUID) -> tuple[Step, ...]:
        """All steps of an answer that were taken here lately, stored or not; for a copy of it that was
        read before them."""
        with self._lock:
            return (*self._lately.get(answer_id, ()), *self._waiting.get(answer_id, ()))

    def forget(self, answer_id: UUID) -> None:
        """Nobody wants this answer any more."""
        with self._order_of(answer_id):
            self._done(answer_id)
            with self._lock:
                self._lately.pop(answer_id, None)

    def back(self) -> bool:
        """Whether the database can be reached now."""
        try:
            with reading(self._engine, SERVICE) as db:
                db.execute(text("SELECT 1"))
        except AppError:
            return False
        return True

    def shutdown(self) -> None:
        """Stop the thread; what waits is on disk."""
        self._stopping.set()
        self._wake.set()
        self._thread.join(5)

    # --- the outbox's thread --------------------------------------------------------------

    def _run(self) -> None:
        pause = self._look_s
        while not self._stopping.is_set():
            if not self.all_waiting():
                self._wake.wait()
                self._wake.clear()
                continue
            refused = self._look_round()
            pause = min(2 * pause, LONGEST_PAUSE_S) if refused else self._look_s
            self._stopping.wait(pause)

    def _look_round(self) -> bool:
        """Store what waits. True: some of it was refused, though the database is there."""
        refused = False
        for answer_id in self.all_waiting():
            if self._stopping.is_set():
                return False
            away = False
            with self._order_of(answer_id):
                steps = self.waiting(answer_id)

                def write(answer_id: UUID = answer_id, steps: Sequence[Step] = steps) -> None:
                    nonlocal away
                    try:
                        self._write(answer_id, steps, None, late=True)
                    except DatabaseAway:
                        away = True

                error = failure_of(write)
                self._away = away
                if away:
                    return False
                if error is None:
                    self._remember(answer_id, steps)
                if error is None or isinstance(error, NotFound):  # deleted meanwhile
                    self._done(answer_id)
            if error is None and steps:
                failure_of(self.stored, answer_id, steps)
            elif error is not None and not isinstance(error, NotFound):
                refused = True
        return refused

    # --- with the order of the answer held ------------------------------------------------

    def _must_wait(self, answer_id: UUID) -> bool:
        with self._lock:
            return answer_id in self._waiting or (self._away and bool(self._waiting))

    def _write(
        self, answer_id: UUID, steps: Sequence[Step], owner: Owner | None, *, late: bool = False
    ) -> None:
        if owner is None:
            with reading(self._engine, SERVICE) as db:
                owner = answers.owner_of(db, answer_id)
            if owner is None:
                raise NotFound("This answer has been deleted.")
        with writing(self._engine, owner) as db:
            here = True
            if any(isinstance(step, Submitted) for step in steps):
                attempts.hold_for(db, owner, answer_id)
            if any(isinstance(step, HEARING) for step in steps):
                try:
                    self._places.must_be_here(db, owner, answer_id)
                except HeardElsewhere:
                    if not late:
                        raise
                    here = False
            for step in steps:
                if not late:
                    step.write(db, owner, answer_id)
                elif here or not isinstance(step, HEARING):
                    write_late(db, owner, answer_id, step)
                else:
                    write_from_elsewhere(db, owner, answer_id, step)

    def _keep(self, answer_id: UUID, steps: Sequence[Step]) -> None:
        content = b"".join(line(step) for step in steps)
        if self._bytes + len(content) > LIMIT:
            raise StorageError(
                "Too much waits to be stored.", "Wait until the database can be reached again."
            )
        try:
            how = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
            handle = os.open(self._path(answer_id), how, 0o600)  # words are personal
            try:
                before = os.fstat(handle).st_size
                if os.write(handle, content) < len(content):  # a disk that fills up takes a part
                    os.ftruncate(handle, before)
                    raise StorageError("The disk is full.", "Free some space; your sound is kept.")
            finally:
                os.close(handle)
        except OSError as failure:
            raise storage_failure(failure) from failure
        with self._lock:
            self._bytes += len(content)
            self._waiting[answer_id] = (*self._waiting.get(answer_id, ()), *steps)

    def _done(self, answer_id: UUID) -> None:
        path = self._path(answer_id)
        with self._lock:
            if self._waiting.pop(answer_id, None) is not None:
                self._bytes -= path.stat().st_size if path.exists() else 0
        path.unlink(missing_ok=True)

    def _remember(self, answer_id: UUID, steps: Sequence[Step]) -> None:
        with self._lock:
            known = self._lately.pop(answer_id, ())
            self._lately[answer_id] = (*known, *(_light(step) for step in steps))
            while len(self._lately) > _LATELY:
                self._lately.popitem(last=False)

    def _order_of(self, answer_id: UUID) -> threading.Lock:
        return self._in_order[answer_id.int % _LOCKS]

    def _path(self, answer_id: UUID) -> Path:
        return self._folder / f"{answer_id}.jsonl"

    def _load(self) -> None:
        for path in self._folder.glob("*-*-*-*-*.jsonl"):
            content = path.read_bytes()
            if not content.endswith(b"\n"):
                with path.open("ab") as file:
                    file.write(b"\n")
            self._bytes += len(content) + 1
            self._waiting[UUID(path.stem)] = tuple(_whole(content.splitlines()))


def _whole(lines: Iterable[bytes]) -> Iterator[Step]:
    """The steps of these lines; one that a kill cut off was never promised to anybody."""
    for read in lines:
        with suppress(ValueError):
            yield step_of(read)


def _light(step: Step) -> Step:
    """Without the times of words, which only the database needs."""
    if not isinstance(step, Said):
        return step
    return step.model_copy(update={"segment": step.segment.model_copy(update={"words": ()})})
