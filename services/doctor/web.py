"""One HTTP request: a limit, no redirects, and every way of getting no answer as one failure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx2

from services.errors import AppError

TIMEOUT_S = 10.0  # what takes longer is of no use to somebody who waits on a page


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: Any  # as JSON; None when it is none
    took_s: float

    def said(self, name: str) -> Any:
        """A field of the body, None where there is none."""
        return self.body.get(name) if isinstance(self.body, dict) else None


def ask(method: str, url: str, *, headers: dict[str, str] | None = None, json: Any = None) -> Reply:
    """Raises `AppError` where nothing answers. What was sent is in no message."""
    try:
        response = httpx2.request(
            method, url, headers=headers, json=json, timeout=TIMEOUT_S, follow_redirects=False
        )
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as failure:
        raise AppError(
            f"{host_of(url)} does not answer ({type(failure).__name__}).",
            "Check the address, and whether this machine may open connections to it.",
        ) from None
    try:
        body = response.json()
    except ValueError:
        body = None
    return Reply(response.status_code, body, response.elapsed.total_seconds())


def host_of(url: str) -> str:
    """Host and port of an address, without what may be secret in it."""
    return url.split("://", 1)[-1].split("/", 1)[0].rsplit("@", 1)[-1] or "The address"
