"""The tables. Every table that holds a candidate's data has `user_id`, so that each query can filter
by it and row-level security can check it a second time.

Indexes over a parent and the user name both: as every query filters by the user, SQLite would else
take an index that begins with the user alone and read all that the user has (it keeps no statistics
unless told to, and guesses that an equality finds ten rows).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    UniqueConstraint,
    Uuid,
    text,
    true,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.storage.columns import CleanJson, CleanText, UTCDateTime


class Base(DeclarativeBase):
    metadata = MetaData(
        # Named constraints, because a later migration can only drop what has a name.
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012  SQLAlchemy reads it as a plain dict
        str: CleanText,
        datetime: UTCDateTime,
        UUID: Uuid(),
        bool: Boolean,
        int: Integer,
        float: Float,
        dict[str, Any]: CleanJson,
        list[Any]: CleanJson,
    }


def _part_of(column: str, **options: Any) -> Any:
    """A column whose row goes when the row it points at goes."""
    return mapped_column(ForeignKey(column, ondelete="CASCADE"), **options)


# --- accounts ---------------------------------------------------------------------------------


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
    user_id: Mapped[UUID] = _part_of("users.id", index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)  # slides with use
    ends_at: Mapped[datetime]  # never later than this


class TicketRow(Base):
    __tablename__ = "tickets"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = _part_of("users.id", index=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class ThrottleRow(Base):
    """One try at an account that has not succeeded. Hashes, because mistyped e-mails are private."""

    __tablename__ = "throttles"
    __table_args__ = (Index(None, "email_hash", "at"), Index(None, "address_hash", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    email_hash: Mapped[str]
    address_hash: Mapped[str | None]
    at: Mapped[datetime] = mapped_column(index=True)


# --- interviews -------------------------------------------------------------------------------


class InterviewRow(Base):
    __tablename__ = "interviews"
    __table_args__ = (
        Index(None, "user_id", "created_at"),
        Index(None, "user_id", "state", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = _part_of("users.id")
    setup: Mapped[dict[str, Any]]
    position: Mapped[str]  # this and the next two repeat the set-up, for queries
    category: Mapped[str]
    difficulty: Mapped[str]
    state: Mapped[str]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class QuestionRow(Base):
    __tablename__ = "questions"
    __table_args__ = (
        UniqueConstraint("interview_id", "number"),
        Index(None, "user_id", "interview_id"),
        Index(None, "user_id", "source"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = _part_of("users.id")
    interview_id: Mapped[UUID] = _part_of("interviews.id")
    number: Mapped[int]
    text: Mapped[str]
    kind: Mapped[str]
    competency: Mapped[str]
    difficulty: Mapped[str]
    model_answer: Mapped[str]
    key_points: Mapped[list[Any]]
    rubric: Mapped[dict[str, Any]]
    source: Mapped[str]


class AnswerRow(Base):
    __tablename__ = "answers"
    __table_args__ = (
        # Two tabs that open the same answer at once cannot both get the next attempt.
        UniqueConstraint("question_id", "attempt"),
        Index(None, "interview_id", "user_id", "state"),
        Index(None, "user_id", "state", "mode", "sound_s"),
        # For the catch-up after a restart.
        Index(None, "pending"),
        Index(None, "rating_state", "pending"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = _part_of("users.id")
    interview_id: Mapped[UUID] = _part_of("interviews.id")
    question_id: Mapped[UUID] = _part_of("questions.id")
    attempt: Mapped[int]
    mode: Mapped[str]
    state: Mapped[str]
    edited: Mapped[str | None]
    sound_s: Mapped[float]
    pending: Mapped[bool]
    rating_state: Mapped[str]
    rating_problem: Mapped[str]
    recording_key: Mapped[str | None]
    recording_media_type: Mapped[str | None]
    recording_seconds: Mapped[float | None]
    recording_size: Mapped[int | None]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class SegmentRow(Base):
    """Append-only: a settled segment is never changed."""

    __tablename__ = "segments"
    __table_args__ = (Index(None, "user_id", "answer_id"),)

    answer_id: Mapped[UUID] = _part_of("answers.id", primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)  # from 0
    user_id: Mapped[UUID] = _part_of("users.id")
    start_s: Mapped[float]
    end_s: Mapped[float]
    text: Mapped[str]
    words: Mapped[list[Any]]  # [start, end, text, probability] each
    certain: Mapped[bool] = mapped_column(server_default=true())  # False: it may not have been said


# --- ratings ----------------------------------------------------------------------------------


class RatingRow(Base):
    """An answer judged. A newer rating marks the older one as superseded; both stay."""

    __tablename__ = "ratings"
    __table_args__ = (
        Index(
            "uq_ratings_current",
            "answer_id",
            unique=True,
            sqlite_where=text("NOT superseded"),
            postgresql_where=text("NOT superseded"),
        ),
        Index(None, "answer_id", "user_id", "superseded"),
        # Holds everything that the history and the progress screen average.
        Index(
            "ix_ratings_progress",
            *("user_id", "superseded", "interview_id", "coach", "overall", "kind"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = _part_of("users.id")
    interview_id: Mapped[UUID] = _part_of("interviews.id", index=True)
    answer_id: Mapped[UUID] = _part_of("answers.id")
    kind: Mapped[str]  # repeats the question's, so that progress needs no join
    overall: Mapped[float]
    strengths: Mapped[list[Any]]
    improvements: Mapped[list[Any]]
    next_action: Mapped[str]
    coach: Mapped[str]
    coach_version: Mapped[str]
    rubric_version: Mapped[str]
    speech_model: Mapped[str]
    superseded: Mapped[bool]
    created_at: Mapped[datetime]


class ScoreRow(Base):
    __tablename__ = "scores"
    __table_args__ = (
        Index(None, "user_id", "rating_id"),
        # Holds everything that the progress screen averages, already in its order.
        Index(
            "ix_scores_progress",
            *("user_id", "superseded", "criterion_id", "asked_at", "level", "criterion_name"),
        ),
    )

    rating_id: Mapped[UUID] = _part_of("ratings.id", primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = _part_of("users.id")
    criterion_id: Mapped[str]
    criterion_name: Mapped[str]
    criterion: Mapped[dict[str, Any]]
    level: Mapped[int]
    reason: Mapped[str]
    evidence: Mapped[list[Any]]  # [start, end, quote] each
    superseded: Mapped[bool]  # as its rating
    asked_at: Mapped[datetime]  # when its interview was created
