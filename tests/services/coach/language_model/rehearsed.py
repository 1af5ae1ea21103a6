"""A question, an answer to it, and the reply of a model that does everything right."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from services.coach.language_model.rating_shapes import Evidenced, Whole
from services.coach.rubrics import rubric_for
from services.domain import Job, Kind, Question, Segment, Setup, Word
from services.ports import Prompt, Submission
from tests.logs import said
from tests.services.coach.language_model.scripted import Script, block

SETUP = Setup(job=Job(position="Warehouse lead"))
QUESTION = Question(
    text="Tell me about a time you missed a deadline.",
    kind=Kind.BEHAVIOURAL,
    competency="Ownership",
    model_answer="I promised an export for March, told my lead that I would be late, and shipped a part.",
    key_points=(
        "owns the delay without blaming others",
        "told the people affected before the date",
        "changed how they estimate",
    ),
    rubric=rubric_for(Kind.BEHAVIOURAL),
)
TECHNICAL = Question(
    text="How does a database index make a query faster?",
    kind=Kind.TECHNICAL,
    key_points=("a sorted structure", "slows down inserts"),
    rubric=rubric_for(Kind.TECHNICAL),
)
ANSWER = said(
    "Last spring I was late with a payment integration. My job was to launch it in May. "
    "I told my manager a week before the date and proposed to launch with cards first. "
    "We launched on the day and the rest followed eight days later."
)
QUOTE = "told my manager a week before the date"


def submission(text: str = ANSWER, question: Question = QUESTION, **changes: Any) -> Submission:
    return Submission(**{"setup": SETUP, "question": question, "text": text, **changes})


def spoken(*segments: str, seconds_a_word: float = 0.5, gap: float = 1.0) -> tuple[Segment, ...]:
    """Segments with a word every half second and a pause between them; all of it heard well."""
    found: list[Segment] = []
    at = 0.0
    for text in segments:
        words = []
        for word in text.split():
            words.append(Word(start=at, end=at + 0.8 * seconds_a_word, text=word, probability=0.95))
            at += seconds_a_word
        found.append(Segment(start=words[0].start, end=at, text=text, words=tuple(words)))
        at += gap
    return tuple(found)


def judged(
    name: str, level: int = 3, quote: str = QUOTE, sentence: int = 3, reason: str = "You said when."
) -> dict[str, Any]:
    quotes = [{"sentence": sentence, "words": quote}] if quote else []
    return {"id": name, "quotes": quotes, "reason": reason, "level": level}


def asked_ids(prompt: Prompt) -> list[str]:
    """The criteria that a prompt asks for, in its order."""
    return re.findall(r"^id: (\S+)$", block(prompt, "rubric"), re.MULTILINE)


def whole_reply(prompt: Prompt, **changes: Any) -> dict[str, Any]:
    """Level 3 with evidence for every criterion that the prompt asks for."""
    reply: dict[str, Any] = {
        "criteria": [judged(name) for name in asked_ids(prompt)],
        "strengths": ["You say whom you told and when."],
        "improvements": ["Say what the delay cost the customers, and how you know."],
        "next_action": "End with one figure.",
        "improved_answer": "Last spring I was late with a payment integration.",
        "story": [{"first": 1, "last": 1, "part": "situation"}],
        "key_points": [
            {"number": 1, "said": True},
            {"number": 2, "said": True},
            {"number": 3, "said": False},
        ],
        "last_action": None,
        "follow_up": None,
    }
    return {**reply, **changes}


def scripted(
    *, first: Any = None, second: Any = None, evidence: Any = None, **changes: Any
) -> Script:
    """The script of a good model. `first` and `second` take the place of a pass's reply: an object of
    changes, an exception to raise, or a function of the prompt; `changes` are both passes'."""

    def script(prompt: Prompt, shape: type[BaseModel]) -> Mapping[str, Any] | str:
        if shape is Evidenced:
            chosen = evidence
            reply: dict[str, Any] = {"criteria": []}
        else:
            chosen = first if shape is Whole else second
            reply = whole_reply(prompt, **changes)
        if isinstance(chosen, Exception):
            raise chosen
        if callable(chosen):
            answered = chosen(prompt)
            assert isinstance(answered, Mapping | str)
            return answered
        return {**reply, **(chosen or {})}

    return script


def at_levels(prompt: Prompt, levels: Mapping[str, int], default: int = 3) -> dict[str, Any]:
    """A good reply with these levels."""
    names = asked_ids(prompt)
    return whole_reply(prompt, criteria=[judged(name, levels.get(name, default)) for name in names])
