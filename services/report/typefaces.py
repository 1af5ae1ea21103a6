"""A font for every letter: which of the shipped ones a text needs, and what none of them has.

Latin is set in the typeface of the site; for other scripts come others, each loaded only where a text needs
it. Any thread may call.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont

FOLDER = Path(__file__).parent / "fonts"
# In the order in which they are asked; scripts of one's own come last, as they share signs with others.
_FAMILIES = (
    *("NunitoSans", "NotoSans", "DejaVuSans-Symbols", "NotoSansArabic", "NotoSansHebrew"),
    *("NotoSansArmenian", "NotoSansGeorgian", "NotoSansDevanagari", "NotoSansBengali"),
    *("NotoSansGurmukhi", "NotoSansGujarati", "NotoSansTamil", "NotoSansTelugu"),
    *("NotoSansKannada", "NotoSansMalayalam", "NotoSansSinhala", "NotoSansThai", "NotoSansLao"),
    *("NotoSansKhmer", "NotoSansMyanmar", "NotoSansEthiopic", "DroidSansFallback"),
)
_JOINERS = "\u200c\u200d"  # mean something to the letters around them, and need their font
_MARKS = 8  # on one letter; Tibetan and pointed Hebrew need four or five
MISSING = "\ufffd"  # stands for a letter that no font has
# Scripts whose letters change shape or place beside others, or that run from right to left.
_SHAPED = (
    *((0x0590, 0x08FF), (0x0900, 0x0DFF), (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF)),
    *((0x0300, 0x036F), (0xFB1D, 0xFDFF), (0xFE70, 0xFEFF)),
)


@dataclass(frozen=True, slots=True)
class Typeface:
    """A family of one or two weights."""

    name: str
    regular: Path
    bold: Path | None


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a report is set in: the families, and the letters (code points) that are taken from each."""

    letters: tuple[tuple[Typeface, frozenset[int]], ...]
    shaped: bool  # some of it must go through HarfBuzz


def choose(texts: Iterable[str]) -> Chosen:
    """Fonts for these texts, which are `printable` already. The first is always the site's own."""
    needed = {ord(letter) for letter in set().union(*map(set, texts))} - {0x0A}
    shaped = any(first <= point <= last for point in needed for first, last in _SHAPED)
    needed |= set(range(0x20, 0x7F)) | {ord(MISSING)}
    joiners = {ord(joiner) for joiner in _JOINERS}
    everything = frozenset(needed)
    letters = []
    for number, face in enumerate(shipped()):
        own = coverage(face.regular)
        taken = (needed - joiners) & own
        if taken or number == 0:
            needed -= taken
            # Letters that shape each other, and all of a line from right to left, must come from one font:
            # such a font is given the spaces and signs as well.
            letters.append((face, everything & own if number > 2 else frozenset(taken)))
    return Chosen(tuple(letters), shaped)


def printable(text: str) -> str:
    """The text without what has no shape of its own: control characters, marks of direction and of
    variation; composed, with spaces for tabs, and with so many marks on a letter that it can still be read as
    one. Joiners stay only between letters that they shape."""
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    kept: list[str] = []
    for letter in _without_towers(composed):
        if letter == "\n" or " " <= letter <= "~":
            kept.append(letter)
        elif letter == "\t":
            kept.append("    ")
        elif letter in _JOINERS:
            if kept and any(first <= ord(kept[-1]) <= last for first, last in _SHAPED):
                kept.append(letter)
        elif unicodedata.category(letter) in ("Cc", "Cf") or _varies(letter):
            continue
        elif unicodedata.category(letter) == "Cs":  # half of a letter
            kept.append(MISSING)
        elif letter.isspace():
            kept.append("\n" if letter in "\u2028\u2029\u0085" else " ")
        else:
            kept.append(letter)
    return "".join(kept)


def _without_towers(text: str) -> Iterator[str]:
    """The letters, each with no more than `_MARKS` marks on it; joiners between marks end no row of them."""
    marks = 0
    for letter in text:
        if letter not in _JOINERS:
            marks = marks + 1 if unicodedata.category(letter).startswith("M") else 0
        if marks <= _MARKS:
            yield letter


def named(letters: Iterable[str], most: int = 6) -> str:
    """Letters by their Unicode names, which can always be printed."""
    known = sorted(letters)
    names = [f"{unicodedata.name(x, 'unnamed').lower()} (U+{ord(x):04X})" for x in known[:most]]
    if len(known) > most:
        names.append(f"{len(known) - most} more")
    return ", ".join(names)


@cache
def shipped() -> tuple[Typeface, ...]:
    """All families, in the order in which they are asked."""
    return tuple(_family(name) for name in _FAMILIES)


@cache
def coverage(path: Path) -> frozenset[int]:
    """Code points that a font file has."""
    with TTFont(path, lazy=True) as font:
        return frozenset(font.getBestCmap())


def _family(name: str) -> Typeface:
    single = FOLDER / f"{name}.woff"
    if single.exists():
        return Typeface(name, single, None)
    bold = FOLDER / f"{name}-Bold.woff"
    return Typeface(name, FOLDER / f"{name}-Regular.woff", bold if bold.exists() else None)


def _varies(letter: str) -> bool:
    return 0xFE00 <= ord(letter) <= 0xFE0F or 0xE0100 <= ord(letter) <= 0xE01EF
