"""Users who leave: all they have goes to another, or goes away. In one transaction of the caller's."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, func, literal, select, update
from sqlalchemy.orm import Session

from services.errors import NotFound
from services.ports import Owner
from services.storage.consents import RECORDING
from services.storage.removals import write_down
from services.storage.tables import (
    AnswerRow,
    ConsentRow,
    CvRow,
    InterviewRow,
    LoginRow,
    MentorNoteRow,
    PreferencesRow,
    QuestionRow,
    RatingRow,
    ScoreRow,
    SegmentRow,
    SelfRatingRow,
    ShareRow,
    SoundFiguresRow,
    SpendingRow,
    UserRow,
)

# What a candidate has. Logins and tickets stay behind: they belong to a browser.
OWNED = (
    *(InterviewRow, QuestionRow, AnswerRow, SegmentRow, RatingRow, ScoreRow),
    *(SoundFiguresRow, SelfRatingRow, ShareRow, MentorNoteRow),
)
_KEYS = (AnswerRow.recording_key, AnswerRow.video_key, AnswerRow.thumbnail_key)


def move_everything(db: Session, from_owner: Owner, to_owner: Owner, now: datetime) -> None:
    """See `Store.move_everything`. The keys of recordings begin with the new owner's id from now on."""
    if db.get(UserRow, to_owner) is None:
        raise NotFound("This account no longer exists.", "Sign in again.")
    if from_owner == to_owner:
        return
    # First, as who changes which attempt counts holds the question before its answers.
    theirs = select(QuestionRow.id).where(QuestionRow.user_id == from_owner)
    db.execute(theirs.order_by(QuestionRow.id).with_for_update(key_share=True))
    # Candidates can write their own rows: a key that begins with somebody else's id must not move.
    for key in _KEYS:
        named = func.substr(key, 1, len(str(from_owner)) + 1)
        after_owner = func.substr(key, len(str(from_owner)) + 1)
        db.execute(
            update(AnswerRow)
            .where(AnswerRow.user_id == from_owner, named == f"{from_owner}/")
            .values({key: literal(str(to_owner)) + after_owner})
        )
    for table in OWNED:
        db.execute(
            update(table)
            .where(table.user_id == from_owner)
            .values(user_id=to_owner)
            .execution_options(synchronize_session=False)
        )
    _move_cv(db, from_owner, to_owner)
    _move_term(db, from_owner, to_owner)  # it looks at consents, so before they move
    _move_consents(db, from_owner, to_owner)
    _move_preferences(db, from_owner, to_owner)
    _move_spending(db, from_owner, to_owner)
    write_down(db, [str(from_owner)], now, moved_to=str(to_owner))


def _move_cv(db: Session, from_owner: Owner, to_owner: Owner) -> None:
    """Of two CVs the one that was kept last stays. What is in them is not read: chores may not."""
    kept = db.execute(
        select(CvRow.user_id, CvRow.kept_at).where(CvRow.user_id.in_((from_owner, to_owner)))
    )
    at = {owner: when for owner, when in kept}
    if from_owner not in at:
        return
    newer = to_owner not in at or at[to_owner] < at[from_owner]
    older = to_owner if newer else from_owner
    db.execute(delete(CvRow).where(CvRow.user_id == older))
    if newer:
        db.execute(update(CvRow).where(CvRow.user_id == from_owner).values(user_id=to_owner))


def _move_term(db: Session, from_owner: Owner, to_owner: Owner) -> None:
    """How long recordings are kept: as the one who agreed wants it; where both did, the shorter time."""
    agreed = set(
        db.scalars(
            select(ConsentRow.user_id).where(
                ConsentRow.user_id.in_((from_owner, to_owner)), ConsentRow.kind == RECORDING
            )
        )
    )
    if from_owner not in agreed:
        return
    terms = db.execute(
        select(UserRow.id, UserRow.media_days).where(UserRow.id.in_((from_owner, to_owner)))
    )
    days = {row.id: row.media_days for row in terms}
    both = [days[owner] for owner in (from_owner, to_owner) if owner in agreed]
    ends = [term for term in both if term is not None]
    shorter = min(ends) if ends else None
    db.execute(update(UserRow).where(UserRow.id == to_owner).values(media_days=shorter))


def _move_consents(db: Session, from_owner: Owner, to_owner: Owner) -> None:
    """What both agreed to stays as the account agreed to it."""
    there = select(ConsentRow.kind + " " + ConsentRow.version).where(ConsentRow.user_id == to_owner)
    twice = (ConsentRow.kind + " " + ConsentRow.version).in_(there)
    whose = ConsentRow.user_id == from_owner
    db.execute(delete(ConsentRow).where(whose, twice).execution_options(synchronize_session=False))
    db.execute(update(ConsentRow).where(whose).values(user_id=to_owner))


def _move_preferences(db: Session, from_owner: Owner, to_owner: Owner) -> None:
    """What the account chose stays; a guest's choice goes into an account that chose nothing."""
    theirs = select(PreferencesRow.user_id).where(PreferencesRow.user_id == to_owner)
    whose = PreferencesRow.user_id == from_owner
    if db.scalar(theirs) is None:
        db.execute(update(PreferencesRow).where(whose).values(user_id=to_owner))
    else:
        db.execute(delete(PreferencesRow).where(whose))


def _move_spending(db: Session, from_owner: Owner, to_owner: Owner) -> None:
    """Days that both have spent on are added up: a new account is no way to a second allowance."""
    moved = db.scalars(select(SpendingRow).where(SpendingRow.user_id == from_owner)).all()
    days = [row.day for row in moved]
    there = db.scalars(
        select(SpendingRow).where(SpendingRow.user_id == to_owner, SpendingRow.day.in_(days))
    )
    by_day = {row.day: row for row in there}
    for row in moved:
        into = by_day.get(row.day)
        if into is None:
            row.user_id = to_owner
        else:
            into.calls += row.calls
            into.tokens_in += row.tokens_in
            into.tokens_out += row.tokens_out
            db.delete(row)


def remove_user(db: Session, owner: Owner, now: datetime) -> None:
    """See `Store.remove_user`."""
    write_down(db, [str(owner)], now)
    db.execute(delete(UserRow).where(UserRow.id == owner))  # its rows go by the foreign keys


def forgotten_guests(db: Session, now: datetime) -> tuple[Owner, ...]:
    """See `Store.forgotten_guests`."""
    alive = select(LoginRow.user_id).where(LoginRow.expires_at > now)
    return tuple(
        db.scalars(
            select(UserRow.id).where(
                UserRow.email.is_(None),
                UserRow.created_at < now - timedelta(days=1),  # not one who is just coming in
                UserRow.id.not_in(alive),
            )
        )
    )
