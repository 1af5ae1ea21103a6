"""Whether a question was asked before, in the same or in nearly the same words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache

from rapidfuzz import fuzz

from services.coach.language_model.tongue import common_words
from services.coach.lexicon import lexicon

_ALIKE = 85.0  # rapidfuzz, of 100; no two questions of the bank are that much alike
_LANGUAGES = ("es", "fr", "de", "pt")  # with lists of common words that are no content
_FEWEST = 2  # words of content that can be compared by themselves
_PART = 0.6  # of the content words of the longer question that the shorter one has
_ASKING = frozenset(
    (
        *"tell describe explain give example time situation walk share discuss would did question".split(),
        *"cuénteme cuéntame describa describe explique explica ejemplo vez situación".split(),
        *"racontez décrivez expliquez exemple fois situation".split(),
        *"erzählen erzähle beschreiben beschreibe erklären erkläre beispiel situation".split(),
        *"conte descreva explique exemplo vez situação".split(),
    )
)
_WORD = re.compile(r"\w+")


def repeats(text: str, asked: Iterable[str]) -> bool:
    """Does a question come down to one of those asked before?

    Compared are the words of content: “Tell me about a time when you had to ...” begins many
    questions. Where there are hardly any (Chinese sets no words apart), the whole texts are compared.
    """
    return any(_alike(text, other) for other in asked)


def _alike(one: str, other: str) -> bool:
    a, b = _content(one), _content(other)
    fewer, more = sorted((len(a), len(b)))
    if fewer < _FEWEST:
        return fuzz.token_sort_ratio(_plain(one), _plain(other)) >= _ALIKE
    if fewer < _PART * more:
        return False
    return fuzz.token_set_ratio(" ".join(a), " ".join(b), score_cutoff=_ALIKE) > 0


@lru_cache(maxsize=4_000)
def _content(text: str) -> tuple[str, ...]:
    words = dict.fromkeys(_WORD.findall(text.casefold()))
    return tuple(word for word in words if word not in _empty())


@cache
def _empty() -> frozenset[str]:
    """Words that say nothing about what is asked."""
    return lexicon().function_words.union(_ASKING, *(common_words(code) for code in _LANGUAGES))


@lru_cache(maxsize=4_000)
def _plain(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold()))
