"""Text broken into lines, with the words that are marked in it. Knows nothing of pages or fonts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import inf

Measure = Callable[[str], float]  # the width of a text in mm

# Scripts that put no spaces between words may break after any letter: with what follows it if that is a
# mark or closes, and with what stands before it if that opens.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f"
)
_CLOSING = "\u3001\u3002\uff0c\uff0e\uff01\uff1f\uff1b\uff1a\uff09\u300d\u300f\u3011\u300b\u3009\u201d\u2019\u2026\u30fc\u3063\u30c3\u3083\u30e3\u3085\u30e5\u3087\u30e7\u3005"
_OPENING = "\uff08\u300c\u300e\u3010\u300a\u3008\u201c\u2018"
# Vowels that stand before their consonant, and marks on it, in Thai, Lao, Khmer and Burmese.
_LEADING = "\u0e40-\u0e44\u0ec0-\u0ec4"
_MARKS = "\u0e30-\u0e3a\u0e45-\u0e4e\u0eb0-\u0ebc\u0ec8-\u0ecd\u102b-\u103e\u17b4-\u17d3\u3099\u309a\u0300-\u036f"
_UNITS = re.compile(
    rf"\s+|[{_OPENING}]*[{_LEADING}]?[{_UNSPACED}][{_MARKS}]*(?:\u17d2.[{_MARKS}]*)*[{_CLOSING}]*|[^\s{_UNSPACED}]+",
    re.DOTALL,
)


# A word of more letters is never measured as a whole: it fits no line, and the rules of direction (UAX 9) go
# one call deeper with every sign of a row in fpdf2.
_LONG = 200


@dataclass(frozen=True, slots=True)
class Piece:
    """Words that are drawn together."""

    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """`leftwards`: its paragraph runs from right to left."""

    pieces: tuple[Piece, ...]
    leftwards: bool = False

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)

    @property
    def marked(self) -> bool:
        return any(piece.marked for piece in self.pieces)


def lines(text: str, width: float, measure: Measure, marked: Sequence[bool] = ()) -> Iterator[Line]:
    """The lines of a text, none wider than `width` mm. `marked` says so of each letter; short is no."""
    start = 0
    for paragraph in text.split("\n"):
        own = list(marked[start : start + len(paragraph)])
        own += [False] * (len(paragraph) - len(own))
        leftwards = runs_leftwards(paragraph)
        for first, last in _broken(paragraph, width, measure):
            yield Line(tuple(_pieces(paragraph, own, first, last)), leftwards)
        start += len(paragraph) + 1


def runs_leftwards(text: str) -> bool:
    """Whether the first letter that has a direction runs from right to left (UAX 9, P2 and P3)."""
    for letter in text:
        direction = unicodedata.bidirectional(letter)
        if direction in ("L", "R", "AL"):
            return direction != "L"
    return False


def _broken(paragraph: str, width: float, measure: Measure) -> Iterator[tuple[int, int]]:
    """First and last place of each line; blanks at a break belong to none."""
    start = end = 0  # of the line so far, without blanks at its end
    room, blanks = width, 0.0
    for unit in _UNITS.finditer(paragraph):
        piece = unit.group()
        if piece.isspace():
            if end > start:
                blanks += len(piece) * measure(" ")
            continue
        size = measure(piece) if len(piece) <= _LONG else inf
        if end > start and blanks + size > room:
            yield start, end
            start, room, blanks = unit.start(), width, 0.0
        elif end <= start:
            start, blanks = unit.start(), 0.0
        if size > width:
            *whole, (start, end) = _chopped(paragraph, unit.start(), unit.end(), width, measure)
            yield from whole
            room, blanks = width - measure(paragraph[start:end]), 0.0
            continue
        room -= blanks + size
        end, blanks = unit.end(), 0.0
    yield start, max(start, end)


def _chopped(
    text: str, start: int, end: int, width: float, measure: Measure
) -> list[tuple[int, int]]:
    """A word that fits no line, in parts that do; marks stay with their letter."""
    parts, first, used = [], start, 0.0
    for at in range(start, end):
        size = measure(text[at])
        mark = unicodedata.combining(text[at]) or unicodedata.category(text[at]).startswith("M")
        if used + size > width and at > first and not mark:
            parts.append((first, at))
            first, used = at, 0.0
        used += size
    return [*parts, (first, end)]


def _pieces(text: str, marked: list[bool], first: int, last: int) -> Iterator[Piece]:
    start = first
    for end in range(first + 1, last + 1):
        if end == last or marked[end] != marked[start]:
            yield Piece(text[start:end], marked[start])
            start = end
