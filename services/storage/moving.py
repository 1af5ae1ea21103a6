"""Users who leave: all they have goes to another, or goes away. In one transaction of the caller's."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, func, literal, select, update
from sqlalchemy.orm import Session

from services.errors import NotFound
from services.ports import Owner
from services.storage.tables import (
    AnswerRow,
    InterviewRow,
    LoginRow,
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


def remove_user(db: Session, owner: Owner) -> tuple[str, ...]:
    """See `Store.remove_user`. Rows of the user go with it, by the foreign keys."""
    keys = db.scalars(
        select(AnswerRow.recording_key).where(
            AnswerRow.user_id == owner, AnswerRow.recording_key.is_not(None)
        )
    ).all()
    db.execute(delete(UserRow).where(UserRow.id == owner))
    return tuple(key for key in keys if key)


def forgotten_guests(db: Session, now: datetime) -> tuple[Owner, ...]:
    """See `Store.forgotten_guests`."""
    alive = select(LoginRow.user_id).where(LoginRow.expires_at > now)
    return tuple(
        db.scalars(
            select(UserRow.id).where(
                UserRow.email.is_(None),
                UserRow.created_at < now - timedelta(days=1),  # not one who is just coming in
                UserRow.id.not_in(alive),
            )
        )
    )
