"""A candidate who uploads recordings, in a process with real parts; and what a killed one leaves."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from services.domain import Answer, Interview, Question
from services.uploads import UploadLimits, Uploads
from tests.services.rehearsal import (
    Rehearsal,
    answer_to,
    begin,
    candidate,
    eventually,
    rehearsal,
)
from tests.services.storage.stored import current_answer


@dataclass
class Desk:
    """A candidate before a question, and the uploads of their process."""

    running: Rehearsal
    uploads: Uploads
    owner: UUID
    interview: Interview
    question: Question

    def upload(self, file: bytes) -> None:
        self.uploads.begin(self.owner, self.interview, self.question, io.BytesIO(file), len(file))

    @property
    def problem(self) -> str:
        upload = self.uploads.of(self.owner, self.question.id)
        return str(upload.problem) if upload and upload.problem else ""

    @property
    def read_s(self) -> float:
        upload = self.uploads.of(self.owner, self.question.id)
        return upload.seconds if upload else 0.0

    def until(self, what: Callable[[Answer], bool]) -> Answer:
        def it_is_so() -> bool:
            answer = current_answer(self.running.store, self.owner, self.question.id)
            return answer is not None and what(answer)

        eventually(it_is_so)
        return answer_to(self.running, self.owner, self.question)

    @property
    def files(self) -> list[str]:
        return sorted(path.name for path in self.running.place.folder.glob("*.upload*"))


def desk(running: Rehearsal) -> Desk:
    owner = candidate(running)
    interview, question = begin(running, owner)
    return Desk(running, running.uploads, owner, interview, question)


def desk_at(data: Path, **limits: float) -> Desk:
    return desk(rehearsal(data, uploads=UploadLimits(**limits)))  # type: ignore[arg-type]


def started_again(here: Desk) -> Uploads:
    """The uploads of the next run."""
    running = here.running
    return Uploads(
        *(running.spoken, running.store.interview, running.place.folder, here.uploads.limits),
        again_s=0.05,
    )


def left_behind(
    here: Desk, file: bytes, *, sound: bytes = b"", began_at: int | None = None
) -> None:
    """What a killed server leaves of an upload."""
    answer = current_answer(here.running.store, here.owner, here.question.id)
    name = here.running.place.folder / f"{uuid4()}.upload"
    name.write_bytes(file)
    if sound:
        name.with_suffix(".upload.sound").write_bytes(sound)
    note = {
        "owner": str(here.owner),
        "interview": str(here.interview.id),
        "question": str(here.question.id),
        "answer": str(answer.id) if answer and began_at is not None else None,
        "began_at": began_at,
    }
    name.with_suffix(".upload.json").write_text(json.dumps(note))
