"""Replies in every state that language models leave them in."""

from __future__ import annotations

import json
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, Field

from services.coach.language_model.replies import MOST_LETTERS, shaped
from services.coach.language_model.schemas import in_words, schema_of
from services.errors import ModelBusy, ReplyBroken
from services.ports import Prompt, Purpose


class Kind(StrEnum):
    GOOD = "good"
    BAD = "bad"


class Part(BaseModel, frozen=True):
    """A part of it."""

    name: Annotated[str, Field(min_length=2, pattern="[a-z]+")]
    level: Annotated[int, Field(ge=1, le=5)]


class Whole(BaseModel, frozen=True):
    kind: Kind = Kind.GOOD
    parts: Annotated[tuple[Part, ...], Field(max_length=3)] = ()
    first: Part | None = Field(None, description="The most important one.")
    title: str = ""
    version: Literal[1] = 1


PROMPT = Prompt(Purpose.RATE, "Rate it.", "The answer.", most_tokens=500)
GOOD = '{"kind": "bad", "parts": [{"name": "clarity", "level": 2}], "title": "It"}'


class Replies:
    """Gives its replies in turn, or raises them, and keeps what was asked."""

    def __init__(self, *replies: str | Exception) -> None:
        self._replies = list(replies)
        self.asked: list[Prompt] = []

    def __call__(self, prompt: Prompt) -> str:
        self.asked.append(prompt)
        reply = self._replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return reply


@pytest.mark.parametrize(
    "dress",
    [
        lambda o: o,
        lambda o: f"\n  {o}\n",
        lambda o: f"```json\n{o}\n```",
        lambda o: f"```\n{o}\n```",
        lambda o: f"Here is the rating:\n\n{o}\n\nTell me if you need more.",
        lambda o: f"Sure!\n```JSON\n{o}\n```\nAnything {{else}}?",
        lambda o: f"<think>Perhaps {{a 3}}?</think>{o}",
    ],
)
def test_the_object_is_found_in_what_is_around_it(dress: Callable[[str], str]) -> None:
    ask = Replies(dress(GOOD))
    whole = shaped(ask, PROMPT, Whole)
    assert whole.kind is Kind.BAD
    assert whole.parts == (Part(name="clarity", level=2),)
    assert ask.asked == [PROMPT]


BROKEN = {
    "nothing": "",
    "words": "I cannot rate this.",
    "cut": GOOD[: len(GOOD) // 2],
    "cut inside": '{"parts": [{"name": "clarity", "level": 2}, {"name": "st',
    "a list": f"[{GOOD}, {GOOD}]",
    "a number": "4",
    "out of range": '{"parts": [{"name": "clarity", "level": 9}]}',
    "not a number": '{"parts": [{"name": "clarity", "level": NaN}]}',
    "endless": '{"parts": [{"name": "clarity", "level": 1e999}]}',
    "another shape": '{"parts": {"clarity": 4}}',
    "unknown kind": '{"kind": "splendid"}',
    "deep": '{"parts": ' + "[" * 20_000 + "]" * 20_000 + "}",
    "half a letter": '{"title": "\\ud800"}',
    "page": "<!doctype html><html><body>{</body></html>",
    "far too long": '{"title": "' + "so " * 67_000 + '"}',
}


@pytest.mark.parametrize("reply", BROKEN.values(), ids=BROKEN)
def test_a_broken_reply_is_asked_for_once_more_and_no_more(reply: str) -> None:
    ask = Replies(reply, GOOD)
    assert shaped(ask, PROMPT, Whole).title == "It"
    ask = Replies(reply, reply, GOOD)
    with pytest.raises(ReplyBroken):
        shaped(ask, PROMPT, Whole)
    assert len(ask.asked) == 2


def test_the_repair_round_says_what_was_wrong_and_shows_the_reply_as_data() -> None:
    reply = '{"parts": [{"name": "clarity", "level": 9}]}'
    ask = Replies(reply, GOOD)
    shaped(ask, PROMPT, Whole)
    again = ask.asked[1]
    assert again.instructions == PROMPT.instructions
    assert again.text.startswith(PROMPT.text)
    assert "parts.0.level: Input should be less than or equal to 5" in again.text
    assert reply in again.text
    assert "<last reply " in again.text


def test_a_long_broken_reply_is_not_sent_back() -> None:
    ask = Replies("so " * 1_400, GOOD)
    shaped(ask, PROMPT, Whole)
    assert len(ask.asked[1].text) < 400


def test_a_thousand_mistakes_are_not_all_told() -> None:
    parts = [{"name": "x", "level": 0}] * 200
    ask = Replies(json.dumps({"parts": parts, "kind": 3, "title": parts}), GOOD)
    shaped(ask, PROMPT, Whole)
    assert len(ask.asked[1].text) < 2_000


def test_a_reply_that_was_cut_gets_more_room() -> None:
    ask = Replies(ReplyBroken("It was cut."), GOOD)
    assert shaped(ask, PROMPT, Whole).title == "It"
    assert ask.asked[1].most_tokens == 2 * PROMPT.most_tokens


def test_what_is_no_broken_reply_is_not_asked_again() -> None:
    ask = Replies(ModelBusy("Too many calls."), GOOD)
    with pytest.raises(ModelBusy):
        shaped(ask, PROMPT, Whole)
    assert len(ask.asked) == 1


def test_what_is_told_in_the_end_quotes_nothing_of_the_reply() -> None:
    secret = '{"kind": "I was fired"}'
    with pytest.raises(ReplyBroken) as raised:
        shaped(Replies(secret, secret), PROMPT, Whole)
    assert "fired" not in str(raised.value)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__


def test_the_longest_reply_that_is_read_is_read() -> None:
    text = json.dumps({"title": "x" * (MOST_LETTERS - 13)})
    assert len(text) == MOST_LETTERS
    assert shaped(Replies(text), PROMPT, Whole).title


def test_a_schema_has_no_references_and_asks_for_every_field() -> None:
    schema = schema_of(Whole)
    assert "$" not in json.dumps(schema)
    assert schema["required"] == ["kind", "parts", "first", "title", "version"]
    assert schema["additionalProperties"] is False
    fields = schema["properties"]
    assert fields["kind"]["enum"] == ["good", "bad"]
    assert fields["version"]["enum"] == [1]
    part = fields["parts"]["items"]
    assert fields["parts"]["maxItems"] == 3
    assert part["properties"]["level"] == {"type": "integer", "minimum": 1, "maximum": 5}
    assert part["properties"]["name"] == {"type": "string"}
    assert part["required"] == ["name", "level"]
    assert fields["first"]["description"] == "The most important one."
    assert {choice["type"] for choice in fields["first"]["anyOf"]} == {"object", "null"}
    assert json.loads(in_words(schema).split(":\n", 1)[1]) == schema


class Endless(BaseModel, frozen=True):
    inside: tuple[Endless, ...] = ()


def test_a_shape_that_contains_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="contains itself"):
        schema_of(Endless)
