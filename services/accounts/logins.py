"""Logins that outlive a reload: tickets, secrets and their expiry.

The screen gets a ticket and hands it to the browser, which trades it once, at a route, for the secret
in an HttpOnly cookie. Neither is ever stored in the clear.
"""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import Engine, delete, insert, select, update
from sqlalchemy.orm import Session

from services.accounts.secret import fingerprint, new_secret
from services.domain import Login
from services.errors import NotFound, StorageError, TicketInvalid
from services.storage import users
from services.storage.clock import Clock, utc_now
from services.storage.database import reading, rows_changed, writing
from services.storage.tables import LoginRow, TicketRow, UserRow

TICKET_LIFE = timedelta(seconds=30)  # the browser trades it at once
IDLE_LIFE = timedelta(days=14)  # a login that is not used ends
LONGEST_LIFE = timedelta(days=90)  # and one that is used ends as well, at last
TOUCH_EVERY = timedelta(minutes=1)  # every run asks who is signed in; not every run has to write


class Logins:
    """Any thread may call."""

    def __init__(self, engine: Engine, now: Clock = utc_now) -> None:
        self._engine = engine
        self._now = now

    def open(self, user_id: UUID) -> str:
        """Sign in at once, for a tab that keeps its secret itself. Raises `NotFound`."""
        with writing(self._engine) as db:
            return self._open(db, user_id)

    def issue_ticket(self, user_id: UUID) -> str:
        """A ticket that can be redeemed once within 30 seconds. Raises `NotFound`."""
        now = self._now()
        ticket = new_secret()
        with writing(self._engine) as db:
            _must_exist(db, user_id)
            _sweep(db, now)  # sign-ins are rare: the place to tidy without a job of its own
            row = {
                "token_hash": fingerprint(ticket),
                "user_id": user_id,
                "expires_at": now + TICKET_LIFE,
            }
            db.execute(insert(TicketRow).values(row))
        return ticket

    def redeem(self, ticket: str) -> str:
        """Trade a ticket for the secret of a new login. Raises `TicketInvalid`, also the second time."""
        now = self._now()
        with writing(self._engine) as db:
            row = db.get(TicketRow, fingerprint(ticket))
            if row is None or row.expires_at <= now:
                raise TicketInvalid("This sign-in has expired.", "Sign in again.")
            taken = rows_changed(
                db, delete(TicketRow).where(TicketRow.token_hash == row.token_hash)
            )
            if taken != 1:  # on a database without one writer at a time, another was faster
                raise TicketInvalid("This sign-in was used already.", "Sign in again.")
            return self._open(db, row.user_id)

    def find(self, secret: str) -> Login | None:
        """The login of this secret, None when there is none or it has expired. Slides its expiry."""
        now = self._now()
        with reading(self._engine) as db:
            found = db.execute(
                select(LoginRow, UserRow)
                .join(UserRow, UserRow.id == LoginRow.user_id)
                .where(LoginRow.token_hash == fingerprint(secret), LoginRow.expires_at > now)
            ).one_or_none()
            if found is None:
                return None
            row, user_row = found
            login = Login(
                id=row.id,
                user=users.user(user_row),
                created_at=row.created_at,
                expires_at=row.expires_at,
            )
            last_seen_at, ends_at = row.last_seen_at, row.ends_at
        if now - last_seen_at < TOUCH_EVERY:
            return login
        expires_at = min(now + IDLE_LIFE, ends_at)
        # A full disk must not sign anybody out.
        with contextlib.suppress(StorageError), writing(self._engine) as db:
            values = {"last_seen_at": now, "expires_at": expires_at}
            db.execute(update(LoginRow).where(LoginRow.id == login.id).values(values))
            return login.model_copy(update={"expires_at": expires_at})
        return login

    def revoke(self, secret: str) -> None:
        """Sign out; an unknown secret is no failure."""
        with writing(self._engine) as db:
            db.execute(delete(LoginRow).where(LoginRow.token_hash == fingerprint(secret)))

    def revoke_all(self, user_id: UUID) -> None:
        """Sign this user out everywhere; tickets under way are void too."""
        with writing(self._engine) as db:
            db.execute(delete(LoginRow).where(LoginRow.user_id == user_id))
            db.execute(delete(TicketRow).where(TicketRow.user_id == user_id))

    def sweep(self) -> None:
        """Remove what has expired."""
        with writing(self._engine) as db:
            _sweep(db, self._now())

    def _open(self, db: Session, user_id: UUID) -> str:
        _must_exist(db, user_id)
        now = self._now()
        secret = new_secret()
        row = {
            "id": uuid4(),
            "token_hash": fingerprint(secret),
            "user_id": user_id,
            "created_at": now,
            "last_seen_at": now,
            "expires_at": now + IDLE_LIFE,
            "ends_at": now + LONGEST_LIFE,
        }
        db.execute(insert(LoginRow).values(row))
        return secret


def _must_exist(db: Session, user_id: UUID) -> None:
    if db.get(UserRow, user_id) is None:
        raise NotFound("This account no longer exists.", "Sign in again.")


def _sweep(db: Session, now: datetime) -> None:
    db.execute(delete(LoginRow).where(LoginRow.expires_at <= now))
    db.execute(delete(TicketRow).where(TicketRow.expires_at <= now))
