"""Our row of somebody whom Supabase Auth has let in."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Engine, delete, exists, insert, select, text
from sqlalchemy.exc import IntegrityError
from supabase_auth.types import User as Person

from services.accounts.identities import SUPABASE
from services.accounts.rules import NAME_LIMIT, checked_name
from services.adapters.supabase_accounts.refusals import away
from services.domain import User
from services.errors import EmailTaken, InvalidInput
from services.storage import users
from services.storage.database import SERVICE, one_at_a_time, reading, writing
from services.storage.tables import PRIVATE, IdentityRow, UserRow

_FORGET = text(f"SELECT {PRIVATE}.forget_auth_user(:id)")


def entered(engine: Engine, person: Person, now: datetime, *, shown: bool | None = None) -> User:
    """The user with this id in Auth, made or brought up to date.

    `shown`: whether the e-mail's owner has just typed a code from it; None: a password was checked, which
    shows nothing about the e-mail, whatever Auth says: whoever began the account may have chosen it before
    its owner confirmed the e-mail. The name is taken once: from then on it is changed here. Raises
    `EmailTaken` when the e-mail opens an account of another kind.
    """
    user_id, email = _identity(person)
    verified = shown is True
    try:
        with writing(engine, SERVICE) as db:
            one_at_a_time(db, f"account {user_id}")
            found = users.one(db, user_id)
            if found is None:
                found = users.add(
                    db, _name(person, email), now, email, user_id=user_id, verified=verified
                )
            elif found.email == email:
                if shown and not found.email_verified:
                    found = users.change(db, user_id, email_verified=True)
            elif not db.scalar(select(exists().where(UserRow.email == email))):
                found = users.change(db, user_id, email=email, email_verified=verified)
            if db.get(IdentityRow, (SUPABASE, str(user_id))) is None:
                row = {"issuer": SUPABASE, "subject": str(user_id)}
                db.execute(insert(IdentityRow).values(**row, user_id=user_id, linked_at=now))
            return found
    except IntegrityError as failure:
        raise EmailTaken(
            "An account without a password of yours has this e-mail.",
            "Sign in as you did before, for example through Google.",
        ) from failure


def forgotten(engine: Engine, user_id: UUID) -> bool:
    """Delete this user from Auth, through the project's own database; whether Auth knows nobody of this id
    now. Then nothing asks for the password any more, which nobody could check."""
    mine = IdentityRow.issuer == SUPABASE, IdentityRow.user_id == user_id
    with writing(engine, SERVICE) as db:
        one_at_a_time(db, f"account {user_id}")
        if not db.scalar(select(exists().where(*mine))):
            return True
        if engine.dialect.name != "postgresql" or not db.scalar(_FORGET, {"id": user_id}):
            return False
        db.execute(delete(IdentityRow).where(*mine))
        return True


def opens_another(engine: Engine, user_id: UUID, email: str) -> bool:
    """Whether an account of somebody else here has this e-mail."""
    other = exists().where(UserRow.email == email, UserRow.id != user_id)
    with reading(engine, SERVICE) as db:
        return bool(db.scalar(select(other)))


def _identity(person: Person) -> tuple[UUID, str]:
    try:
        user_id = UUID(person.id)
    except ValueError:
        raise away() from None
    if not person.email:
        raise away()
    return user_id, person.email.lower()


def _name(person: Person, email: str) -> str:
    try:
        return checked_name(str(person.user_metadata.get("name") or "")[:NAME_LIMIT])
    except InvalidInput:
        return email.partition("@")[0][:NAME_LIMIT]
