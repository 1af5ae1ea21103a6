"""Tables of what is added to an answer afterwards: how it sounded, how its candidate rated it, and what a
mentor said, to whom it was shown by a link."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.storage.tables.schema import Base, part_of


class SoundFiguresRow(Base):
    """Loudness and voice of a recorded answer, measured once when its sound was complete."""

    __tablename__ = "sound_figures"
    __table_args__ = (Index(None, "user_id"),)

    answer_id: Mapped[UUID] = part_of("answers.id", primary_key=True)
    user_id: Mapped[UUID] = part_of("users.id")
    figures: Mapped[dict[str, Any]]


class SelfRatingRow(Base):
    """The levels that candidates give their own answer before they see the coach's."""

    __tablename__ = "self_ratings"
    __table_args__ = (Index(None, "user_id"),)

    answer_id: Mapped[UUID] = part_of("answers.id", primary_key=True)
    user_id: Mapped[UUID] = part_of("users.id")
    levels: Mapped[dict[str, Any]]  # criterion id -> 1-5
    rated_at: Mapped[datetime]


class ShareRow(Base):
    """A link by which somebody without an account may see one interview for a while."""

    __tablename__ = "shares"
    __table_args__ = (Index(None, "user_id", "interview_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = part_of("users.id")
    interview_id: Mapped[UUID] = part_of("interviews.id", index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]  # whom it is for, in the candidate's words
    includes: Mapped[list[Any]]  # what may be seen
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]  # for the last time


class MentorNoteRow(Base):
    """What somebody said about an answer that was shared with them. It belongs to the candidate."""

    __tablename__ = "mentor_notes"
    __table_args__ = (
        UniqueConstraint("share_id", "answer_id"),
        Index(None, "user_id", "answer_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = part_of("users.id")
    share_id: Mapped[UUID] = part_of("shares.id")
    answer_id: Mapped[UUID] = part_of("answers.id", index=True)
    mentor: Mapped[str]
    levels: Mapped[dict[str, Any]]  # criterion id -> 1-5
    note: Mapped[str]
    noted_at: Mapped[datetime]
