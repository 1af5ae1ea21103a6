"""Phrases that come again and again, each as long as it is said alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from services.coach.lexicon import lexicon
from services.delivery.norms import are_for
from services.delivery.timing import SpokenWord
from services.domain import Repeated

TIMES = 3  # before it is noticed
_SHORTEST, _LOOKED_FOR = 3, 6  # words; two ("my team") are how people talk
_SHORTEST_UNKNOWN = 4  # in languages whose grammar words are not known here
_SHOWN = 12  # words of a phrase; what is longer is known by them
_MOST = 5


class _Phrase(NamedTuple):
    at: tuple[int, ...]  # the first word of each time, apart from each other
    length: int  # words

    @property
    def said(self) -> int:
        """Words that were spent on it."""
        return self.length * len(self.at)


def repeated(words: Sequence[SpokenWord], language: str) -> tuple[Repeated, ...]:
    """Phrases said `TIMES` times at least, most often said first, without those that are only ever part
    of another one. In English, grammar alone ("and then I") is no phrase."""
    known = are_for(language)
    forms = tuple(word.form for word in words)
    found = {
        phrase
        for length in range(_SHORTEST if known else _SHORTEST_UNKNOWN, _LOOKED_FOR + 1)
        for phrase in _as_long_as_alike(_alike(words, forms, length), length, words, forms)
        if not (known and _empty(forms[phrase.at[0] : phrase.at[0] + phrase.length]))
    }
    often = sorted(_apart(found, len(words)), key=lambda one: (-len(one.at), one.at[0]))
    return tuple(
        Repeated(
            text=_text(words[phrase.at[0] : phrase.at[0] + phrase.length]),
            times=len(phrase.at),
            at=tuple(words[i].start for i in phrase.at),
        )
        for phrase in often[:_MOST]
    )


def _alike(
    words: Sequence[SpokenWord], forms: tuple[str, ...], length: int
) -> Iterator[tuple[int, ...]]:
    """Where the phrases of `length` certain words stand that come often enough, in order."""
    places: dict[tuple[str, ...], list[int]] = defaultdict(list)
    certain = 0  # words in a row
    for last, word in enumerate(words):
        certain = certain + 1 if word.certain else 0
        first = last - length + 1
        if certain >= length:
            earlier = places[forms[first : last + 1]]
            if not earlier or first >= earlier[-1] + length:
                earlier.append(first)
    return (tuple(at) for at in places.values() if len(at) >= TIMES)


def _as_long_as_alike(
    places: Iterable[tuple[int, ...]],
    length: int,
    words: Sequence[SpokenWord],
    forms: tuple[str, ...],
) -> Iterator[_Phrase]:
    """Phrases with all the words that follow them every time. `places` are in order, so that what begins
    within a phrase that came as often is a part of it."""
    reached: dict[int, int] = {}  # times -> the end of the last phrase that came so often
    for at in places:
        if at[0] + length <= reached.get(len(at), 0):
            continue
        longest = min(*(b - a for a, b in pairwise(at)), len(words) - at[-1])
        size = length
        while size < longest and all(
            words[i + size].certain and forms[i + size] == forms[at[0] + size] for i in at
        ):
            size += 1
        reached[len(at)] = at[0] + size
        yield _Phrase(at, size)


def _apart(phrases: Iterable[_Phrase], count: int) -> Iterator[_Phrase]:
    """Those that most words were spent on first; one that comes `TIMES` times beside them is no part of
    them."""
    taken = [False] * count
    for phrase in sorted(phrases, key=lambda one: (-one.said, -one.length, one.at)):
        free = sum(not any(taken[i : i + phrase.length]) for i in phrase.at)
        if free >= TIMES:
            yield phrase
            for i in phrase.at:
                taken[i : i + phrase.length] = [True] * phrase.length


def _empty(phrase: tuple[str, ...]) -> bool:
    grammar = lexicon().function_words
    return all(word.replace("'", "") in grammar for word in phrase)


def _text(words: Sequence[SpokenWord]) -> str:
    shown = " ".join(word.bare for word in words[:_SHOWN])
    return shown if len(words) <= _SHOWN else f"{shown} \u2026"
