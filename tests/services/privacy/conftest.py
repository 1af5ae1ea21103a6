"""What privacy needs, on every database that the product runs on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine

from services.accounts.logins import Logins
from services.domain import Answer, AnswerMode, Interview, Preferences, User, Video
from services.privacy.export import Export
from services.storage import users
from services.storage.clock import utc_now
from services.storage.database import SERVICE, open_database, reading, writing
from services.storage.recordings import Recordings
from services.storage.removals import Removals
from services.storage.store import Store
from services.storage.tables import MentorNoteRow, SelfRatingRow, ShareRow, SoundFiguresRow
from tests.services.storage.stored import SETUP, a_database, a_question, a_rating, a_segment
from tests.standins import postgres

SOUND = b"\x01\x02\x03\x04" * 8_000  # one second of samples
FILM, STILL = b"a film" * 1_000, b"a still of it"


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

    def film(self, owner: UUID, interview: Interview, answer: Answer) -> None:
        """A video and a still of it, as far as a store can tell."""
        place, file = (owner, interview.id, answer.id), self.folder / f"{answer.id}.webm"
        file.write_bytes(FILM)
        video = Video(
            key=self.recordings.put_video(*place, file, "video/webm"),
            media_type="video/webm",
            seconds=1.0,
            size=len(FILM),
            thumbnail_key=self.recordings.put_thumbnail(*place, STILL),
        )
        file.unlink()
        self.store.keep_video(owner, answer.id, video)

    def afterwards(self, user: User, interview: Interview, answer: Answer) -> None:
        """What is added to an answer later on: how it sounded, and what its candidate and a mentor think."""
        self.store.keep_preferences(user.id, Preferences(record_video=True))
        mine, about, now = {"user_id": user.id}, {"answer_id": answer.id}, utc_now()
        share = ShareRow(
            id=uuid4(), interview_id=interview.id, token_hash=uuid4().hex, name="Grace",
            includes=["words"], created_at=now, expires_at=now, **mine,
        )  # fmt: skip
        with writing(self.engine, user.id) as db:
            db.add(SoundFiguresRow(figures={"step_s": 0.25}, **about, **mine))
            db.add(SelfRatingRow(levels={"relevance": 3}, rated_at=now, **about, **mine))
            db.add(share)
            db.flush()
            db.add(
                MentorNoteRow(
                    id=uuid4(), share_id=share.id, mentor="Grace", levels={"relevance": 4},
                    note="Say more about the result.", noted_at=now, **about, **mine,
                )
            )  # fmt: skip

    def everything(self, user: User) -> Interview:
        """One row at least in every table that says whose it is, but for what OpenID Connect adds."""
        interview = self.interview(user.id)
        answer = self.spoken(user.id, interview)
        self.film(user.id, interview, answer)
        self.afterwards(user, interview, answer)
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
