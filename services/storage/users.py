"""Rows of users, in one transaction of the caller's."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from services.domain import User
from services.errors import NotFound
from services.storage.database import rows_changed
from services.storage.tables import PasswordRow, UserRow


def add(
    db: Session,
    name: str,
    now: datetime,
    email: str | None = None,
    password_hash: str | None = None,
    *,
    user_id: UUID | None = None,
    verified: bool = False,
) -> User:
    """A new user, without an e-mail a guest. Raises SQLAlchemy's `IntegrityError` for a taken e-mail.

    `user_id` is the one of an account that somebody else keeps; `verified`: somebody has shown that the
    e-mail is theirs.
    """
    made = User(
        id=user_id or uuid4(), name=name, email=email, email_verified=verified, created_at=now
    )
    db.execute(insert(UserRow).values(made.model_dump()))
    if password_hash is not None:
        db.execute(insert(PasswordRow).values(user_id=made.id, hash=password_hash))
    return made


def one(db: Session, user_id: UUID) -> User | None:
    row = db.get(UserRow, user_id, populate_existing=True)
    return None if row is None else user(row)


def change(db: Session, user_id: UUID, **values: Any) -> User:
    """Change the name, the e-mail, whether it is verified, or `media_days`. Raises `NotFound`, and
    SQLAlchemy's `IntegrityError` for a taken e-mail."""
    changed = rows_changed(db, update(UserRow).where(UserRow.id == user_id).values(values))
    found = one(db, user_id) if changed else None
    if found is None:
        raise NotFound("This account no longer exists.", "Sign in again.")
    return found


def upgrade_guest(
    db: Session, guest: UUID, name: str, email: str, password_hash: str
) -> User | None:
    """Make a guest an account, with all that is stored of it; None when there is no such guest."""
    values = {"name": name, "email": email}
    upgraded = rows_changed(
        db, update(UserRow).where(UserRow.id == guest, UserRow.email.is_(None)).values(values)
    )
    if not upgraded:
        return None
    set_password_hash(db, guest, password_hash)
    return one(db, guest)


def by_email(db: Session, email: str) -> tuple[User, str] | None:
    """The account and the hash of its password; None also for one that signs in without."""
    found = db.execute(
        select(UserRow, PasswordRow.hash)
        .join(PasswordRow, PasswordRow.user_id == UserRow.id)
        .where(UserRow.email == email)
    ).one_or_none()
    return None if found is None else (user(found[0]), found[1])


def password_hash(db: Session, user_id: UUID) -> str | None:
    return db.scalar(select(PasswordRow.hash).where(PasswordRow.user_id == user_id))


def set_password_hash(db: Session, user_id: UUID, password_hash: str) -> None:
    db.merge(PasswordRow(user_id=user_id, hash=password_hash))


def user(row: UserRow) -> User:
    return User(
        id=row.id,
        name=row.name,
        email=row.email,
        email_verified=row.email_verified,
        media_days=row.media_days,
        created_at=row.created_at,
    )
