"""Each criterion as a figure from 0 to 1, and where the levels begin."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from math import exp

from services.coach.lexicon import lexicon
from services.coach.matching import Match
from services.coach.opposing import Opposed
from services.coach.screening import Answered
from services.coach.signs import Found, Sign
from services.coach.subject import Subject
from services.domain import Kind


@dataclass(frozen=True)
class Heard:
    """Everything that was found in an answer, before it is weighed."""

    answer: Answered
    subject: Subject
    match: Match
    signs: tuple[Found, ...]
    opposed: Opposed

    def count(self, *wanted: Sign) -> int:
        """How many different signs of these kinds there are."""
        return len({(s.sign, s.what) for s in self.signs if s.sign in wanted})

    def about(self, kind: Kind) -> float:
        """0 when the answer is about another subject, 1 when it is about this one."""
        return _between(self.subject.kinship, *_ABOUT[kind])

    @property
    def truth(self) -> float:
        """1 when nothing speaks against what is expected, 0 when the answer turns it round."""
        against = self.opposed
        doubt = (
            0.6 * against.denied
            + 0.5 * min(against.turned, _TURNS)
            + 1.0 * against.dismissed
            + 0.4 * min(against.sweeping, _SWEEPS)
            + 1.4 * max(0.0, against.swapped - _MIXED)
        )
        return 1 - _between(doubt, *_DOUBT)

    @property
    def room(self) -> float:
        """The largest share of the key points that so few words can say."""
        return self.answer.judged_words / (_POINT * max(1, len(self.match.points)))

    @property
    def substance(self) -> int:
        """How many different words it has that are not said in most interviews."""
        known = lexicon()
        return len(
            {
                word.stem
                for i, word in enumerate(self.answer.words)
                if self.answer.counts[i] and known.weight(word.stem) > 0.6
            }
        )


# `Subject.kinship` at which an answer is surely about something else, and surely about this. Measured
# by setting answers of bands 3 to 5 in tests/grading against their own and each other's questions:
# their own gives over the second figure for nine of ten, another one under it for nine of ten (stories:
# eight). Stories begin lower: a good one brings words of its own that no question foresees, and to call
# it off the point is a worse mistake than to hear out a story that belongs to another question.
_ABOUT = {
    Kind.BEHAVIOURAL: (0.4, 1.6),  # stories of work share most of their words
    Kind.SITUATIONAL: (1.4, 2.4),
    Kind.TECHNICAL: (1.4, 2.4),
    Kind.SYSTEM_DESIGN: (1.4, 2.4),
}
_NARRATIVE = (Kind.BEHAVIOURAL, Kind.SITUATIONAL)
# What `Heard.truth` weighs: of the answers of bands 3 to 5 in tests/grading nineteen in twenty stay under
# the first figure; of those that turn the facts round seven in ten come out over the second. The weights
# are those of a logistic regression on the same answers, rounded; only that of swapped sides, which few
# questions have, is set by hand.
_DOUBT = (0.5, 0.8)
_TURNS = 1.5  # opposites for 50 words; a right answer about a contrast may be full of them
_SWEEPS = 1.2  # for 50 words; more of them are a habit of speech
_MIXED = (
    0.45  # swapped words; sides are told apart by nearness only, so a right answer has up to 0.42
)
_POINT = 8  # words to say one point; the tersest answers of band 5 in tests/grading take 12
_SHORTEST = 6  # words; less cannot answer any question of the bank
_TOUCHES = (0.8, 1.2)  # from which on it may be said to touch the subject

# Where levels 2, 3, 4 and 5 begin: half-way between the medians of neighbouring bands in tests/grading
# (without those held out). Level 2 begins just above nothing.
_CUTS = {
    "relevance": (0.12, 0.56, 0.83, 0.97),
    "coverage": (0.11, 0.29, 0.49, 0.61),
    "structure": (0.04, 0.27, 0.55, 0.72),
    "specificity": (0.03, 0.17, 0.46, 0.69),
    "result": (0.03, 0.11, 0.37, 0.61),
    "reasoning": (0.03, 0.18, 0.42, 0.65),
}
# An answer to another question earns nothing for its structure or detail, and one that only touches
# the subject no more than the middle.
_CEILING = {1: 1, 2: 3}


def levels(heard: Heard, kind: Kind) -> dict[str, int]:
    """The level (1-5) of each criterion; relevance sets a ceiling for the others."""
    if heard.answer.judged_words < _SHORTEST:
        return dict.fromkeys(_CUTS, 1)
    found = {
        name: 1 + bisect_right(_CUTS[name], figure) for name, figure in figures(heard, kind).items()
    }
    ceiling = _CEILING.get(found["relevance"], 5)
    return {name: min(level, ceiling) for name, level in found.items()}


def figures(heard: Heard, kind: Kind) -> dict[str, float]:
    """Each criterion from 0 to 1, before it is cut into levels.

    Signs of structure, detail, result and reasons count as far as the answer covers the question
    (fully from a coverage of 0.45 on), so that a good story about something else earns little.
    """
    about = heard.about(kind)
    coverage = about * heard.truth * min(heard.match.coverage, heard.room)
    vague = min(0.35, 0.07 * heard.count(Sign.VAGUE))
    narrative = kind in _NARRATIVE
    topic = about * _full(heard.subject.depth, 1.6 if narrative else 3.2)
    on_question = min(1.0, coverage / 0.45)
    return {
        "relevance": max(0.0, 0.6 * min(1.0, coverage / 0.65) + 0.4 * topic - 0.5 * vague)
        + 0.13 * _between(heard.subject.kinship, *_TOUCHES),
        "coverage": coverage,
        "structure": on_question * _structure(heard, kind),
        "specificity": on_question * max(0.0, _specificity(heard, kind) - vague),
        "result": on_question * _result(heard),
        "reasoning": on_question * _reasoning(heard),
    }


def _structure(heard: Heard, kind: Kind) -> float:
    order = _full(heard.count(Sign.ORDER), 2)
    acts = heard.count(Sign.ACTION, Sign.INTENT)
    if kind is Kind.BEHAVIOURAL:
        return (
            0.2 * bool(heard.count(Sign.SITUATION))
            + 0.1 * bool(heard.count(Sign.TASK))
            + 0.3 * _full(acts, 2.5)
            + 0.15 * bool(heard.count(Sign.RESULT))
            + 0.1 * bool(heard.count(Sign.LESSON))
            + 0.15 * order
        )
    threads = sum(value > 0.25 for value in heard.match.on_topic)
    linked = _full(heard.count(Sign.REASON, Sign.PRICE, Sign.EXAMPLE), 4)
    if kind is Kind.SITUATIONAL:
        return 0.4 * _full(acts, 2.5) + 0.3 * order + 0.3 * linked
    return 0.5 * _full(threads, 4) + 0.2 * order + 0.3 * linked


def _specificity(heard: Heard, kind: Kind) -> float:
    numbers = _full(heard.count(Sign.NUMBER, Sign.NAME), 2)
    substance = _full(heard.substance, 10)
    if kind in (Kind.TECHNICAL, Kind.SYSTEM_DESIGN):
        exact = _full(heard.subject.depth, 3.2)
        return (
            0.5 * exact + 0.25 * substance + 0.15 * numbers + 0.1 * bool(heard.count(Sign.EXAMPLE))
        )
    acts = _full(heard.count(Sign.ACTION, Sign.INTENT), 3)
    return 0.35 * acts + 0.3 * substance + 0.35 * numbers


def _result(heard: Heard) -> float:
    return (
        0.45 * _full(heard.count(Sign.RESULT), 1.2)
        + 0.35 * _full(heard.count(Sign.LESSON), 0.7)
        + 0.2 * _full(heard.count(Sign.NUMBER), 2)
    )


def _reasoning(heard: Heard) -> float:
    return 0.5 * _full(heard.count(Sign.REASON), 1.5) + 0.5 * _full(heard.count(Sign.PRICE), 2.5)


def _full(amount: float, scale: float) -> float:
    """0 for nothing, 0.63 at `scale`, towards 1: the third example adds less than the first."""
    return 1 - exp(-amount / scale)


def _between(value: float, nothing: float, full: float) -> float:
    return min(1.0, max(0.0, (value - nothing) / (full - nothing)))
