"""How far an answer says what a question listens for, in whatever words it says it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from services.coach.lexicon import lexicon
from services.coach.screening import Answered
from services.coach.signs import Found
from services.coach.words import clauses, concepts_in, tokens

Floats = NDArray[np.float64]

# How well a word stands for another: the same stem, a word nearly spelt alike (recogniser errors,
# rarer forms), a word or phrase of the same concept.
_SAME, _SPELT, _CONCEPT = 1.0, 0.8, 0.75
_COMMON = 0.3  # how much of its worth a concept loses that every answer touches
_SPELT_ALIKE = 84  # rapidfuzz ratio; "postgress" to "postgres" has 94, "inspect" to "insect" 92
_LETTERS = 5  # shorter words are alike by chance
_REACH = 1  # clauses to each side in which one idea may be spread


@dataclass(frozen=True)
class Term:
    """A word that is looked for, the concepts it stands for there, and what it says (0-1)."""

    stem: str
    concepts: frozenset[str]
    weight: float


@dataclass(frozen=True)
class Expected:
    """What a question listens for. Each key point has its own terms and those of the passage of
    the model answer that is nearest to it, which says the same in full sentences."""

    asked: tuple[Term, ...]
    points: tuple[tuple[Term, ...], ...]
    passages: tuple[tuple[Term, ...], ...]
    model: tuple[Term, ...]

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """Every different term, those of the question first."""
        return tuple(dict.fromkeys(t for g in (self.asked, *self.points, self.model) for t in g))

    @cached_property
    def stems(self) -> frozenset[str]:
        return frozenset(term.stem for term in self.terms)

    @cached_property
    def concepts(self) -> frozenset[str]:
        return frozenset(concept for term in self.terms for concept in term.concepts)

    @cached_property
    def pointed(self) -> frozenset[str]:
        return frozenset(term.stem for point in self.points for term in point)

    @cached_property
    def asking(self) -> frozenset[str]:
        return frozenset(term.stem for term in self.asked)


@dataclass(frozen=True)
class Covered:
    """How far a key point is said, 0 to 1, and the clause that says it best."""

    said: float
    clause: int | None


@dataclass(frozen=True)
class Match:
    """An answer against what its question listens for."""

    points: tuple[Covered, ...]
    on_topic: Floats  # per clause, what its words have to do with the question

    @property
    def coverage(self) -> float:
        """Mean over the key points, 0 to 1."""
        return sum(p.said for p in self.points) / len(self.points) if self.points else 0.0


@lru_cache(maxsize=256)
def expected(question: str, key_points: tuple[str, ...], model_answer: str) -> Expected:
    """Read a question once; the same question is answered several times."""
    words = tokens(model_answer)
    parts = clauses(model_answer, words)
    points = tuple(_terms(point) for point in key_points)
    passages = []
    for point in points:
        best, best_said = "", 0.0
        for i in range(len(parts)):
            last = parts[min(i + 1, len(parts) - 1)]
            passage = model_answer[parts[i].start : last.end]
            said = _overlap(point, _terms(passage))
            if said > best_said:
                best, best_said = passage, said
        passages.append(_terms(best))
    asked = tuple(term for term in _terms(question) if term.stem not in lexicon().asking)
    return Expected(asked, points, tuple(passages), _terms(model_answer))


def match(answer: Answered, told: tuple[Found, ...], want: Expected) -> Match:
    """Find every expected term in every clause of the answer, then read off what is covered.

    A key point may listen for a way of telling ("names a lesson"): a sign counts for the concept
    that has its name. Signs say nothing about the subject.
    """
    terms = list(want.terms)
    places = {term: i for i, term in enumerate(terms)}
    found = _found(answer, terms)
    near = _near(found, told, terms)
    points = tuple(
        _covered(point, passage, near, places)
        for point, passage in zip(want.points, want.passages, strict=True)
    )
    return Match(points, _on_topic(want, terms, found))


def _terms(text: str) -> tuple[Term, ...]:
    known = lexicon()
    words = tokens(text)
    concepts: dict[int, set[str]] = {}
    for place, concept in concepts_in(words):
        concepts.setdefault(place, set()).add(concept)
    found: dict[str, Term] = {}
    for i, word in enumerate(words):
        here = frozenset(concepts.get(i, ()))
        if word.plain in known.function_words:
            # A phrase may start at it ("on time"); by itself it says nothing.
            here -= known.concepts_of.get(word.stem, frozenset())
        if not here and (word.plain in known.function_words or word.plain in known.judging):
            continue
        weight = max(known.weight(word.stem), 0.15)
        found.setdefault(word.stem, Term(word.stem, here, weight))
    return tuple(found.values())


def _overlap(point: tuple[Term, ...], passage: tuple[Term, ...]) -> float:
    total = sum(term.weight for term in point) or 1.0
    said = 0.0
    for term in point:
        if any(term.stem == other.stem for other in passage):
            said += term.weight
        elif any(term.concepts & other.concepts for other in passage):
            said += _CONCEPT * term.weight
    return said / total


def _found(answer: Answered, terms: list[Term]) -> Floats:
    """Terms by clauses: how well each term is met in each clause."""
    found = np.zeros((len(terms), max(len(answer.clauses), 1)))
    stems = _clauses_of(answer, ((i, word.stem) for i, word in enumerate(answer.words)))
    concepts = _clauses_of(answer, concepts_in(answer.words))
    alike = _spelt_alike([term.stem for term in terms], list(stems))
    for row, term in enumerate(terms):
        for concept in term.concepts & concepts.keys():
            columns = concepts[concept]
            found[row, columns] = np.maximum(found[row, columns], _meant(concept))
        for other in alike[row]:
            columns = stems[other]
            found[row, columns] = np.maximum(found[row, columns], _SPELT)
        if term.stem in stems:
            found[row, stems[term.stem]] = _SAME
    return found


def _clauses_of(answer: Answered, places: Iterable[tuple[int, str]]) -> dict[str, list[int]]:
    """For each name, the clauses of the judged tokens that it stands at."""
    found: dict[str, set[int]] = {}
    for token, name in places:
        if answer.counts[token]:
            found.setdefault(name, set()).add(int(answer.clause_of[token]))
    return {name: sorted(clauses) for name, clauses in found.items()}


def _near(found: Floats, told: tuple[Found, ...], terms: list[Term]) -> Floats:
    """The same with signs counted, and with what is said in the neighbouring clauses."""
    here = found.copy()
    for sign, clause in {(s.sign.value, s.clause) for s in told}:
        for row, term in enumerate(terms):
            if sign in term.concepts:
                here[row, clause] = max(here[row, clause], _CONCEPT)
    near = here.copy()
    for shift in range(1, _REACH + 1):
        near[:, shift:] = np.maximum(near[:, shift:], here[:, :-shift])
        near[:, :-shift] = np.maximum(near[:, :-shift], here[:, shift:])
    return near


def _meant(concept: str) -> float:
    """What another word of the same concept is worth: less when every other answer touches it."""
    known = lexicon()
    return _CONCEPT * (
        1 - _COMMON * known.frequency.get(f"@{concept}", 0) / max(known.questions, 1)
    )


def _spelt_alike(wanted: list[str], said: list[str]) -> list[list[str]]:
    long = [word for word in said if len(word) >= _LETTERS]
    if not wanted or not long:
        return [[] for _ in wanted]
    alike = process.cdist(wanted, long, scorer=fuzz.ratio, score_cutoff=_SPELT_ALIKE)
    return [
        [long[j] for j in np.flatnonzero(row)] if len(word) >= _LETTERS else []
        for word, row in zip(wanted, alike, strict=True)
    ]


def _covered(
    point: tuple[Term, ...], passage: tuple[Term, ...], near: Floats, places: dict[Term, int]
) -> Covered:
    said = _weighed(point, near, places)
    # The passage is one way among many to say it: meeting half of its words is as good as all.
    shown = np.minimum(1.0, 2.0 * _weighed(passage, near, places))
    both = np.maximum(said, 0.6 * said + 0.4 * shown)
    best = int(both.argmax())
    return Covered(float(both[best]), best if both[best] > 0 else None)


def _weighed(group: tuple[Term, ...], near: Floats, places: dict[Term, int]) -> Floats:
    rows = [(places[term], term.weight) for term in group if term in places]
    if not rows:
        return np.zeros(near.shape[1])
    index, weights = zip(*rows, strict=True)
    share = np.array(weights) @ near[list(index)] / sum(weights)
    return np.asarray(share)


def _on_topic(want: Expected, terms: list[Term], found: Floats) -> Floats:
    return np.asarray(np.array([value_of(term, want) for term in terms]) @ found)


def value_of(term: Term, want: Expected) -> float:
    """What meeting a term says about the subject: rare words most, squared so that they lead."""
    return place_of(term.stem, want) * lexicon().weight(term.stem) ** 2


def place_of(stem: str, want: Expected) -> float:
    """Words of the question and its key points name the subject; the model answer is one example."""
    return 1.2 if stem in want.asking else 1.0 if stem in want.pointed else 0.4
