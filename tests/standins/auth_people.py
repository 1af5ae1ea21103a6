"""Whom the stand-in of Supabase Auth knows: its rules about passwords, codes and e-mails, without HTTP."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg

from tests.logs import secret

CODE_LIFE = timedelta(hours=1)
Reply = dict[str, Any]


class Refusal(Exception):
    def __init__(self, status: int, code: str, message: str = "", **more: Any) -> None:
        super().__init__(code)
        self.status = status
        self.body = {"code": status, "error_code": code, "msg": message or code, **more}


@dataclass(frozen=True)
class Mail:
    to: str
    kind: str  # signup, recovery, email_change
    code: str


@dataclass
class Person:
    email: str
    password: str
    data: dict[str, Any]
    id: str = field(default_factory=lambda: str(uuid4()))
    confirmed: bool = False
    banned: bool = False
    new_email: str = ""
    half_changed: bool = False
    sent_at: datetime | None = None
    codes: dict[tuple[str, str], tuple[str, datetime]] = field(default_factory=dict)


class People:
    """Changed by the server's thread; a test reads and sets up between two calls."""

    def __init__(self, now: Callable[[], datetime], database: str = "") -> None:
        """`database`: the address as its owner of one that has `auth.users`, which is then kept."""
        self.now = now
        self.database = database
        self.known: list[Person] = []
        self.mails: list[Mail] = []
        self.sessions: dict[str, Person] = {}  # by access token, those that are open
        self.confirms = True  # sign-ups by a code
        self.both_addresses = False  # a change of e-mail by two codes
        self.wants_current_password = False
        self.mail_every_s = 60.0  # to one mailbox
        self.mails_left = 1_000_000  # for everybody
        self.weak = "passwordpassword"
        self.numbers = itertools.count(100_000)  # the codes that are sent

    def sign_up(self, body: Reply) -> Reply:
        email, password = body["email"].lower(), secret(body["password"])
        self._strong(password)
        found = self.by_email(email)
        if found is not None and found.confirmed:
            if not self.confirms:
                raise Refusal(422, "user_already_exists", "User already registered")
            stranger = Person(email, "", body.get("data") or {})
            return self._shown(stranger) | {"identities": []}
        if found is None:
            found = Person(email, password, body.get("data") or {})
            self._keep(found)
        if not self.confirms:
            found.confirmed = True
            return self._session(found)
        self._send(found, email, "signup")
        return self._shown(found)

    def by_password(self, body: Reply) -> Reply:
        person = self.by_email(body["email"].lower())
        if person is not None and person.banned:
            raise Refusal(400, "user_banned", "User is banned")
        if person is None or person.password != body["password"]:
            raise Refusal(400, "invalid_credentials", "Invalid login credentials")
        if not person.confirmed:
            raise Refusal(400, "email_not_confirmed", "Email not confirmed")
        return self._session(person)

    def verify(self, body: Reply) -> Reply:
        email, kind = body["email"].lower(), body["type"]
        person = self._with_code(email, kind, body["token"])
        if person.banned:
            raise Refusal(403, "user_banned", "User is banned")
        if kind == "email_change":
            if self.both_addresses and not person.half_changed:
                person.half_changed = True
                return {"code": "200", "msg": "Confirmation link accepted."}
            person.email, person.new_email, person.half_changed = person.new_email, "", False
        person.confirmed = True
        return self._session(person)

    def recover(self, body: Reply) -> Reply:
        person = self.by_email(body["email"].lower())
        if person is not None:
            self._send(person, person.email, "recovery")
        return {}

    def resend(self, body: Reply) -> Reply:
        person = self.by_email(body["email"].lower())
        if person is not None and not person.confirmed:
            self._send(person, person.email, "signup")
        return {}

    def change(self, token: str, body: Reply) -> Reply:
        person = self._by_token(token)
        if (new := (body.get("email") or "").lower()) and new != person.email:
            if self.by_email(new) is not None:
                raise Refusal(422, "email_exists", "A user with this email address exists")
            person.new_email = new
            if self.both_addresses:
                self._send(person, person.email, "email_change", spaced=False)
            self._send(person, new, "email_change")
        if password := body.get("password"):
            self._strong(password)
            if self.wants_current_password and body.get("current_password") != person.password:
                raise Refusal(400, "current_password_invalid", "Current password required")
            if password == person.password:
                raise Refusal(422, "same_password", "New password should be different")
            person.password = password
        return self._shown(person)

    def leave(self, token: str, scope: str) -> None:
        person = self._by_token(token)
        for other, whose in list(self.sessions.items()):
            if other == token or (scope == "global" and whose is person):
                del self.sessions[other]

    def by_email(self, email: str) -> Person | None:
        found = next((person for person in self.known if person.email == email), None)
        if found is not None and self.database and not self._in_database(found):
            self.known.remove(found)
            return None
        return found

    def code(self, to: str, kind: str = "") -> str:
        """The newest code that was sent to this address."""
        return next(m.code for m in reversed(self.mails) if m.to == to and m.kind.startswith(kind))

    def _with_code(self, email: str, kind: str, code: str) -> Person:
        for person in self.known:
            sent = person.codes.get((email, kind))
            if sent is not None and sent[0] == code and self.now() - sent[1] <= CODE_LIFE:
                del person.codes[(email, kind)]
                return person
        raise Refusal(403, "otp_expired", "Token has expired or is invalid")

    def _send(self, person: Person, to: str, kind: str, *, spaced: bool = True) -> None:
        now = self.now()
        if person.sent_at is not None and spaced:
            left_s = self.mail_every_s - (now - person.sent_at).total_seconds()
            if left_s > 0:
                words = f"For security purposes, you can only request this after {int(left_s) + 1} seconds."
                raise Refusal(429, "over_email_send_rate_limit", words)
        if self.mails_left <= 0:
            raise Refusal(429, "over_email_send_rate_limit", "email rate limit exceeded")
        self.mails_left -= 1
        person.sent_at = now if spaced else person.sent_at
        code = str(next(self.numbers))
        person.codes[(to, kind)] = (code, now)
        self.mails.append(Mail(to, kind, code))

    def _strong(self, password: str) -> None:
        if password == self.weak or len(password) < 6:
            reasons = {"reasons": ["pwned"]}
            raise Refusal(422, "weak_password", "Password is weak", weak_password=reasons)
        if len(password.encode()) > 72:
            raise Refusal(400, "validation_failed", "Password cannot be longer than 72 characters")

    def _by_token(self, token: str) -> Person:
        if token not in self.sessions:
            raise Refusal(403, "session_not_found", "Session not found")
        return self.sessions[token]

    def _session(self, person: Person) -> Reply:
        token = secret(f"secret-access-{secrets.token_hex(8)}")
        self.sessions[token] = person
        return {
            "access_token": token,
            "refresh_token": secret(f"secret-refresh-{secrets.token_hex(8)}"),
            "token_type": "bearer",
            "expires_in": 3600,
            "expires_at": int(datetime.now(UTC).timestamp()) + 3600,
            "user": self._shown(person),
        }

    def _shown(self, person: Person) -> Reply:
        at = self.now().isoformat()
        identity = {
            "id": person.id,
            "identity_id": str(uuid4()),
            "user_id": person.id,
            "identity_data": {},
            "provider": "email",
            "created_at": at,
        }
        return {
            "id": person.id,
            "aud": "authenticated",
            "role": "authenticated",
            "email": person.email,
            "new_email": person.new_email or None,
            "app_metadata": {"provider": "email"},
            "user_metadata": person.data,
            "identities": [identity],
            "created_at": at,
            "updated_at": at,
            "email_confirmed_at": at if person.confirmed else None,
        }

    def _keep(self, person: Person) -> None:
        self.known.append(person)
        if self.database:
            with psycopg.connect(self.database, autocommit=True) as db:
                db.execute("insert into auth.users (id, email) values (%s, %s)", (person.id, None))

    def _in_database(self, person: Person) -> bool:
        with psycopg.connect(self.database, autocommit=True) as db:
            found = db.execute("select 1 from auth.users where id = %s", (person.id,)).fetchone()
        return found is not None
