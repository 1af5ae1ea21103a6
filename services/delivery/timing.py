"""The heard words of an answer in order, their times held to where a voice was.

Word times come from a recogniser's cross-attention, which knows when a word begins better than when it
ends: before a pause the last word is stretched into it. A voice activity detector knows the pause.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from services.delivery.norms import PAUSE_S
from services.domain import Segment, Word

Spans = Sequence[tuple[float, float]]

_NEAR_S = 0.5  # from the edge of a span
_COLLAPSED_S = 0.05  # no word is shorter than this
_SHORTEST_S = 0.02  # of a word; below that it was moved to where nothing is left of it


class SpokenWord(NamedTuple):
    """A word with its time in the answer (s). `form` is how lists have it: lower case, without
    punctuation at its ends; `text` is as it was heard; `certain` False: it may not have been said."""

    start: float
    end: float
    text: str
    form: str
    certain: bool = True

    @property
    def bare(self) -> str:
        """As it was heard, without punctuation."""
        return bare(self.text)

    @property
    def middle(self) -> float:
        return (self.start + self.end) / 2


def spoken_words(segments: Iterable[Segment], voice: Spans = ()) -> tuple[SpokenWord, ...]:
    """Every word with a time, in order; with `voice` (s, in order) their times are held to it.

    A word that ends before it begins takes no time. Where segments lie over each other every moment
    counts once, with the words of the segment that began first.
    """
    spans = joined(voice, PAUSE_S)
    ends = [end for _, end in spans]
    found = (_held(word, spans, ends) for word in _once(segments))
    words = sorted(found, key=lambda w: (w.start, w.end))
    return tuple(_shared(_to_the_edges(words, spans)))


def untimed(segments: Iterable[Segment]) -> tuple[tuple[float, float], ...]:
    """Where something was said that has no words with times: how it was said is not known there."""
    return tuple(
        (segment.start, segment.end)
        for segment in segments
        if form_of(segment.text) and not any(form_of(word.text) for word in segment.words)
    )


def joined(spans: Spans, gap_s: float) -> list[tuple[float, float]]:
    """Spans that are closer than `gap_s` become one."""
    found: list[tuple[float, float]] = []
    for start, end in spans:
        if found and start - found[-1][1] < gap_s:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def form_of(text: str) -> str:
    """`"Um,"` -> `um`, typographic apostrophes -> plain ones; empty for punctuation alone."""
    return bare(text).lower()


def bare(text: str) -> str:
    """Without punctuation at its ends, and with plain apostrophes; upper case stays."""
    letters = unicodedata.normalize("NFC", text).replace("\u2019", "'")
    first, last = 0, len(letters)
    while first < last and not letters[first].isalnum():
        first += 1
    while last > first and not (letters[last - 1].isalnum() or _is_mark(letters[last - 1])):
        last -= 1
    return letters[first:last]


def _is_mark(letter: str) -> bool:
    return unicodedata.category(letter)[0] == "M"


def _once(segments: Iterable[Segment]) -> Iterator[SpokenWord]:
    """The words of segments in order, without those that begin before the last word of an earlier
    segment has begun: they are that segment's words, heard twice."""
    timed = ((s, [_placed(w, s) for w in s.words]) for s in segments)
    spoken = [(s, [word for word in words if word.form]) for s, words in timed]
    reached = float("-inf")
    for _, words in sorted(spoken, key=lambda one: one[0].start):
        new = [word for word in words if word.start >= reached]
        yield from new
        reached = max([reached, *(word.start + _COLLAPSED_S for word in new)])


def _placed(word: Word, segment: Segment) -> SpokenWord:
    end = max(word.start, word.end)
    return SpokenWord(word.start, end, word.text.strip(), form_of(word.text), segment.certain)


def _held(word: SpokenWord, spans: Spans, ends: Sequence[float]) -> SpokenWord:
    """A word that reaches over a silence was said on the side where most of it lies; one that lies in
    a silence altogether stays as it is."""

    def inside(span: tuple[float, float]) -> float:
        return min(word.end, span[1]) - max(word.start, span[0])

    touched = []
    for number in range(bisect_left(ends, word.start), len(spans)):
        if spans[number][0] > word.end:
            break
        touched.append(spans[number])
    best = max(touched, key=inside, default=None)
    if best is None or inside(best) < _SHORTEST_S:
        return word
    return word._replace(start=max(word.start, best[0]), end=min(word.end, best[1]))


def _to_the_edges(words: Sequence[SpokenWord], spans: Spans) -> list[SpokenWord]:
    """The first word of a span begins with it, and its last one ends with it: nobody else spoke there.
    What is further away than `_NEAR_S` may be a word that was not recognised."""
    found = list(words)
    starts = [start for start, _ in spans]
    inside: dict[int, tuple[int, int]] = {}  # span -> its first and its last word
    for at, word in enumerate(words):
        number = bisect_right(starts, word.middle) - 1
        if number >= 0 and word.middle <= spans[number][1]:
            inside[number] = (inside.get(number, (at, at))[0], at)
    for number, (begins, ends) in inside.items():
        first, last = spans[number]
        if found[begins].start - first < _NEAR_S:
            found[begins] = found[begins]._replace(start=first)
        if last - found[ends].end < _NEAR_S:
            found[ends] = found[ends]._replace(end=last)
    return found


def _shared(words: Sequence[SpokenWord]) -> list[SpokenWord]:
    """Words that alignment left no time share that of the neighbour that took it, by their letters."""
    found = list(words)
    at = 0
    while at < len(found):
        if found[at].end - found[at].start >= _COLLAPSED_S:
            at += 1
            continue
        first, last = at, at + 1
        while last < len(found) and found[last].end - found[last].start < _COLLAPSED_S:
            last += 1
        before, after = _slack(found, first - 1, first), _slack(found, last, last - 1)
        if max(before, after) > 0:
            first, last = (first - 1, last) if before > after else (first, last + 1)
            found[first:last] = _by_letters(found[first:last])
        at = last
    return found


def _slack(words: Sequence[SpokenWord], at: int, beside: int) -> float:
    """Seconds a letter of word `at`, if it touches word `beside`; 0 without."""
    if not 0 <= at < len(words):
        return 0.0
    touching = abs(words[at].end - words[beside].start) < _COLLAPSED_S or (
        abs(words[at].start - words[beside].end) < _COLLAPSED_S
    )
    return (words[at].end - words[at].start) / len(words[at].form) if touching else 0.0


def _by_letters(words: Sequence[SpokenWord]) -> list[SpokenWord]:
    start, end = words[0].start, max(word.end for word in words)
    per_letter = (end - start) / sum(len(word.form) for word in words)
    shared = []
    for word in words:
        until = start + per_letter * len(word.form)
        shared.append(word._replace(start=start, end=until))
        start = until
    return shared
