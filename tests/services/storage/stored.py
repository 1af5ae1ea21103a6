"""Small things to store: questions, segments, ratings, users."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Engine

from services.domain import (
    Answer,
    AnswerMode,
    Criterion,
    Evidence,
    Interview,
    Job,
    Kind,
    Provenance,
    Question,
    Rating,
    Rubric,
    Score,
    Segment,
    Setup,
    Share,
    SharePart,
    Word,
)
from services.storage import users
from services.storage.database import SERVICE, open_database, writing
from services.storage.store import Store
from tests.logs import said

SETUP = Setup(job=Job(position="Nurse", tech_stack=("triage",), years=2.5), question_count=2)
CRITERIA = tuple(
    Criterion(id=id, name=id.capitalize(), description="", levels=("1", "2", "3", "4", "5"))
    for id in ("relevance", "structure")
)


class Clock:
    """A time of day that moves only when a test says so, and a little with every look."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.time += timedelta(microseconds=1)
        return self.time

    def advance(self, **by: float) -> None:
        self.time += timedelta(**by)


def a_database(folder: Path) -> Engine:
    return open_database(f"sqlite:///{folder / 'interviews.db'}")


def a_user(engine: Engine, name: str = "Ada") -> UUID:
    with writing(engine, SERVICE) as db:
        return users.add(db, name, datetime.now(UTC)).id


def keeps_for(engine: Engine, owner: UUID, days: int | None) -> None:
    """For so many days this owner wants recordings kept; None is for ever."""
    with writing(engine, SERVICE) as db:
        users.change(db, owner, media_days=days)


def a_question(number: int = 1, kind: Kind = Kind.BEHAVIOURAL) -> Question:
    return Question(
        text=f"Question {number}?",
        kind=kind,
        competency="teamwork",
        model_answer="A model answer.",
        key_points=("first point", "second point"),
        rubric=Rubric(version="1", criteria=CRITERIA),
        source=f"bank:{number}",
    )


def a_segment(text: str = "I asked the team", start: float = 0.0) -> Segment:
    words = tuple(
        Word(start=start + n, end=start + n + 0.5, text=word, probability=0.75)
        for n, word in enumerate(text.split())
    )
    return Segment(start=start, end=start + len(words), text=said(text), words=words)


def a_rating(
    *levels: int, coach: str = "offline", others: tuple[int, ...] = (), **fields: Any
) -> Rating:
    """`others` are the levels of a second pass."""
    scores = tuple(
        Score(
            criterion=criterion,
            level=level,
            other=other,
            reason="You named a result.",
            evidence=(Evidence(start=0, end=1, quote="I"),),
        )
        for criterion, level, other in zip(
            CRITERIA, levels or (3, 3), others or (None, None), strict=True
        )
    )
    made_by = Provenance(
        coach=coach,
        coach_version="1",
        rubric_version="1",
        speech_model="tiny",
        passes=2 if others else 1,
    )
    said = {
        "strengths": ("clear",),
        "improvements": ("add a number",),
        "next_action": "Say it again with its result.",
    }
    return Rating(scores=scores, provenance=made_by, **(said | fields))


def an_interview(store: Store, owner: UUID, questions: int = 2) -> Interview:
    return store.add_interview(owner, SETUP, [a_question(n) for n in range(1, questions + 1)])


def a_submitted_answer(store: Store, owner: UUID, question_id: UUID, text: str = "I did") -> Answer:
    opened = store.open_answer(owner, question_id, AnswerMode.TYPED)
    return store.submit(owner, opened.id, text)


def current_answer(store: Store, owner: UUID, question_id: UUID) -> Answer | None:
    """The attempt that counts, or else the one that is being given. Raises `NotFound`."""
    interview_id = store.attempts(owner, question_id).interview_id
    items = store.review(owner, interview_id).items
    return next(item.answer for item in items if item.question.id == question_id)


def a_share(name: str = "Anna") -> Share:
    """For a week; of the interview that it is added to."""
    now = datetime.now(UTC)
    return Share(
        id=uuid4(),
        interview_id=uuid4(),
        name=name,
        includes=tuple(SharePart),
        created_at=now,
        expires_at=now + timedelta(days=7),
    )
