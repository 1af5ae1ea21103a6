"""Looking back: the list of interviews, one interview's review, and what progress is drawn from.

All sums and means are taken by the database; a review costs the same few queries at any length.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Float, Select, case, cast, func, null, select
from sqlalchemy.orm import Session

from services.domain import (
    Answer,
    AnswerMode,
    AnswerState,
    Category,
    CriterionFigure,
    Difficulty,
    InterviewState,
    InterviewSummary,
    Kind,
    KindFigure,
    Review,
    ReviewedQuestion,
    TrendPoint,
)
from services.ports import Owner
from services.storage import answers, interviews, ratings
from services.storage.tables import AnswerRow, InterviewRow, QuestionRow, RatingRow, ScoreRow

# Two passes that differ are nothing to rely on: such a rating waits outside until it is made again.
_COUNTS = (~RatingRow.superseded, ~RatingRow.unsure)


def summaries(db: Session, owner: Owner, limit: int, offset: int) -> tuple[InterviewSummary, ...]:
    """A page of the history, newest first."""
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
            *_COUNTS,
        )
        .scalar_subquery()
    )
    page = (
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
    return tuple(
        InterviewSummary(
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
        for row in db.execute(page)
    )


def count(db: Session, owner: Owner) -> int:
    return _number(db, select(func.count()).where(InterviewRow.user_id == owner))


def review(db: Session, owner: Owner, interview_id: UUID) -> Review:
    """An interview with the answers that count and their newest ratings: six queries."""
    interview = interviews.one(db, owner, interview_id)
    rows = db.scalars(
        select(AnswerRow)
        .where(
            AnswerRow.interview_id == interview_id,
            AnswerRow.user_id == owner,
            AnswerRow.state != AnswerState.REPLACED,
        )
        .order_by(AnswerRow.attempt)
    )
    # Later attempts overwrite earlier ones: the last not replaced answer counts.
    by_question: dict[UUID, Answer] = {
        answer.question_id: answer for answer in answers.with_segments(db, owner, rows)
    }
    rated = ratings.latest(db, owner, [answer.id for answer in by_question.values()])
    items = []
    for question in interview.questions:
        answer = by_question.get(question.id)
        rating = rated.get(answer.id) if answer else None
        items.append(ReviewedQuestion(question=question, answer=answer, rating=rating))
    return Review(interview=interview, items=tuple(items))


def totals(db: Session, owner: Owner) -> tuple[int, int, float]:
    """Interviews finished, answers submitted, minutes spoken in submitted spoken answers."""
    finished = InterviewRow.state == InterviewState.FINISHED
    submitted = (AnswerRow.user_id == owner, AnswerRow.state == AnswerState.SUBMITTED)
    spoken = AnswerRow.mode == AnswerMode.SPOKEN
    seconds = db.scalar(select(func.sum(AnswerRow.sound_s)).where(*submitted, spoken))
    return (
        _number(db, select(func.count()).where(InterviewRow.user_id == owner, finished)),
        _number(db, select(func.count()).where(*submitted)),
        float(seconds or 0.0) / 60,
    )


def trend(db: Session, owner: Owner) -> tuple[TrendPoint, ...]:
    """Oldest first, a point per rated interview; one rated by two coaches has two."""
    points = db.execute(
        select(
            InterviewRow.id,
            InterviewRow.created_at,
            InterviewRow.position,
            InterviewRow.category,
            RatingRow.coach,
            func.avg(RatingRow.overall).label("overall"),
            func.count().label("answers"),
        )
        .join(RatingRow, RatingRow.interview_id == InterviewRow.id)
        .where(InterviewRow.user_id == owner, RatingRow.user_id == owner, *_COUNTS)
        .group_by(InterviewRow.id, RatingRow.coach)
        .order_by(InterviewRow.created_at)
    )
    return tuple(
        TrendPoint(
            interview_id=row.id,
            at=row.created_at,
            position=row.position,
            category=Category(row.category),
            coach=row.coach,
            overall=row.overall,
            answers=row.answers,
        )
        for row in points
    )


def criteria(
    db: Session, owner: Owner, recent_from: datetime | None
) -> tuple[CriterionFigure, ...]:
    """Mean levels, of two passes their mean; `recent_from` parts earlier from recent interviews, None
    gives neither.
    """
    level = (ScoreRow.level + func.coalesce(ScoreRow.other, ScoreRow.level)) / 2.0
    earlier: ColumnElement[float | None] = cast(null(), Float)
    recent = earlier
    if recent_from is not None:
        earlier = case((ScoreRow.asked_at < recent_from, level))
        recent = case((ScoreRow.asked_at >= recent_from, level))
    figures = db.execute(
        select(
            ScoreRow.criterion_id,
            func.max(ScoreRow.criterion_name).label("name"),
            func.avg(level).label("mean"),
            func.count().label("answers"),
            func.avg(earlier).label("earlier"),
            func.avg(recent).label("recent"),
        )
        .where(ScoreRow.user_id == owner, ~ScoreRow.superseded, ~ScoreRow.unsure)
        .group_by(ScoreRow.criterion_id)
        .order_by(ScoreRow.criterion_id)
    )
    return tuple(
        CriterionFigure(
            criterion_id=row.criterion_id,
            name=row.name,
            mean=row.mean,
            answers=row.answers,
            earlier=row.earlier,
            recent=row.recent,
        )
        for row in figures
    )


def kinds(db: Session, owner: Owner) -> tuple[KindFigure, ...]:
    figures = db.execute(
        select(
            RatingRow.kind,
            func.avg(RatingRow.overall).label("overall"),
            func.count().label("answers"),
        )
        .where(RatingRow.user_id == owner, *_COUNTS)
        .group_by(RatingRow.kind)
        .order_by(RatingRow.kind)
    )
    return tuple(
        KindFigure(kind=Kind(row.kind), overall=row.overall, answers=row.answers) for row in figures
    )


def _number(db: Session, statement: Select[int]) -> int:
    return db.scalar(statement) or 0
