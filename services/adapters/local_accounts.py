"""Accounts in our own database: e-mail and password, hashed with argon2id."""

from __future__ import annotations

import secrets
import threading
import unicodedata
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from pwdlib import PasswordHash
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from services.accounts.throttle import Throttle
from services.domain import User
from services.errors import EmailTaken, InvalidInput, SignInFailed
from services.storage import users
from services.storage.clock import Clock, utc_now
from services.storage.columns import clean
from services.storage.database import SERVICE, reading, writing

NAME_LIMIT = 80  # characters
PASSWORD_SHORTEST = (
    10  # characters; length helps, rules about digits and signs do not (NIST SP 800-63B)
)
PASSWORD_LONGEST = 1024  # characters; bounds the work of hashing
HASHES_AT_ONCE = 2  # one takes 64 MB and a core for a good part of a second


class LocalAccounts:
    """One per process: it bounds how many passwords are hashed at once. Any thread may call."""

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
        name = _checked_name(name)
        email = _checked_email(email)
        password = _checked_password(password)
        self._throttle.attempt(email, address)
        password_hash = self._hash(password)
        try:
            with writing(self._engine, SERVICE) as db:
                made = guest and users.upgrade_guest(db, guest, name, email, password_hash)
                made = made or users.add(db, name, self._now(), email, password_hash)
        except IntegrityError as failure:
            raise EmailTaken(
                "There is already an account with this e-mail.", "Sign in instead."
            ) from failure
        self._throttle.succeeded(email)
        return made

    def verify(self, email: str, password: str, address: str = "") -> User:
        """The account of this e-mail and password.

        Raises `SignInFailed`, the same and after the same time for an unknown e-mail as for a wrong
        password, and `TooManyAttempts`.
        """
        email, password = _sign_in_email(email), _normal(password)
        self._throttle.attempt(email, address)
        with reading(self._engine, SERVICE) as db:
            found = users.by_email(db, email)
        user, password_hash = found or (None, self._nobodys_hash)
        with self._turn:
            right, better_hash = self._hasher.verify_and_update(
                password[:PASSWORD_LONGEST], password_hash
            )
        if user is None or not right or len(password) > PASSWORD_LONGEST:
            raise SignInFailed("E-mail or password is not right.", "Check both and try again.")
        self._throttle.succeeded(email)
        if better_hash is not None:  # made with weaker settings than today's
            with writing(self._engine, SERVICE) as db:
                users.set_password_hash(db, user.id, better_hash)
        return user

    def create_guest(self) -> User:
        """A user without e-mail, known only to the browser that signs in as it."""
        with writing(self._engine, SERVICE) as db:
            return users.add(db, "Guest", self._now())

    def _hash(self, password: str) -> str:
        with self._turn:
            return self._hasher.hash(password)


def _checked_name(name: str) -> str:
    name = clean(name).strip()
    if not name:
        raise InvalidInput("name", "Please enter your name.")
    if len(name) > NAME_LIMIT:
        raise InvalidInput("name", f"A name can have up to {NAME_LIMIT} characters.")
    return name


def _checked_email(email: str) -> str:
    try:
        if clean(email) != email:
            raise EmailNotValidError("characters that no address has")
        return validate_email(email.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError as failure:
        raise InvalidInput(
            "email", "This is not an e-mail address.", "It looks like name@example.com."
        ) from failure


def _sign_in_email(email: str) -> str:
    """As it is stored if it can be an e-mail at all; else any text, which then is unknown."""
    try:
        return _checked_email(email)
    except InvalidInput:
        return clean(email).strip().lower()


def _checked_password(password: str) -> str:
    password = _normal(password)
    if len(password) < PASSWORD_SHORTEST:
        raise InvalidInput(
            "password",
            f"A password needs at least {PASSWORD_SHORTEST} characters.",
            "A few words in a row are easy to remember.",
        )
    if len(password) > PASSWORD_LONGEST:
        raise InvalidInput("password", f"A password can have up to {PASSWORD_LONGEST} characters.")
    return password


def _normal(password: str) -> str:
    """One spelling of the same characters, whatever keyboard or system they came from."""
    return unicodedata.normalize("NFKC", clean(password))
