"""The port of accounts on Supabase Auth.

Auth says who somebody is; from then on the candidate is known by a login of ours, and Auth is not asked
again. Our row of a user has its id there. Nothing of Auth's (tokens, sessions) is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal
from uuid import UUID

from sqlalchemy import Engine
from supabase_auth import SyncGoTrueClient
from supabase_auth.errors import AuthError
from supabase_auth.types import User as Person

from services.accounts.rules import (
    checked_code,
    checked_email,
    checked_name,
    checked_password,
    same_spelling,
    typed_email,
)
from services.accounts.throttle import CHANGES, CODES, SENDS, Throttle
from services.adapters.supabase_accounts import rows
from services.adapters.supabase_accounts.client import (
    PASSWORD_BYTES,
    TIMEOUT_S,
    AuthServer,
    change_confirmed,
    known,
    leave,
    set_password,
)
from services.adapters.supabase_accounts.refusals import (
    MAIL_REFUSED,
    frequency_limit,
    wrong_password,
)
from services.domain import User
from services.errors import (
    CodeInvalid,
    EmailNotConfirmed,
    EmailTaken,
    InvalidInput,
    SignInFailed,
    TooManyAttempts,
)
from services.ports import CodeSent
from services.storage import users
from services.storage.clock import Clock, utc_now
from services.storage.database import SERVICE, writing


class SupabaseAccounts:
    """Any thread may call; a call takes as long as the provider, 10 s at most for each of its steps."""

    sends_codes = True

    def __init__(
        self,
        engine: Engine,
        url: str,
        key: str,
        now: Clock = utc_now,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        """`url` is the project's address, `key` its publishable key."""
        self._engine = engine
        self._now = now
        self._throttle = Throttle(engine, now)
        self._auth = AuthServer(url, key, timeout_s)

    def create_account(
        self, name: str, email: str, password: str, guest: UUID | None = None, address: str = ""
    ) -> User | CodeSent:
        """The account gets its id from Auth, so the guest's work is to be moved. See `Accounts`."""
        name, email, password = checked_name(name), checked_email(email), _new_password(password)
        self._throttle.attempt(email, address, SENDS)
        try:
            with self._auth.asking() as auth:
                answer = auth.sign_up(
                    {"email": email, "password": password, "options": {"data": {"name": name}}}
                )
                if (
                    answer.session is None
                ):  # also for an e-mail that has an account: no mail, no word
                    return CodeSent(email)
                leave(auth)
        except TooManyAttempts as refused:
            if frequency_limit(refused):  # a code for this e-mail is under way already
                return CodeSent(email)
            raise
        # The project confirms e-mails by itself: nobody has shown that this one is theirs.
        return rows.entered(self._engine, known(answer.user), self._now(), shown=False)

    def confirm(self, email: str, code: str, address: str = "", password: str = "") -> User:
        """`password`: as `create_account` or `verify` was given it. Somebody else may have begun an
        account with this e-mail before, and Auth keeps the first password: it is replaced."""
        email, code, password = checked_email(email), checked_code(code), same_spelling(password)
        with self._by_code(email, code, "signup", address) as (auth, person):
            if password:
                self._make_password_theirs(auth, password)
            leave(auth, everywhere=True)
        return rows.entered(self._engine, person, self._now(), shown=True)

    def send_again(self, email: str, address: str = "") -> None:
        email = checked_email(email)
        self._throttle.attempt(email, address, SENDS)
        with self._auth.asking(unless=MAIL_REFUSED) as auth:
            auth.resend({"type": "signup", "email": email})

    def verify(self, email: str, password: str, address: str = "") -> User:
        email = typed_email(email)
        self._throttle.attempt(email, address)
        try:
            with self._auth.signed_in(email, password) as (_, person):
                pass
        except EmailNotConfirmed:
            self._throttle.succeeded(email)
            raise
        except SignInFailed:  # Auth tells about a blocked account without its password, too
            raise wrong_password() from None
        self._throttle.succeeded(email)
        return rows.entered(self._engine, person, self._now())

    def send_reset(self, email: str, address: str = "") -> None:
        email = checked_email(email)
        self._throttle.attempt(email, address, SENDS)
        with self._auth.asking(unless=MAIL_REFUSED) as auth:
            auth.reset_password_for_email(email)

    def reset_password(self, email: str, code: str, password: str, address: str = "") -> User:
        """The code is used up even where Auth then refuses the password (`InvalidInput`)."""
        email, code, password = checked_email(email), checked_code(code), _new_password(password)
        with self._by_code(email, code, "recovery", address) as (auth, person):
            set_password(auth, {"password": password})
            leave(auth, everywhere=True)
        self._throttle.succeeded(email)
        return rows.entered(self._engine, person, self._now(), shown=True)

    def change_password(self, user: User, current: str, new: str, address: str = "") -> None:
        new = _new_password(new)
        with self._own(user, current, address) as auth:
            auth.update_user({"password": new, "current_password": same_spelling(current)})
            leave(auth, everywhere=True)

    def change_email(
        self, user: User, password: str, email: str, address: str = ""
    ) -> User | CodeSent:
        email = checked_email(email)
        if email == user.email:
            raise InvalidInput("email", "This is your e-mail already.")
        with self._own(user, password, address) as auth:
            self._throttle.attempt(str(user.id), address, CHANGES)
            self._throttle.attempt(email, address, SENDS)
            if rows.opens_another(self._engine, user.id, email):
                return CodeSent(email)  # as for one that nobody has
            try:
                changed = auth.update_user({"email": email}).user
            except AuthError as failure:
                if failure.code not in ("email_exists", "user_already_exists"):
                    raise
                return CodeSent(email)
        if (changed.email or "").lower() != email:
            return CodeSent(email)
        return rows.entered(self._engine, changed, self._now(), shown=False)

    def confirm_email(self, user: User, email: str, code: str, address: str = "") -> User:
        """The code is enough: the password was asked for when it was sent. Where the project sends one to
        the old address as well, both are to be given, one after the other: `CodeInvalid` says so."""
        email, code = checked_email(email), checked_code(code)
        self._throttle.attempt(email, address, CODES)
        with self._auth.asking() as auth:
            person = change_confirmed(auth, email, user.email or email, code)
            leave(auth)
        self._throttle.succeeded(email, CODES)
        if person is None or (person.email or "").lower() != email:
            raise CodeInvalid(
                "This code is right, and one more is needed.",
                "Enter the code that was sent to the other address, your old or your new one.",
            )
        if person.id != str(user.id):
            raise CodeInvalid("This code is not yours.", "Sign in with the e-mail that it was for.")
        entered = rows.entered(self._engine, person, self._now(), shown=True)
        if entered.email != email:
            raise EmailTaken(
                "Another account here has this e-mail.", "Sign in to that one, or use another."
            )
        return entered

    def rename(self, user: User, name: str) -> User:
        """In our row alone: Auth would ask for the password."""
        name = checked_name(name)
        with writing(self._engine, SERVICE) as db:
            return users.change(db, user.id, name=name)

    def create_guest(self, address: str = "") -> User:
        """Known only to us and to the browser that signs in as it."""
        self._throttle.attempt_guest(address)
        with writing(self._engine, SERVICE) as db:
            return users.add(db, "Guest", self._now())

    def delete(self, user: User) -> bool:
        """Through the database: with the publishable key alone, Auth deletes nobody. False where the
        database is not that of the project."""
        return rows.forgotten(self._engine, user.id)

    @contextmanager
    def _own(self, user: User, password: str, address: str) -> Iterator[SyncGoTrueClient]:
        """A client signed in as this user, whose password is checked once more."""
        email = user.email or ""
        self._throttle.attempt(email or str(user.id), address)
        with self._auth.signed_in(email, password) as (auth, person):
            if person.id != str(user.id):
                raise wrong_password()
            self._throttle.succeeded(email)
            yield auth

    @contextmanager
    def _by_code(
        self, email: str, code: str, kind: Literal["signup", "recovery"], address: str
    ) -> Iterator[tuple[SyncGoTrueClient, Person]]:
        self._throttle.attempt(email, address, CODES)
        with self._auth.by_code(email, code, kind) as signed_in:
            self._throttle.succeeded(email, CODES)
            yield signed_in

    def _make_password_theirs(self, auth: SyncGoTrueClient, password: str) -> None:
        try:
            set_password(auth, {"password": password, "current_password": password})
        except AuthError as failure:
            if str(failure.code) != "current_password_invalid":
                raise
            raise SignInFailed(
                "Your e-mail is confirmed, but somebody else has chosen this account's password.",
                "Choose a new one with a code: “Forgot your password?”.",
            ) from None


def _new_password(password: str) -> str:
    password = checked_password(password)
    if len(password.encode()) > PASSWORD_BYTES:
        raise InvalidInput(
            "password",
            f"A password can have up to {PASSWORD_BYTES} letters, and fewer of other scripts.",
        )
    return password
