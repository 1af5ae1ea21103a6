"""Gives all that one user has to another, in one transaction of the caller's."""

from __future__ import annotations

from sqlalchemy import func, literal, select, update
from sqlalchemy.orm import Session

from services.errors import NotFound
from services.ports import Owner
from services.storage.tables import (
    AnswerRow,
    InterviewRow,
    QuestionRow,
    RatingRow,
    ScoreRow,
    SegmentRow,
    UserRow,
)

# What a candidate has. Logins and tickets stay behind: they belong to a browser.
OWNED = (InterviewRow, QuestionRow, AnswerRow, SegmentRow, RatingRow, ScoreRow)


def move_everything(db: Session, from_owner: Owner, to_owner: Owner) -> tuple[str, ...]:
    """See `Store.move_everything`."""
    if db.get(UserRow, to_owner) is None:
        raise NotFound("This account no longer exists.", "Sign in again.")
    if from_owner == to_owner:
        return ()
    recorded = (AnswerRow.user_id == from_owner, AnswerRow.recording_key.is_not(None))
    keys = db.scalars(select(AnswerRow.recording_key).where(*recorded)).all()
    after_owner = func.substr(AnswerRow.recording_key, len(str(from_owner)) + 1)
    db.execute(
        update(AnswerRow)
        .where(*recorded)
        .values(recording_key=literal(str(to_owner)) + after_owner)
    )
    for table in OWNED:
        db.execute(update(table).where(table.user_id == from_owner).values(user_id=to_owner))
    return tuple(key for key in keys if key)
