"""Who an OpenID Connect provider says somebody is, and whose account that is.

An account is given to nobody on the word of an e-mail alone: the provider must have verified it, and so must
we. Who only claimed somebody else's e-mail in time would otherwise wait inside the account for its owner.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Engine, delete, exists, insert, literal, select, union
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.accounts.rules import NAME_LIMIT, checked_email, checked_name
from services.domain import User
from services.errors import AccountError, EmailTaken, InvalidInput, NotFound, SignInFailed
from services.storage import users
from services.storage.clock import Clock, utc_now
from services.storage.database import SERVICE, one_at_a_time, reading, writing
from services.storage.tables import IdentityRow, PasswordRow, UserRow

SUPABASE = (
    "supabase-auth"  # marks accounts with a password there; no address, so no provider has it
)

_PASSWORD = "password"  # no address either

_CONNECTED = "This sign-in is connected to another account already."


@dataclass(frozen=True, slots=True)
class WaysIn:
    """What opens an account: a password with us, one with Supabase Auth, providers' issuers in the order
    of the alphabet."""

    password: bool
    auth: bool
    issuers: tuple[str, ...]


class Identities:
    """Any thread may call. What it is told must come from a signed token that was checked."""

    def __init__(self, engine: Engine, now: Clock = utc_now) -> None:
        self._engine = engine
        self._now = now

    def enter(
        self,
        issuer: str,
        subject: str,
        email: str,
        email_verified: bool,
        name: str,
        guest: UUID | None = None,
    ) -> User:
        """The account of this identity: a known one, the one whose verified e-mail it has, the guest's
        (which becomes it) or a new one. Raises `SignInFailed` and `EmailTaken`."""
        _check(issuer, subject)
        try:
            with writing(self._engine, SERVICE) as db:
                one_at_a_time(db, f"identity {issuer} {subject}")
                known = _owner(db, issuer, subject)
                if known is not None:
                    return known
                email = _verified(email, email_verified)
                one_at_a_time(db, f"email {email}")  # two providers of one person at once
                entered = _same_email(db, email) or self._new(db, email, _named(name, email), guest)
                self._connect(db, entered.id, issuer, subject)
                return entered
        except IntegrityError as failure:  # somebody signed up with this e-mail at this moment
            raise _taken() from failure

    def link(self, user: User, issuer: str, subject: str) -> None:
        """Let a signed-in user come in with this identity, too. Raises `AccountError` when it is
        somebody else's."""
        _check(issuer, subject)
        if user.guest:
            raise AccountError("A guest has no account to connect.", "Create an account first.")
        with writing(self._engine, SERVICE) as db:
            one_at_a_time(db, f"identity {issuer} {subject}")
            if users.one(db, user.id) is None:
                raise NotFound("This account no longer exists.", "Sign in again.")
            owner = _owner(db, issuer, subject)
            if owner is None:
                self._connect(db, user.id, issuer, subject)
            elif owner.id != user.id:
                raise AccountError(_CONNECTED, "Sign in with it to reach that one.")

    def of(self, user_id: UUID) -> tuple[str, ...]:
        """Issuers of the identities that open this account, in the order of the alphabet."""
        with reading(self._engine, SERVICE) as db:
            found = db.scalars(
                select(IdentityRow.issuer)
                .where(IdentityRow.user_id == user_id, IdentityRow.issuer != SUPABASE)
                .distinct()
                .order_by(IdentityRow.issuer)
            )
            return tuple(found)

    def ways_in(self, user_id: UUID) -> WaysIn:
        """All that opens this account, in one query."""
        issuers = select(IdentityRow.issuer).where(IdentityRow.user_id == user_id)
        password = select(literal(_PASSWORD)).where(PasswordRow.user_id == user_id)
        with reading(self._engine, SERVICE) as db:
            found = set(db.scalars(union(issuers, password)))
        return WaysIn(
            password=_PASSWORD in found,
            auth=SUPABASE in found,
            issuers=tuple(sorted(found - {_PASSWORD, SUPABASE})),
        )

    def unlink(self, user_id: UUID, issuer: str) -> None:
        """Disconnect a provider. Raises `AccountError` when nothing else opens the account."""
        if issuer == SUPABASE:
            return
        with writing(self._engine, SERVICE) as db:
            one_at_a_time(db, f"ways in {user_id}")  # two at once could each leave the other's
            mine = IdentityRow.user_id == user_id
            others = exists().where(mine, IdentityRow.issuer != issuer)
            password = exists().where(PasswordRow.user_id == user_id)
            if not db.scalar(select(others | password)):
                raise AccountError(
                    "This is the only way into your account.",
                    "Connect another sign-in first, or delete the account.",
                )
            db.execute(delete(IdentityRow).where(mine, IdentityRow.issuer == issuer))

    def _new(self, db: Session, email: str, name: str, guest: UUID | None) -> User:
        found = users.one(db, guest) if guest is not None else None
        if found is not None and found.guest:
            return users.change(db, found.id, name=name, email=email, email_verified=True)
        return users.add(db, name, self._now(), email, verified=True)

    def _connect(self, db: Session, user_id: UUID, issuer: str, subject: str) -> None:
        row = {"issuer": issuer, "subject": subject, "user_id": user_id, "linked_at": self._now()}
        db.execute(insert(IdentityRow).values(row))


def _check(issuer: str, subject: str) -> None:
    if not issuer or not subject or issuer == SUPABASE:
        raise SignInFailed("The provider did not say who you are.", "Sign in another way.")


def _verified(email: str, email_verified: bool) -> str:
    try:
        checked = checked_email(email)
    except InvalidInput:
        email_verified = False
    if not email_verified:
        raise SignInFailed(
            "The provider has not verified your e-mail address.",
            "Verify it there, or create an account with e-mail and password here.",
        )
    return checked


def _named(name: str, email: str) -> str:
    try:
        return checked_name(name[:NAME_LIMIT])
    except InvalidInput:
        return email.partition("@")[0][:NAME_LIMIT]


def _owner(db: Session, issuer: str, subject: str) -> User | None:
    row = db.scalar(
        select(UserRow)
        .join(IdentityRow, IdentityRow.user_id == UserRow.id)
        .where(IdentityRow.issuer == issuer, IdentityRow.subject == subject)
    )
    return None if row is None else users.user(row)


def _same_email(db: Session, email: str) -> User | None:
    row = db.scalar(select(UserRow).where(UserRow.email == email))
    if row is None:
        return None
    if not row.email_verified:
        raise _taken()
    return users.user(row)


def _taken() -> EmailTaken:
    return EmailTaken(
        "There is an account with this e-mail, and nobody has shown that the e-mail is theirs.",
        "If it is yours, sign in with its password and connect the provider on the Account page.",
    )
