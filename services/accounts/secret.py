"""Secrets that only a browser keeps; the database holds their fingerprints."""

from __future__ import annotations

import hashlib
import secrets


def new_secret() -> str:
    """256 random bits, safe in a cookie or a JSON body; 43 characters."""
    return secrets.token_urlsafe(32)


def fingerprint(secret: str) -> str:
    """SHA-256 in hexadecimal. A fast hash is enough for 256 random bits: there is nothing to guess.

    A secret is found by its fingerprint in an index. How long that takes tells only about the
    fingerprint, which nobody can steer, so no constant-time comparison is needed.
    """
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
