"""The port `LanguageModel` on an OpenAI-compatible server. Any thread may use one.

Small local models, and old servers, take less than the protocol has: what a server complains of is left
out from then on, and what its model replies is read with care.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from services.adapters.openai_compatible.wire import Complaint, Events, Wire
from services.coach.language_model.exchange import (
    about_tokens,
    blocked,
    conversation,
    cut,
    empty,
    not_a_model,
    too_long,
    whole_letters,
)
from services.coach.language_model.learned import Learned
from services.coach.language_model.replies import MOST_LETTERS, shaped
from services.coach.language_model.schemas import in_words, schema_of
from services.errors import ModelMissing
from services.ports import Prompt, Purpose, Shape, Spend

_CHAT = "/chat/completions"
# Options that a server may not know, with the words that its complaint has.
_OPTIONS = {
    "schema": ("response_format", "json_schema", "schema", "grammar"),
    "json": ("response_format", "json_object"),  # what is asked for without a schema
    "stream_options": ("stream_options",),
    "max_tokens": ("max_tokens",),
    "temperature": ("temperature",),
}

_Result = TypeVar("_Result")


class OpenAICompatible:
    """One model for every purpose."""

    def __init__(
        self,
        base_url: str,
        *,
        key: str = "",
        model: str = "",
        timeout_s: float = 45.0,
        spend: Spend,
        attempts: int = 3,
        pause_s: float = 0.5,
    ) -> None:
        """`base_url` ends in `/v1` as a rule; `model` "" is the first one that the server lists.

        `timeout_s` is for a call with its retries; `pause_s` is waited before the first retry. Raises
        `ModelKeyRefused` for what cannot be a key.
        """
        self._wire = Wire(base_url, key, timeout_s, attempts=attempts, pause_s=pause_s)
        self._named = model
        self._spend = spend
        self._learned = Learned()

    def paid_by(self, spend: Spend) -> OpenAICompatible:
        """The same model on the same server, on another account; what one learns all know."""
        other = copy.copy(self)
        other._spend = spend
        return other

    def name(self, purpose: Purpose) -> str:
        """Before the server was first asked for its model, its address."""
        return self._named or self._learned.taken("") or self._wire.host

    def reply(self, prompt: Prompt, shape: type[Shape]) -> Shape:
        schema = schema_of(shape)
        return shaped(lambda again: self._reply(again, schema, shape.__name__), prompt, shape)

    def stream(self, prompt: Prompt) -> Iterator[str]:
        def begin(body: dict[str, Any]) -> tuple[dict[str, Any] | None, Events]:
            following = self._wire.stream(_CHAT, body)
            return next(following, None), following

        event, following = self._adapting(prompt, {"stream": True}, None, begin)
        said, usage, ended = "", None, ""
        try:
            while event is not None:
                usage = event.get("usage") or usage
                choice = _choice(event)
                if text := _text(choice.get("delta")):
                    said += text
                    if len(said) > MOST_LETTERS:
                        raise too_long()
                    yield text
                ended = str(choice.get("finish_reason") or ended)
                event = next(following, None)
        finally:  # also when nobody reads on
            following.close()
            self._count(prompt, usage, said)
        _check(ended, said)

    def _reply(self, prompt: Prompt, schema: dict[str, Any], name: str) -> str:
        whole = self._adapting(
            prompt, {}, (name, schema), lambda body: self._wire.post(_CHAT, body)
        )
        if not (choice := _choice(whole)):
            raise not_a_model()
        message = choice.get("message")
        text = _text(message)
        self._count(prompt, whole.get("usage"), text)
        if isinstance(message, dict) and message.get("refusal"):
            raise blocked()
        _check(str(choice.get("finish_reason") or "stop"), text)
        return text

    def _adapting(
        self,
        prompt: Prompt,
        more: dict[str, Any],
        schema: tuple[str, dict[str, Any]] | None,
        send: Callable[[dict[str, Any]], _Result],
    ) -> _Result:
        """Send, and once more for each option that the server turns out not to know."""
        model = self._model()
        while True:
            taken = {option for option in _OPTIONS if self._learned.takes(model, option)}
            self._spend.allow()
            try:
                return send(_body(prompt, model, schema, taken) | more)
            except Complaint as complaint:
                disliked = _meant(complaint.about, taken)
                if not disliked:
                    raise complaint.failure from None
                self._learned.refuses(model, disliked)

    def _model(self) -> str:
        """The named model, or the first one of the server, which is asked for it once."""
        if self._named:
            return self._named
        if not (known := self._learned.taken("")):
            self._spend.allow()
            try:
                listed = self._wire.get("/models").get("data")
            except Complaint as complaint:
                raise complaint.failure from None
            names = (
                [m.get("id") for m in listed if isinstance(m, dict)]
                if isinstance(listed, list)
                else []
            )
            known = next((str(name) for name in names if name), "")
            if not known:
                raise ModelMissing(
                    "The language model's server has no model.", "Load one, or name it."
                )
            self._learned.gone("", known)
        return known

    def _count(self, prompt: Prompt, usage: Any, said: str) -> None:
        told = usage if isinstance(usage, dict) else {}
        asked = (prompt.instructions, *(text for _, text in conversation(prompt)))
        self._spend.used(
            _number(told.get("prompt_tokens")) or about_tokens(*asked),
            _number(told.get("completion_tokens")) or about_tokens(said),
        )


def _body(
    prompt: Prompt, model: str, schema: tuple[str, dict[str, Any]] | None, taken: set[str]
) -> dict[str, Any]:
    instructions = prompt.instructions
    body: dict[str, Any] = {"model": model}
    limit = "max_tokens" if "max_tokens" in taken else "max_completion_tokens"
    body[limit] = prompt.most_tokens
    if "temperature" in taken:
        body["temperature"] = prompt.temperature
    if schema is None:
        if "stream_options" in taken:
            body["stream_options"] = {"include_usage": True}
    elif "schema" in taken:
        name, form = schema
        bound = {"name": name.strip("_"), "schema": form, "strict": True}
        body["response_format"] = {"type": "json_schema", "json_schema": bound}
    else:
        instructions += in_words(schema[1])
        if "json" in taken:
            body["response_format"] = {"type": "json_object"}
    sides = {True: "user", False: "assistant"}
    said = [{"role": sides[by], "content": text} for by, text in conversation(prompt)]
    body["messages"] = [{"role": "system", "content": instructions}, *said]
    return body


def _meant(about: str, taken: set[str]) -> str:
    """The option that a complaint names, of those that were sent."""
    for option, words in _OPTIONS.items():
        if option in taken and any(word in about for word in words):
            return option
    return ""


def _choice(event: dict[str, Any]) -> dict[str, Any]:
    """The first choice; empty for an event without one, such as the last, which only counts."""
    choices = event.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else {}
    return first if isinstance(first, dict) else {}


def _text(message: Any) -> str:
    content = message.get("content") if isinstance(message, dict) else None
    return whole_letters(content) if isinstance(content, str) else ""


def _number(value: Any) -> int:
    return value if isinstance(value, int) and value > 0 else 0


def _check(ended: str, said: str) -> None:
    """Raises for a reply that was stopped, cut or empty."""
    if ended == "content_filter":
        raise blocked()
    if ended in ("length", ""):  # how a whole reply ended is told in many words
        raise cut()
    if not said.strip():
        raise empty()
