"""Signing in with an OpenID Connect provider, such as Google, where the secrets name one.

Streamlit does the round trip and keeps who the provider said it was in a signed cookie, for 30 days. We
take that as an introduction: it counts once, right after the round trip. From then on the login is ours,
with its own list, its own ends, and the cookie of the introduction is deleted (`auth/arrived`).
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from pages.ui.context import tab

FRESH_S = 600.0  # since the provider vouched for somebody; clocks of providers differ by seconds
_COMPLETE = ("client_id", "client_secret", "server_metadata_url")


@dataclass(frozen=True)
class Provider:
    """One that the secrets describe. `name` is Streamlit's for it."""

    name: str
    label: str  # "Google"
    issuer: str  # as the address of its metadata has it (OpenID Connect Discovery 1.0, section 4)


@dataclass(frozen=True)
class Identity:
    """Who a provider says is at this browser."""

    issuer: str
    subject: str
    email: str
    email_verified: bool
    name: str
    label: str  # of the provider


def providers() -> tuple[Provider, ...]:
    """All that are described completely in the secrets' section `auth`; none without such a section."""
    if not st.secrets.load_if_toml_exists():
        return ()
    auth = st.secrets.get("auth")
    if not isinstance(auth, Mapping) or not (
        auth.get("redirect_uri") and auth.get("cookie_secret")
    ):
        return ()
    return providers_in(auth)


def providers_in(auth: Mapping[str, Any]) -> tuple[Provider, ...]:
    """The section's own provider, or those of its parts. `label` is what candidates read."""
    found = {"default": auth} if all(auth.get(key) for key in _COMPLETE) else {}
    found |= {
        name: part
        for name, part in auth.items()
        if isinstance(part, Mapping) and all(part.get(key) for key in _COMPLETE)
    }
    return tuple(
        Provider(name, _label(name, part), _issuer(str(part["server_metadata_url"])))
        for name, part in found.items()
    )


def provider_of(issuer: str, among: Sequence[Provider]) -> Provider | None:
    """Which of these calls itself so: the one whose metadata are there, else one on the same host, as some
    (Microsoft) have metadata for many tenants and name the one that somebody belongs to."""
    exactly = (one for one in among if _bare(one.issuer) == _bare(issuer))
    by_host = (one for one in among if _host(one.issuer) == _host(issuer))
    return next(exactly, None) or next(by_host, None)


def _issuer(metadata: str) -> str:
    return metadata.partition("/.well-known/")[0]


def _bare(issuer: str) -> str:
    return issuer.removeprefix("https://").rstrip("/")  # Google's is written in two ways


def _host(issuer: str) -> str:
    return _bare(issuer).partition("/")[0].lower()


def _label(name: str, section: Mapping[str, Any]) -> str:
    if section.get("label"):
        return str(section["label"])
    if "accounts.google.com" in str(section["server_metadata_url"]):
        return "Google"
    return "your organisation" if name == "default" else name.replace("-", " ").title()


def label_of(issuer: str) -> str:
    """What candidates read for the provider that calls itself so."""
    if issuer.endswith("accounts.google.com"):
        return "Google"
    return _bare(issuer)


def introduced() -> Identity | None:
    """Who has just come back from a provider, until that has been dealt with in this tab."""
    told = st.user
    if tab().identity_used or not told.get("is_logged_in"):
        return None
    issuer, subject, at = told.get("iss"), told.get("sub"), told.get("iat")
    if not (isinstance(issuer, str) and isinstance(subject, str) and isinstance(at, int | float)):
        return None
    if not issuer or not subject or abs(time.time() - at) > FRESH_S:
        return None
    used = {provider.name: provider.label for provider in providers()}
    return Identity(
        issuer,
        subject,
        str(told.get("email") or ""),
        told.get("email_verified") in (True, "true"),  # some providers write it as a word
        str(told.get("name") or ""),
        used.get(str(told.get("provider")), label_of(issuer)),
    )
