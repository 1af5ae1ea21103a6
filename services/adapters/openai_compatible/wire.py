"""Requests and responses of an OpenAI-compatible server, tried again where that may help."""

from __future__ import annotations

import json
import time
from collections.abc import Generator, Iterator
from typing import Any

import httpx2

from services.coach.language_model.exchange import (
    PATIENT,
    asked_wait,
    blocked,
    header_safe,
    http_client,
    not_a_model,
    one_call,
    refusal,
    unreachable,
)
from services.errors import LanguageModelError

_RETRIED = (408, 429, 500, 502, 503, 504)
_NO_EVENT = (":", "event:", "id:", "retry:")  # lines of a stream that say nothing to us
_LONGEST_PAUSE_S = 8.0  # what asks for more is better tried again later, by who asked


Events = Generator[dict[str, Any], None, None]


class Complaint(Exception):
    """A 400: what was sent does not suit this server. `about` is its text in lower case, for finding
    out which option it means, and goes no further."""

    def __init__(self, about: str, failure: LanguageModelError) -> None:
        super().__init__("a request was not accepted")
        self.about = about
        self.failure = failure


class Wire:
    """One server. Any thread may use it; `timeout_s` is for a call with its retries."""

    def __init__(
        self,
        base_url: str,
        key: str = "",
        timeout_s: float = 45.0,
        *,
        attempts: int = 3,
        pause_s: float = 0.5,
    ) -> None:
        """`pause_s` is waited before the first retry. Raises `ModelKeyRefused` for what is no key."""
        key = header_safe(key)
        self._base_url = base_url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._timeout_s = timeout_s
        self._attempts = attempts
        self._pause_s = pause_s
        self._http = http_client(timeout_s)

    @property
    def host(self) -> str:
        """Host and port, for people."""
        return self._base_url.split("://", 1)[-1].split("/", 1)[0].rsplit("@", 1)[-1]

    def get(self, path: str) -> dict[str, Any]:
        """Raises a `LanguageModelError`."""
        return self._whole("GET", path, None)

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Raises a `LanguageModelError`, or a `Complaint`."""
        return self._whole("POST", path, body)

    def stream(self, path: str, body: dict[str, Any]) -> Events:
        """The events of a stream, the first one as soon as the request is accepted. Raises as `post`."""
        began = time.monotonic()
        response = self._sent("POST", path, body, began, PATIENT)
        try:
            for line in _lines(response):
                if not line or line.startswith(_NO_EVENT):
                    continue
                data = line.removeprefix("data:").strip()
                if data == "[DONE]":
                    return
                yield _checked(data)  # without `data:` it is an error, or no stream at all
        finally:
            response.close()

    def _whole(self, method: str, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        response = self._sent(method, path, body, time.monotonic(), 1.0)
        try:
            return _checked(_read(response))
        finally:
            response.close()

    def _sent(
        self, method: str, path: str, body: dict[str, Any] | None, began: float, patience: float
    ) -> httpx2.Response:
        """An accepted response, its body not read yet."""
        left = self._attempts
        pause = self._pause_s
        while True:
            left -= 1
            wait_s: float | None = None
            try:
                with one_call(began, patience):
                    response = self._http.send(
                        self._http.build_request(
                            method, self._base_url + path, json=body, headers=self._headers
                        ),
                        stream=True,
                    )
                    if response.status_code == 200:
                        return response
                    failure = _failure(response)
                again = response.status_code in _RETRIED
                wait_s = asked_wait(response.headers)
            except (httpx2.HTTPError, httpx2.InvalidURL):
                failure, again = unreachable(), True
            pause = pause if wait_s is None else wait_s
            late = time.monotonic() + pause > began + self._timeout_s * patience
            if not again or not left or late or pause > _LONGEST_PAUSE_S:
                raise failure from None
            time.sleep(pause)
            pause *= 2


def _failure(response: httpx2.Response) -> LanguageModelError:
    """Raises a `Complaint` for a 400; closes the response."""
    try:
        said = response.read().decode("utf-8", "replace")
    finally:
        response.close()
    status = response.status_code
    if status == 400:
        return _complaint(said)
    return refusal(status, wait_s=asked_wait(response.headers))


def _complaint(said: str) -> LanguageModelError:
    """Raises it, unless it is about the content, which is no use to send in another form."""
    if "content_filter" in said or "content_policy" in said:
        return blocked()
    if "invalid_api_key" in said:
        return refusal(401)
    raise Complaint(said.lower(), refusal(400)) from None


def _checked(text: str) -> dict[str, Any]:
    """A JSON object that is no error; some servers send errors as a success."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise not_a_model() from None
    if not isinstance(found, dict):
        raise not_a_model()
    if error := found.get("error"):
        code = error.get("code") if isinstance(error, dict) else None
        raise refusal(code if isinstance(code, int) and code >= 400 else 500)
    return found


def _read(response: httpx2.Response) -> str:
    try:
        return response.read().decode("utf-8", "replace")
    except httpx2.HTTPError:
        raise unreachable() from None


def _lines(response: httpx2.Response) -> Iterator[str]:
    try:
        yield from response.iter_lines()
    except httpx2.HTTPError:
        raise unreachable() from None
