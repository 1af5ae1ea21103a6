"""Who rates an answer, and when; in one transaction of the caller's.

A claim is one UPDATE whose row count decides, so of many judges in many processes exactly one gets an
answer. It holds for a lease; a judge that dies lets it run out, and the answer is due again. A claim has
an id: a judge that was only asleep finds that another one has taken its place, and stores nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true, update
from sqlalchemy.orm import Session

from services.domain import AnswerState, RatingState
from services.ports import Owner
from services.storage import answers
from services.storage.database import rows_changed
from services.storage.tables import AnswerRow

# One that was put aside without being submitted is in none of the states of ratings below.
_SUBMITTED = AnswerRow.state.in_((AnswerState.SUBMITTED, AnswerState.REPLACED))
_COMPLETE = AnswerRow.pending == false()
_WAITING = AnswerRow.rating_state == RatingState.WAITING
_RUNNING = AnswerRow.rating_state == RatingState.RUNNING
_AT_REST = AnswerRow.rating_state.in_((RatingState.WAITING, RatingState.FAILED, RatingState.RATED))


def claim(db: Session, owner: Owner, answer_id: UUID, lease_s: float, now: datetime) -> UUID | None:
    free = or_(_AT_REST, and_(_RUNNING, _past(AnswerRow.rating_until, now)))
    return _claim(db, owner, answer_id, lease_s, now, free)


def claim_due(
    db: Session, owner: Owner, answer_id: UUID, lease_s: float, now: datetime
) -> UUID | None:
    return _claim(db, owner, answer_id, lease_s, now, or_(*_due(now)))


def renew(
    db: Session,
    owner: Owner,
    answer_id: UUID,
    lease_s: float,
    now: datetime,
    held: UUID | None = None,
) -> bool:
    values = {"rating_until": now + timedelta(seconds=lease_s)}
    return _change(db, owner, answer_id, and_(_RUNNING, _held(held)), values)


def still_holds(db: Session, owner: Owner, answer_id: UUID, held: UUID | None) -> bool:
    """Whether this claim is still the one that counts; None: whoever does not ask. Only where the answer
    is locked (`ratings.lock`) it is still so afterwards."""
    if held is None:
        return True
    found = db.scalar(
        select(AnswerRow.rating_claim).where(AnswerRow.id == answer_id, AnswerRow.user_id == owner)
    )
    return found == held


def mark(
    db: Session,
    owner: Owner,
    answer_id: UUID,
    state: RatingState,
    problem: str = "",
    due: datetime | None = None,
    held: UUID | None = None,
) -> None:
    """Let go of a claim: the rating is made, is not to be made, failed, or waits until `due`. Nothing
    happens when `held` is not the claim that counts (any more).

    What waits for no further try forgets how many there were. Raises `NotFound`.
    """
    values: dict[str, Any] = {
        "rating_state": state,
        "rating_problem": problem,
        "rating_due": due,
        "rating_until": None,
        "rating_claim": None,
    }
    if state in (RatingState.RATED, RatingState.NONE, RatingState.FAILED):
        values["rating_tries"] = 0
    mine = (AnswerRow.id == answer_id, AnswerRow.user_id == owner, _held(held))
    if rows_changed(db, update(AnswerRow).where(*mine).values(values)) == 0:
        answers.must_exist(db, owner, answer_id)


def tries(db: Session, owner: Owner, answer_id: UUID) -> int:
    """How often a rating was begun since the last one was made. Raises `NotFound`."""
    found = db.scalar(
        select(AnswerRow.rating_tries).where(AnswerRow.id == answer_id, AnswerRow.user_id == owner)
    )
    if found is None:
        raise answers.not_there()
    return found


def due(db: Session, limit: int, now: datetime) -> tuple[tuple[Owner, UUID], ...]:
    found = db.execute(
        select(AnswerRow.user_id, AnswerRow.id)
        .where(or_(*_due(now)))
        .order_by(AnswerRow.finished_at)
        .limit(limit)
    )
    return tuple((owner, answer_id) for owner, answer_id in found)


def next_due(db: Session, now: datetime) -> datetime | None:
    times = [
        db.scalar(select(func.min(column)).where(_SUBMITTED, _COMPLETE, state, column > now))
        for state, column in ((_WAITING, AnswerRow.rating_due), (_RUNNING, AnswerRow.rating_until))
    ]
    return min((time for time in times if time is not None), default=None)


def waiting(db: Session) -> tuple[int, datetime | None]:
    """How many answers of all candidates wait for a rating, and when the first of them is tried again."""
    count, first = db.execute(
        select(func.count(), func.min(AnswerRow.rating_due)).where(_WAITING, _COMPLETE, _SUBMITTED)
    ).one()
    return count, first


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """The ways to be due, each whole, so that each is looked up in the index by itself."""
    return tuple(
        and_(state, _COMPLETE, moment, _SUBMITTED)
        for state, column in ((_WAITING, AnswerRow.rating_due), (_RUNNING, AnswerRow.rating_until))
        for moment in (column.is_(None), column <= now)
    )


def _past(column: Any, now: datetime) -> ColumnElement[bool]:
    return or_(column.is_(None), column <= now)


def _claim(
    db: Session,
    owner: Owner,
    answer_id: UUID,
    lease_s: float,
    now: datetime,
    free: ColumnElement[bool],
) -> UUID | None:
    made = uuid4()
    values = {
        "rating_claim": made,
        "rating_state": RatingState.RUNNING,
        "rating_due": None,
        "rating_until": now + timedelta(seconds=lease_s),
        "rating_tries": AnswerRow.rating_tries + 1,
    }
    return made if _change(db, owner, answer_id, free, values) else None


def _held(held: UUID | None) -> ColumnElement[bool]:
    return true() if held is None else AnswerRow.rating_claim == held


def _change(
    db: Session, owner: Owner, answer_id: UUID, where: ColumnElement[bool], values: dict[str, Any]
) -> bool:
    changed = rows_changed(
        db,
        update(AnswerRow)
        .where(AnswerRow.id == answer_id, AnswerRow.user_id == owner, _SUBMITTED, where)
        .values(values),
    )
    return changed == 1
