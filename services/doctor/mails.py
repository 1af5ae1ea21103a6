"""The e-mails of Supabase Auth. Its publishable key cannot read them; an access token of an owner can."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from services.doctor.case import Case
from services.doctor.findings import Finding, look, ok, problem, warning
from services.doctor.web import ask

MANAGEMENT = "https://api.supabase.com"
CODE = "{{ .Token }}"
_TEMPLATES = {
    "confirmation": "Confirm sign up",
    "recovery": "Reset password",
    "email_change": "Change email address",
}
FEW_MAILS = 10  # an hour; the built-in sender stops at 2


def examine(case: Case, management: str = MANAGEMENT) -> Iterator[Finding]:
    """`management` is where the project's own settings are asked for."""
    if not case.settings.supabase_url:
        return
    token = case.secret("SUPABASE_ACCESS_TOKEN")
    if not token:
        yield warning(
            "e-mail templates",
            "They cannot be read with a publishable key.",
            f"Authentication > Emails: each of {', '.join(_TEMPLATES.values())} must hold {CODE} "
            "(supabase/mail/ has them). Or set SUPABASE_ACCESS_TOKEN for this one command.",
        )
        return
    config: dict[str, Any] = {}
    read = look("e-mail settings", _read, case, management, token, config)
    yield read
    if config:
        yield look("e-mail templates", _templates, config)
        yield look("e-mail codes", _codes, config)
        yield look("e-mail sender", _sender, config)
        yield look("site address", _site, case, config)


def _read(case: Case, management: str, token: str, config: dict[str, Any]) -> Finding:
    """Fills `config` in."""
    name = "e-mail settings"
    reference = (urlsplit(case.settings.supabase_url).hostname or "").split(".")[0]
    reply = ask(
        "GET",
        f"{management}/v1/projects/{reference}/config/auth",
        headers={"Authorization": f"Bearer {token}"},
    )
    if reply.status != 200 or not isinstance(reply.body, dict):
        return problem(
            name,
            f"The project's settings cannot be read ({reply.status}).",
            "SUPABASE_ACCESS_TOKEN must belong to an owner of the project (Account > Access tokens).",
        )
    config.update(reply.body)
    return ok(name, "Read.")


def _templates(config: dict[str, Any]) -> Finding:
    name = "e-mail templates"
    without = [
        title
        for key, title in _TEMPLATES.items()
        if ".Token"
        not in str(config.get(f"mailer_templates_{key}_content") or "").replace("TokenHash", "")
    ]
    if without:
        return problem(
            name,
            f"There is no code in {', '.join(without)}.",
            f"Authentication > Emails: put {CODE} into it; supabase/mail/ has a text for each.",
        )
    return ok(name, "Each holds a code.")


def _codes(config: dict[str, Any]) -> Finding:
    name = "e-mail codes"
    length, lasts = config.get("mailer_otp_length"), config.get("mailer_otp_exp")
    if length not in (None, 6):
        return problem(
            name,
            f"They have {length} digits; the screens ask for six.",
            "Authentication > Sign In / Providers > Email: set the length of the code to 6.",
        )
    if isinstance(lasts, int) and lasts > 3_600:
        return warning(
            name,
            f"They are good for {lasts // 3_600} hours.",
            "Authentication > Sign In / Providers > Email: an hour (3600 s) is enough.",
        )
    return ok(name, "Six digits, for an hour at most.")


def _sender(config: dict[str, Any]) -> Finding:
    name = "e-mail sender"
    if not config.get("smtp_host"):
        return problem(
            name,
            "The built-in one, which sends two e-mails an hour and only to the project's own team.",
            "Authentication > Emails > SMTP settings: enter a server of yours or of a provider.",
        )
    limit = config.get("rate_limit_email_sent")
    if isinstance(limit, int) and limit < FEW_MAILS:
        return warning(
            name, f"At most {limit} e-mails an hour.", "Authentication > Rate limits: raise it."
        )
    return ok(name, f"{config['smtp_host']}.")


def _site(case: Case, config: dict[str, Any]) -> Finding:
    name, site = "site address", str(config.get("site_url") or "").rstrip("/")
    ours = case.settings.public_url.rstrip("/")
    if ours and site != ours:
        return warning(
            name,
            "The Site URL of Supabase Auth is not PUBLIC_URL.",
            f"Authentication > URL configuration: set it to {ours}.",
        )
    return ok(name, site or "Not set.")
