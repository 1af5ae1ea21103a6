"""One pass over an answer, and two of them at once. A pass sees nothing of the other.

A reply is checked here for what its shape cannot say: every criterion judged, every level with a
reason, the language that was asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from services.coach.language_model.cleaning import clean_line
from services.coach.language_model.rating_prompts import in_order, language_of, rating_prompt
from services.coach.language_model.rating_shapes import Judged, Levels, Whole
from services.coach.language_model.reading import Reading
from services.coach.language_model.spans import evidence_of
from services.coach.language_model.tongue import name_of, other_than
from services.domain import Criterion, Evidence
from services.errors import LanguageModelError, ReplyBroken
from services.ports import LanguageModel

LevelsShape = TypeVar("LevelsShape", bound=Levels)

_REASON = 600  # characters


@dataclass(frozen=True)
class Verdict:
    """What one pass makes of one criterion, with the words of the answer that it could show."""

    level: int
    reason: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class Pass:
    """A complete pass: a verdict for every criterion's id."""

    verdicts: dict[str, Verdict]
    reply: Levels


def judged_in_passes(model: LanguageModel, reading: Reading, passes: int) -> tuple[Pass, ...]:
    """One or two independent passes; the first one that is there has the best texts.

    Only the first is asked for everything; the second one for levels and short advice, so that it
    costs half and can stand alone. Raises the `LanguageModelError` that is most worth another try
    when no pass succeeded.
    """
    if passes == 1:
        return (_pass(model, reading, 1, Whole),)
    # Two threads of this call's own: what they wait for is the network.
    with ThreadPoolExecutor(2, thread_name_prefix="rating") as pool:
        futures: tuple[Future[Pass], ...] = (
            pool.submit(_pass, model, reading, 1, Whole),
            pool.submit(_pass, model, reading, 2, Levels),
        )
    made: list[Pass] = []
    failures: list[LanguageModelError] = []
    for future in futures:
        try:
            made.append(future.result())
        except LanguageModelError as error:
            failures.append(error)
    if not made:
        raise min(failures, key=lambda error: error.wait_s is None)
    return tuple(made)


def _pass(model: LanguageModel, reading: Reading, number: int, shape: type[LevelsShape]) -> Pass:
    criteria = in_order(reading.submission, number)
    reply = _in_language(model, reading, criteria, shape)
    judged = _by_id(reply, criteria)
    missing = tuple(c for c in criteria if c.id not in judged)
    if missing:
        rest = model.reply(rating_prompt(reading, missing, whole=False), Levels)
        judged |= _by_id(rest, missing)
    if any(c.id not in judged for c in criteria):
        raise ReplyBroken(
            "The language model did not judge every criterion, also when asked again.",
            "It is tried again later.",
        )
    return Pass(
        {
            name: Verdict(one.level, one.reason, evidence_of(one.quotes, reading))
            for name, one in judged.items()
        },
        reply,
    )


def _by_id(reply: Levels, criteria: Sequence[Criterion]) -> dict[str, Judged]:
    """What a reply says on these criteria; one without a reason, or said twice, counts once or not."""
    wanted = {c.id for c in criteria}
    found: dict[str, Judged] = {}
    for judged in reply.criteria:
        name = judged.id.strip()
        reason = clean_line(judged.reason, _REASON)
        if name in wanted and reason:
            found.setdefault(name, judged.model_copy(update={"reason": reason}))
    return found


def _in_language(
    model: LanguageModel,
    reading: Reading,
    criteria: Sequence[Criterion],
    shape: type[LevelsShape],
) -> LevelsShape:
    """A reply in the language that was asked for, if the second one is: a rating in the wrong
    language is still a rating."""
    whole = shape is Whole
    reply = model.reply(rating_prompt(reading, criteria, whole=whole), shape)
    language = language_of(reading.submission)
    if not language or not _strays(reply, language):
        return reply
    note = (
        f"Your last reply was in another language. Write every text in {name_of(language)}; "
        "only quotes stay as they were said."
    )
    try:
        again = model.reply(rating_prompt(reading, criteria, whole=whole, again=note), shape)
    except LanguageModelError:
        return reply
    return reply if _strays(again, language) else again


def _strays(reply: Levels, language: str) -> bool:
    texts = (*(judged.reason for judged in reply.criteria), *reply.improvements)
    return other_than(" ".join(texts), language)
