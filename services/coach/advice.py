"""What the candidate reads beside the reasons: what was good, what to improve, what to do next."""

from __future__ import annotations

from dataclasses import dataclass

from services.coach.reasons import MISSING, SAID, points_below
from services.coach.weighing import Heard
from services.domain import Kind, Question, Score

_ADVICE = {
    "relevance": "Open with one sentence that answers the question directly, so that the link is plain.",
    "coverage": "Say one sentence about each of these: {missing}.",
    "structure": "Tell it in this order: {order}.",
    "specificity": "Add details that only you can know: {details}.",
    "result": "End with what changed, by how much, and what you do differently since.",
    "reasoning": "Add a “because” to each main point, and name one drawback or alternative.",
}

# The one thing to change, said after "Answer once more".
_NEXT = {
    "relevance": "and answer the question in your first sentence",
    "coverage": "and add one sentence on {first}",
    "structure": "in this order: {order}",
    "specificity": "and put in two details that only you can know: {details}",
    "result": "and end with what changed and how you know it",
    "reasoning": "and say “because” after each main point",
}

_ORDER = {
    Kind.BEHAVIOURAL: "situation, your task, what you did, and the result",
    Kind.SITUATIONAL: "what you would do first, next, and last, and what each step leads to",
    Kind.TECHNICAL: "the main idea, its parts, an example, and a limit",
    Kind.SYSTEM_DESIGN: "requirements and load, the main parts, one request through them, and what can fail",
}
_DETAILS = {
    Kind.BEHAVIOURAL: "who, when, how many, and the exact thing that you did",
    Kind.SITUATIONAL: "the words you would say, to whom, and by when",
    Kind.TECHNICAL: "an exact term for each idea, a figure, and a case you have met",
    Kind.SYSTEM_DESIGN: "rough figures for the load, and a named technology for each part",
}


@dataclass(frozen=True)
class Advice:
    """The texts of a rating beside its levels."""

    strengths: tuple[str, ...]
    improvements: tuple[str, ...]
    next_action: str


def advise(heard: Heard, question: Question, scores: tuple[Score, ...]) -> Advice:
    """What was good (from level 4), what to improve (up to level 3), and the one thing to do next."""
    missing = points_below(heard, question, below=MISSING) or points_below(
        heard, question, below=SAID
    )
    kind = question.kind

    def tip(score: Score, texts: dict[str, str] = _ADVICE) -> str:
        points = [f"“{point}”" for point in missing or question.key_points]
        return texts.get(score.criterion.id, texts["coverage"]).format(
            missing="; ".join(points[:3]) or "what the question asks",
            first=points[0] if points else "what the question asks",
            order=_ORDER[kind],
            details=_DETAILS[kind],
        )

    # Saying what is missing helps most, so coverage goes one level ahead of the others.
    weakest = sorted(
        (s for s in scores if s.level <= 3),
        key=lambda s: s.level - (s.criterion.id == "coverage"),
    )
    if any(s.criterion.id == "relevance" and s.level == 1 for s in scores):
        first = f"Answer again, in your own words: {_ORDER[kind]}."
        said = [tip(s) for s in scores if s.criterion.id in ("relevance", "coverage")]
        return Advice((), tuple(said), first)
    best = sorted((s for s in scores if s.level >= 4), key=lambda s: -s.level)
    strengths = tuple(_bright_side(s.reason) for s in best)[:3]
    improvements = [tip(s) for s in weakest][:3]
    if missing and not any(s.criterion.id == "coverage" for s in weakest):
        found = "not found" if points_below(heard, question, below=MISSING) else "only touched"
        improvements.append(f"One point was {found}: “{missing[0]}”.")
    if weakest:
        first = f"Answer once more {tip(weakest[0], _NEXT)}."
    elif missing:
        first = f"Answer once more and add one sentence on “{missing[0]}”."
    else:
        first = "Say it once more in two thirds of the time without losing a point."
    return Advice(strengths, tuple(improvements), first)


def _bright_side(reason: str) -> str:
    """A reason without the part after the semicolon, which says what is missing."""
    told, _, _ = reason.rpartition(";")
    return f"{told}." if told.endswith(")") else reason
