"""How the sound of recorded answers was, in one transaction of the caller's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from services.domain import SoundFigures
from services.ports import Owner
from services.storage import answers, interviews
from services.storage.tables import AnswerRow, InterviewRow, SoundFiguresRow
from services.storage.together import columns


def of(db: Session, owner: Owner, answer_id: UUID) -> SoundFigures | None:
    """None: they were not measured (yet). Raises `NotFound` where it is not this owner's answer."""
    found = db.execute(
        select(AnswerRow.id, SoundFiguresRow.figures)
        .outerjoin(
            SoundFiguresRow,
            (SoundFiguresRow.answer_id == AnswerRow.id) & (SoundFiguresRow.user_id == owner),
        )
        .where(AnswerRow.id == answer_id, AnswerRow.user_id == owner)
    ).one_or_none()
    if found is None:
        raise answers.not_there()
    return None if found.figures is None else SoundFigures.model_validate(found.figures)


def of_interview(db: Session, owner: Owner, interview_id: UUID) -> dict[UUID, SoundFigures]:
    """Those of all answers of an interview that were measured, by answer. Raises `NotFound`. One query."""
    found = db.execute(
        select(SoundFiguresRow.answer_id, SoundFiguresRow.figures)
        .select_from(InterviewRow)
        .outerjoin(
            AnswerRow, (AnswerRow.interview_id == InterviewRow.id) & (AnswerRow.user_id == owner)
        )
        .outerjoin(
            SoundFiguresRow,
            (SoundFiguresRow.answer_id == AnswerRow.id) & (SoundFiguresRow.user_id == owner),
        )
        .where(InterviewRow.id == interview_id, InterviewRow.user_id == owner)
    ).all()
    if not found:
        raise interviews.not_there()
    return {
        row.answer_id: SoundFigures.model_validate(row.figures)
        for row in found
        if row.figures is not None
    }


def measured(owner: Owner, interview_id: UUID) -> Select[Any]:
    """The same as a part of a larger query, of which `of_rows` reads them."""
    return (
        select(*columns("sound", of=SoundFiguresRow.answer_id, listed=SoundFiguresRow.figures))
        .join(AnswerRow, AnswerRow.id == SoundFiguresRow.answer_id)
        .where(
            AnswerRow.interview_id == interview_id,
            AnswerRow.user_id == owner,
            SoundFiguresRow.user_id == owner,
        )
    )


def of_rows(rows: Iterable[Row[Any]]) -> dict[UUID, SoundFigures]:
    return {row.of: SoundFigures.model_validate(row.listed) for row in rows if row.kind == "sound"}


def keep(db: Session, owner: Owner, answer_id: UUID, figures: SoundFigures) -> None:
    """In the place of those that were there. Raises `NotFound` where it is not this owner's answer."""
    mine = select(AnswerRow.id).where(AnswerRow.id == answer_id, AnswerRow.user_id == owner)
    if db.scalar(mine) is None:
        raise answers.not_there()
    db.merge(
        SoundFiguresRow(answer_id=answer_id, user_id=owner, figures=figures.model_dump(mode="json"))
    )
