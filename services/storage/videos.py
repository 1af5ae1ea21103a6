"""Writes and counts the videos of answers, in one transaction of the caller's."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from services.domain import Video
from services.ports import Owner
from services.storage import answers
from services.storage.database import rows_changed
from services.storage.tables import AnswerRow


def keep(db: Session, owner: Owner, answer_id: UUID, video: Video, now: datetime) -> None:
    """Raises `NotFound` also where none is wanted any more: put aside, or its time is over."""
    values = {f"video_{name}": value for name, value in video.model_dump().items()}
    values["thumbnail_key"] = values.pop("video_thumbnail_key") or None
    changed = rows_changed(
        db,
        update(AnswerRow)
        .where(
            AnswerRow.id == answer_id,
            AnswerRow.user_id == owner,
            answers.WANTED,
            AnswerRow.recording_gone == "",
        )
        # Its term runs from when the sound was kept.
        .values(values | {"recorded_at": func.coalesce(AnswerRow.recorded_at, now)}),
    )
    if changed == 0:
        raise answers.not_there()


def sizes(db: Session, owner: Owner, interview_id: UUID) -> dict[UUID, int]:
    """Bytes of the stored video of every answer of an interview; 0 where there is none (yet)."""
    found = db.execute(
        select(AnswerRow.id, AnswerRow.video_size).where(
            AnswerRow.interview_id == interview_id, AnswerRow.user_id == owner
        )
    )
    return {row.id: row.video_size or 0 for row in found}
