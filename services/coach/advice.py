"""What the candidate reads: why each level, what was good, what to do next. Never about accent or grammar."""

from __future__ import annotations

from dataclasses import dataclass

from services.coach.signs import Sign
from services.coach.weighing import Heard
from services.domain import Kind, Question, Score

_SAID, _MISSING = 0.5, 0.35  # of a key point: said, and not even hinted at
_QUOTE = 90  # characters of a quote inside a sentence

_PARTS = {
    Sign.SITUATION: "the situation",
    Sign.TASK: "your task",
    Sign.ACTION: "what you did",
    Sign.RESULT: "how it ended",
}

_NOTHING = {
    "coverage": "None of the points that this question listens for can be heard.",
    "structure": "There is no line of thought on the question to follow.",
    "specificity": "There is no detail on the question, such as a number, a name or a single act.",
    "result": "No outcome can be heard: say what changed in the end.",
    "reasoning": "No reason can be heard: say why, and what speaks against it.",
}

_ADVICE = {
    "relevance": "Begin with one sentence that answers the question, and leave out what does not serve it.",
    "coverage": "Say one sentence about each of these: {missing}.",
    "structure": "Tell it in this order: {order}.",
    "specificity": "Add details that only you can know: {details}.",
    "result": "End with what changed, by how much, and what you do differently since.",
    "reasoning": "Add a “because” to each main point, and say once what the drawback is or what you would do otherwise.",
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


def reason(criterion: str, level: int, heard: Heard, question: Question, quote: str) -> str:
    """One or two sentences to the candidate on why this level; `quote` is their own words."""
    if level == 1:
        return _why_nothing(heard) if criterion == "relevance" else _NOTHING[criterion]
    shown = f"“{_short(quote)}”"
    match criterion:
        case "relevance":
            return {
                2: f"You touch the subject ({shown}) but do not answer the question yet.",
                3: f"You answer a part of the question ({shown}).",
                4: f"You answer what was asked ({shown}); a part of it stays open.",
                5: f"You answer what was asked and stay with it ({shown}).",
            }[level]
        case "coverage":
            return _coverage(heard, question, shown)
        case "structure":
            return _structure(level, heard, question.kind, shown)
        case "specificity":
            numbers = len({s.what for s in heard.signs if s.sign is Sign.NUMBER})
            amount = {2: "little", 3: "some", 4: "most", 5: "all"}[level]
            return f"You are concrete in {amount} of what you say ({shown})" + (
                "." if numbers else "; there is no number in it."
            )
        case "result":
            learnt = any(s.sign is Sign.LESSON for s in heard.signs)
            told = f"You say what came of it ({shown})"
            return told + (
                " and what you took from it." if learnt else "; what you took from it is missing."
            )
        case _:
            weighed = any(s.sign is Sign.PRICE for s in heard.signs)
            told = f"You give reasons ({shown})"
            return told + (
                " and say what limits them." if weighed else "; what speaks against it is missing."
            )


def advise(heard: Heard, question: Question, scores: tuple[Score, ...]) -> Advice:
    """What was good (from level 4), what to improve (up to level 3), and the one thing to do next."""
    missing = _points(heard, question, below=_MISSING) or _points(heard, question, below=_SAID)
    kind = question.kind

    def tip(score: Score) -> str:
        points = missing or question.key_points
        return _ADVICE[score.criterion.id].format(
            missing="; ".join(f"“{point}”" for point in points[:3]) or "what the question asks",
            order=_ORDER[kind],
            details=_DETAILS[kind],
        )

    # Saying what is missing helps most, so coverage goes one level ahead of the others.
    weakest = sorted(
        (s for s in scores if s.level <= 3),
        key=lambda s: s.level - (s.criterion.id == "coverage"),
    )
    if any(s.criterion.id == "relevance" and s.level == 1 for s in scores):
        relevant = next(s for s in scores if s.criterion.id == "relevance")
        first = f"Answer again, in your own words: {_ORDER[kind]}."
        return Advice((), (relevant.reason, tip(relevant)), first)
    best = sorted((s for s in scores if s.level >= 4), key=lambda s: -s.level)
    strengths = tuple(_bright_side(s.reason) for s in best)[:3]
    improvements = [tip(s) for s in weakest][:3]
    if missing and not any(s.criterion.id == "coverage" for s in weakest):
        improvements.append(f"One point was not heard: “{missing[0]}”.")
    if not improvements:
        return Advice(
            strengths, (), "Say it once more in two thirds of the time without losing a point."
        )
    first = f"Answer once more and change one thing. {improvements[0]}"
    return Advice(strengths, tuple(improvements), first)


def _bright_side(reason: str) -> str:
    """A reason without the part after the semicolon, which says what is missing."""
    told, _, _ = reason.rpartition(";")
    return f"{told}." if told.endswith(")") else reason


def _why_nothing(heard: Heard) -> str:
    answer = heard.answer
    if answer.addressed > 0.3:
        return "You speak to the rater; only words that answer the question can be judged."
    if answer.repeated > 0.3:
        return "You say the same thing again and again; nothing is left once the repeats are taken out."
    if answer.read_out > 0.3:
        return "You repeat the question or its key points; what is missing is your own answer."
    if answer.spoken < 0.22:
        return "These are single words rather than sentences; say what they have to do with the question."
    if len(answer.words) < 12:
        return "This is too short to answer the question."
    return "What you say is about something else than what was asked."


def _coverage(heard: Heard, question: Question, shown: str) -> str:
    said = sum(point.said >= _SAID for point in heard.match.points)
    total = len(heard.match.points)
    told = (
        f"{said} of {total} points are clearly there" if said else "The points are only hinted at"
    )
    missing = _points(heard, question, below=_MISSING)
    return f"{told} ({shown})" + (f"; not heard: “{missing[0]}”." if missing else ".")


def _points(heard: Heard, question: Question, *, below: float) -> tuple[str, ...]:
    if len(question.key_points) != len(heard.match.points):
        return ()
    pairs = zip(question.key_points, heard.match.points, strict=True)
    return tuple(
        text for text, point in sorted(pairs, key=lambda p: p[1].said) if point.said < below
    )


def _structure(level: int, heard: Heard, kind: Kind, shown: str) -> str:
    if kind is not Kind.BEHAVIOURAL:
        return {
            2: f"There are single statements ({shown}); how they connect is left to the listener.",
            3: f"There are several steps ({shown}); say more often what follows from what.",
            4: f"Your answer builds up step by step ({shown}).",
            5: f"Each part follows from the one before ({shown}).",
        }[level]
    told = {s.sign for s in heard.signs}
    there = [name for sign, name in _PARTS.items() if sign in told]
    absent = [name for sign, name in _PARTS.items() if sign not in told]
    heard_parts = (
        f"You tell {_listed(there)} ({shown})" if there else f"You hint at an event ({shown})"
    )
    return heard_parts + (f"; {_listed(absent)} cannot be heard." if absent else ", in order.")


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _short(quote: str) -> str:
    words = " ".join(quote.split())
    return words if len(words) <= _QUOTE else words[: words.rfind(" ", 0, _QUOTE)] + " …"
