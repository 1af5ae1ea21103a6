"""The list of interviews. Counts and means are taken by the database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, ScalarSelect, Select, func, or_, select
from sqlalchemy.orm import Session

from services.domain import (
    AnswerState,
    Category,
    Difficulty,
    InterviewMode,
    InterviewState,
    InterviewSummary,
)
from services.ports import Owner
from services.storage.periods import Period
from services.storage.tables import AnswerRow, InterviewRow, QuestionRow, RatingRow

# Two passes that differ are nothing to rely on: such a rating waits outside until it is made again.
# Nor does one of an attempt in whose place another one counts.
COUNTS = (~RatingRow.superseded, ~RatingRow.unsure, ~RatingRow.set_aside)

# A one-way interview shows nothing of its ratings before its end.
SHOWN = or_(
    InterviewRow.state == InterviewState.FINISHED,
    func.coalesce(InterviewRow.setup["mode"].as_string(), "") != InterviewMode.ONE_WAY,
)


def summaries(db: Session, owner: Owner, limit: int, offset: int) -> tuple[InterviewSummary, ...]:
    """A page of the history, newest first."""
    return tuple(_summary(row) for row in db.execute(_page(owner, limit, offset)))


def summaries_within(
    db: Session, owner: Owner, period: Period, limit: int
) -> tuple[InterviewSummary, ...]:
    """The newest of a period, newest first."""
    created = InterviewRow.__table__.c.created_at
    rows = db.execute(_page(owner, limit, 0).where(period.holds(created)))
    return tuple(_summary(row) for row in rows)


def count(db: Session, owner: Owner) -> int:
    return db.scalar(select(_count(owner))) or 0


def first_page(db: Session, owner: Owner, limit: int) -> tuple[tuple[InterviewSummary, ...], int]:
    """The newest `limit` interviews, and how many there are in all."""
    rows = db.execute(_page(owner, limit, 0).add_columns(_count(owner).label("total"))).all()
    return tuple(_summary(row) for row in rows), rows[0].total if rows else 0


def _page(owner: Owner, limit: int, offset: int) -> Select[Any]:
    asked = (
        select(func.count())
        .where(QuestionRow.interview_id == InterviewRow.id, QuestionRow.user_id == owner)
        .scalar_subquery()
    )
    answered = (
        select(func.count())
        .where(
            AnswerRow.interview_id == InterviewRow.id,
            AnswerRow.user_id == owner,
            AnswerRow.state == AnswerState.SUBMITTED,
        )
        .scalar_subquery()
    )
    overall = (
        select(func.avg(RatingRow.overall))
        .where(
            RatingRow.interview_id == InterviewRow.id,
            RatingRow.user_id == owner,
            *COUNTS,
            SHOWN,
        )
        .scalar_subquery()
    )
    return (
        select(
            InterviewRow.id,
            InterviewRow.position,
            InterviewRow.category,
            InterviewRow.difficulty,
            InterviewRow.state,
            InterviewRow.created_at,
            asked.label("asked"),
            answered.label("answered"),
            overall.label("overall"),
        )
        .where(InterviewRow.user_id == owner)
        .order_by(InterviewRow.created_at.desc())
        .limit(limit)
        .offset(offset)
    )


def _count(owner: Owner) -> ScalarSelect[int]:
    return select(func.count()).where(InterviewRow.user_id == owner).scalar_subquery()


def _summary(row: Row[Any]) -> InterviewSummary:
    return InterviewSummary(
        id=row.id,
        position=row.position,
        category=Category(row.category),
        difficulty=Difficulty(row.difficulty),
        state=InterviewState(row.state),
        created_at=row.created_at,
        question_count=row.asked,
        answered_count=row.answered,
        overall=row.overall,
    )
