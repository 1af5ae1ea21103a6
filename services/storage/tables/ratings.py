"""Tables of ratings: an answer judged, and a score for each criterion."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, false, text, true
from sqlalchemy.orm import Mapped, mapped_column

from services.storage.tables.schema import Base, part_of


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
            *("user_id", "superseded", "unsure", "set_aside"),
            *("interview_id", "coach", "overall", "kind"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = part_of("users.id")
    interview_id: Mapped[UUID] = part_of("interviews.id", index=True)
    answer_id: Mapped[UUID] = part_of("answers.id")
    kind: Mapped[str]  # repeats the question's, so that progress needs no join
    overall: Mapped[float]
    strengths: Mapped[list[Any]]
    improvements: Mapped[list[Any]]
    next_action: Mapped[str]
    improved_answer: Mapped[str] = mapped_column(server_default="")
    star: Mapped[dict[str, Any] | None]
    last_action: Mapped[dict[str, Any] | None]
    coach: Mapped[str]
    coach_version: Mapped[str]
    rubric_version: Mapped[str]
    speech_model: Mapped[str]
    passes: Mapped[int] = mapped_column(server_default=text("1"))
    unsure: Mapped[bool] = mapped_column(server_default=false())  # counts in no trend
    superseded: Mapped[bool]
    set_aside: Mapped[bool] = mapped_column(server_default=false())  # another attempt counts
    created_at: Mapped[datetime]


class ScoreRow(Base):
    __tablename__ = "scores"
    __table_args__ = (
        Index(None, "user_id", "rating_id"),
        # Holds everything that the progress screen averages, already in its order.
        Index(
            "ix_scores_progress",
            *("user_id", "superseded", "unsure", "set_aside"),
            *("criterion_id", "asked_at", "level", "other", "criterion_name"),
        ),
    )

    rating_id: Mapped[UUID] = part_of("ratings.id", primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = part_of("users.id")
    criterion_id: Mapped[str]
    criterion_name: Mapped[str]
    criterion: Mapped[dict[str, Any]]
    level: Mapped[int]
    other: Mapped[int | None]  # of a second pass
    reason: Mapped[str]
    evidence: Mapped[
        list[Any]
    ]  # [start, end, quote, start_s, end_s] each; older ones end after the quote
    evidenced: Mapped[bool] = mapped_column(server_default=true())
    superseded: Mapped[bool]  # this and the next two as its rating
    unsure: Mapped[bool] = mapped_column(server_default=false())
    set_aside: Mapped[bool] = mapped_column(server_default=false())
    asked_at: Mapped[datetime]  # when its interview was created
