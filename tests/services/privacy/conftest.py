"""What privacy needs, on every database that the product runs on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Engine

from services.accounts.logins import Logins
from services.domain import Answer, AnswerMode, Interview, User
from services.privacy.export import Export
from services.storage import users
from services.storage.clock import utc_now
from services.storage.database import SERVICE, open_database, reading, writing
from services.storage.recordings import Recordings
from services.storage.removals import Removals
from services.storage.store import Store
from tests.services.storage.stored import SETUP, a_database, a_question, a_rating, a_segment
from tests.standins import postgres

SOUND = b"\x01\x02\x03\x04" * 8_000  # one second of samples


@dataclass
class Kept:
    """A database and a folder of recordings, and what puts things into them."""

    engine: Engine
    recordings: Recordings
    folder: Path

    @property
    def store(self) -> Store:
        return Store(self.engine)

    @property
    def export(self) -> Export:
        return Export(self.engine, self.recordings, Removals(self.engine, self.recordings))

    def user(self, name: str = "Ada", email: str | None = "ada@example.com") -> User:
        with writing(self.engine, SERVICE) as db:
            return users.add(db, name, utc_now(), email, "a-hash" if email else None)

    def again(self, user: User) -> User:
        with reading(self.engine, SERVICE) as db:
            found = users.one(db, user.id)
        assert found is not None
        return found

    def interview(self, owner: UUID, position: str = "Nurse") -> Interview:
        job = SETUP.job.model_copy(update={"position": position})
        setup = SETUP.model_copy(update={"job": job})
        return self.store.add_interview(owner, setup, [a_question(1), a_question(2)])

    def spoken(self, owner: UUID, interview: Interview, text: str = "I asked the team") -> Answer:
        """An answer to the first question with words, a recording and two ratings, the first replaced."""
        store = self.store
        answer = store.open_answer(owner, interview.questions[0].id, AnswerMode.SPOKEN)
        store.append_segment(owner, answer.id, 0, a_segment(text))
        store.set_sound(owner, answer.id, 1.0, pending=False)
        store.heard(owner, answer.id, pending=False)
        self.record(owner, interview, answer)
        store.submit(owner, answer.id, f"{text}, corrected")
        store.add_rating(owner, answer.id, a_rating(2, 3))
        store.add_rating(owner, answer.id, a_rating(4, 5))
        return store.answer(owner, answer.id)

    def record(self, owner: UUID, interview: Interview, answer: Answer) -> None:
        pcm = self.folder / f"{answer.id}.pcm"
        pcm.write_bytes(SOUND)
        kept = self.recordings.put_flac(owner, interview.id, answer.id, pcm)
        pcm.unlink()
        self.store.keep_recording(owner, answer.id, kept)

    def everything(self, user: User) -> Interview:
        """One row at least in every table that says whose it is, but for what OpenID Connect adds."""
        interview = self.interview(user.id)
        self.spoken(user.id, interview)
        self.store.keep_cv(user.id, "I was a nurse for six years.")
        logins = Logins(self.engine)
        logins.redeem(logins.issue_ticket(logins.open(user.id, "Firefox on Linux")))
        logins.issue_ticket(logins.open(user.id, "Chromium on Android"))
        return interview


@pytest.fixture(params=["sqlite", "postgres"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kept]:
    folder = tmp_path / "sound"
    folder.mkdir()
    recordings = Recordings(tmp_path / "recordings")
    if request.param == "sqlite":
        yield Kept(a_database(tmp_path), recordings, folder)
        return
    name = postgres.new_database()
    engine = open_database(postgres.server().backend(name))
    yield Kept(engine, recordings, folder)
    engine.dispose()
    postgres.drop_database(name)
