"""What every exchange with a language model has: a time-out for the whole of it, a limit of what comes
back, failures as errors of ours, and no trace in a log.

An HTTP client's own time-outs are for one step each: a server that sends a byte a second would never
meet them. So every response is watched while it comes in.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

import httpx2

from services.errors import (
    LanguageModelError,
    ModelBusy,
    ModelFailing,
    ModelKeyRefused,
    ModelMissing,
    ModelUnreachable,
    ReplyBlocked,
    ReplyBroken,
    RequestRefused,
)
from services.ports import Prompt

MOST_BYTES = 2_000_000  # of a response: thirty times the longest reply that is read
_CONNECT_S = 10.0  # a server that does not even connect by then is not there
PATIENT = 4.0  # a text that is read while it is written may take so many time-outs
_LETTERS_PER_TOKEN = 4  # OpenAI's rule of thumb for English; for servers that do not count
_LONGEST_WAIT_S = 86_400.0  # daily quotas come back within a day

# When the call began (monotonic) and how many time-outs it may take; set on the calling thread, so that
# the attempts of one call share its time.
_call: ContextVar[tuple[float, float] | None] = ContextVar("_call", default=None)


@contextmanager
def one_call(began: float, patience: float = 1.0) -> Iterator[None]:
    """What is sent inside, retries included, ends `patience` time-outs after `began` (monotonic)."""
    token = _call.set((began, patience))
    try:
        yield
    finally:
        _call.reset(token)


def http_client(timeout_s: float) -> httpx2.Client:
    """A client for language models; any thread may use it.

    It follows no redirects, because they would carry the key elsewhere, and takes nothing compressed,
    because little can become much. Raises `ModelUnreachable` past the time-out and `ReplyBroken` past
    `MOST_BYTES`, also while a response is read.
    """
    _hush()

    def ends() -> float:
        began, patience = _call.get() or (time.monotonic(), 1.0)
        return began + timeout_s * patience

    def begin(request: httpx2.Request) -> None:
        left = ends() - time.monotonic()
        if left <= 0:
            raise too_slow()
        steps = request.extensions.get("timeout", {})
        longest = {"connect": _CONNECT_S}
        request.extensions["timeout"] = {
            step: min(left, timeout_s, longest.get(step, left), given or left)
            for step, given in steps.items()
        }

    def watch(response: httpx2.Response) -> None:
        if response.headers.get("content-encoding", "identity") != "identity":
            raise not_a_model()
        assert isinstance(response.stream, httpx2.SyncByteStream)
        response.stream = _Watched(response.stream, ends())

    return httpx2.Client(
        timeout=timeout_s,
        headers={"Accept-Encoding": "identity"},
        follow_redirects=False,
        event_hooks={"request": [begin], "response": [watch]},
    )


class _Watched(httpx2.SyncByteStream):
    """The body of a response that may neither grow nor last without end."""

    def __init__(self, stream: httpx2.SyncByteStream, ends: float) -> None:
        self._stream = stream
        self._ends = ends

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        for piece in self._stream:
            size += len(piece)
            if size > MOST_BYTES:
                raise ReplyBroken("The language model's response was far too large.")
            if time.monotonic() > self._ends:
                raise too_slow()
            yield piece

    def close(self) -> None:
        self._stream.close()


def _hush() -> None:
    """These libraries log addresses, headers and what an error said; none of it is for a log."""
    for name in ("google_genai", "httpx2", "httpcore2"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def conversation(prompt: Prompt) -> list[tuple[bool, str]]:
    """(said by the candidate, text), oldest first. Neighbours of one side are joined: many local models
    refuse two in a row."""
    said: list[tuple[bool, str]] = []
    for by_candidate, text in (
        (True, prompt.text),
        *((t.by_candidate, t.text) for t in prompt.turns),
    ):
        if not text.strip():
            continue
        text = whole_letters(text)
        if said and said[-1][0] == by_candidate:
            said[-1] = (by_candidate, f"{said[-1][1]}\n\n{text}")
        else:
            said.append((by_candidate, text))
    return said


def whole_letters(text: str) -> str:
    """Without halves of surrogate pairs, which no file, socket or screen takes."""
    return text.encode("utf-8", "replace").decode()


def about_tokens(*texts: str) -> int:
    """Tokens of texts whose server did not count them."""
    return sum(map(len, texts)) // _LETTERS_PER_TOKEN + 1


def refusal(status: int, *, wait_s: float | None = None, named: str = "") -> LanguageModelError:
    """The error for an HTTP status. `wait_s` is what the provider asked for; `named` is its own short
    code, never its text, which may repeat what was sent."""
    if wait_s is not None:
        wait_s = min(max(wait_s, 0.0), _LONGEST_WAIT_S)
    if status in (401, 403):
        return key_refused()
    if status == 429:
        return ModelBusy(
            "The language model takes no more calls at present, or its quota is used up.",
            "It is tried again by itself.",
            wait_s=wait_s,
        )
    if status == 408:
        return too_slow()
    if status >= 500:
        return ModelFailing(
            f"The language model has trouble of its own ({status}).",
            "It is tried again by itself.",
            wait_s=wait_s,
        )
    if status == 404:
        return ModelMissing(
            "The provider does not have this language model.",
            "The operator can name another one in the settings.",
        )
    if status < 400:  # a redirect, or a success without a reply
        return not_a_model()
    told = f"{status} {named}".strip()
    return RequestRefused(
        f"The language model did not accept the request ({told}).",
        "The operator can name another model in the settings.",
    )


def key_refused() -> ModelKeyRefused:
    return ModelKeyRefused(
        "The language model's provider does not accept this key.",
        "Check it, or create a new one.",
    )


def unreachable() -> ModelUnreachable:
    return ModelUnreachable(
        "The language model could not be reached.", "Check the connection; it is tried again."
    )


def too_slow() -> ModelUnreachable:
    return ModelUnreachable(
        "The language model did not answer in time.", "It is tried again by itself."
    )


def not_a_model() -> ModelUnreachable:
    return ModelUnreachable(
        "What answers at the language model's address is something else.",
        "Check the address, and whether the network asks for a sign-in.",
    )


def blocked() -> ReplyBlocked:
    return ReplyBlocked(
        "The provider's safety rules stopped the language model.",
        "Say it in other words, or go on without.",
    )


def empty() -> ReplyBroken:
    return ReplyBroken("The language model replied with nothing.", "Try again.")


def cut() -> ReplyBroken:
    return ReplyBroken("The language model's reply was cut before its end.", "Try again.")


def too_long() -> ReplyBroken:
    return ReplyBroken("The language model replied with far too much.", "Try again.")


def header_safe(key: str) -> str:
    """A key without the spaces that copying adds. Raises `ModelKeyRefused` for what no key can hold."""
    key = key.strip()
    if not key.isascii() or not key.isprintable() or " " in key:
        raise key_refused()
    return key


def asked_wait(headers: Mapping[str, str]) -> float | None:
    """Seconds of a Retry-After header; dates, which providers do not send, and nonsense are left out."""
    try:
        wait = float(headers.get("retry-after", ""))
    except ValueError:
        return None
    return wait if math.isfinite(wait) and wait >= 0 else None
