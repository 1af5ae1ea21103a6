"""Replies of a coach without a mind: valid plans, ratings and talk, the same for the same prompt.

For the loopback model, so that benchmarks and tests of whole interviews can do without a provider. It
rates by length: a sentence of the answer is quoted, and each dozen words earns a level.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

from benchmarks.loopback_protocols import Asked

_TOPICS = (
    *("a deadline that slipped", "a colleague who disagreed", "a mistake that you made"),
    *("a customer who was upset", "a plan that had to change", "a risk that you saw early"),
    *(
        "a skill that you had to learn",
        "a decision without all the facts",
        "a process you improved",
    ),
    *("a conflict of priorities", "a project that you led", "feedback that was hard to take"),
    *("a tool that you introduced", "a result that surprised you", "help that you asked for"),
    *("a rule that you questioned", "a hand-over that went wrong", "work that you delegated"),
)
_WORDS_PER_LEVEL = 12


def answer(asked: Asked) -> dict[str, Any] | str:
    """The reply to one prompt, by the fields that its schema asks for; a talk without a schema."""
    keys = set(asked.keys)
    if "questions" in keys:
        return _plan(asked)
    if "model_answer" in keys:
        return {**_guide("behavioural", "your own question"), "kind": "behavioural"}
    if {"criteria", "strengths"} <= keys:
        return _rating(asked, whole="improved_answer" in keys)
    if "criteria" in keys:
        return {"criteria": [{"id": name, "quotes": [_quote(asked)]} for name in _ids(asked)]}
    return "Your answer names what you did. What it lacks is a figure: say how many, and by when."


def _plan(asked: Asked) -> dict[str, Any]:
    kinds = re.findall(r"^\d+\. (\w+)$", asked.instructions, re.MULTILINE)
    before = asked.text.lower()
    fresh = [topic for topic in _TOPICS if topic not in before]
    start = int(hashlib.blake2b(_job(asked).encode(), digest_size=2).hexdigest(), 16) % len(fresh)
    topics = (fresh[start:] + fresh[:start])[: len(kinds)]
    return {
        "questions": [_question(kind, topic) for kind, topic in zip(kinds, topics, strict=True)]
    }


def _job(asked: Asked) -> str:
    found = re.search(r"Position: (.*)", asked.text)
    return found[1] if found else ""


def _question(kind: str, topic: str) -> dict[str, Any]:
    text = f"Tell me about {topic}."
    return {"text": text, "kind": kind, **_guide(kind, topic)}


def _guide(kind: str, topic: str) -> dict[str, Any]:
    return {
        "kind": kind,
        "competency": topic.split(" that ")[0].removeprefix("a ").capitalize(),
        "model_answer": (
            f"Last year I had to deal with {topic}. I told everybody who was concerned on the same day, "
            "proposed two ways on, and took the one that cost the least. We finished a week later, and the "
            "customer stayed with us."
        ),
        "key_points": [
            "you tell everybody concerned on the same day",
            "you propose more than one way on",
            "you name what came of it in figures",
        ],
        "criteria": [_criterion(name, topic) for name in ("relevance", "coverage", "specificity")],
    }


def _criterion(name: str, topic: str) -> dict[str, Any]:
    said = (
        "nothing about",
        "a word about",
        "half of what matters about",
        "most about",
        "all about",
    )
    return {
        "id": name,
        "name": name.capitalize(),
        "description": f"How much of {topic} one hears.",
        "levels": [f"On {name}, you say {much} {topic}." for much in said],
    }


def _rating(asked: Asked, *, whole: bool) -> dict[str, Any]:
    said = " ".join(text for _, text in _sentences(asked))
    level = max(1, min(5, 1 + len(said.split()) // _WORDS_PER_LEVEL))
    quotes = [_quote(asked)] if level > 1 else []
    rating: dict[str, Any] = {
        "criteria": [
            {
                "id": name,
                "quotes": quotes,
                "reason": "You say what happened; a figure would take it further.",
                "level": level,
            }
            for name in _ids(asked)
        ],
        "strengths": ["You begin with what happened."],
        "improvements": ["Say what came of it, in figures."],
        "next_action": "Name one figure in the result.",
    }
    if whole:
        points = re.search(r"<key points \w+>\n(.*?)\n</key points", asked.text, re.DOTALL)
        numbers = range(1, 1 + len(points[1].splitlines())) if points else range(0)
        rating |= {
            "improved_answer": f"{said} In figures: [how much].",
            "story": [{"first": n, "last": n, "part": "action"} for n, _ in _sentences(asked)],
            "key_points": [{"number": n, "said": n == 1} for n in numbers],
            "last_action": {"followed": "partly", "comment": "There is one figure now."}
            if "<last advice " in asked.text
            else None,
            "follow_up": _follow_up()
            if "follow_up` (not wanted" not in asked.instructions
            else None,
        }
    return rating


def _follow_up() -> dict[str, Any]:
    return {
        "kind": "quantify",
        "key_point": 3,
        "text": "What did that change, in figures?",
        "model_answer": "It cost a week and saved two customers, which is a tenth of our revenue.",
        "key_points": ["what it cost", "what it saved"],
        "criteria": [
            _criterion(name, "figures") for name in ("relevance", "coverage", "specificity")
        ],
    }


def _ids(asked: Asked) -> list[str]:
    return re.findall(r"^id: (\S+)$", asked.text, re.MULTILINE)


def _sentences(asked: Asked) -> list[tuple[int, str]]:
    """The numbered sentences of the answer, without the marks of uncertain words."""
    block = re.search(r"<answer \w+>\n(.*?)\n</answer", asked.text, re.DOTALL)
    lines = re.findall(r"^\[?(\d+)[\].:]? (.+)$", block[1] if block else "", re.MULTILINE)
    return [(int(number), re.sub(r"⟦(.*?)\??⟧", r"\1", text)) for number, text in lines]


def _quote(asked: Asked) -> dict[str, Any]:
    sentences = _sentences(asked)
    number, text = max(sentences, key=lambda s: len(s[1]), default=(1, ""))
    return {"sentence": number, "words": " ".join(text.split()[:12])}
