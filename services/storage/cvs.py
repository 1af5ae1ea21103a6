"""The CV that a candidate lets us keep, in one transaction of the caller's."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.errors import NotFound
from services.ports import Owner
from services.storage.tables import CvRow, UserRow


def keep(db: Session, owner: Owner, text: str, now: datetime) -> None:
    if db.get(UserRow, owner) is None:
        raise NotFound("This account no longer exists.", "Sign in again.")
    db.merge(CvRow(user_id=owner, text=text, kept_at=now))


def text_of(db: Session, owner: Owner) -> str:
    """The text of the kept CV; empty when none is kept."""
    return db.scalar(select(CvRow.text).where(CvRow.user_id == owner)) or ""


def forget(db: Session, owner: Owner) -> None:
    db.execute(delete(CvRow).where(CvRow.user_id == owner))
