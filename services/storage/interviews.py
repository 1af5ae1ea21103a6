"""Interviews and their questions, in one transaction of the caller's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from services.domain import (
    AUTO,
    Difficulty,
    Interview,
    InterviewState,
    Kind,
    Question,
    Rubric,
    Setup,
)
from services.errors import NotFound
from services.ports import Owner
from services.storage.database import rows_changed
from services.storage.tables import AnswerRow, InterviewRow, QuestionRow, UserRow


def add(
    db: Session, owner: Owner, setup: Setup, questions: Sequence[Question], now: datetime
) -> Interview:
    if db.get(UserRow, owner) is None:
        raise NotFound("This account no longer exists.", "Sign in again.")
    interview = InterviewRow(
        id=uuid4(),
        user_id=owner,
        setup=setup.model_dump(mode="json"),
        position=setup.job.position,
        category=setup.category,
        difficulty=setup.difficulty,
        state=InterviewState.OPEN,
        created_at=now,
    )
    db.add(interview)
    db.flush()
    rows = [
        {
            "id": q.id,
            "user_id": owner,
            "interview_id": interview.id,
            "number": number,
            "rubric": q.rubric.model_dump(mode="json"),
            "key_points": list(q.key_points),
            **q.model_dump(exclude={"id", "number", "rubric", "key_points"}),
        }
        for number, q in enumerate(questions, start=1)
    ]
    if rows:
        db.execute(insert(QuestionRow), rows)
    return one(db, owner, interview.id)


def one(db: Session, owner: Owner, interview_id: UUID) -> Interview:
    row = db.scalar(
        select(InterviewRow).where(InterviewRow.id == interview_id, InterviewRow.user_id == owner)
    )
    if row is None:
        raise _not_there()
    return _interview(db, row)


def latest_open(db: Session, owner: Owner) -> Interview | None:
    row = db.scalar(
        select(InterviewRow)
        .where(InterviewRow.user_id == owner, InterviewRow.state == InterviewState.OPEN)
        .order_by(InterviewRow.created_at.desc())
        .limit(1)
    )
    return None if row is None else _interview(db, row)


def latest_setup(db: Session, owner: Owner) -> Setup | None:
    stored = db.scalar(
        select(InterviewRow.setup)
        .where(InterviewRow.user_id == owner)
        .order_by(InterviewRow.created_at.desc())
        .limit(1)
    )
    return None if stored is None else Setup.model_validate(stored)


def set_language(db: Session, owner: Owner, interview_id: UUID, code: str) -> None:
    row = db.scalar(
        select(InterviewRow)
        .where(InterviewRow.id == interview_id, InterviewRow.user_id == owner)
        .with_for_update()  # two answers may be heard at once; SQLite has one writer anyway
    )
    if row is None:
        raise _not_there()
    setup = Setup.model_validate(row.setup)
    if setup.language == AUTO:
        row.setup = setup.model_copy(update={"language": code}).model_dump(mode="json")


def seen_sources(db: Session, owner: Owner) -> frozenset[str]:
    return frozenset(
        db.scalars(
            select(QuestionRow.source)
            .where(QuestionRow.user_id == owner, QuestionRow.source != "")
            .distinct()
        )
    )


def finish(db: Session, owner: Owner, interview_id: UUID, now: datetime) -> None:
    changed = rows_changed(
        db,
        update(InterviewRow)
        .where(
            InterviewRow.id == interview_id,
            InterviewRow.user_id == owner,
            InterviewRow.state == InterviewState.OPEN,
        )
        .values(state=InterviewState.FINISHED, finished_at=now),
    )
    if changed == 0:
        one(db, owner, interview_id)  # finished before, or not there


def reopen(db: Session, owner: Owner, interview_id: UUID) -> None:
    changed = rows_changed(
        db,
        update(InterviewRow)
        .where(InterviewRow.id == interview_id, InterviewRow.user_id == owner)
        .values(state=InterviewState.OPEN, finished_at=None),
    )
    if changed == 0:
        raise _not_there()


def remove(db: Session, owner: Owner, interview_id: UUID) -> tuple[str, ...]:
    keys = db.scalars(
        select(AnswerRow.recording_key).where(
            AnswerRow.interview_id == interview_id,
            AnswerRow.user_id == owner,
            AnswerRow.recording_key.is_not(None),
        )
    ).all()
    gone = rows_changed(
        db,
        delete(InterviewRow).where(InterviewRow.id == interview_id, InterviewRow.user_id == owner),
    )
    if gone == 0:
        raise _not_there()
    return tuple(key for key in keys if key)


def _not_there() -> NotFound:
    return NotFound("There is no such interview.", "It may have been deleted.")


def _interview(db: Session, row: InterviewRow) -> Interview:
    questions = db.scalars(
        select(QuestionRow)
        .where(QuestionRow.interview_id == row.id, QuestionRow.user_id == row.user_id)
        .order_by(QuestionRow.number)
    )
    return Interview(
        id=row.id,
        setup=Setup.model_validate(row.setup),
        state=InterviewState(row.state),
        created_at=row.created_at,
        finished_at=row.finished_at,
        questions=tuple(_question(question) for question in questions),
    )


def _question(row: QuestionRow) -> Question:
    return Question(
        id=row.id,
        number=row.number,
        text=row.text,
        kind=Kind(row.kind),
        competency=row.competency,
        difficulty=Difficulty(row.difficulty),
        model_answer=row.model_answer,
        key_points=tuple(row.key_points),
        rubric=Rubric.model_validate(row.rubric),
        source=row.source,
    )
