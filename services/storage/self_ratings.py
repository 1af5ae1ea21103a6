"""How candidates rated their own answers, in one transaction of the caller's."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select
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
from services.storage.together import columns, together

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
    rows = db.execute(unrated_since(owner, since, AnswerRow.id, AnswerRow.interview_id))
    return {answer_id: interview_id for answer_id, interview_id in rows}


def unrated_since(owner: Owner, since: datetime, *wanted: Any) -> Select[Any]:
    """These columns of them."""
    by_me = select(SelfRatingRow.answer_id).where(SelfRatingRow.answer_id == AnswerRow.id)
    by_coach = select(RatingRow.id).where(RatingRow.answer_id == AnswerRow.id)
    return (
        select(*wanted)
        .select_from(AnswerRow)
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


def views(db: Session, owner: Owner, interview_id: UUID) -> Views:
    """What candidate and mentors said about an interview, of all attempts. Raises `NotFound`. One query."""
    return views_of(db.execute(together(*said(owner, interview_id))).all())


def views_of(rows: Iterable[Row[Any]]) -> Views:
    """From what `said` finds, whatever stands between. Raises `NotFound` where the interview is not there."""
    own, notes, asks = {}, [], []
    for row in rows:
        if row.kind == "own":
            own[row.of] = SelfRating(answer_id=row.of, levels=row.listed, rated_at=row.at)
        elif row.kind == "note":
            notes.append(
                MentorNote(
                    id=row.id,
                    share_id=row.share_id,
                    answer_id=row.of,
                    mentor=row.named,
                    levels=row.listed,
                    note=row.text,
                    noted_at=row.at,
                )
            )
        elif row.kind == "asks":
            asks.append(Preferences().self_rating if row.sure is None else row.sure)
    if not asks:
        raise interviews.not_there()
    oldest_first = sorted(notes, key=lambda note: note.noted_at)
    return Views(own=own, notes=tuple(oldest_first), asks=asks[0])


def said(owner: Owner, interview_id: UUID) -> tuple[Select[Any], ...]:
    """Notes, own ratings and the preference, which is there for an interview of theirs and for no other."""
    notes = select(
        *columns(
            "note",
            of=MentorNoteRow.answer_id,
            text=MentorNoteRow.note,
            listed=MentorNoteRow.levels,
            named=MentorNoteRow.mentor,
            id=MentorNoteRow.id,
            share_id=MentorNoteRow.share_id,
            at=MentorNoteRow.noted_at,
        )
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
            *columns(
                "own",
                of=SelfRatingRow.answer_id,
                listed=SelfRatingRow.levels,
                at=SelfRatingRow.rated_at,
            )
        )
        .join(AnswerRow, AnswerRow.id == SelfRatingRow.answer_id)
        .where(
            AnswerRow.interview_id == interview_id,
            AnswerRow.user_id == owner,
            SelfRatingRow.user_id == owner,
        )
    )
    asks = (
        select(*columns("asks", of=InterviewRow.id, sure=PreferencesRow.self_rating))
        .select_from(InterviewRow)
        .outerjoin(PreferencesRow, PreferencesRow.user_id == InterviewRow.user_id)
        .where(InterviewRow.id == interview_id, InterviewRow.user_id == owner)
    )
    return notes, own, asks
