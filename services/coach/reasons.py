"""Why an answer got each level, in words to the candidate. Never about accent or grammar."""

from __future__ import annotations

from services.coach.signs import Sign
from services.coach.weighing import Heard
from services.domain import Kind, Question

SAID, MISSING = 0.5, 0.35  # of a key point: said, and not even hinted at
_QUOTE = 90  # characters of a quote inside a sentence

_PARTS = {
    Sign.SITUATION: "the situation",
    Sign.TASK: "your task",
    Sign.ACTION: "what you did",
    Sign.RESULT: "how it ended",
}

_NOTHING = {
    "coverage": "None of the points that this question listens for could be found.",
    "structure": "No line of thought on the question could be followed.",
    "specificity": "No detail on the question was found, such as a number, a name or a single act.",
    "result": "No outcome was found: say what changed in the end.",
    "reasoning": "No reason was found: say why, and what speaks against it.",
}


def reason(criterion: str, level: int, heard: Heard, question: Question, quote: str) -> str:
    """One or two sentences to the candidate on why this level; `quote` is their own words."""
    if criterion == "coverage" and level <= 2 and heard.truth < 0.5:
        return _turned_round(heard)
    if level == 1:
        return _why_nothing(heard) if criterion == "relevance" else _NOTHING[criterion]
    shown = f"“{_short(quote)}”"
    match criterion:
        case "relevance":
            return {
                2: f"You touch the subject ({shown}); say more plainly how it answers the question.",
                3: f"Some of what you say answers the question ({shown}); the rest could be tied to it.",
                4: f"You answer what was asked ({shown}); a part of it stays open.",
                5: f"You answer what was asked and stay with it ({shown}).",
            }[level]
        case "coverage":
            return _coverage(level, heard, question, shown)
        case "structure":
            return _structure(level, heard, question.kind, shown)
        case "specificity":
            bare = level <= 3 and not any(s.sign is Sign.NUMBER for s in heard.signs)
            told = {
                2: f"There is little detail yet ({shown})",
                3: f"Some of what you say is particular ({shown})",
                4: f"Most of what you say is particular ({shown})",
                5: f"You are concrete throughout ({shown})",
            }[level]
            return told + ("; there is no number in it." if bare else ".")
        case "result":
            learnt = any(s.sign is Sign.LESSON for s in heard.signs)
            if level == 2:
                return f"An outcome is hinted at ({shown}); say what changed and how you know it."
            told = f"You say what came of it ({shown})"
            return told + (
                " and what you took from it." if learnt else "; add what you took from it."
            )
        case _:
            return _reasoning(level, heard, shown)


def points_below(heard: Heard, question: Question, *, below: float) -> tuple[str, ...]:
    """The key points that are said less well than `below` (0-1), the least said first."""
    if len(question.key_points) != len(heard.match.points):
        return ()
    pairs = zip(question.key_points, heard.match.points, strict=True)
    return tuple(
        text for text, point in sorted(pairs, key=lambda p: p[1].said) if point.said < below
    )


def _why_nothing(heard: Heard) -> str:
    answer = heard.answer
    if answer.addressed > 0.3:
        return "This speaks about the rating; only words that answer the question can be judged."
    if answer.repeated > 0.3:
        return "The same words come again and again; little is left once the repeats are taken out."
    if answer.read_out > 0.3:
        return "This repeats the question or its key points; what is missing is your own answer."
    if answer.spoken < 0.22:
        return "These are single words rather than sentences; say what they have to do with the question."
    if len(answer.words) < 12:
        return "This is too short to answer the question."
    return "What you say could not be connected with the question; begin by answering it directly."


def _turned_round(heard: Heard) -> str:
    """Word lists can be wrong about this, so it is said as a doubt."""
    answer, place = heard.answer, heard.opposed.clause
    words = (
        answer.text[answer.clauses[place].start : answer.clauses[place].end]
        if place is not None
        else ""
    )
    shown = f" (“{_short(words)}”)" if words else ""
    return f"Parts of this seem to say the opposite of what the question listens for{shown}; check them."


def _coverage(level: int, heard: Heard, question: Question, shown: str) -> str:
    """How many points were found, in words that fit the level: half a point counts as touched."""
    points = heard.match.points
    said = sum(point.said >= SAID for point in points)
    touched = sum(MISSING <= point.said < SAID for point in points)
    total = f"{len(points)} point" + "s" * (len(points) > 1)
    if said:
        told = f"Of {total}, {said} {_is(said)} clearly there"
        told += f" and {touched} {_is(touched)} touched" if touched else ""
    elif touched:
        told = f"Of {total}, {touched} {_is(touched)} touched, none said in full"
    else:
        told = f"Of {total}, none is said plainly yet"
    told += f" ({shown})"
    if level <= 2 and said > 1:
        return f"{told}; how they answer this question is not plain yet."
    missing = points_below(heard, question, below=MISSING)
    return told + (f"; not found: “{missing[0]}”." if missing else ".")


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def _reasoning(level: int, heard: Heard, shown: str) -> str:
    reasons, limits = heard.count(Sign.REASON), heard.count(Sign.PRICE)
    if not reasons:
        return f"You name a condition or a limit ({shown}); add the reason behind it."
    if level == 2:
        return f"A reason can be made out ({shown}); say what follows from it."
    told = f"You give {'a reason' if reasons == 1 else 'reasons'} ({shown})"
    if limits < (1 if level >= 4 else 2):  # a single "but" may mean anything
        return f"{told}; add what speaks against it."
    return f"{told} and what limits {'it' if reasons == 1 else 'them'}."


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
    if level == 2 or not there:
        return (
            f"An event is hinted at ({shown}); tell what happened, what you did and how it ended."
        )
    heard_parts = f"You tell {_listed(there)} ({shown})"
    if not absent:
        return f"{heard_parts}, in order." if level >= 4 else f"{heard_parts}; tell each in full."
    return f"{heard_parts}; make {_listed(absent)} plainer."


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _short(quote: str) -> str:
    words = " ".join(quote.split())
    return words if len(words) <= _QUOTE else words[: words.rfind(" ", 0, _QUOTE)] + " …"
