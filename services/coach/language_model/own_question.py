"""The candidate's own question, with what an answer to it will be judged on."""

from __future__ import annotations

import unicodedata

from services.coach.language_model import prompting
from services.coach.language_model.plan_shapes import (
    LONGEST_QUESTION,
    Flawed,
    WrittenGuide,
    generic_criteria,
    guide_of,
    kind_of,
)
from services.coach.language_model.planning import language_of, told_about
from services.coach.language_model.tongue import name_of
from services.domain import OWN, Kind, Question, Setup
from services.errors import InvalidInput, ReplyBroken
from services.ports import LanguageModel, Prompt, Purpose

NAME = "own_question"  # of the prompt

_TRIES = 2
_TOKENS = 4_000


def write_up(model: LanguageModel, setup: Setup, text: str) -> Question:
    """The question in the candidate's words with kind, model answer, key points and rubric.

    Raises `InvalidInput` for no words or too many, else a `LanguageModelError`; `ReplyBroken` when two
    replies could not be used.
    """
    asked = own_question(text)
    language = language_of(setup, asked)
    flaw = ""
    for _ in range(_TRIES):
        written = model.reply(_prompt(setup, asked, language, flaw), WrittenGuide)
        kind = kind_of(written, (Kind.BEHAVIOURAL, *Kind))
        try:
            guide = guide_of(written, kind, language, prompting.version(NAME))
        except Flawed as found:
            flaw = str(found)
            continue
        return Question(
            text=asked,
            kind=kind,
            competency=guide.competency,
            difficulty=setup.difficulty,
            model_answer=guide.model_answer,
            key_points=guide.key_points,
            rubric=guide.rubric,
            source=OWN,
        )
    raise ReplyBroken(
        "The coach's notes on this question could not be used.", "Please add the question again."
    )


def own_question(text: str) -> str:
    """A question as a person typed it, on one line without control characters.

    Nothing else of it is touched. Raises `InvalidInput`.
    """
    asked = " ".join("".join(c if _printable(c) else " " for c in text).split())
    if not any(c.isalpha() for c in asked):
        raise InvalidInput("question", "Please write a question.")
    if len(asked) > LONGEST_QUESTION:
        raise InvalidInput(
            "question", f"A question may have {LONGEST_QUESTION} characters.", "Please shorten it."
        )
    return asked


def _printable(character: str) -> bool:
    return unicodedata.category(character) not in ("Cc", "Cs", "Co")


def _prompt(setup: Setup, asked: str, language: str, flaw: str) -> Prompt:
    instructions = prompting.instructions(
        NAME, language=name_of(language), criteria=generic_criteria(tuple(Kind))
    )
    if flaw:
        instructions += f"\n\nYour last reply could not be used: {flaw}"
    return Prompt(
        purpose=Purpose.PLAN,
        instructions=instructions,
        text="\n\n".join((told_about(setup), prompting.fenced("question", asked))),
        most_tokens=_TOKENS,
    )
