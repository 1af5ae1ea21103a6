"""Tables of what a language model is given and what it costs: CVs, and calls and tokens by the day."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from services.storage.tables.schema import Base, part_of, private


class CvRow(Base):
    """The text of a candidate's CV, kept only for those who asked for it."""

    __tablename__ = "cvs"

    user_id: Mapped[UUID] = part_of("users.id", primary_key=True)
    text: Mapped[str]
    kept_at: Mapped[datetime]


class SpendingRow(Base):
    """Calls and tokens of one user on one day in UTC, on whosever key."""

    __tablename__ = "spending"
    __table_args__ = private()

    user_id: Mapped[UUID] = part_of("users.id", primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True, index=True)
    calls: Mapped[int]
    tokens_in: Mapped[int]
    tokens_out: Mapped[int]


class SpendingTotalRow(Base):
    """Calls and tokens of a day on the deployment's key. It names nobody, so it outlives accounts."""

    __tablename__ = "spending_total"
    __table_args__ = private()

    day: Mapped[date] = mapped_column(primary_key=True)
    calls: Mapped[int]
    tokens_in: Mapped[int]
    tokens_out: Mapped[int]
