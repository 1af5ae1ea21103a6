"""A reply's text -> a value of the asked shape, with one repair round.

Only structure is looked at here; what a value may mean is for the shape and for who asked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace

from pydantic import ValidationError

from services.coach.language_model.prompting import fenced
from services.errors import ReplyBroken
from services.ports import Prompt, Shape

MOST_LETTERS = 60_000  # of a reply; a plan of ten questions with their rubrics takes about 25,000
_MOST_SHOWN = 4_000  # letters of a broken reply that are worth their tokens in the repair round
_MOST_PROBLEMS = 8  # told at once; more are usually one mistake made many times

_THOUGHTS = re.compile(r"<think>.*?</think>", re.DOTALL)  # of local models that think aloud
_FENCE = re.compile(r"```(?:json)?\s*\n(.*?)```", re.DOTALL | re.IGNORECASE)


def shaped(ask: Callable[[Prompt], str], prompt: Prompt, shape: type[Shape]) -> Shape:
    """What `ask(prompt)` replies, as a `shape`. A reply that does not fit is asked for once more.

    `ask` raises `ReplyBroken` for a reply that was cut or empty, which counts the same. Raises
    `ReplyBroken` when the second does not fit either, and whatever else `ask` raises.
    """
    reply, tokens = "", prompt.most_tokens
    try:
        reply = ask(prompt)
        return _read(reply, shape)
    except ReplyBroken as error:
        problem = error.message
        if not reply:  # cut, most likely: a longer one may fit
            tokens *= 2
    try:
        return _read(ask(replace(_again(prompt, problem, reply), most_tokens=tokens)), shape)
    except ReplyBroken:
        # Without the cause: its text may quote the reply.
        raise ReplyBroken(
            "The language model replied twice with something that cannot be used.",
            "It is tried again later.",
        ) from None


def _again(prompt: Prompt, problem: str, reply: str) -> Prompt:
    """The same prompt with what was wrong about the last reply."""
    shown = fenced("last reply", reply) if 0 < len(reply) <= _MOST_SHOWN else ""
    return replace(
        prompt,
        text="\n\n".join(
            part
            for part in (
                prompt.text,
                f"Your last reply could not be used. {problem}",
                shown,
                "Reply again in full: one JSON object of the asked shape and nothing else.",
            )
            if part
        ),
    )


def _read(reply: str, shape: type[Shape]) -> Shape:
    if len(reply) > MOST_LETTERS:
        raise ReplyBroken(f"It was far too long ({len(reply):,} characters).")
    try:
        # Python reads NaN and Infinity, which JSON does not have and no figure of ours may be.
        found = json.loads(_object_in(reply), parse_constant=_refuse)
        # Half a surrogate pair can be written in JSON, and nowhere be stored or shown.
        json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise ReplyBroken("It was not one complete JSON object.") from None
    try:
        return shape.model_validate(found)
    except ValidationError as error:
        raise ReplyBroken(_in_words(error)) from None


def _object_in(reply: str) -> str:
    """The JSON object of a reply that may have thoughts, a fence or a sentence around it."""
    text = _THOUGHTS.sub("", reply).strip()
    if not text.startswith("{") and (fence := _FENCE.search(text)):
        text = fence[1]
    return text[text.find("{") : text.rfind("}") + 1]


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is no number")


def _in_words(error: ValidationError) -> str:
    """For example `scores.0.level: Input should be less than or equal to 5.`, without the input."""
    problems = error.errors(include_url=False, include_input=False, include_context=False)
    told = "; ".join(
        f"{'.'.join(str(step) for step in problem['loc']) or 'the object'}: {problem['msg']}"
        for problem in problems[:_MOST_PROBLEMS]
    )
    more = len(problems) - _MOST_PROBLEMS
    return f"{told}; and {more} more." if more > 0 else f"{told}."
