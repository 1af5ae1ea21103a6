"""Reads answers with their segments, in one transaction of the caller's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from services.domain import (
    Answer,
    AnswerMode,
    AnswerState,
    RatingState,
    Recording,
    Segment,
    Video,
    Word,
)
from services.errors import NotFound
from services.ports import Owner
from services.storage import interviews
from services.storage.tables import AnswerRow, SegmentRow

DECIDED = (AnswerState.SUBMITTED, AnswerState.SKIPPED)
# As `Answer.given` and `Answer.put_aside`.
_JUDGED = AnswerRow.rating_state != RatingState.NONE
GIVEN = or_(
    AnswerRow.state == AnswerState.SUBMITTED,
    and_(AnswerRow.state == AnswerState.REPLACED, _JUDGED),
)
WANTED = or_(AnswerRow.state != AnswerState.REPLACED, _JUDGED)


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


def ids(db: Session, owner: Owner, interview_id: UUID | None = None) -> tuple[UUID, ...]:
    """Every answer of an owner, or of one interview of theirs, replaced attempts included. Raises
    `NotFound`."""
    found = select(AnswerRow.id).where(AnswerRow.user_id == owner)
    if interview_id is None:
        return tuple(db.scalars(found))
    there = tuple(db.scalars(found.where(AnswerRow.interview_id == interview_id)))
    if not there:
        interviews.must_exist(db, owner, interview_id)
    return there


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


def attempts(db: Session, owner: Owner, question_id: UUID) -> Sequence[AnswerRow]:
    """Every attempt at a question, replaced ones too, as it is now; the first one first."""
    return db.scalars(
        select(AnswerRow)
        .where(AnswerRow.question_id == question_id, AnswerRow.user_id == owner)
        .order_by(AnswerRow.attempt)
        .execution_options(populate_existing=True)
    ).all()


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
        video=_video(row),
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


def _video(row: AnswerRow) -> Video | None:
    if row.video_key is None:
        return None
    return Video(
        key=row.video_key,
        media_type=row.video_media_type or "",
        seconds=row.video_seconds or 0.0,
        size=row.video_size or 0,
        offset_s=row.video_offset_s or 0.0,
        thumbnail_key=row.thumbnail_key or "",
    )
