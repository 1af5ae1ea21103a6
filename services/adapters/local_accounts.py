"""Accounts in our own database: e-mail and password, hashed with argon2id."""

from __future__ import annotations

import secrets
import threading
from typing import NoReturn
from uuid import UUID

from pwdlib import PasswordHash
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from services.accounts.rules import (
    PASSWORD_LONGEST,
    checked_email,
    checked_name,
    checked_password,
    same_spelling,
    typed_email,
)
from services.accounts.throttle import Throttle
from services.domain import User
from services.errors import EmailTaken, InvalidInput, NotFound, SignInFailed
from services.storage import users
from services.storage.clock import Clock, utc_now
from services.storage.database import SERVICE, reading, writing

HASHES_AT_ONCE = 2  # one takes 64 MB and a core for a good part of a second


class LocalAccounts:
    """One per process: it bounds how many passwords are hashed at once. Any thread may call.

    It sends no e-mails, so that nobody has shown that an e-mail is theirs.
    """

    sends_codes = False

    def __init__(
        self,
        engine: Engine,
        now: Clock = utc_now,
        hasher: PasswordHash | None = None,
    ) -> None:
        self._engine = engine
        self._now = now
        self._throttle = Throttle(engine, now)
        self._hasher = hasher or PasswordHash.recommended()
        self._turn = threading.BoundedSemaphore(HASHES_AT_ONCE)
        # Checked for an unknown e-mail, so that it takes as long as a wrong password.
        self._nobodys_hash = self._hash(secrets.token_urlsafe(16))

    def create_account(
        self, name: str, email: str, password: str, guest: UUID | None = None, address: str = ""
    ) -> User:
        """Make an account; a guest becomes it and keeps everything that it did.

        Raises `InvalidInput` (field `name`, `email` or `password`), `EmailTaken`, and
        `TooManyAttempts`, which keeps the form from being used to search for e-mails.
        """
        name, email, password = checked_name(name), checked_email(email), checked_password(password)
        self._throttle.attempt(email, address)
        password_hash = self._hash(password)
        try:
            with writing(self._engine, SERVICE) as db:
                made = guest and users.upgrade_guest(db, guest, name, email, password_hash)
                made = made or users.add(db, name, self._now(), email, password_hash)
        except IntegrityError as failure:
            raise _taken() from failure
        self._throttle.succeeded(email)
        return made

    def confirm(self, email: str, code: str, address: str = "", password: str = "") -> NoReturn:
        raise _no_codes()

    def send_again(self, email: str, address: str = "") -> NoReturn:
        raise _no_codes()

    def verify(self, email: str, password: str, address: str = "") -> User:
        """The account of this e-mail and password.

        Raises `SignInFailed`, the same and after the same time for an unknown e-mail as for a wrong
        password, and `TooManyAttempts`.
        """
        email, password = typed_email(email), same_spelling(password)
        self._throttle.attempt(email, address)
        with reading(self._engine, SERVICE) as db:
            found = users.by_email(db, email)
        user, password_hash = found or (None, self._nobodys_hash)
        right, better_hash = self._check(password, password_hash)
        if user is None or not right:
            raise SignInFailed("E-mail or password is not right.", "Check both and try again.")
        self._throttle.succeeded(email)
        if better_hash is not None:  # made with weaker settings than today's
            with writing(self._engine, SERVICE) as db:
                users.set_password_hash(db, user.id, better_hash)
        return user

    def send_reset(self, email: str, address: str = "") -> NoReturn:
        raise _no_codes()

    def reset_password(self, email: str, code: str, password: str, address: str = "") -> NoReturn:
        raise _no_codes()

    def change_password(self, user: User, current: str, new: str, address: str = "") -> None:
        """Raises `SignInFailed` when `current` is not right, `InvalidInput` and `TooManyAttempts`."""
        new = checked_password(new)
        self._must_be_right(user, current, address)
        password_hash = self._hash(new)
        with writing(self._engine, SERVICE) as db:
            if users.one(db, user.id) is None:
                raise NotFound("This account no longer exists.", "Sign in again.")
            users.set_password_hash(db, user.id, password_hash)

    def change_email(self, user: User, password: str, email: str, address: str = "") -> User:
        """At once. Raises `SignInFailed`, `EmailTaken`, `InvalidInput` and `TooManyAttempts`."""
        email = checked_email(email)
        self._must_be_right(user, password, address)
        try:
            with writing(self._engine, SERVICE) as db:
                return users.change(db, user.id, email=email, email_verified=False)
        except IntegrityError as failure:
            raise _taken() from failure

    def confirm_email(self, user: User, email: str, code: str, address: str = "") -> NoReturn:
        raise _no_codes()

    def rename(self, user: User, name: str) -> User:
        """Raises `InvalidInput`."""
        name = checked_name(name)
        with writing(self._engine, SERVICE) as db:
            return users.change(db, user.id, name=name)

    def create_guest(self, address: str = "") -> User:
        """A user without e-mail, known only to the browser that signs in as it."""
        self._throttle.attempt_guest(address)
        with writing(self._engine, SERVICE) as db:
            return users.add(db, "Guest", self._now())

    def delete(self, user: User) -> bool:
        """Nothing is kept elsewhere: the password goes with the user's row."""
        return True

    def _must_be_right(self, user: User, password: str, address: str) -> None:
        """Tries of a signed-in user count like those at the door: a tab that was left open is one."""
        key = user.email or str(user.id)
        self._throttle.attempt(key, address)
        with reading(self._engine, SERVICE) as db:
            password_hash = users.password_hash(db, user.id)
        right, _ = self._check(same_spelling(password), password_hash or self._nobodys_hash)
        if password_hash is None or not right:
            raise SignInFailed("The password is not right.", "Check it and try again.")
        self._throttle.succeeded(key)

    def _check(self, password: str, password_hash: str) -> tuple[bool, str | None]:
        """Whether it is right, and a better hash of it where this one is weak."""
        with self._turn:
            right, better_hash = self._hasher.verify_and_update(
                password[:PASSWORD_LONGEST], password_hash
            )
        return right and len(password) <= PASSWORD_LONGEST, better_hash

    def _hash(self, password: str) -> str:
        with self._turn:
            return self._hasher.hash(password)


def _taken() -> EmailTaken:
    return EmailTaken("There is already an account with this e-mail.", "Sign in instead.")


def _no_codes() -> InvalidInput:
    return InvalidInput(
        "email",
        "This installation sends no e-mails.",
        "Whoever runs it can help with a forgotten password.",
    )
