"""A language model that writes plausible questions, or whatever a test wants it to write."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.domain import Kind
from services.errors import LanguageModelError
from services.ports import Prompt, Purpose, Shape

Written = dict[str, Any]

SUBJECTS = (
    *("rollback of a bad release", "slow checkout page", "leaking connection pool", "noisy alerts"),
    *("broken backup", "duplicate invoices", "expired certificates", "overbooked warehouse"),
    *("stale cache entries", "angry wholesale buyer", "night shift handover", "flaky sensor"),
)
CRITERIA = ("relevance", "coverage", "specificity", "structure")


def a_criterion(identity: str, subject: str, name: str = "") -> Written:
    return {
        "id": identity,
        "name": name or identity.title(),
        "description": f"What you say about the {subject}.",
        "levels": [
            f"You say {share} of what there is to say about the {subject} and its {identity}."
            for share in ("nothing", "a little", "half", "most", "all")
        ],
    }


def a_question(subject: str, kind: str = "technical", **changes: Any) -> Written:
    """What a model writes for one question, with parts of it changed."""
    return {
        "text": f"How do you deal with the {subject} when you meet it at work?",
        "kind": kind,
        "competency": subject.title(),
        "model_answer": f"First I look at the {subject} and at what changed before it. Then I tell the "
        "people who are affected, and I fix the cause and not only what can be seen of it.",
        "key_points": [
            f"looks at what changed before the {subject}",
            "tells the people who are affected",
            "fixes the cause and not the symptom",
        ],
        "criteria": [a_criterion(identity, subject) for identity in CRITERIA],
        **changes,
    }


def kinds_in(prompt: Prompt) -> list[str]:
    """The kinds that the instructions ask for, in order."""
    listed = "|".join(kind.value for kind in Kind)
    return re.findall(rf"^\d+\. ({listed})$", prompt.instructions, re.MULTILINE)


def as_asked() -> Callable[[Prompt], Written]:
    """Writes exactly what is asked for, each question about another subject."""
    subjects = iter(SUBJECTS * 3)
    return lambda prompt: {"questions": [a_question(next(subjects), k) for k in kinds_in(prompt)]}


def in_turn(*replies: Written | LanguageModelError) -> Callable[[Prompt], Written]:
    """One reply after the other."""
    left = list(replies)

    def answer(prompt: Prompt) -> Written:
        reply = left.pop(0)
        if isinstance(reply, LanguageModelError):
            raise reply
        return reply

    return answer


@dataclass
class PlanningModel:
    """Answers with what `write` makes of a prompt, and with `pieces` where it streams."""

    write: Callable[[Prompt], Written] = field(default_factory=as_asked)
    pieces: Sequence[str] = ()
    prompts: list[Prompt] = field(default_factory=list)

    def name(self, purpose: Purpose) -> str:
        return f"scripted-{purpose.value}"

    def reply(self, prompt: Prompt, shape: type[Shape]) -> Shape:
        self.prompts.append(prompt)
        return shape.model_validate(self.write(prompt))

    def stream(self, prompt: Prompt) -> Iterator[str]:
        self.prompts.append(prompt)
        yield from self.pieces
