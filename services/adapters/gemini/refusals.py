"""What google-genai raises -> our errors. Its own texts go no further: they may repeat what was sent."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any, TypeVar

import httpx2
from google.genai import errors

from services.coach.language_model.exchange import (
    key_refused,
    not_a_model,
    one_call,
    refusal,
    unreachable,
)
from services.errors import LanguageModelError

_SECONDS = re.compile(r"\A(\d+(?:\.\d+)?)s?\Z")  # a RetryInfo's delay, for example "0.2s"
_NAME = re.compile(r"\A[A-Z_]{1,40}\Z")  # a provider's short code, for example INVALID_ARGUMENT

Result = TypeVar("Result")


def asked(call: Callable[[], Result], began: float | None = None, patience: float = 1.0) -> Result:
    """The result of one call, within `patience` time-outs of `began` (monotonic; None: now).

    Raises an `APIError` for who can still do something about it, else a `LanguageModelError`.
    """
    try:
        with one_call(time.monotonic() if began is None else began, patience):
            return call()
    except (httpx2.HTTPError, httpx2.InvalidURL):
        raise unreachable() from None
    except (ValueError, TypeError, AttributeError):
        # How the library fails on a response that is no JSON, or none of Gemini's.
        raise not_a_model() from None


def failure(error: errors.APIError) -> LanguageModelError:
    """The error of ours for a refused request."""
    if _is_about_key(error):
        return key_refused()
    named = error.status if isinstance(error.status, str) and _NAME.match(error.status) else ""
    return refusal(error.code, wait_s=_wait(error), named=named)


def complaint(error: errors.APIError) -> str:
    """What exactly a 400 says it does not know: `thinking`, `schema` or nothing that we could leave out."""
    said = str(error.message or "").lower() if error.code == 400 else ""
    if "thinking" in said:
        return "thinking"
    # `too many states` is said of a schema that is too large to be enforced.
    return "schema" if "schema" in said or "too many states" in said else ""


def _is_about_key(error: errors.APIError) -> bool:
    """The provider answers 400, not 401, to a key that it does not know."""
    if error.code != 400:
        return error.code in (401, 403)
    unknown = any(detail.get("reason") == "API_KEY_INVALID" for detail in _details(error))
    return unknown or "api key" in str(error.message or "").lower()


def _wait(error: errors.APIError) -> float | None:
    """Seconds that the provider asks for."""
    for detail in _details(error):
        delay = detail.get("retryDelay")
        if isinstance(delay, dict):
            delay = delay.get("seconds")
        if delay is not None and (found := _SECONDS.match(str(delay))):
            return float(found[1])
    return None


def _details(error: errors.APIError) -> list[dict[str, Any]]:
    told = error.details.get("error", error.details) if isinstance(error.details, dict) else {}
    details = told.get("details") if isinstance(told, dict) else None
    return [d for d in details if isinstance(d, dict)] if isinstance(details, list) else []
