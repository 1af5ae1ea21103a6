"""The words of a text with their places, and its clauses, found without relying on punctuation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from services.coach.lexicon import Phrase, lexicon, plain, stem

_WORD = re.compile(r"[^\W_]+(?:['\N{RIGHT SINGLE QUOTATION MARK}][^\W_]+)*")
_SENTENCE_END = re.compile(r"[.!?;:\n]")

# Words that lead to the next one, so that a clause never ends with them.
_LEADING = frozenset(
    ("a", "an", "the", "of", "to", "my", "our", "his", "her", "their", "your", "and")
)
_SHORTEST, _LONGEST = 5, 18  # words in a clause; a spoken intonation unit has about 5 (Chafe 1994)


class Token(NamedTuple):
    """One word: its place in the text, its plain form and its stem."""

    start: int
    end: int
    plain: str
    stem: str


@dataclass(frozen=True)
class Clause:
    """Tokens `first` to `last` (exclusive) of a text, at characters `start` to `end`."""

    first: int
    last: int
    start: int
    end: int


def tokens(text: str) -> tuple[Token, ...]:
    """The words of `text` in order."""
    found = []
    for match in _WORD.finditer(text):
        word = plain(match.group())
        found.append(Token(match.start(), match.end(), word, stem(word)))
    return tuple(found)


def clauses(text: str, words: tuple[Token, ...]) -> tuple[Clause, ...]:
    """Cut `words` of `text` at sentence ends and commas, and before words that open a clause."""
    openers = lexicon().openers
    found: list[Clause] = []
    first = 0
    for i in range(1, len(words) + 1):
        if i < len(words):
            gap = text[words[i - 1].end : words[i].start]
            length = i - first
            opens = "," in gap or words[i].plain in openers
            cut = (
                bool(_SENTENCE_END.search(gap))
                or length >= 2 * _LONGEST
                or (
                    words[i - 1].plain not in _LEADING  # "for a | while" is no place to cut
                    and (length >= _LONGEST or (length >= _SHORTEST and opens))
                )
            )
            if not cut:
                continue
        if first < i:
            found.append(Clause(first, i, words[first].start, words[i - 1].end))
        first = i
    return tuple(found)


def phrases_in(
    words: tuple[Token, ...], listed: Mapping[str, tuple[tuple[Phrase, str], ...]]
) -> Iterator[tuple[int, int, str]]:
    """Every listed phrase as (first token, one past the last, its name); longest at each place."""
    for i, word in enumerate(words):
        for phrase, name in listed.get(word.stem, ()):
            if len(phrase) == 1 or tuple(w.stem for w in words[i : i + len(phrase)]) == phrase:
                yield i, i + len(phrase), name
                break


def concepts_in(words: tuple[Token, ...]) -> Iterator[tuple[int, str]]:
    """The concepts that single words and phrases of a text stand for, with their place."""
    known = lexicon()
    for i, word in enumerate(words):
        for concept in known.concepts_of.get(word.stem, ()):
            yield i, concept
        following: tuple[str, ...] | None = None
        for phrase, concept in known.phrases.get(word.stem, ()):
            following = following or tuple(w.stem for w in words[i : i + 6])
            if following[: len(phrase)] == phrase:
                yield i, concept
