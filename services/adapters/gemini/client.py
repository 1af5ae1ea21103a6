"""A client of the Gemini API from a key, and whether a key is good."""

from __future__ import annotations

from google import genai
from google.genai import errors, types

from services.adapters.gemini.refusals import asked, failure
from services.coach.language_model.exchange import (
    header_safe,
    http_client,
    key_refused,
    unreachable,
)
from services.errors import ModelKeyRefused

_RETRIED = [408, 429, 500, 502, 503, 504]
_KEY_CHECK_MODEL = "gemini-flash-latest"  # any would do: only the key is of interest


def gemini_client(
    key: str,
    base_url: str = "",
    timeout_s: float = 45.0,
    *,
    attempts: int = 3,
    pause_s: float = 0.5,
) -> genai.Client:
    """A client that any thread may use. Hold it: the library closes one that is let go.

    `timeout_s` is for a call with its retries; `pause_s` is waited before the first retry. Raises
    `ModelKeyRefused` for a text that cannot be a key.
    """
    key = header_safe(key)
    if not key or key.startswith("auth_tokens/"):  # the library's own, for another API
        raise key_refused()
    return genai.Client(
        api_key=key,
        vertexai=False,  # else variables of the environment decide
        http_options=types.HttpOptions(
            base_url=base_url or None,
            timeout=max(1, round(timeout_s * 1_000)),
            httpx_client=http_client(timeout_s),
            retry_options=types.HttpRetryOptions(
                attempts=attempts,
                initial_delay=pause_s,
                max_delay=4.0,
                jitter=pause_s,
                http_status_codes=_RETRIED,
            ),
        ),
    )


def check_key(key: str, base_url: str = "", timeout_s: float = 10.0) -> None:
    """Ask about a model, which costs nothing. A key whose quota is used up is a good key.

    Raises `ModelKeyRefused` or `ModelUnreachable`.
    """
    client = gemini_client(key, base_url, timeout_s, attempts=1)
    try:
        asked(lambda: client.models.get(model=_KEY_CHECK_MODEL))
    except errors.APIError as error:
        refused = failure(error)
        if isinstance(refused, ModelKeyRefused):
            raise refused from None
        if error.code not in (404, 429):
            raise unreachable() from None
