"""How candidates rated their own answers, in one transaction of the caller's."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CompoundSelect, cast, func, literal, null, select, union_all
from sqlalchemy.orm import Session

from services.domain import AnswerState, MentorNote, Preferences, SelfRating, Views
from services.errors import NotFound
from services.ports import Owner
from services.storage import interviews
from services.storage.database import one_at_a_time
from services.storage.tables import (
    AnswerRow,
    InterviewRow,
    MentorNoteRow,
    PreferencesRow,
    RatingRow,
    SelfRatingRow,
)

_GIVEN = AnswerRow.state.in_((AnswerState.SUBMITTED, AnswerState.REPLACED))


def keep(db: Session, owner: Owner, answer_id: UUID, own: SelfRating) -> None:
    """The last one counts. Raises `NotFound` for an answer that was not submitted."""
    mine = (AnswerRow.id == answer_id, AnswerRow.user_id == owner, _GIVEN)
    if db.scalar(select(AnswerRow.id).where(*mine)) is None:
        raise NotFound("There is no such answer.", "It may have been deleted.")
    db.merge(SelfRatingRow(user_id=owner, **own.model_dump() | {"answer_id": answer_id}))


def skip(db: Session, owner: Owner, answer_ids: Collection[UUID], at: datetime) -> None:
    """Keep that these answers are not to be rated by their candidate. A rating that is there stays; an answer
    that is not there is passed over."""
    one_at_a_time(db, f"skip {owner}")
    ids = db.scalars(
        select(AnswerRow.id)
        .outerjoin(SelfRatingRow, SelfRatingRow.answer_id == AnswerRow.id)
        .where(
            AnswerRow.id.in_(answer_ids),
            AnswerRow.user_id == owner,
            _GIVEN,
            SelfRatingRow.answer_id.is_(None),
        )
    ).all()
    db.add_all(
        SelfRatingRow(user_id=owner, answer_id=answer_id, levels={}, rated_at=at)
        for answer_id in ids
    )


def unrated(db: Session, owner: Owner, since: datetime) -> dict[UUID, UUID]:
    """Answers that count, were finished since then and are rated by the coach and not by their candidate, who
    wants to be asked; each with its interview. One query."""
    by_me = select(SelfRatingRow.answer_id).where(SelfRatingRow.answer_id == AnswerRow.id)
    by_coach = select(RatingRow.id).where(RatingRow.answer_id == AnswerRow.id)
    rows = db.execute(
        select(AnswerRow.id, AnswerRow.interview_id)
        .outerjoin(PreferencesRow, PreferencesRow.user_id == AnswerRow.user_id)
        .where(
            AnswerRow.user_id == owner,
            AnswerRow.state == AnswerState.SUBMITTED,
            func.coalesce(AnswerRow.finished_at, AnswerRow.started_at) >= since,
            func.coalesce(PreferencesRow.self_rating, Preferences().self_rating).is_(True),
            by_coach.exists(),
            ~by_me.exists(),
        )
    )
    return {answer_id: interview_id for answer_id, interview_id in rows}


def views(db: Session, owner: Owner, interview_id: UUID) -> Views:
    """What candidate and mentors said about an interview, of all attempts. Raises `NotFound`. One query."""
    rows = db.execute(_said(owner, interview_id)).all()
    asks = [row.asks for row in rows if row.said == "whether to ask"]
    if not asks:
        raise interviews.not_there()
    return Views(
        own={
            row.answer_id: SelfRating(answer_id=row.answer_id, levels=row.levels, rated_at=row.at)
            for row in rows
            if row.said == "own"
        },
        notes=tuple(
            MentorNote(
                id=row.id,
                share_id=row.share_id,
                answer_id=row.answer_id,
                mentor=row.mentor,
                levels=row.levels,
                note=row.note,
                noted_at=row.at,
            )
            for row in rows
            if row.said == "note"
        ),
        asks=Preferences().self_rating if asks[0] is None else asks[0],
    )


def _said(owner: Owner, interview_id: UUID) -> CompoundSelect[Any]:
    """Notes, own ratings and the preference in one list, the oldest first; each leaves empty what only
    another has. The preference is there for an interview of theirs, and for no other."""
    notes = select(
        literal("note").label("said"),
        MentorNoteRow.id.label("id"),
        MentorNoteRow.share_id.label("share_id"),
        MentorNoteRow.answer_id.label("answer_id"),
        MentorNoteRow.mentor.label("mentor"),
        MentorNoteRow.levels.label("levels"),
        MentorNoteRow.note.label("note"),
        MentorNoteRow.noted_at.label("at"),
        # PostgreSQL takes the types of the first two: a bare NULL in both would be text.
        cast(null(), PreferencesRow.self_rating.type).label("asks"),
    ).where(
        MentorNoteRow.user_id == owner,
        MentorNoteRow.answer_id.in_(
            select(AnswerRow.id).where(
                AnswerRow.interview_id == interview_id, AnswerRow.user_id == owner
            )
        ),
    )
    own = (
        select(
            literal("own"),
            null(),
            null(),
            SelfRatingRow.answer_id,
            null(),
            SelfRatingRow.levels,
            null(),
            SelfRatingRow.rated_at,
            null(),
        )
        .join(AnswerRow, AnswerRow.id == SelfRatingRow.answer_id)
        .where(
            AnswerRow.interview_id == interview_id,
            AnswerRow.user_id == owner,
            SelfRatingRow.user_id == owner,
        )
    )
    asks = (
        select(
            literal("whether to ask"),
            null(),
            null(),
            null(),
            null(),
            null(),
            null(),
            null(),
            PreferencesRow.self_rating,
        )
        .select_from(InterviewRow)
        .outerjoin(PreferencesRow, PreferencesRow.user_id == InterviewRow.user_id)
        .where(InterviewRow.id == interview_id, InterviewRow.user_id == owner)
    )
    return union_all(notes, own, asks).order_by("at")
