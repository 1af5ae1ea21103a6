"""Rows of questions: written, read, and what a candidate was asked before; in one transaction of the caller's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from services.domain import OWN, Difficulty, FollowUp, Kind, Question, Rubric
from services.errors import NotFound
from services.ports import Owner
from services.storage.tables import InterviewRow, QuestionRow


def add(
    db: Session, owner: Owner, interview_id: UUID, questions: Iterable[Question], first: int
) -> None:
    """Store questions, numbered from `first` in the order given."""
    rows = [_values(owner, interview_id, n, q) for n, q in enumerate(questions, start=first)]
    if rows:
        db.execute(insert(QuestionRow), rows)


def of_interview(db: Session, owner: Owner, interview_id: UUID) -> tuple[Question, ...]:
    """In the order they are asked in."""
    rows = db.scalars(
        select(QuestionRow)
        .where(QuestionRow.interview_id == interview_id, QuestionRow.user_id == owner)
        .order_by(QuestionRow.number)
        .execution_options(populate_existing=True)
    )
    return tuple(question(row) for row in rows)


def interview_of(db: Session, owner: Owner, question_id: UUID) -> UUID:
    """The interview that asks this question. Raises `NotFound`."""
    found = db.scalar(
        select(QuestionRow.interview_id).where(
            QuestionRow.id == question_id, QuestionRow.user_id == owner
        )
    )
    if found is None:
        raise not_there()
    return found


def shown(db: Session, owner: Owner, question_id: UUID) -> bool:
    """Whether the candidate has seen it. Raises `NotFound`."""
    found = db.scalar(
        select(QuestionRow.shown).where(QuestionRow.id == question_id, QuestionRow.user_id == owner)
    )
    if found is None:
        raise not_there()
    return found


def mark_shown(db: Session, owner: Owner, question_id: UUID) -> None:
    db.execute(
        update(QuestionRow)
        .where(QuestionRow.id == question_id, QuestionRow.user_id == owner)
        .values(shown=True)
    )


def seen_sources(db: Session, owner: Owner) -> frozenset[str]:
    """Sources of all questions that were ever planned for this owner."""
    return frozenset(
        db.scalars(
            select(QuestionRow.source)
            .where(
                QuestionRow.user_id == owner,
                QuestionRow.source != "",
                QuestionRow.source != OWN,
            )
            .distinct()
        )
    )


def past(db: Session, owner: Owner, limit: int = 200) -> tuple[str, ...]:
    """Texts of planned questions, of the newest interview first; follow-ups and own ones left out."""
    newest = (  # each asks at least one, so that no more of them are looked at
        select(InterviewRow.id)
        .where(InterviewRow.user_id == owner)
        .order_by(InterviewRow.created_at.desc())
        .limit(limit)
    )
    return tuple(
        db.scalars(
            select(QuestionRow.text)
            .join(InterviewRow, InterviewRow.id == QuestionRow.interview_id)
            .where(
                QuestionRow.interview_id.in_(newest),
                QuestionRow.user_id == owner,
                QuestionRow.parent_id.is_(None),
                QuestionRow.source != OWN,
            )
            .order_by(InterviewRow.created_at.desc(), QuestionRow.number.desc())
            .limit(limit)
        )
    )


def question(row: QuestionRow) -> Question:
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
        parent_id=row.parent_id,
        follow_up=None if row.follow_up is None else FollowUp(row.follow_up),
        shown=row.shown,
    )


def not_there() -> NotFound:
    return NotFound("There is no such question.", "Its interview may have been deleted.")


def _values(owner: Owner, interview_id: UUID, number: int, question: Question) -> dict[str, Any]:
    return question.model_dump() | {
        "user_id": owner,
        "interview_id": interview_id,
        "number": number,
        "rubric": question.rubric.model_dump(mode="json"),
        "key_points": list(question.key_points),
    }
