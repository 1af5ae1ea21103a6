"""Tables of accounts: users, how they sign in, and failed tries. All but the users are private."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, false, text, true
from sqlalchemy.orm import Mapped, mapped_column

from services.storage.tables.schema import PRIVATE, Base, part_of, private


class UserRow(Base):
    __tablename__ = "users"

    id: Mapped[UUID] = mapped_column(primary_key=True)  # with Supabase Auth: its id there
    name: Mapped[str]
    email: Mapped[str | None] = mapped_column(unique=True)  # lower case; None for a guest
    email_verified: Mapped[bool] = mapped_column(server_default=false())
    # Days that recordings are kept; 0: never, None: until the candidate deletes them.
    media_days: Mapped[int | None] = mapped_column(server_default=text("90"))
    created_at: Mapped[datetime]


class PasswordRow(Base):
    """Of local accounts only."""

    __tablename__ = "passwords"
    __table_args__ = private()

    user_id: Mapped[UUID] = part_of("users.id", primary_key=True)
    hash: Mapped[str]


class IdentityRow(Base):
    """Who an OpenID Connect provider says somebody is."""

    __tablename__ = "identities"
    __table_args__ = private()

    issuer: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = part_of("users.id", index=True)
    linked_at: Mapped[datetime]


class LoginRow(Base):
    """One sign-in of one browser. It is found by the secret of its cookie or of the tab that made it."""

    __tablename__ = "logins"
    __table_args__ = private()

    id: Mapped[UUID] = mapped_column(primary_key=True)
    token_hash: Mapped[str | None] = mapped_column(unique=True)  # None: no cookie was set (yet)
    tab_hash: Mapped[str | None] = mapped_column(unique=True)
    user_id: Mapped[UUID] = part_of("users.id", index=True)
    device: Mapped[str] = mapped_column(server_default="")  # as its owner reads it
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)  # slides with use
    ends_at: Mapped[datetime]  # never later than this


class TicketRow(Base):
    """To be traded once for the cookie of a login."""

    __tablename__ = "tickets"
    __table_args__ = private()

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    login_id: Mapped[UUID] = part_of(f"{PRIVATE}.logins.id", index=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class ThrottleRow(Base):
    """One try at an account that has not succeeded. Hashes, because mistyped e-mails are private."""

    __tablename__ = "throttles"
    __table_args__ = private(Index(None, "email_hash", "at"), Index(None, "address_hash", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    email_hash: Mapped[str]
    address_hash: Mapped[str | None]
    at: Mapped[datetime] = mapped_column(index=True)


class ConsentRow(Base):
    """What a candidate agreed to, and which wording of it. Never changed."""

    __tablename__ = "consents"

    user_id: Mapped[UUID] = part_of("users.id", primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(primary_key=True)
    agreed_at: Mapped[datetime]


class PreferencesRow(Base):
    """What a candidate switched on or off; without a row all is as it comes."""

    __tablename__ = "preferences"

    user_id: Mapped[UUID] = part_of("users.id", primary_key=True)
    record_video: Mapped[bool] = mapped_column(server_default=false())
    pace_meter: Mapped[bool] = mapped_column(server_default=false())
    self_rating: Mapped[bool] = mapped_column(server_default=true())
