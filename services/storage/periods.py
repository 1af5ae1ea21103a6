"""Interviews of a stretch of time, in one transaction of the caller's."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select, tuple_
from sqlalchemy.orm import Session

from services.ports import Owner
from services.storage.tables import InterviewRow

Place = tuple[datetime, UUID]  # after which interview the next page begins


class Period(NamedTuple):
    """From `since` up to and without `until`; an interview belongs to it by when it was created."""

    since: datetime
    until: datetime

    def holds(self, at: ColumnElement[datetime]) -> ColumnElement[bool]:
        return (at >= self.since) & (at < self.until)


def ids(owner: Owner, period: Period) -> Select[UUID]:
    """The interviews of a period, for `in_`."""
    created = InterviewRow.__table__.c.created_at
    return select(InterviewRow.id).where(InterviewRow.user_id == owner, period.holds(created))


def page(
    db: Session, owner: Owner, period: Period, after: Place | None, limit: int
) -> tuple[Place, ...]:
    """The next interviews of a period, oldest first: when each was created, and its id."""
    place = tuple_(InterviewRow.created_at, InterviewRow.id)
    created = InterviewRow.__table__.c.created_at
    query = (
        select(InterviewRow.created_at, InterviewRow.id)
        .where(InterviewRow.user_id == owner, period.holds(created))
        .order_by(InterviewRow.created_at, InterviewRow.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(place > after)
    return tuple((row.created_at, row.id) for row in db.execute(query))
