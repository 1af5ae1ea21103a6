"""Logins that outlive a reload: tickets, secrets and their expiry.

A login belongs to one browser. The tab that signs in knows it by one secret, which stays on the server;
that tab gets a ticket and hands it to the browser, which trades it once, at a route, for the other secret
in an HttpOnly cookie. None of them is ever stored in the clear, and every sign-in makes new ones.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import Engine, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from services.accounts.last_seen import LastSeen
from services.accounts.secret import fingerprint, new_secret
from services.domain import Login
from services.errors import DatabaseAway, NotFound, StorageError, TicketInvalid
from services.storage import preferences, users
from services.storage.clock import Clock, utc_now
from services.storage.database import SERVICE, reading, rows_changed, writing
from services.storage.tables import LoginRow, PreferencesRow, TicketRow, UserRow

TICKET_LIFE = timedelta(seconds=30)  # the browser trades it at once
IDLE_LIFE = timedelta(days=14)  # a login that is not used ends
LONGEST_LIFE = timedelta(days=90)  # and one that is used ends as well, at last
TOUCH_EVERY = timedelta(minutes=1)  # every run asks who is signed in; not every run has to write
DEVICE_LIMIT = 80  # characters


class Logins:
    """Any thread may call, in any process on this database."""

    def __init__(self, engine: Engine, now: Clock = utc_now) -> None:
        self._engine = engine
        self._now = now
        self._last_seen = LastSeen()

    def open(self, user_id: UUID, device: str = "") -> str:
        """Sign in; the secret that the tab keeps. `device` is how its owner will recognise it in the
        list. Raises `NotFound`."""
        now = self._now()
        secret = new_secret()
        row = {
            "id": uuid4(),
            "token_hash": None,
            "tab_hash": fingerprint(secret),
            "user_id": user_id,
            "device": device[:DEVICE_LIMIT],
            "created_at": now,
            "last_seen_at": now,
            "expires_at": now + IDLE_LIFE,
            "ends_at": now + LONGEST_LIFE,
        }
        with writing(self._engine, SERVICE) as db:
            if users.one(db, user_id) is None:
                raise NotFound("This account no longer exists.", "Sign in again.")
            _sweep(db, now)  # sign-ins are rare: the place to tidy without a job of its own
            db.execute(insert(LoginRow).values(row))
        return secret

    def issue_ticket(self, secret: str) -> str:
        """A ticket that can be redeemed once within 30 seconds for the cookie of this tab's login.

        Raises `NotFound` when the login has ended.
        """
        now = self._now()
        ticket = new_secret()
        with writing(self._engine, SERVICE) as db:
            login_id = db.scalar(
                select(LoginRow.id).where(
                    LoginRow.tab_hash == fingerprint(secret), LoginRow.expires_at > now
                )
            )
            if login_id is None:
                raise NotFound("This sign-in has ended.", "Sign in again.")
            row = {
                "token_hash": fingerprint(ticket),
                "login_id": login_id,
                "expires_at": now + TICKET_LIFE,
            }
            db.execute(insert(TicketRow).values(row))
        return ticket

    def redeem(self, ticket: str) -> str:
        """Trade a ticket for the secret of the cookie. Raises `TicketInvalid`, also the second time."""
        secret = new_secret()
        with writing(self._engine, SERVICE) as db:
            row = db.get(TicketRow, fingerprint(ticket))
            if row is None or row.expires_at <= self._now():
                raise TicketInvalid("This sign-in has expired.", "Sign in again.")
            taken = rows_changed(
                db, delete(TicketRow).where(TicketRow.token_hash == row.token_hash)
            )
            if taken != 1:  # on a database without one writer at a time, another was faster
                raise TicketInvalid("This sign-in was used already.", "Sign in again.")
            set_now = update(LoginRow).where(LoginRow.id == row.login_id)
            rows_changed(db, set_now.values(token_hash=fingerprint(secret)))
        return secret

    def find(self, secret: str) -> Login | None:
        """The login of this secret, None when there is none or it has expired. Slides its expiry.

        While the database is away, who was found in the last 15 minutes goes on; of others nothing can be
        said: `DatabaseAway`.
        """
        hashed, moment = fingerprint(secret), self._last_seen.moment()
        try:
            login = self._find(hashed)
        except DatabaseAway:
            known = self._last_seen.find(hashed, self._now())
            if known is None:
                raise
            return known
        if login is None:
            self._last_seen.forget(hashed)
        else:
            self._last_seen.remember(hashed, login, moment)
        return login

    def _find(self, hashed: str) -> Login | None:
        now = self._now()
        with reading(self._engine, SERVICE) as db:
            found = db.execute(
                select(LoginRow, UserRow, PreferencesRow)
                .join(UserRow, UserRow.id == LoginRow.user_id)
                .outerjoin(PreferencesRow, PreferencesRow.user_id == LoginRow.user_id)
                .where(
                    or_(LoginRow.token_hash == hashed, LoginRow.tab_hash == hashed),
                    LoginRow.expires_at > now,
                )
            ).one_or_none()
            if found is None:
                return None
            login, last_seen_at, ends_at = _login(*found), found[0].last_seen_at, found[0].ends_at
        if now - last_seen_at < TOUCH_EVERY:
            return login
        expires_at = min(now + IDLE_LIFE, ends_at)
        # A full disk must not sign anybody out.
        with contextlib.suppress(StorageError), writing(self._engine, SERVICE) as db:
            values = {"last_seen_at": now, "expires_at": expires_at}
            db.execute(update(LoginRow).where(LoginRow.id == login.id).values(values))
            return login.model_copy(update=values)
        return login

    def of(self, user_id: UUID) -> tuple[Login, ...]:
        """All live logins of a user, the one used last first."""
        with reading(self._engine, SERVICE) as db:
            found = db.execute(
                select(LoginRow, UserRow)
                .join(UserRow, UserRow.id == LoginRow.user_id)
                .where(LoginRow.user_id == user_id, LoginRow.expires_at > self._now())
                .order_by(LoginRow.last_seen_at.desc())
            )
            return tuple(_login(*row) for row in found)

    def end(self, user_id: UUID, login_id: UUID) -> None:
        """Sign out one of a user's own logins; one of somebody else's is none."""
        with self._ending(
            lambda _key, login: login.id == login_id and login.user.id == user_id
        ) as db:
            db.execute(delete(LoginRow).where(LoginRow.id == login_id, LoginRow.user_id == user_id))

    def revoke(self, secret: str) -> None:
        """Sign out; an unknown secret is no failure."""
        hashed = fingerprint(secret)
        with self._ending(lambda key, _login: key == hashed) as db:
            db.execute(
                delete(LoginRow).where(
                    or_(LoginRow.token_hash == hashed, LoginRow.tab_hash == hashed)
                )
            )

    def revoke_all(self, user_id: UUID) -> None:
        """Sign this user out everywhere; tickets under way are void too."""
        with self._ending(lambda _key, login: login.user.id == user_id) as db:
            db.execute(delete(LoginRow).where(LoginRow.user_id == user_id))

    @contextlib.contextmanager
    def _ending(self, ended: Callable[[str, Login], bool]) -> Iterator[Session]:
        """For the deletion of logins: they are forgotten before, in case the database is away, and again
        after, for whoever was found by them in between."""
        self._last_seen.end(ended)
        try:
            with writing(self._engine, SERVICE) as db:
                yield db
        finally:
            self._last_seen.end(ended)


def _login(row: LoginRow, user_row: UserRow, chosen: PreferencesRow | None = None) -> Login:
    return Login(
        id=row.id,
        user=users.user(user_row),
        preferences=preferences.of_row(chosen),
        device=row.device,
        created_at=row.created_at,
        last_seen_at=row.last_seen_at,
        expires_at=row.expires_at,
    )


def _sweep(db: Session, now: datetime) -> None:
    db.execute(delete(LoginRow).where(LoginRow.expires_at <= now))
    db.execute(delete(TicketRow).where(TicketRow.expires_at <= now))
