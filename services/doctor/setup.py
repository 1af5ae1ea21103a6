"""What everything else stands on: names of settings, the data folder, addresses, cookies, Streamlit."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from typing import Any

from dotenv import dotenv_values
from pydantic import AliasChoices

from services.doctor.case import Case, toml
from services.doctor.findings import Finding, look, ok, problem, warning
from services.settings import Settings

# Read by libraries, by Streamlit or by one command, and by no setting.
OTHERS = frozenset(
    {
        "CLOUDFLARE_TURN_KEY_API_TOKEN", "TWILIO_AUTH_TOKEN", "DATABASE_OWNER_URL",
        "SUPABASE_ACCESS_TOKEN", "FORWARDED_ALLOW_IPS", "STREAMLIT_SERVER_COOKIE_SECRET",
        "STREAMLIT_SERVER_ALLOWED_HOSTS",
    }
)  # fmt: skip
# Of compose.yaml, which reads the same file.
COMPOSED = frozenset(
    {"SITE", "TURN_HOST", "TURN_IP", "TURN_PASSWORD", "POSTGRES_PASSWORD", "APP_BACKEND_PASSWORD"}
)
LITTLE_MB, ENOUGH_MB = 200, 2_000  # the second holds a speech model and hours of waiting sound
SECRET_LENGTH = 32  # characters; 128 bits even as hexadecimal digits


def examine(case: Case) -> Iterator[Finding]:
    yield look("names in .env", _names, case)
    yield look("data folder", _data_folder, case)
    yield look("address of the site", _public_url, case)
    yield look("streamlit protection", _protection, case)
    yield look("cookie secret", _cookie_secret, case)
    if sign_in := toml(case.root / ".streamlit" / "secrets.toml").get("auth"):
        yield look("sign-in with a provider", _provider, case, sign_in)


def names_of_settings() -> frozenset[str]:
    """Every variable that a setting is read from."""
    names: set[str] = set()
    for name, field in Settings.model_fields.items():
        alias = field.validation_alias
        if isinstance(alias, AliasChoices):
            names.update(str(choice) for choice in alias.choices)
        else:
            names.add(str(alias or name).upper())
    return frozenset(names)


def _names(case: Case) -> Finding:
    name, file = "names in .env", case.root / ".env"
    if not file.exists():
        return ok(name, "There is no such file; settings come from the environment.")
    known = names_of_settings() | OTHERS | COMPOSED
    unknown = sorted(
        key
        for key in dotenv_values(file)
        if key.upper() not in known and not key.startswith("STREAMLIT_")
    )
    if unknown:
        return warning(
            name, f"No setting is called {', '.join(unknown[:5])}.", "Correct or remove the line."
        )
    return ok(name, "Each is a setting.")


def _data_folder(case: Case) -> Finding:
    name, folder = "data folder", case.settings.data_dir
    there = next(parent for parent in (folder, *folder.parents) if parent.exists())
    try:
        with tempfile.NamedTemporaryFile(dir=there, prefix=".doctor-"):
            pass
    except OSError as failure:
        return problem(
            name,
            f"{there} cannot be written to ({failure.strerror}).",
            "Give it to the user that runs the app, or set DATA_DIR.",
        )
    free = shutil.disk_usage(there).free // 1_000_000
    found = f"{folder} has {free:,} MB free."
    if free < LITTLE_MB:
        return problem(name, found, "Make room: sound is written here while somebody speaks.")
    if free < min(ENOUGH_MB, case.settings.spool_limit_mb):
        return warning(
            name,
            found,
            f"Make room, or lower SPOOL_LIMIT_MB ({case.settings.spool_limit_mb:,}): recordings wait "
            "here while their bucket is away.",
        )
    return ok(name, found)


def _public_url(case: Case) -> Finding:
    name, url = "address of the site", case.settings.public_url
    alone = not (case.settings.database_url.get_secret_value() or case.settings.supabase_url)
    if not url and alone:
        return ok(name, "PUBLIC_URL is not set, which is enough on this machine alone.")
    if not url:
        return warning(
            name,
            "PUBLIC_URL is not set, so the sign-in cookie is not bound to HTTPS.",
            "Set it to the https:// address that people use.",
        )
    if url.startswith("https://"):
        return ok(name, f"{url}; the sign-in cookie is Secure.")
    if url.startswith(("http://localhost", "http://127.0.0.1")):
        return ok(name, f"{url}, on this machine.")
    return problem(
        name,
        f"{url} does not begin with https://.",
        "Browsers give no microphone to a page without HTTPS, and passwords would travel in the open.",
    )


def _protection(case: Case) -> Finding:
    """Options that must not have been turned round."""
    name = "streamlit protection"
    wanted = {"enableXsrfProtection": True, "enableCORS": True, "enableAgentApi": False}
    wrong = [
        f"server.{option} = {str(not right).lower()}"
        for option, right in wanted.items()
        if _option(case, option, right) is not right
    ]
    if wrong:
        return problem(
            name,
            f"{', '.join(wrong)}.",
            "Remove it from .streamlit/config.toml and the environment.",
        )
    if case.on_the_internet and not _option(case, "allowedHosts", None):
        return ok(
            name, "On; any host name is answered (STREAMLIT_SERVER_ALLOWED_HOSTS narrows it)."
        )
    return ok(name, "On.")


def _option(case: Case, name: str, default: Any) -> Any:
    """Of the section `server`: a variable goes before the file."""
    snake = "".join(f"_{c}" if c.isupper() else c.upper() for c in name.replace("CORS", "Cors"))
    given = case.environment.get(f"STREAMLIT_SERVER_{snake}")
    if given is not None:
        said = given.strip().lower()
        return said == "true" if said in ("true", "false") else given
    return toml(case.root / ".streamlit" / "config.toml").get("server", {}).get(name, default)


def _cookie_secret(case: Case) -> Finding:
    name = "cookie secret"
    sign_in = toml(case.root / ".streamlit" / "secrets.toml").get("auth", {})
    secret = str(_option(case, "cookieSecret", "") or sign_in.get("cookie_secret", ""))
    if secret and len(secret) < SECRET_LENGTH:
        return problem(
            name,
            f"It has {len(secret)} characters.",
            "Set STREAMLIT_SERVER_COOKIE_SECRET to the output of `openssl rand -hex 32`.",
        )
    if not secret and case.settings.database_url.get_secret_value():
        return warning(
            name,
            "Each process makes one of its own.",
            "With several processes set STREAMLIT_SERVER_COOKIE_SECRET to the same text for all "
            "(`openssl rand -hex 32`), and give each machine a DATA_DIR of its own.",
        )
    return ok(name, "Set." if secret else "Made at each start, which is enough for one process.")


def _provider(case: Case, sign_in: Mapping[str, Any]) -> Finding:
    """OpenID Connect, as Streamlit's own st.login reads it."""
    name = "sign-in with a provider"
    inner = [value for value in sign_in.values() if isinstance(value, dict)]
    given = {key for part in (sign_in, *inner) for key, value in part.items() if value}
    needed = {"redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url"}
    if missing := needed - given:
        return problem(
            name, f"[auth] lacks {', '.join(sorted(missing))}.", "Complete .streamlit/secrets.toml."
        )
    redirect = str(sign_in.get("redirect_uri", ""))
    ours = f"{case.settings.public_url.rstrip('/')}/oauth2callback"
    if case.settings.public_url and redirect != ours:
        return problem(
            name, "redirect_uri is not at PUBLIC_URL.", f"Set it to {ours}, at the provider too."
        )
    return ok(name, "[auth] is complete.")
