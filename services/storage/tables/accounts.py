"""Tables of accounts: users, sign-ins, tickets and failed tries."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from services.storage.tables.schema import Base, part_of


class UserRow(Base):
    __tablename__ = "users"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str | None] = mapped_column(unique=True)  # lower case; None for a guest
    password_hash: Mapped[str | None]
    created_at: Mapped[datetime]


class LoginRow(Base):
    __tablename__ = "logins"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[UUID] = part_of("users.id", index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)  # slides with use
    ends_at: Mapped[datetime]  # never later than this


class TicketRow(Base):
    __tablename__ = "tickets"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = part_of("users.id", index=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class ThrottleRow(Base):
    """One try at an account that has not succeeded. Hashes, because mistyped e-mails are private."""

    __tablename__ = "throttles"
    __table_args__ = (Index(None, "email_hash", "at"), Index(None, "address_hash", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    email_hash: Mapped[str]
    address_hash: Mapped[str | None]
    at: Mapped[datetime] = mapped_column(index=True)
