"""Tables by which several processes share their chores. All are private."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from services.storage.tables.schema import Base, private


class LockRow(Base):
    """Who does a chore now; past `until` it has died and another may."""

    __tablename__ = "locks"
    __table_args__ = private()

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[UUID]
    until: Mapped[datetime]


class PlaceRow(Base):
    """A folder of sound on one machine's disk, and when the process that uses it was last alive."""

    __tablename__ = "places"
    __table_args__ = private()

    id: Mapped[UUID] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime]


class RemovalRow(Base):
    """Media that must go: whoever it belonged to is gone, or wanted it gone, or its time is over."""

    __tablename__ = "removals"
    __table_args__ = private()

    key: Mapped[str] = mapped_column(primary_key=True)
    moved_to: Mapped[str | None]  # it does not go but becomes that owner's
    asked_at: Mapped[datetime]
