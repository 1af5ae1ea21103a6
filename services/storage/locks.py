"""Chores that one process at a time does, whichever it is: a lease in the database.

A lease ends by itself, so a process that dies holds nobody up for longer than it lasts. It is no proof
against a process that sleeps past its end: what is done under it must do no harm when it is done twice.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from sqlalchemy import Engine, delete, insert, or_, update
from sqlalchemy.exc import IntegrityError

from services.storage.clock import Clock, utc_now
from services.storage.database import SERVICE, rows_changed, writing
from services.storage.tables import LockRow


class Locks:
    """The leases of one process. Any thread may call."""

    def __init__(self, engine: Engine, now: Clock = utc_now) -> None:
        self._engine = engine
        self._now = now
        self._me = uuid4()

    def take(self, name: str, seconds: float) -> bool:
        """Hold this lease for so many seconds from now, also when it is ours already. False: somebody
        else has it."""
        now = self._now()
        values = {"holder": self._me, "until": now + timedelta(seconds=seconds)}
        free = or_(LockRow.until <= now, LockRow.holder == self._me)
        with writing(self._engine, SERVICE) as db:
            if rows_changed(db, update(LockRow).where(LockRow.name == name, free).values(values)):
                return True
            if db.get(LockRow, name) is not None:
                return False
        try:
            with writing(self._engine, SERVICE) as db:
                db.execute(insert(LockRow).values(name=name, **values))
        except IntegrityError:  # two made the first one at the same time
            return False
        return True

    def release(self, name: str) -> None:
        """Let go of it early; one that is not ours stays."""
        with writing(self._engine, SERVICE) as db:
            db.execute(delete(LockRow).where(LockRow.name == name, LockRow.holder == self._me))
