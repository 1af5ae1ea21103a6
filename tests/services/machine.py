"""A machine with its own disk, which hears answers and keeps them."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import av
import numpy as np
from sqlalchemy import Engine, update

from services.domain import Answer, AnswerMode
from services.keeping import Keeping
from services.storage.database import SERVICE, writing
from services.storage.recordings import Recordings
from services.storage.store import Store
from services.storage.tables import AnswerRow
from tests.services.storage.stored import an_interview, keeps_for

SECOND = 16_000


@dataclass
class Machine:
    """A machine with its own disk, on a database and a store of recordings that it shares."""

    store: Store
    engine: Engine
    disk: Path
    recordings: Recordings

    def __post_init__(self) -> None:
        self.disk.mkdir(exist_ok=True)
        self.place = uuid4()
        self.begin_anew()

    def begin_anew(self) -> None:
        """What a new process on this machine has."""
        self.keeping = Keeping(
            self.store, self.recordings, self.spool, is_ours=lambda place: place == self.place
        )

    def hear(self, answer: Answer) -> None:
        """From now on the answer is heard on this machine."""
        with writing(self.engine, SERVICE) as db:
            here = update(AnswerRow).where(AnswerRow.id == answer.id)
            db.execute(here.values(place_id=self.place))

    def spool(self, answer_id: UUID) -> Path:
        return self.disk / f"{answer_id}.pcm"

    def another(self) -> Machine:
        disk = self.disk.with_name(f"{self.disk.name}-2")
        return Machine(self.store, self.engine, disk, self.recordings)

    def begin(self, owner: UUID) -> Answer:
        question = an_interview(self.store, owner).questions[0]
        return self.store.open_answer(owner, question.id, AnswerMode.SPOKEN)

    def say(self, answer: Answer, sound: np.ndarray) -> None:
        with self.spool(answer.id).open("ab") as spool:
            spool.write(sound.astype("<i2").tobytes())

    def ship(self, owner: UUID, answer: Answer) -> None:
        self.keeping.ship(answer.id, owner, answer.interview_id)

    def keep(self, answer_id: UUID) -> bool:
        """What is done after an answer: sound first. Whether nothing of it is only here."""
        kept = self.keeping.keep(answer_id)
        self.keeping.keep_picture(answer_id)
        return kept

    def finish(self, owner: UUID, answer: Answer, *, pending: bool = False) -> None:
        self.store.set_sound(owner, answer.id, 1.0, pending)
        self.store.heard(owner, answer.id, pending)

    def heard(self, owner: UUID, answer: Answer) -> np.ndarray:
        kept = self.store.answer(owner, answer.id).recording
        assert kept is not None
        with av.open(io.BytesIO(b"".join(self.keeping.sound(owner, kept)))) as file:
            return np.concatenate([f.to_ndarray().reshape(-1) for f in file.decode(audio=0)])

    def wants(self, owner: UUID, days: int | None) -> None:
        keeps_for(self.engine, owner, days)


def sound(seconds: float, seed: int = 1) -> np.ndarray:
    samples = np.random.default_rng(seed).integers(-500, 500, int(seconds * SECOND))
    return samples.astype(np.int16)
