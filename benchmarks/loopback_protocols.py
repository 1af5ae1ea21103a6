"""The two protocols that the loopback language model speaks: what is asked in them, and what is said."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

_STATUS = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED",
           404: "NOT_FOUND", 429: "RESOURCE_EXHAUSTED", 503: "UNAVAILABLE"}  # fmt: skip
_WHY = {
    "key": "API key not valid. Please pass a valid API key.",
    "model": "This model is not found.",
    "thinking": "Thinking level is not supported for this model.",
    "schema": "Invalid schema: response_format of type json_schema is not supported.",
    "temperature": "Unsupported value: 'temperature' does not support it with this model.",
    "max_tokens": "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.",
    "stream_options": "Unknown parameter: 'stream_options'.",
}
_LETTERS_PER_TOKEN = 4


@dataclass(frozen=True, slots=True)
class Asked:
    """One call as the model sees it."""

    path: str
    model: str
    instructions: str
    text: str  # all that is not the instructions, oldest first
    turns: tuple[tuple[bool, str], ...]  # (by the candidate, text)
    schema: dict[str, Any]  # empty without one
    keys: tuple[str, ...]  # the fields that the schema asks for at its top
    options: frozenset[str]  # of thinking, schema, temperature, max_tokens, stream_options
    most_tokens: int
    temperature: float | None
    key: str
    stream: bool

    @property
    def tokens(self) -> int:
        return (len(self.instructions) + len(self.text)) // _LETTERS_PER_TOKEN + 1


@dataclass(frozen=True, slots=True)
class Said:
    """A reply, and how it ended: `whole`, `cut` or `blocked`."""

    text: str
    ended: str = "whole"

    @property
    def tokens(self) -> int:
        return len(self.text) // _LETTERS_PER_TOKEN + 1


@dataclass(frozen=True, slots=True)
class Protocol:
    """How one provider is asked and answers."""

    asked: Callable[[Request, dict[str, Any]], Asked]
    body: Callable[[str, str | None, Asked, Said], dict[str, Any]]  # text, how it ended or None
    error_body: Callable[[int, str, float], Any]
    blocked: Callable[[], Response]
    ends: dict[str, str]  # how a reply ended, in the provider's words
    last: str = ""  # line after a stream

    def reply(self, asked: Asked, said: Said) -> Response:
        if not asked.stream:
            return JSONResponse(self.body(said.text, self.ends[said.ended], asked, said))
        return StreamingResponse(self._stream(asked, said), media_type="text/event-stream")

    def error(self, status: int, why: str, wait_s: float) -> Response:
        headers = {"Retry-After": f"{wait_s:g}"} if status == 429 else {}
        return JSONResponse(self.error_body(status, why, wait_s), status, headers)

    def prompt_block(self, asked: Asked) -> Response:
        return self.blocked()

    def media_type(self, asked: Asked) -> str:
        return "text/event-stream" if asked.stream else "application/json"

    async def _stream(self, asked: Asked, said: Said) -> AsyncIterator[str]:
        *words, last = said.text.split(" ")
        for text in (*(f"{word} " for word in words), last):
            if text:
                yield f"data: {json.dumps(self.body(text, None, asked, said))}\r\n\r\n"
        yield f"data: {json.dumps(self.body('', self.ends[said.ended], asked, said))}\r\n\r\n"
        if self.last:
            yield f"data: {self.last}\r\n\r\n"


def of(path: str) -> Protocol:
    return OPENAI if path.endswith("/chat/completions") else GEMINI


def key_of(request: Request) -> str:
    bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
    return request.headers.get("x-goog-api-key", bearer)


def _gemini_asked(request: Request, body: dict[str, Any]) -> Asked:
    path = request.url.path
    config = body.get("generationConfig") or {}
    schema = config.get("responseJsonSchema") or config.get("responseSchema") or {}
    options = {"temperature"} & set(config)
    options |= {"thinking"} if "thinkingConfig" in config else set()
    return _asked(
        request,
        model=path.rsplit("/", 1)[-1].split(":")[0],
        instructions=_parts(body.get("systemInstruction")),
        turns=tuple((c.get("role") != "model", _parts(c)) for c in body.get("contents", ())),
        schema=schema,
        options=options,
        most_tokens=config.get("maxOutputTokens", 0),
        temperature=config.get("temperature"),
        stream=":stream" in path,
    )


def _openai_asked(request: Request, body: dict[str, Any]) -> Asked:
    said = body.get("messages", ())
    form = body.get("response_format") or {}
    schema = (form.get("json_schema") or {}).get("schema") or {}
    return _asked(
        request,
        model=body.get("model", ""),
        instructions="\n".join(m["content"] for m in said if m["role"] == "system"),
        turns=tuple((m["role"] == "user", m["content"]) for m in said if m["role"] != "system"),
        schema=schema,
        options={"temperature", "max_tokens", "stream_options"} & set(body),
        most_tokens=body.get("max_tokens", body.get("max_completion_tokens", 0)),
        temperature=body.get("temperature"),
        stream=bool(body.get("stream")),
    )


def _asked(
    request: Request,
    *,
    model: str,
    instructions: str,
    turns: tuple[tuple[bool, str], ...],
    schema: dict[str, Any],
    options: set[str],
    most_tokens: int,
    temperature: float | None,
    stream: bool,
) -> Asked:
    return Asked(
        path=request.url.path,
        model=model,
        instructions=instructions,
        text="\n\n".join(text for _, text in turns),
        turns=turns,
        schema=schema,
        keys=tuple(schema.get("properties", ())),
        options=frozenset(options | ({"schema"} if schema else set())),
        most_tokens=most_tokens,
        temperature=temperature,
        key=key_of(request),
        stream=stream,
    )


def _parts(content: dict[str, Any] | None) -> str:
    return "".join(part.get("text", "") for part in (content or {}).get("parts", ()))


def _gemini_body(text: str, ended: str | None, asked: Asked, said: Said) -> dict[str, Any]:
    candidate: dict[str, Any] = {"index": 0}
    if text:
        candidate["content"] = {"role": "model", "parts": [{"text": text}]}
    if ended:
        candidate["finishReason"] = ended
    usage = {"promptTokenCount": asked.tokens, "candidatesTokenCount": said.tokens}
    return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": asked.model}


def _gemini_error(status: int, why: str, wait_s: float) -> dict[str, Any]:
    kind = "type.googleapis.com/google.rpc"
    details: list[dict[str, Any]] = []
    if status == 429:
        details.append({"@type": f"{kind}.RetryInfo", "retryDelay": f"{wait_s:g}s"})
    if why == "key":
        details.append({"@type": f"{kind}.ErrorInfo", "reason": "API_KEY_INVALID"})
    message = _WHY.get(why, f"forced {status}")
    named = _STATUS.get(status, "INTERNAL")
    return {"error": {"code": status, "message": message, "status": named, "details": details}}


def _gemini_blocked() -> Response:
    return JSONResponse(
        {
            "promptFeedback": {"blockReason": "PROHIBITED_CONTENT"},
            "usageMetadata": {"promptTokenCount": 5},
        }
    )


def _openai_body(text: str, ended: str | None, asked: Asked, said: Said) -> dict[str, Any]:
    usage = {"prompt_tokens": asked.tokens, "completion_tokens": said.tokens}
    part = "delta" if asked.stream else "message"
    choice = {"index": 0, part: {"role": "assistant", "content": text}, "finish_reason": ended}
    whole = {"model": asked.model, "choices": [choice]}
    return whole if ended is None else whole | {"usage": usage}


def _openai_error(status: int, why: str, wait_s: float) -> dict[str, Any]:
    return {"error": {"message": _WHY.get(why, f"forced {status}"), "type": "error", "code": why}}


def _openai_blocked() -> Response:
    error = {"message": "The prompt was filtered.", "code": "content_filter"}
    return JSONResponse({"error": error}, 400)


GEMINI = Protocol(
    _gemini_asked, _gemini_body, _gemini_error, _gemini_blocked,
    {"whole": "STOP", "cut": "MAX_TOKENS", "blocked": "SAFETY"},
)  # fmt: skip
OPENAI = Protocol(
    _openai_asked, _openai_body, _openai_error, _openai_blocked,
    {"whole": "stop", "cut": "length", "blocked": "content_filter"}, "[DONE]",
)  # fmt: skip
