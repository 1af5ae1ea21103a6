"""Rows of users, in one transaction of the caller's."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from services.domain import User
from services.storage.database import rows_changed
from services.storage.tables import UserRow


def add(
    db: Session,
    name: str,
    now: datetime,
    email: str | None = None,
    password_hash: str | None = None,
) -> User:
    """A new user, without an e-mail a guest. Raises SQLAlchemy's `IntegrityError` for a taken e-mail."""
    made = User(id=uuid4(), name=name, email=email, created_at=now)
    db.execute(insert(UserRow).values(password_hash=password_hash, **made.model_dump()))
    return made


def upgrade_guest(
    db: Session, guest: UUID, name: str, email: str, password_hash: str
) -> User | None:
    """Make a guest an account, with all that is stored of it; None when there is no such guest."""
    values = {"name": name, "email": email, "password_hash": password_hash}
    upgraded = rows_changed(
        db, update(UserRow).where(UserRow.id == guest, UserRow.email.is_(None)).values(values)
    )
    row = db.get(UserRow, guest) if upgraded else None
    return None if row is None else user(row)


def by_email(db: Session, email: str) -> tuple[User, str] | None:
    """The account and the hash of its password."""
    row = db.scalar(select(UserRow).where(UserRow.email == email))
    return None if row is None or row.password_hash is None else (user(row), row.password_hash)


def set_password_hash(db: Session, user_id: UUID, password_hash: str) -> None:
    db.execute(update(UserRow).where(UserRow.id == user_id).values(password_hash=password_hash))


def user(row: UserRow) -> User:
    return User(id=row.id, name=row.name, email=row.email, created_at=row.created_at)
