"""A text as its bare letters, each with its place in the original: what is compared of two texts.

Case, accents' spelling, punctuation and white space make no difference; scripts that put no spaces
between words are read letter by letter.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

# Dropped without leaving a gap, so that "don't", "don\u2019t" and "dont" are one word.
_APOSTROPHES = frozenset("'`\u2018\u2019\u02bc\uff07")
# Thai, Lao, Burmese, Khmer, kana, Han with its extensions: scripts without spaces between words.
_UNSPACED = (
    (0x0E00, 0x0EFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0x3005, 0x3007),
    (0x3040, 0x30FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)


class PlainWord(NamedTuple):
    """A word, or one letter of a script without spaces, at characters `start` to `end`."""

    letters: str
    start: int
    end: int


@dataclass(frozen=True)
class PlainText:
    """`letters[i]` comes from character `places[i]` of the original; single spaces part the words."""

    letters: str
    places: tuple[int, ...]

    @cached_property
    def words(self) -> tuple[PlainWord, ...]:
        """In order. Letters of unspaced scripts stand alone."""
        found: list[PlainWord] = []
        first = 0
        for i in range(len(self.letters) + 1):
            if i == len(self.letters) or self.letters[i] == " ":
                self._add(found, first, i)
                first = i + 1
            elif unspaced(self.letters[i]):
                self._add(found, first, i)
                self._add(found, i, i + 1)
                first = i + 1
        return tuple(found)

    def _add(self, found: list[PlainWord], first: int, last: int) -> None:
        if first < last:
            start, end = self.places[first], self.places[last - 1] + 1
            found.append(PlainWord(self.letters[first:last], start, end))

    def within(self, start: int, end: int) -> tuple[int, int]:
        """The range of letters that come from characters `start` to `end` of the original."""
        return bisect_left(self.places, start), bisect_left(self.places, end)

    def between_words(self, at: int) -> bool:
        """Whether a word may begin or end before letter `at`."""
        if at <= 0 or at >= len(self.letters):
            return True
        before, after = self.letters[at - 1], self.letters[at]
        return " " in (before, after) or unspaced(before) or unspaced(after)


def plain_text(text: str) -> PlainText:
    """Compatibility-decomposed (NFKD), case-folded letters, digits and marks of `text`."""
    letters: list[str] = []
    places: list[int] = []
    gap = False
    for place, character in enumerate(text):
        plain = _plain(character)
        if plain is None:
            gap = True
            continue
        if plain and gap and letters and not (unspaced(letters[-1]) or unspaced(plain[0])):
            letters.append(" ")
            places.append(place)
        gap = gap and not plain
        letters.extend(plain)
        places.extend([place] * len(plain))
    return PlainText("".join(letters), tuple(places))


@lru_cache(maxsize=10_000)
def unspaced(letter: str) -> bool:
    """Is it of a script that puts no spaces between words?"""
    return any(low <= ord(letter) <= high for low, high in _UNSPACED)


@lru_cache(maxsize=10_000)
def _plain(character: str) -> str | None:
    """Letters of one character; nothing for what is invisible, None for what parts words."""
    if character in _APOSTROPHES or unicodedata.category(character) == "Cf":
        return ""
    decomposed = unicodedata.normalize("NFKD", character).casefold()
    return "".join(c for c in decomposed if unicodedata.category(c)[0] in "LNM") or None
