"""Uploads on this machine's disk while they are read: the file, its sound, and a note of what is to be done.

The note is written last and deleted first, so that a file without one was never taken whole.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from services.errors import AppError
from services.ports import SAMPLE_RATE, Owner

_PIECE = 1 << 20  # bytes
_SAMPLE_BYTES = 2  # s16


def _set() -> threading.Event:
    event = threading.Event()
    event.set()
    return event


@dataclass(slots=True, eq=False)
class Job:
    """One upload, to be read and given to the ears."""

    id: UUID
    owner: Owner  # a guest's becomes their account's
    interview_id: UUID
    question_id: UUID
    answer_id: UUID | None = None  # once the ears have some of it
    began_at: int | None = None  # first sample of its sound in the answer, once the ears have some
    stop: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=_set)  # no thread is at work on it
    problem: AppError | None = None
    waits: AppError | None = None  # for what is away, and is tried again


class UploadFolder:
    """Files of jobs. Raises `OSError`; any thread may call, of one job one thread at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def take(self, job: Job, file: BinaryIO, most: int) -> None:
        """Copy a file in pieces; no more than `most` bytes, whatever its size was said to be."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # A voice is personal: nobody else on this machine may read it.
        handle = os.open(self.file(job), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "wb") as out:
            while most > 0 and (piece := file.read(min(_PIECE, most))):
                out.write(piece)
                most -= len(piece)

    def noted(self, job: Job) -> bool:
        """Whether a restart would go on with it."""
        return self._note(job).exists()

    def note(self, job: Job) -> None:
        """Write down what is to be done: a restart goes on with it."""
        path = self._note(job)
        said = {
            "owner": str(job.owner),
            "interview": str(job.interview_id),
            "question": str(job.question_id),
            "answer": str(job.answer_id) if job.answer_id else None,
            "began_at": job.began_at,
        }
        new = path.with_suffix(".new")
        new.write_text(json.dumps(said))
        new.replace(path)

    def left(self) -> Iterator[Job]:
        """What an earlier run was to do. A file that was not taken whole goes."""
        noted: set[str] = set()
        for path in list(self._folder.glob("*-*-*-*-*.upload.json")):
            name = path.name.partition(".")[0]
            with suppress(ValueError, KeyError, TypeError):
                said = json.loads(path.read_text())
                owner, interview, question = (
                    UUID(said[key]) for key in ("owner", "interview", "question")
                )
                answer = UUID(said["answer"]) if said["answer"] else None
                yield Job(UUID(name), owner, interview, question, answer, said["began_at"])
                noted.add(name)
        for path in list(self._folder.glob("*-*-*-*-*.upload*")):
            if path.name.partition(".")[0] not in noted:
                path.unlink(missing_ok=True)

    def remove(self, job: Job) -> None:
        for path in (self._note(job), self.file(job), self.sound(job)):
            path.unlink(missing_ok=True)

    def samples(self, job: Job) -> int:
        """Of its sound that have been read so far."""
        try:
            return self.sound(job).stat().st_size // _SAMPLE_BYTES
        except FileNotFoundError:
            return 0

    def read_s(self, job: Job) -> float:
        """Seconds of its sound that have been read so far."""
        return self.samples(job) / SAMPLE_RATE

    def file(self, job: Job) -> Path:
        return self._folder / f"{job.id}.upload"

    def sound(self, job: Job) -> Path:
        """16 kHz mono s16le."""
        return self._folder / f"{job.id}.upload.sound"

    def _note(self, job: Job) -> Path:
        return self._folder / f"{job.id}.upload.json"


def uploads_below(folder: Path, owner: Owner) -> tuple[UUID, ...]:
    """The uploads of somebody in this folder and those below it: the names of their files begin so."""
    found = []
    for path in folder.rglob("*-*-*-*-*.upload.json"):
        with suppress(OSError, ValueError, KeyError, TypeError):  # it is going this very moment
            if json.loads(path.read_text())["owner"] == str(owner):
                found.append(UUID(path.name.partition(".")[0]))
    return tuple(found)
