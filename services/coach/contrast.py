"""Whether an answer to "what is the difference between X and Y" gives X what belongs to Y.

What is said after a side is named is taken to be about it, until the other one is named: nobody says
"TCP ... UDP ... it" and means TCP. The words that the expected text says of one side only are then
looked for beside the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from services.coach.lexicon import lexicon
from services.coach.screening import Answered
from services.coach.words import Token, tokens

# The sides of a question: up to four words to each side of what sets them against each other.
_NAME = r"((?:[\w+#.'/-]+ ){0,3}?[\w+#.'/-]+)"
_END = r"(?=[,.?!;:]|$| (?:and|in|when|for|from|with|on|of)\b)"
_SIDES = re.compile(
    rf"\bdifferences? between {_NAME} and {_NAME}{_END}"
    rf"|\bcompare {_NAME} (?:and|with|to|against) {_NAME}{_END}"
    rf"|\b{_NAME} (?:versus|vs\.?) {_NAME}{_END}"
    rf"|\bhow (?:do|does|is|are) {_NAME} (?:differ|different) from {_NAME}{_END}",
    re.IGNORECASE,
)
_TELLING = 0.2  # weight from which on a word says something about a side
_AHEAD = 1.0  # weight added to what is on its own side: a single word shows nothing


@dataclass(frozen=True)
class Contrast:
    """The stems that name either side, and those that the expected text says of one side only."""

    names: tuple[frozenset[str], frozenset[str]]
    of_one: dict[str, int]


@lru_cache(maxsize=256)
def contrast(question: str, key_points: tuple[str, ...], model_answer: str) -> Contrast | None:
    """Read a question once; None where it sets nothing against each other."""
    names = _names(question)
    if names is None:
        return None
    said: dict[str, set[int]] = {}
    for text in (*key_points, model_answer):
        for stem, side in _told(tokens(text), names):
            said.setdefault(stem, set()).add(side)
    return Contrast(names, {stem: min(sides) for stem, sides in said.items() if len(sides) == 1})


def swapped(answer: Answered, want: Contrast | None) -> float:
    """Share (0-1) of what belongs to one side that the answer says of the other only."""
    if want is None:
        return 0.0
    kept = [word for word, counts in zip(answer.words, answer.counts, strict=True) if counts]
    said: dict[str, set[int]] = {}
    for stem, side in _told(kept, want.names):
        if stem in want.of_one:
            said.setdefault(stem, set()).add(side)
    known = lexicon()
    right = sum(known.weight(s) for s, sides in said.items() if want.of_one[s] in sides)
    wrong = sum(known.weight(s) for s, sides in said.items() if want.of_one[s] not in sides)
    return wrong / (wrong + right + _AHEAD)


def _names(question: str) -> tuple[frozenset[str], frozenset[str]] | None:
    found = _SIDES.search(question)
    if found is None:
        return None
    one, other = ([w.stem for w in _content(tokens(side))] for side in found.groups() if side)
    names = [stem for stem in one if stem not in other]
    # In "supervised and unsupervised learning" the last word belongs to both.
    others = [stem for stem in other if stem not in one][: len(names)]
    return (frozenset(names), frozenset(others)) if names and others else None


def _told(
    words: Iterable[Token], names: tuple[frozenset[str], frozenset[str]]
) -> Iterable[tuple[str, int]]:
    """Each telling word with the side (0 or 1) that was named last before it."""
    side: int | None = None
    for word in _content(words):
        if word.stem in names[0] or word.stem in names[1]:
            side = int(word.stem in names[1])
        elif side is not None:
            yield word.stem, side


def _content(words: Iterable[Token]) -> list[Token]:
    known = lexicon()
    return [
        word
        for word in words
        if word.plain not in known.function_words and known.weight(word.stem) >= _TELLING
    ]
