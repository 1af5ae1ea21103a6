"""The words of the answer that each level relies on, with their exact places in the text."""

from __future__ import annotations

import numpy as np

from services.coach.signs import Sign
from services.coach.weighing import Heard
from services.coach.words import Clause
from services.domain import Evidence

_MOST = 3  # quotes per criterion
_FEWEST = 3  # words of a quote that shows something by itself
_SIGNS = {
    "structure": (Sign.SITUATION, Sign.TASK, Sign.ORDER, Sign.RESULT, Sign.ACTION, Sign.INTENT),
    "specificity": (Sign.NUMBER, Sign.NAME, Sign.ACTION, Sign.INTENT, Sign.EXAMPLE),
    "result": (Sign.RESULT, Sign.LESSON),
    "reasoning": (Sign.REASON, Sign.PRICE),
}


def evidence_for(criterion: str, heard: Heard) -> tuple[Evidence, ...]:
    """Up to three clauses, the most telling first; `text[start:end] == quote` for each."""
    text = heard.answer.text
    parts = heard.answer.clauses
    # Words like "afterwards." may be a clause, but show little: they come last (the sort is stable).
    telling = sorted(_clauses(criterion, heard), key=lambda i: _words(parts[i]) < _FEWEST)
    chosen = telling[:_MOST]
    found = []
    for i in chosen:
        part = parts[i]
        found.append(Evidence(start=part.start, end=part.end, quote=text[part.start : part.end]))
    return tuple(found)


def _words(part: Clause) -> int:
    return part.last - part.first


def _clauses(criterion: str, heard: Heard) -> list[int]:
    """Clauses that show a criterion, best first."""
    on_topic = heard.match.on_topic
    by_topic = [int(i) for i in np.argsort(-on_topic, kind="stable") if on_topic[i] > 0]
    if criterion == "relevance":
        return by_topic
    if criterion == "coverage":
        points = sorted(heard.match.points, key=lambda point: -point.said)
        named = [point.clause for point in points if point.clause is not None and point.said > 0]
        return list(dict.fromkeys(named)) or by_topic
    shown: list[int] = []
    for wanted in _SIGNS[criterion]:
        here = {s.clause for s in heard.signs if s.sign is wanted}
        shown += sorted(here, key=lambda i: (-float(on_topic[i]), i))[:1]
    if criterion in ("structure", "specificity"):
        shown += by_topic
    return list(dict.fromkeys(shown))
