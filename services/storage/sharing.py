"""Links for mentors and what mentors said, in one transaction of the caller's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import and_, delete, func, select, update
from sqlalchemy.orm import Session

from services.domain import AnswerState, MentorNote, Review, Share, SharePart
from services.errors import NotFound
from services.ports import Owner
from services.storage import interviews, reviews
from services.storage.database import one_at_a_time, rows_changed
from services.storage.tables import AnswerRow, InterviewRow, MentorNoteRow, ShareRow

LOOKED = timedelta(minutes=1)  # an open tab looks again and again; not every look is written down


@dataclass(frozen=True, slots=True)
class Key:
    """What a link opens."""

    owner: Owner
    share_id: UUID
    interview_id: UUID


def by_hash(db: Session, token_hash: str, now: datetime) -> Key | None:
    """The link of this hash, if it works; in a transaction of the service's, which may read no more."""
    row = db.execute(
        select(ShareRow.user_id, ShareRow.id, ShareRow.interview_id).where(
            ShareRow.token_hash == token_hash,
            ShareRow.expires_at > now,
            ShareRow.revoked_at.is_(None),
        )
    ).one_or_none()
    return None if row is None else Key(row.user_id, row.id, row.interview_id)


def add(
    db: Session, owner: Owner, interview_id: UUID, share: Share, token_hash: str, most: int
) -> bool:
    """False: there are `most` links of this interview that work. Raises `NotFound`."""
    mine = (InterviewRow.id == interview_id, InterviewRow.user_id == owner)
    if db.scalar(select(InterviewRow.id).where(*mine)) is None:
        raise interviews.not_there()
    one_at_a_time(db, f"shares {interview_id}")
    working = db.scalar(
        select(func.count())
        .select_from(ShareRow)
        .where(
            ShareRow.user_id == owner,
            ShareRow.interview_id == interview_id,
            ShareRow.revoked_at.is_(None),
            ShareRow.expires_at > share.created_at,
        )
    )
    if (working or 0) >= most:
        return False
    kept = share.model_dump() | {
        "interview_id": interview_id,
        "includes": [part.value for part in share.includes],
    }
    db.add(ShareRow(user_id=owner, token_hash=token_hash, **kept))
    return True


def of_interview(db: Session, owner: Owner, interview_id: UUID) -> tuple[Share, ...]:
    """Newest first, also those that work no more. Raises `NotFound`."""
    theirs = and_(ShareRow.interview_id == InterviewRow.id, ShareRow.user_id == owner)
    rows = db.scalars(
        select(ShareRow)
        .select_from(InterviewRow)
        .outerjoin(ShareRow, theirs)
        .where(InterviewRow.id == interview_id, InterviewRow.user_id == owner)
        .order_by(ShareRow.created_at.desc())
    ).all()
    if not rows:
        raise interviews.not_there()
    return tuple(_share(row) for row in rows if row is not None)


def revoke(db: Session, owner: Owner, share_id: UUID, now: datetime) -> None:
    """A second time changes nothing. Raises `NotFound`."""
    mine = update(ShareRow).where(ShareRow.id == share_id, ShareRow.user_id == owner)
    if not rows_changed(db, mine.values(revoked_at=func.coalesce(ShareRow.revoked_at, now))):
        raise _no_link()


def shown(
    db: Session, owner: Owner, share_id: UUID
) -> tuple[Share, Review, tuple[MentorNote, ...]]:
    """A link, the interview that it opens, and what was said by it. Raises `NotFound`."""
    row = db.scalar(select(ShareRow).where(ShareRow.id == share_id, ShareRow.user_id == owner))
    if row is None:
        raise _no_link()
    notes = _notes(db, MentorNoteRow.user_id == owner, MentorNoteRow.share_id == share_id)
    return _share(row), reviews.review(db, owner, row.interview_id), notes


def mark_opened(db: Session, owner: Owner, share_id: UUID, now: datetime) -> None:
    """Raises `NotFound`."""
    mine = update(ShareRow).where(ShareRow.id == share_id, ShareRow.user_id == owner)
    if not rows_changed(db, mine.values(opened_at=now)):
        raise _no_link()


def keep_note(db: Session, owner: Owner, answer_id: UUID, note: MentorNote) -> None:
    """In the place of what was said by this link about this answer before. Raises `NotFound` for a link
    that works no more, and for an answer that it does not show."""
    there = db.scalar(
        select(AnswerRow.id)
        .join(ShareRow, ShareRow.interview_id == AnswerRow.interview_id)
        .where(
            AnswerRow.id == answer_id,
            AnswerRow.user_id == owner,
            AnswerRow.state == AnswerState.SUBMITTED,
            ShareRow.id == note.share_id,
            ShareRow.user_id == owner,
            ShareRow.revoked_at.is_(None),
            ShareRow.expires_at > note.noted_at,
        )
    )
    if there is None:
        raise NotFound("This answer is not shown any more.")
    one_at_a_time(db, f"note {note.share_id} {answer_id}")
    row = db.scalar(
        select(MentorNoteRow).where(
            MentorNoteRow.user_id == owner,
            MentorNoteRow.share_id == note.share_id,
            MentorNoteRow.answer_id == answer_id,
        )
    )
    if row is None:
        db.add(MentorNoteRow(user_id=owner, **note.model_dump() | {"answer_id": answer_id}))
    else:
        row.mentor, row.levels, row.note = note.mentor, note.levels, note.note
        row.noted_at = note.noted_at


def forget_note(db: Session, owner: Owner, note_id: UUID) -> None:
    """Gone is gone: one that is not there is no failure."""
    mine = MentorNoteRow.user_id == owner
    rows_changed(db, delete(MentorNoteRow).where(MentorNoteRow.id == note_id, mine))


def new_note(
    share_id: UUID, answer_id: UUID, mentor: str, levels: Mapping[str, int], text: str, at: datetime
) -> MentorNote:
    return MentorNote(
        id=uuid4(),
        share_id=share_id,
        answer_id=answer_id,
        mentor=mentor,
        levels=dict(levels),
        note=text,
        noted_at=at,
    )


def _notes(db: Session, *where: object) -> tuple[MentorNote, ...]:
    rows = db.scalars(select(MentorNoteRow).where(*where).order_by(MentorNoteRow.noted_at))  # type: ignore[arg-type]
    return tuple(
        MentorNote(
            id=row.id,
            share_id=row.share_id,
            answer_id=row.answer_id,
            mentor=row.mentor,
            levels=row.levels,
            note=row.note,
            noted_at=row.noted_at,
        )
        for row in rows
    )


def _share(row: ShareRow) -> Share:
    known = {part.value for part in SharePart}
    return Share(
        id=row.id,
        interview_id=row.interview_id,
        name=row.name,
        includes=tuple(SharePart(part) for part in row.includes if part in known),
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        opened_at=row.opened_at,
    )


def _no_link() -> NotFound:
    return NotFound("There is no such link.", "It may have been deleted with its interview.")
