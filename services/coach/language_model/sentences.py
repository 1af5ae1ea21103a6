"""The sentences of an answer, numbered, so that a language model can point at them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from services.coach.plain_text import PlainWord, plain_text, unspaced
from services.coach.word_times import SaidWord

_END = re.compile(
    r"[.!?\u2026]+[\"'\u201d\u2019)\]]*(?=\s)|[\u3002\uff01\uff1f\u0964\u0965\u061f]+|\n"
)
_PAUSE_S = 0.7  # between words; pauses at the ends of spoken sentences are mostly longer (Goldman-Eisler 1968)
_USUAL = 25  # words of a sentence where nothing else tells its end
_LONGEST = 40  # words; what is longer has no punctuation to go by
_SHORTEST = 5  # words; a pause after fewer is a hesitation
_LETTER = 0.6  # of a word, for scripts without spaces: Chinese words have 1.6 letters on average


@dataclass(frozen=True, slots=True)
class Sentence:
    """Characters `start` to `end` of the rated text; numbers count from 1."""

    number: int
    start: int
    end: int


def sentences_of(text: str, said: Sequence[SaidWord] = ()) -> tuple[Sentence, ...]:
    """Cut `text` at sentence ends; without them at segment borders and pauses, else about every 25 words."""
    words = plain_text(text).words
    breaths = _breaths(said)
    starts = [word.start for word in words]
    found: list[Sentence] = []
    for start, end in _punctuated(text):
        inside = words[bisect_left(starts, start) : bisect_left(starts, end)]
        for first, last in _spoken(inside, start, end, breaths):
            part = text[first:last]
            if not part.strip():
                continue
            first += len(part) - len(part.lstrip())
            last = first + len(part.strip())
            found.append(Sentence(len(found) + 1, first, last))
    return tuple(found)


def _punctuated(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for hit in _END.finditer(text):
        yield start, hit.end()
        start = hit.end()
    yield start, len(text)


def _breaths(said: Sequence[SaidWord]) -> frozenset[int]:
    """Characters at which a word begins after a pause, or in a new segment."""
    return frozenset(
        later.start
        for before, later in pairwise(said)
        if later.segment != before.segment or later.word.start - before.word.end > _PAUSE_S
    )


def _spoken(
    words: Sequence[PlainWord], start: int, end: int, breaths: frozenset[int]
) -> Iterator[tuple[int, int]]:
    """Cut a stretch that is too long for a sentence; the others stay whole."""
    left = sum(map(_size, words))
    if left <= _LONGEST:
        yield start, end
        return
    first, size = start, 0.0
    for word in words:
        breath = word.start in breaths and size >= _SHORTEST
        if breath or (size >= _USUAL and left >= _SHORTEST):
            yield first, word.start
            first, size = word.start, 0.0
        size += _size(word)
        left -= _size(word)
    yield first, end


def _size(word: PlainWord) -> float:
    return _LETTER if unspaced(word.letters[0]) else 1.0
