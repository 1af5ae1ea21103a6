"""Counts what is left of a user in every table, in one transaction of the service's.

Every table is in exactly one of these lists; a test holds that.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from services.ports import Owner
from services.storage.tables import (
    Base,
    LockRow,
    LoginRow,
    PlaceRow,
    RemovalRow,
    SpendingTotalRow,
    ThrottleRow,
    TicketRow,
    UserRow,
)

# Tables whose rows are about nobody, or name them by a hash for some minutes.
NAMELESS: tuple[type[Base], ...] = (LockRow, PlaceRow, SpendingTotalRow, ThrottleRow)
# Tables that say whose a row is in a way of their own.
_OTHERWISE: tuple[type[Base], ...] = (UserRow, TicketRow, RemovalRow)


def tables() -> tuple[type[Base], ...]:
    """The tables that say `user_id`."""
    every = (mapper.class_ for mapper in Base.registry.mappers)
    return tuple(
        sorted(
            (table for table in every if table not in (*NAMELESS, *_OTHERWISE)),
            key=lambda table: str(table.__tablename__),
        )
    )


def rows_of(db: Session, owner: Owner) -> dict[str, int]:
    """How many rows there are of a user, by table; recordings that wait to be deleted are `removals`."""
    found: dict[str, int] = {}
    for table in tables():
        mine: Any = table.__table__.c["user_id"]
        found[table.__tablename__] = _count(db, mine, mine == owner)
    tickets = select(LoginRow.id).where(LoginRow.user_id == owner)
    found["users"] = _count(db, UserRow.id, UserRow.id == owner)
    found["tickets"] = _count(db, TicketRow.login_id, TicketRow.login_id.in_(tickets))
    coming = or_(RemovalRow.key.startswith(str(owner)), RemovalRow.moved_to == str(owner))
    found["removals"] = _count(db, RemovalRow.key, coming)
    return found


def _count(db: Session, counted: Any, condition: Any) -> int:
    return int(db.scalar(select(func.count(counted)).where(condition)) or 0)
