"""What candidates agreed to, in one transaction of the caller's. Rows are added and never changed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from services.errors import NotFound
from services.ports import Owner
from services.storage.tables import ConsentRow, UserRow

RECORDING = "recording"  # a kind of consent, as it is stored


def add(db: Session, owner: Owner, kind: str, version: str, now: datetime) -> None:
    """Keep that the owner agreed; the first time stays. Raises `NotFound`, and SQLAlchemy's
    `IntegrityError` when another tab keeps the same at this moment."""
    if given(db, owner, kind, version):
        return
    if db.get(UserRow, owner) is None:
        raise NotFound("This account no longer exists.", "Sign in again.")
    db.execute(insert(ConsentRow).values(user_id=owner, kind=kind, version=version, agreed_at=now))


def given(db: Session, owner: Owner, kind: str, version: str) -> bool:
    """Whether the owner agreed to this very wording."""
    return db.get(ConsentRow, (owner, kind, version)) is not None


def given_at(db: Session, owner: Owner, kind: str) -> datetime | None:
    """When the owner last agreed to any wording of it; None: never."""
    return db.scalar(
        select(ConsentRow.agreed_at)
        .where(ConsentRow.user_id == owner, ConsentRow.kind == kind)
        .order_by(ConsentRow.agreed_at.desc())
        .limit(1)
    )
