"""Whether words stand in an order that people speak in, or were thrown together.

Each word is a grammar word or one of a few sorts of other words, told by their endings. How often two
sorts follow each other is counted once over the model answers of the bank. In word salad neighbours meet
as often as chance has it, in speech more often, whatever it is about.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from math import log
from statistics import fmean

from services.coach.bank import load
from services.coach.lexicon import lexicon
from services.coach.words import tokens

_ENDINGS = ("ing", "ed", "ly", "ion", "ment", "s")
_UNSEEN = 0.5  # added to every count, so that a pair never seen is unlikely rather than impossible


@dataclass(frozen=True)
class _Pairs:
    """How often sorts of words follow each other."""

    together: Counter[tuple[str, str]]
    first: Counter[str]
    second: Counter[str]

    def attraction(self, one: str, other: str) -> float:
        """Pointwise mutual information (Church & Hanks 1990): 0 for chance, above for affinity."""
        chance = self.first[one] * self.second[other] / self.together.total()
        return log((self.together[one, other] + _UNSEEN) / (chance + _UNSEEN))


def fluency(words: Iterable[str]) -> float:
    """Mean attraction of neighbours: about 0.4 in speech, 0 in words thrown together.

    `words` are in plain form. A word said twice in a row (people stammer) is passed over.
    """
    pairs = _spoken()
    found = [pairs.attraction(a, b) for a, b in pairwise(map(_sort, words)) if a != b]
    return fmean(found) if found else 0.0


@cache
def _spoken() -> _Pairs:
    together = Counter(
        pair
        for question in load()
        for pair in pairwise(_sort(word.plain) for word in tokens(question.model_answer))
    )
    first: Counter[str] = Counter()
    second: Counter[str] = Counter()
    for (one, other), count in together.items():
        first[one] += count
        second[other] += count
    return _Pairs(together, first, second)


def _sort(word: str) -> str:
    if word in lexicon().function_words:
        return word
    ending = next((e for e in _ENDINGS if word.endswith(e) and len(word) > len(e) + 2), "")
    return f"-{ending}"
