"""Interviews, in one transaction of the caller's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, ScalarSelect, Select, and_, case, delete, func, select, update
from sqlalchemy.orm import Session

from services.domain import AUTO, Interview, InterviewState, PlanState, Question, Setup
from services.errors import NotFound
from services.ports import Owner
from services.storage import questions
from services.storage.database import rows_changed
from services.storage.tables import Base, CvRow, InterviewRow, QuestionRow, UserRow


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
    rows = db.execute(asked(owner).where(InterviewRow.id == interview_id)).all()
    if not rows:
        raise not_there()
    return of_rows(rows)


def interviewed(db: Session, interview_id: UUID) -> Owner | None:
    """Whose interview it is, None when it is nobody's any more; for the writer of its plan only."""
    return db.scalar(select(InterviewRow.user_id).where(InterviewRow.id == interview_id))


def latest_open(db: Session, owner: Owner) -> Interview | None:
    """The newest that is not finished."""
    rows = db.execute(asked(owner).where(InterviewRow.id == newest_open(owner))).all()
    return of_rows(rows) if rows else None


def newest_open(owner: Owner) -> ScalarSelect[UUID]:
    """The id of the newest interview that is not finished."""
    return (
        select(InterviewRow.id)
        .where(InterviewRow.user_id == owner, InterviewRow.state == InterviewState.OPEN)
        .order_by(InterviewRow.created_at.desc())
        .limit(1)
        .scalar_subquery()
    )


@dataclass(frozen=True, slots=True)
class Offered:
    """What the next interview can begin with: the set-up of the newest one, and the text of the CV that
    is kept, empty without one."""

    setup: Setup | None
    cv: str


def offered(db: Session, owner: Owner) -> Offered:
    newest = (
        select(InterviewRow.setup)
        .where(InterviewRow.user_id == owner)
        .order_by(InterviewRow.created_at.desc())
        .limit(1)
    )
    kept = select(CvRow.text).where(CvRow.user_id == owner)
    setup, cv = db.execute(select(newest.scalar_subquery(), kept.scalar_subquery())).one()
    return Offered(None if setup is None else Setup.model_validate(setup), cv or "")


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


def remove(db: Session, owner: Owner, interview_id: UUID) -> None:
    """Delete it with all that belongs to it, but its recordings (`Removals.plan_interview`)."""
    gone = rows_changed(
        db,
        delete(InterviewRow).where(InterviewRow.id == interview_id, InterviewRow.user_id == owner),
    )
    if gone == 0:
        raise not_there()


def must_exist(db: Session, owner: Owner, interview_id: UUID) -> None:
    """Raises `NotFound`."""
    known = select(InterviewRow.id).where(
        InterviewRow.id == interview_id, InterviewRow.user_id == owner
    )
    if db.scalar(known) is None:
        raise not_there()


def not_there() -> NotFound:
    return NotFound("There is no such interview.", "It may have been deleted.")


def asked(owner: Owner, *beside: type[Base]) -> Select[Any]:
    """Interviews of an owner, a row for each question; one without any has one row. `beside` are tables
    that the caller joins. Only the first row has the set-up, which may be long."""
    first = func.row_number().over(order_by=QuestionRow.number) == 1
    of_interview = and_(
        QuestionRow.interview_id == InterviewRow.id, QuestionRow.user_id == InterviewRow.user_id
    )
    return (
        select(*_COLUMNS, case((first, InterviewRow.setup)).label("setup"), QuestionRow, *beside)
        .select_from(InterviewRow)
        .outerjoin(QuestionRow, of_interview)
        .where(InterviewRow.user_id == owner)
        .order_by(QuestionRow.number)
        .execution_options(populate_existing=True)
    )


def of_rows(rows: Sequence[Row[Any]]) -> Interview:
    """The interview of these rows of `asked`, at least one."""
    first = rows[0]
    there = {row.QuestionRow.id: row.QuestionRow for row in rows if row.QuestionRow is not None}
    return Interview(
        id=first.id,
        setup=Setup.model_validate(next(row.setup for row in rows if row.setup is not None)),
        state=InterviewState(first.state),
        created_at=first.created_at,
        finished_at=first.finished_at,
        plan_state=PlanState(first.plan_state),
        plan_problem=first.plan_problem,
        questions=tuple(questions.question(row) for row in there.values()),
    )


_COLUMNS = (
    InterviewRow.id,
    InterviewRow.state,
    InterviewRow.created_at,
    InterviewRow.finished_at,
    InterviewRow.plan_state,
    InterviewRow.plan_problem,
)
