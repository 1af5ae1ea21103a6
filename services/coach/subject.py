"""Whether an answer is about the subject of its question, measured against other questions.

Everybody says "team", "asked" and "in the end". So what an answer has in common with its question is
divided by what it has in common with two dozen other questions of the bank: an answer to something
else comes out near 1, whatever its length and its vocabulary.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import exp, sqrt
from statistics import fmean

from services.coach.bank import load
from services.coach.lexicon import lexicon
from services.coach.matching import Expected, expected, place_of, value_of
from services.coach.screening import Answered
from services.coach.words import concepts_in
from services.domain import Kind

_CONCEPT = 0.9  # another word of the same concept
_ASKED = 0.75  # how much it counts when the question's own words come up
_OTHERS = 24  # questions compared with; the mean moves little beyond
_TOO_FEW = 30  # words; the density of a shorter text says little
_LIKE = {
    Kind.BEHAVIOURAL: (Kind.BEHAVIOURAL,),
    Kind.SITUATIONAL: (Kind.SITUATIONAL, Kind.BEHAVIOURAL),
    Kind.TECHNICAL: (Kind.TECHNICAL, Kind.SYSTEM_DESIGN),
    Kind.SYSTEM_DESIGN: (Kind.TECHNICAL, Kind.SYSTEM_DESIGN),
}


@dataclass(frozen=True)
class Subject:
    """`kinship`: times closer to its question than to others. `depth`: rare words on the subject."""

    kinship: float
    depth: float


@dataclass(frozen=True)
class _Vocabulary:
    """The different content words of an answer with their weight, and the concepts of each."""

    weights: dict[str, float]
    concepts: dict[str, frozenset[str]]
    touched: frozenset[str]
    words: int


def subject(answer: Answered, want: Expected, kind: Kind) -> Subject:
    """Compare the judged words of an answer with its question and with others of its kind."""
    said = _vocabulary(answer)
    closeness, depth = _closeness(said, want)
    usual = fmean(
        _closeness(said, other)[0] for other in _others(kind) if other.asked != want.asked
    )
    return Subject(closeness / usual if usual else 0.0, depth)


@cache
def _others(kind: Kind) -> tuple[Expected, ...]:
    """Questions of the bank, evenly over its order, so that all topics are among them."""
    alike = [question for question in load() if question.kind in _LIKE[kind]]
    chosen = alike[:: max(1, len(alike) // _OTHERS)][:_OTHERS]
    return tuple(expected(q.text, q.key_points, q.model_answer) for q in chosen)


def _vocabulary(answer: Answered) -> _Vocabulary:
    known = lexicon()
    weights: dict[str, float] = {}
    for word, counts in zip(answer.words, answer.counts, strict=True):
        if counts and word.plain not in known.function_words:
            weights[word.stem] = known.weight(word.stem)
    concepts: dict[str, set[str]] = {}
    touched: set[str] = set()
    for i, concept in concepts_in(answer.words):
        if answer.counts[i]:
            touched.add(concept)
            concepts.setdefault(answer.words[i].stem, set()).add(concept)
    return _Vocabulary(
        weights,
        {word: frozenset(found) for word, found in concepts.items()},
        frozenset(touched),
        answer.judged_words,
    )


def _closeness(said: _Vocabulary, want: Expected) -> tuple[float, float]:
    """How near an answer is to a question, and the amount of rare words that they share.

    Geometric mean of two shares, that of the answer's words which belong to the subject and the
    density of the subject's words in it, raised by the question's own words that come up.
    """
    total = sum(said.weights.values())
    if not total:
        return 0.0, 0.0
    known = lexicon()
    depth = asked = asked_total = 0.0
    for term in want.terms:
        if term.stem in said.weights:
            met = 1.0
        else:
            met = max(
                (_CONCEPT * known.weight(f"@{c}") for c in term.concepts & said.touched),
                default=0.0,
            )
        depth += value_of(term, want) * met
        if term.stem in want.asking:
            asked += term.weight * min(met, 1.0)
            asked_total += term.weight
    stems = want.stems
    inside = 0.0
    for word, weight in said.weights.items():
        if word in stems:
            inside += weight * min(1.0, place_of(word, want))
        else:
            shared = said.concepts.get(word, frozenset()) & want.concepts
            inside += weight * max((_CONCEPT * known.weight(f"@{c}") for c in shared), default=0.0)
    density = 100 * depth / max(said.words, _TOO_FEW)
    return sqrt(inside / total * density) * exp(_ASKED * asked / (asked_total or 1.0)), depth
