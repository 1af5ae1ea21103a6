"""One question to Supabase Auth, with a client of its own that keeps nothing.

A client that is shared hands one candidate's tokens to the next; one that lives on refreshes them from a
thread. So each question makes one and closes it, and no token outlives it here.
"""

from __future__ import annotations

import contextlib
import logging
import ssl
from collections.abc import Iterator, Set
from contextlib import contextmanager
from typing import Literal

import httpx
from pydantic import ValidationError
from supabase_auth import SyncGoTrueClient
from supabase_auth.errors import AuthError
from supabase_auth.types import User as Person
from supabase_auth.types import UserAttributes

from services.accounts.rules import same_spelling
from services.adapters.supabase_accounts.refusals import away, told, wrong_password

PASSWORD_BYTES = 72  # bcrypt, which Auth uses, looks at no more
TIMEOUT_S = 10.0  # to connect, and for every wait for more of the reply

log = logging.getLogger(__name__)


class AuthServer:
    """Where it is, and how it is asked. Any thread may."""

    def __init__(self, url: str, key: str, timeout_s: float = TIMEOUT_S) -> None:
        self._url = f"{url.rstrip('/')}/auth/v1"
        self._key = key
        self._timeout_s = timeout_s
        self._tls = ssl.create_default_context()  # reading the certificates takes a while
        for noisy in ("httpx", "httpcore"):  # they log addresses and headers
            logging.getLogger(noisy).setLevel(logging.WARNING)

    @contextmanager
    def asking(self, unless: Set[str] = frozenset()) -> Iterator[SyncGoTrueClient]:
        """A client for this block; its failures come out as ours. A refusal whose code is in `unless`
        ends the block without a word."""
        try:
            with httpx.Client(
                timeout=self._timeout_s,
                verify=self._tls,
                follow_redirects=False,  # a password goes nowhere but here
            ) as http:
                yield SyncGoTrueClient(
                    url=self._url,
                    headers={"apikey": self._key},
                    auto_refresh_token=False,
                    persist_session=False,
                    flow_type="implicit",
                    http_client=http,
                )
        # Not chained: what the library says may repeat an e-mail, a password or a token.
        except AuthError as failure:
            if failure.code not in unless:
                raise told(failure) from None
            log.info("Supabase Auth said %s, which is kept from who asked", failure.code)
        except (httpx.HTTPError, httpx.InvalidURL, ValidationError):
            raise away() from None

    @contextmanager
    def signed_in(self, email: str, password: str) -> Iterator[tuple[SyncGoTrueClient, Person]]:
        """A client that has signed in for this block, and who that is. Raises `SignInFailed`."""
        password = same_spelling(password)
        if not email or not 0 < len(password.encode()) <= PASSWORD_BYTES:
            raise wrong_password()
        with self.asking() as auth:
            answer = auth.sign_in_with_password({"email": email, "password": password})
            try:
                yield auth, known(answer.user)
            finally:
                leave(auth)

    @contextmanager
    def by_code(
        self, email: str, code: str, kind: Literal["signup", "recovery"]
    ) -> Iterator[tuple[SyncGoTrueClient, Person]]:
        """The same by a code that was sent. Raises `CodeInvalid`."""
        with self.asking() as auth:
            answer = auth.verify_otp({"email": email, "token": code, "type": kind})
            try:
                yield auth, known(answer.user)
            finally:
                leave(auth)


def leave(auth: SyncGoTrueClient, everywhere: bool = False) -> None:
    """End the session that a check has opened at the provider, or all sessions of this user there."""
    with contextlib.suppress(
        AuthError, httpx.HTTPError
    ):  # it ends by itself; nobody has its tokens
        auth.sign_out({"scope": "global" if everywhere else "local"})


def set_password(auth: SyncGoTrueClient, attributes: UserAttributes) -> None:
    """Of who is signed in; the one that they have is as good as a new one."""
    try:
        auth.update_user(attributes)
    except AuthError as failure:
        if failure.code != "same_password":
            raise


def change_confirmed(auth: SyncGoTrueClient, new: str, old: str, code: str) -> Person | None:
    """Who has confirmed a change of e-mail; None when the other of two codes is still missing. A code
    belongs to the address that it was sent to."""
    try:
        return auth.verify_otp({"email": new, "token": code, "type": "email_change"}).user
    except AuthError as failure:
        if failure.code not in ("otp_expired", "user_not_found") or old == new:
            raise
    return auth.verify_otp({"email": old, "token": code, "type": "email_change"}).user


def known(person: Person | None) -> Person:
    """Raises `AccountsAway` when Auth said yes and did not say to whom."""
    if person is None:
        raise away()
    return person
