"""Tables of interviews: what was asked and what was answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, false, text, true
from sqlalchemy.orm import Mapped, mapped_column

from services.storage.tables.schema import Base, part_of


class InterviewRow(Base):
    __tablename__ = "interviews"
    __table_args__ = (
        Index(None, "user_id", "created_at"),
        Index(None, "user_id", "state", "created_at"),
        Index(None, "plan_state"),  # for the catch-up after a restart
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = part_of("users.id")
    setup: Mapped[dict[str, Any]]
    position: Mapped[str]  # this and the next two repeat the set-up, for queries
    category: Mapped[str]
    difficulty: Mapped[str]
    state: Mapped[str]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    plan_state: Mapped[str] = mapped_column(server_default="ready")
    plan_problem: Mapped[str] = mapped_column(server_default="")


class QuestionRow(Base):
    __tablename__ = "questions"
    __table_args__ = (
        UniqueConstraint("interview_id", "number"),
        Index(None, "user_id", "interview_id"),
        Index(None, "user_id", "source"),
        Index(None, "user_id", "competency"),  # for the last advice on it
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = part_of("users.id")
    interview_id: Mapped[UUID] = part_of("interviews.id")
    number: Mapped[int]
    text: Mapped[str]
    kind: Mapped[str]
    competency: Mapped[str]
    difficulty: Mapped[str]
    model_answer: Mapped[str]
    key_points: Mapped[list[Any]]
    rubric: Mapped[dict[str, Any]]
    source: Mapped[str]
    parent_id: Mapped[UUID | None] = part_of("questions.id", index=True)
    follow_up: Mapped[str | None]
    shown: Mapped[bool] = mapped_column(server_default=false())


class AnswerRow(Base):
    __tablename__ = "answers"
    __table_args__ = (
        # Two tabs that open the same answer at once cannot both get the next attempt.
        UniqueConstraint("question_id", "attempt"),
        Index(None, "interview_id", "user_id", "state"),
        Index(None, "user_id", "state", "mode", "sound_s"),
        Index(None, "pending"),  # for the catch-up after a restart
        # For whoever looks for ratings that are due.
        Index(None, "rating_state", "pending", "rating_due"),
        # For whoever deletes recordings whose time is over.
        Index(None, "recorded_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = part_of("users.id")
    interview_id: Mapped[UUID] = part_of("interviews.id")
    question_id: Mapped[UUID] = part_of("questions.id")
    attempt: Mapped[int]
    mode: Mapped[str]
    state: Mapped[str]
    edited: Mapped[str | None]
    sound_s: Mapped[float]
    pending: Mapped[bool]
    rating_state: Mapped[str]
    rating_problem: Mapped[str]
    rating_due: Mapped[datetime | None]  # of one that waits; None: at once
    rating_until: Mapped[datetime | None]  # of one that runs: its judge has died if this is past
    rating_claim: Mapped[
        UUID | None
    ]  # of whom it is: a judge that was given up cannot let go of it
    rating_tries: Mapped[int] = mapped_column(server_default=text("0"))
    place_id: Mapped[UUID | None]  # where its sound lies before it is a recording
    recording_key: Mapped[str | None]
    recording_media_type: Mapped[str | None]
    recording_seconds: Mapped[float | None]
    recording_size: Mapped[int | None]
    video_key: Mapped[str | None]  # picture and sound, where the candidate switched that on
    video_media_type: Mapped[str | None]
    video_seconds: Mapped[float | None]
    video_size: Mapped[int | None]
    video_offset_s: Mapped[float | None]  # second of the answer at which it begins
    thumbnail_key: Mapped[str | None]
    recorded_at: Mapped[datetime | None]
    recording_gone: Mapped[str] = mapped_column(server_default="")  # why there is none (any more)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class SegmentRow(Base):
    """Append-only: a settled segment is never changed."""

    __tablename__ = "segments"
    __table_args__ = (Index(None, "user_id", "answer_id"),)

    answer_id: Mapped[UUID] = part_of("answers.id", primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)  # from 0
    user_id: Mapped[UUID] = part_of("users.id")
    start_s: Mapped[float]
    end_s: Mapped[float]
    text: Mapped[str]
    words: Mapped[list[Any]]  # [start, end, text, probability] each
    certain: Mapped[bool] = mapped_column(server_default=true())  # False: it may not have been said
