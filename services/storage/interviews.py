"""Interviews, in one transaction of the caller's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from services.domain import AUTO, Interview, InterviewState, PlanState, Question, Setup
from services.errors import NotFound
from services.ports import Owner
from services.storage import questions
from services.storage.database import rows_changed
from services.storage.tables import AnswerRow, InterviewRow, UserRow


def add(
    db: Session,
    owner: Owner,
    setup: Setup,
    planned: Sequence[Question],
    plan_state: PlanState,
    now: datetime,
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
        plan_state=plan_state,
        plan_problem="",
    )
    db.add(interview)
    db.flush()
    questions.add(db, owner, interview.id, planned, first=1)
    return one(db, owner, interview.id)


def one(db: Session, owner: Owner, interview_id: UUID) -> Interview:
    """With its questions, in the order they are asked in. Raises `NotFound`."""
    row = db.scalar(
        select(InterviewRow).where(InterviewRow.id == interview_id, InterviewRow.user_id == owner)
    )
    if row is None:
        raise not_there()
    return _interview(db, row)


def latest_open(db: Session, owner: Owner) -> Interview | None:
    """The newest that is not finished."""
    row = db.scalar(
        select(InterviewRow)
        .where(InterviewRow.user_id == owner, InterviewRow.state == InterviewState.OPEN)
        .order_by(InterviewRow.created_at.desc())
        .limit(1)
    )
    return None if row is None else _interview(db, row)


def latest_setup(db: Session, owner: Owner) -> Setup | None:
    """What was chosen for the newest one."""
    stored = db.scalar(
        select(InterviewRow.setup)
        .where(InterviewRow.user_id == owner)
        .order_by(InterviewRow.created_at.desc())
        .limit(1)
    )
    return None if stored is None else Setup.model_validate(stored)


def set_language(db: Session, owner: Owner, interview_id: UUID, code: str) -> None:
    """Keep the language that was detected; one that was chosen or kept before stays."""
    row = db.scalar(
        select(InterviewRow)
        .where(InterviewRow.id == interview_id, InterviewRow.user_id == owner)
        .with_for_update()  # two answers may be heard at once; SQLite has one writer anyway
    )
    if row is None:
        raise not_there()
    setup = Setup.model_validate(row.setup)
    if setup.language == AUTO:
        row.setup = setup.model_copy(update={"language": code}).model_dump(mode="json")


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
    """FINISHED -> OPEN; an open one stays as it is. Raises `NotFound`."""
    changed = rows_changed(
        db,
        update(InterviewRow)
        .where(InterviewRow.id == interview_id, InterviewRow.user_id == owner)
        .values(state=InterviewState.OPEN, finished_at=None),
    )
    if changed == 0:
        raise not_there()


def remove(db: Session, owner: Owner, interview_id: UUID) -> tuple[str, ...]:
    """Delete it with all that belongs to it; the keys of recordings that must go as well."""
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
        raise not_there()
    return tuple(key for key in keys if key)


def not_there() -> NotFound:
    return NotFound("There is no such interview.", "It may have been deleted.")


def _interview(db: Session, row: InterviewRow) -> Interview:
    return Interview(
        id=row.id,
        setup=Setup.model_validate(row.setup),
        state=InterviewState(row.state),
        created_at=row.created_at,
        finished_at=row.finished_at,
        plan_state=PlanState(row.plan_state),
        plan_problem=row.plan_problem,
        questions=questions.of_interview(db, row.user_id, row.id),
    )
