"""The port `LanguageModel` on the Gemini API. Any thread may use one."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from google import genai
from google.genai import errors, types

from services.adapters.gemini.refusals import asked, complaint, failure
from services.coach.language_model.exchange import (
    PATIENT,
    about_tokens,
    blocked,
    conversation,
    cut,
    empty,
    too_long,
    whole_letters,
)
from services.coach.language_model.learned import Learned
from services.coach.language_model.replies import MOST_LETTERS, shaped
from services.coach.language_model.schemas import in_words, schema_of
from services.ports import Prompt, Purpose, Shape, Spend

_THOUGHTS = 2_000  # tokens beside those of the reply: thoughts count as output, and would cut it
_BLOCKED = {
    "SAFETY", "PROHIBITED_CONTENT", "BLOCKLIST", "SPII", "RECITATION", "ESCALATION", "MODEL_ARMOR",
}  # fmt: skip

_Send = Callable[[str, types.GenerateContentConfig], "_Result"]
_Result = TypeVar("_Result")


class Gemini:
    """Plans with one model, rates and talks with another; a third takes over from one that is gone."""

    def __init__(
        self,
        client: genai.Client,
        *,
        rating_model: str,
        planning_model: str,
        fallback_model: str,
        spend: Spend,
        on_fallback: Callable[[str, str], None],
    ) -> None:
        """`on_fallback(gone, instead)` is told once for a model, on the thread that found out."""
        self._client = client
        self._rating, self._planning, self._fallback = rating_model, planning_model, fallback_model
        self._spend = spend
        self._learned = Learned(on_fallback)

    def paid_by(self, spend: Spend) -> Gemini:
        """The same models on the same client, on another account; what one learns all know."""
        other = copy.copy(self)
        other._spend = spend
        return other

    def name(self, purpose: Purpose) -> str:
        return self._learned.taken(self._planning if purpose is Purpose.PLAN else self._rating)

    def reply(self, prompt: Prompt, shape: type[Shape]) -> Shape:
        schema = schema_of(shape)
        return shaped(lambda again: self._reply(again, schema), prompt, shape)

    def stream(self, prompt: Prompt) -> Iterator[str]:
        contents = _contents(prompt)

        def begin(
            model: str, config: types.GenerateContentConfig
        ) -> tuple[types.GenerateContentResponse | None, _Pieces]:
            """The first piece, which only comes when the request was accepted, and the others."""
            began = time.monotonic()
            pieces = self._client.models.generate_content_stream(
                model=model, contents=contents, config=config
            )
            following = iter(lambda: asked(lambda: next(pieces, None), began, PATIENT), None)
            return next(following, None), following

        piece, following = self._adapting(prompt, None, begin)
        said, usage, ended = "", None, False
        try:
            while piece is not None:
                usage = piece.usage_metadata or usage
                _check(piece)
                if text := _text(piece):
                    said += text
                    if len(said) > MOST_LETTERS:
                        raise too_long()
                    yield text
                ended = ended or _ended(piece)
                try:
                    piece = next(following, None)
                except errors.APIError as error:
                    raise failure(error) from None
        finally:  # also when nobody reads on
            self._count(prompt, usage, said)
        if not said.strip():
            raise empty()
        if not ended:
            raise cut()

    def _reply(self, prompt: Prompt, schema: dict[str, Any]) -> str:
        contents = _contents(prompt)

        def send(model: str, config: types.GenerateContentConfig) -> types.GenerateContentResponse:
            return asked(
                lambda: self._client.models.generate_content(
                    model=model, contents=contents, config=config
                )
            )

        response = self._adapting(prompt, schema, send)
        text = _text(response)
        self._count(prompt, response.usage_metadata, text)
        _check(response)
        if not _ended(response):
            raise cut()
        if not text.strip():
            raise empty()
        return text

    def _adapting(
        self, prompt: Prompt, schema: dict[str, Any] | None, send: _Send[_Result]
    ) -> _Result:
        """Send, and once more for each thing that the provider turns out not to have or to know."""
        wanted = model = self.name(prompt.purpose)
        known = ("thinking",) if schema is None else ("thinking", "schema")
        while True:
            options = [option for option in known if self._learned.takes(model, option)]
            self._spend.allow()
            try:
                result = send(model, _config(prompt, schema, options))
            except errors.APIError as error:
                if error.code == 404 and model != self._fallback:
                    model = self._fallback
                elif (disliked := complaint(error)) in options:
                    self._learned.refuses(model, disliked)
                else:
                    raise failure(error) from None
                continue
            if model != wanted:  # only now: it may have been the address that was wrong
                self._learned.gone(wanted, model)
            return result

    def _count(
        self, prompt: Prompt, usage: types.GenerateContentResponseUsageMetadata | None, said: str
    ) -> None:
        """Thoughts count as written, as the provider bills them."""
        usage = usage or types.GenerateContentResponseUsageMetadata()
        asked_for = (prompt.instructions, *(text for _, text in conversation(prompt)))
        self._spend.used(
            usage.prompt_token_count or about_tokens(*asked_for),
            (usage.candidates_token_count or about_tokens(said))
            + (usage.thoughts_token_count or 0),
        )


_Pieces = Iterator[types.GenerateContentResponse | None]


def _config(
    prompt: Prompt, schema: dict[str, Any] | None, options: list[str]
) -> types.GenerateContentConfig:
    thinks, bound = "thinking" in options, "schema" in options
    told = "" if schema is None or bound else in_words(schema)
    return types.GenerateContentConfig(
        system_instruction=prompt.instructions + told,
        temperature=prompt.temperature,
        max_output_tokens=prompt.most_tokens + (_THOUGHTS if thinks else 0),
        response_mime_type=None if schema is None else "application/json",
        response_json_schema=schema if bound else None,
        thinking_config=types.ThinkingConfig(thinking_level=types.ThinkingLevel.LOW)
        if thinks
        else None,
    )


def _contents(prompt: Prompt) -> Any:
    """`Any`, because no list of one type is a list of the library's union of types."""
    return [
        types.Content(role="user" if by_candidate else "model", parts=[types.Part(text=text)])
        for by_candidate, text in conversation(prompt)
    ]


def _candidate(response: types.GenerateContentResponse) -> types.Candidate:
    return response.candidates[0] if response.candidates else types.Candidate()


def _text(response: types.GenerateContentResponse) -> str:
    """Without thoughts."""
    content = _candidate(response).content
    parts = (content.parts if content else None) or ()
    text = "".join(part.text for part in parts if part.text and not part.thought)
    return whole_letters(text)


def _ended(response: types.GenerateContentResponse) -> bool:
    return _candidate(response).finish_reason is types.FinishReason.STOP


def _check(response: types.GenerateContentResponse) -> None:
    """Raises `ReplyBlocked`."""
    stopped = _candidate(response).finish_reason
    feedback = response.prompt_feedback
    if (stopped and stopped.value in _BLOCKED) or (feedback and feedback.block_reason):
        raise blocked()
