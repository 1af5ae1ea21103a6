"""Reads answers with their segments, in one transaction of the caller's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.domain import (
    Answer,
    AnswerMode,
    AnswerState,
    RatingState,
    Recording,
    Segment,
    Word,
)
from services.errors import NotFound
from services.ports import Owner
from services.storage import questions
from services.storage.tables import AnswerRow, SegmentRow


def one(db: Session, owner: Owner, answer_id: UUID) -> Answer:
    """Raises `NotFound`."""
    row = db.scalar(
        select(AnswerRow)
        .where(AnswerRow.id == answer_id, AnswerRow.user_id == owner)
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise not_there()
    return with_segments(db, owner, [row])[0]


def current(db: Session, owner: Owner, question_id: UUID) -> Answer | None:
    """The last attempt, unless it was put aside to be recorded again."""
    questions.interview_of(db, owner, question_id)
    row = last(db, owner, question_id)
    if row is None or row.state == AnswerState.REPLACED:
        return None  # attempts are replaced in order, so before a replaced one all are
    return with_segments(db, owner, [row])[0]


def ids(db: Session, owner: Owner) -> tuple[UUID, ...]:
    """Every answer of an owner, replaced attempts included."""
    return tuple(db.scalars(select(AnswerRow.id).where(AnswerRow.user_id == owner)))


def owner_of(db: Session, answer_id: UUID) -> Owner | None:
    """Whose answer it is, None when it is nobody's any more; for the catch-up job only."""
    return db.scalar(select(AnswerRow.user_id).where(AnswerRow.id == answer_id))


def with_segments(db: Session, owner: Owner, rows: Iterable[AnswerRow]) -> list[Answer]:
    """The answers of these rows, in their order; one query for all segments."""
    rows = list(rows)
    segments: dict[UUID, list[Segment]] = {row.id: [] for row in rows}
    found = db.scalars(
        select(SegmentRow)
        .where(SegmentRow.answer_id.in_(segments), SegmentRow.user_id == owner)
        .order_by(SegmentRow.answer_id, SegmentRow.start_s, SegmentRow.number)
    )
    for stored in found:
        segments[stored.answer_id].append(
            segment(stored.start_s, stored.end_s, stored.text, stored.words, stored.certain)
        )
    return [of_row(row, tuple(segments[row.id])) for row in rows]


def last(db: Session, owner: Owner, question_id: UUID) -> AnswerRow | None:
    """The newest attempt, replaced ones too."""
    return db.scalar(
        select(AnswerRow)
        .where(AnswerRow.question_id == question_id, AnswerRow.user_id == owner)
        .order_by(AnswerRow.attempt.desc())
        .limit(1)
    )


def must_exist(db: Session, owner: Owner, answer_id: UUID) -> None:
    """Raises `NotFound`."""
    known = select(AnswerRow.id).where(AnswerRow.id == answer_id, AnswerRow.user_id == owner)
    if db.scalar(known) is None:
        raise not_there()


def of_row(row: AnswerRow, segments: tuple[Segment, ...]) -> Answer:
    return Answer(
        id=row.id,
        interview_id=row.interview_id,
        question_id=row.question_id,
        attempt=row.attempt,
        mode=AnswerMode(row.mode),
        state=AnswerState(row.state),
        segments=segments,
        edited=row.edited,
        sound_s=row.sound_s,
        pending=row.pending,
        recording=_recording(row),
        recording_gone=row.recording_gone,
        rating_state=RatingState(row.rating_state),
        rating_problem=row.rating_problem,
        rating_due=row.rating_due,
        place=row.place_id,
        started_at=row.started_at,
        finished_at=row.finished_at,
    )


def segment(start: float, end: float, text: str, words: list[Any], certain: bool) -> Segment:
    """Of what a row of `SegmentRow` holds."""
    return Segment(
        start=start,
        end=end,
        text=text,
        words=tuple(
            Word(start=start, end=end, text=text, probability=probability)
            for start, end, text, probability in words
        ),
        certain=certain,
    )


def not_there() -> NotFound:
    return NotFound("There is no such answer.", "Its interview may have been deleted.")


def _recording(row: AnswerRow) -> Recording | None:
    if row.recording_key is None:
        return None
    return Recording(
        key=row.recording_key,
        media_type=row.recording_media_type or "",
        seconds=row.recording_seconds or 0.0,
        size=row.recording_size or 0,
    )
