"""Supabase Auth, the key for it, and what the same key reaches past the app."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from typing import Any

from services.doctor.case import Case
from services.doctor.findings import Finding, State, look, ok, problem, warning
from services.doctor.web import Reply, ask
from services.storage.tables import PRIVATE

_OFFERED = ("42501", "PGRST205")  # no right to it; no such table in it


def examine(case: Case) -> Iterator[Finding]:
    settings = case.settings
    if not settings.supabase_url and not settings.supabase_key.get_secret_value():
        yield ok("accounts", "Kept in the database; this installation sends no e-mails.")
        return
    asked = look("accounts", _configured, case)
    yield asked
    if asked.state is State.PROBLEM:
        return
    yield look("kind of key", _kind_of_key, case)
    reached = look("supabase auth", _auth, case)
    yield reached
    if reached.state is State.PROBLEM:
        return
    yield look("sign-up", _sign_up, case)
    yield look("web interface of the database", _exposed, case)


def _configured(case: Case) -> Finding:
    url, key = case.settings.supabase_url, case.settings.supabase_key.get_secret_value()
    name = "accounts"
    if not url or not key:
        return problem(
            name,
            f"{'SUPABASE_URL' if key else 'SUPABASE_KEY'} is not set.",
            "Set both, or neither: with one alone accounts are our own.",
        )
    if not url.startswith("https://") and not _on_this_machine(url):
        return problem(
            name,
            "SUPABASE_URL does not begin with https://.",
            "Passwords would travel in the open.",
        )
    if "sqlite" in case.settings.database.split(":", 1)[0]:
        return warning(
            name,
            "Those of Supabase Auth, with a SQLite file for everything else.",
            "Set DATABASE_URL too, so that accounts and interviews are kept in one place.",
        )
    return ok(name, "Those of Supabase Auth.")


def _on_this_machine(url: str) -> bool:
    return url.startswith(("http://127.0.0.1", "http://localhost"))


def _kind_of_key(case: Case) -> Finding:
    name, key = "kind of key", case.settings.supabase_key.get_secret_value()
    take = (
        "Set SUPABASE_KEY to the publishable key (Project settings > API keys, sb_publishable_...)."
    )
    if key.startswith("sb_publishable_"):
        return ok(name, "Publishable.")
    if key.startswith("sb_secret_") or _role(key) == "service_role":
        return warning(name, "Secret: it passes by every policy of the project.", take)
    if _role(key) == "anon":
        return warning(name, "A legacy anon key; Supabase retires these by the end of 2026.", take)
    return warning(name, "Of no kind that Supabase is known to give.", take)


def _role(key: str) -> str:
    """Of a key that is a JWT; only read, so its signature is of no interest."""
    parts = key.split(".")
    if len(parts) != 3:
        return ""
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, binascii.Error):
        return ""
    return str(claims.get("role", "")) if isinstance(claims, dict) else ""


def _asked(case: Case, path: str, **headers: str) -> Reply:
    key = case.settings.supabase_key.get_secret_value()
    return ask(
        "GET", f"{case.settings.supabase_url.rstrip('/')}{path}", headers={"apikey": key, **headers}
    )


def _auth(case: Case) -> Finding:
    name = "supabase auth"
    health, settings = _asked(case, "/auth/v1/health"), _asked(case, "/auth/v1/settings")
    for reply in (health, settings):
        if reply.status in (401, 403):
            return problem(
                name,
                "It does not take SUPABASE_KEY.",
                "Copy the publishable key of the same project again (Project settings > API keys).",
            )
        if reply.status != 200 or not isinstance(reply.body, dict):
            return problem(
                name,
                f"It answers with {reply.status}.",
                "Check that SUPABASE_URL is https://PROJECT-REF.supabase.co and that the project is not "
                "paused.",
            )
    return ok(
        name, f"{health.said('version') or 'It'} answers in {settings.took_s * 1_000:.0f} ms."
    )


def _sign_up(case: Case) -> Finding:
    name = "sign-up"
    told = _asked(case, "/auth/v1/settings")
    external: Any = told.said("external") or {}
    if not (isinstance(external, dict) and external.get("email")):
        return problem(
            name,
            "Sign-in by e-mail is off.",
            "Authentication > Sign In / Providers > Email: enable it.",
        )
    if told.said("mailer_autoconfirm"):
        return problem(
            name,
            "E-mails are not confirmed, so anybody can take anybody's address.",
            "Authentication > Sign In / Providers > Email: turn 'Confirm email' on.",
        )
    if told.said("disable_signup"):
        return warning(
            name,
            "New accounts are not allowed.",
            "If that is not on purpose: Authentication > Sign In / Providers: allow new users.",
        )
    return ok(name, "By e-mail, confirmed with a code.")


def _exposed(case: Case) -> Finding:
    """The key is public by nature: whoever has it can ask the project's own interface."""
    name = "web interface of the database"
    private = _asked(case, "/rest/v1/passwords?limit=1", **{"Accept-Profile": PRIVATE})
    # A schema that is not offered is 406; one that is, but refuses this visitor, is a state of PostgreSQL.
    if private.status == 200 or private.said("code") in _OFFERED:
        return problem(
            name,
            f"It offers the schema {PRIVATE} ({private.status}).",
            f"Project settings > Data API: remove {PRIVATE} from the exposed schemas.",
        )
    public = _asked(case, "/rest/v1/users?select=id&limit=1")
    if public.status == 200:
        return problem(
            name,
            "It lets anybody with the publishable key read the table users.",
            "As the owner of the database: REVOKE ALL ON ALL TABLES IN SCHEMA public FROM anon;",
        )
    return ok(name, f"It does not offer {PRIVATE}, and refuses the public tables to visitors.")
