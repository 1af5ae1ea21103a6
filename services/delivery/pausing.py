"""Pauses: silences of a quarter of a second and more between the first and the last word."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise

from services.delivery.listed import Listed
from services.delivery.norms import PAUSE_S
from services.delivery.timing import Spans, SpokenWord, joined
from services.domain import Pause, PausePlace, Run

# Of any script: a recogniser writes what it hears as the end of a clause.
_CLAUSE_ENDS = tuple(
    ".,!?;:\u2026\u2013\u2014"
    "\u3002\uff0c\u3001\uff01\uff1f\uff1b\uff1a"  # Chinese, Japanese
    "\u0964\u061f\u060c\u061b"  # Hindi, Arabic
)


def pauses(
    words: Sequence[SpokenWord], voice: Spans, listed: Listed | None, untimed: Spans = ()
) -> tuple[tuple[Pause, int], ...]:
    """Every pause in order, with the number of words before it.

    With `voice` they are where the detector heard none, without the words that were heard there after
    all; without, between the end of a word and the beginning of the next, which a recogniser that
    stretches words makes shorter than they were. Nothing is said of where there was speech without
    words (`untimed`).
    """
    silences = _silences(words, voice) if voice else _gaps(words)
    middles = sorted(word.middle for word in words)
    punctuated = any(word.text.endswith(_CLAUSE_ENDS) for word in words[:-1])
    found = []
    for start, end in silences:
        before = bisect_left(middles, (start + end) / 2)
        known = not any(start < b and a < end for a, b in untimed)
        if known and 0 < before < len(words):
            place = _place(words[before - 1], words[before], listed, punctuated=punctuated)
            found.append((Pause(start=start, end=end, place=place), before))
    return tuple(found)


def longest_run(
    words: Sequence[SpokenWord], paused: Sequence[tuple[Pause, int]], untimed: Spans = ()
) -> Run | None:
    """The longest speech without a pause, in seconds; the earlier of two. It is known of no further
    than to where words are missing (`untimed`)."""
    middles = sorted(word.middle for word in words)
    unknown = (bisect_left(middles, (start + end) / 2) for start, end in untimed)
    edges = sorted({0, len(words), *(before for _, before in paused), *unknown})
    runs = [
        Run(start=words[first].start, end=words[last - 1].end, words=last - first)
        for first, last in pairwise(edges)
    ]
    return max(runs, key=lambda run: run.end - run.start, default=None)


def _silences(words: Sequence[SpokenWord], voice: Spans) -> list[tuple[float, float]]:
    gaps = [(a, b) for (_, a), (b, _) in pairwise(joined(voice, PAUSE_S))]
    heard = sorted((word for word in words if word.certain), key=lambda word: word.middle)
    middles = [word.middle for word in heard]
    found: list[tuple[float, float]] = []
    for start, end in gaps:
        inside = heard[bisect_left(middles, start) : bisect_left(middles, end)]
        found += _between(start, end, inside)
    return found


def _between(
    start: float, end: float, words: Sequence[SpokenWord]
) -> Iterator[tuple[float, float]]:
    """What a silence leaves beside words that the detector missed."""
    for word in words:
        if word.start - start >= PAUSE_S:
            yield start, word.start
        start = max(start, word.end)
    if end - start >= PAUSE_S or not words:
        yield start, end


def _gaps(words: Sequence[SpokenWord]) -> list[tuple[float, float]]:
    ends = accumulate((word.end for word in words), max)
    starts = (word.start for word in words[1:])
    return [(a, b) for a, b in zip(ends, starts, strict=False) if b - a >= PAUSE_S]


def _place(
    before: SpokenWord, after: SpokenWord, listed: Listed | None, *, punctuated: bool
) -> PausePlace:
    """Between two clauses if the recogniser's punctuation or, where they are listed for the language,
    a word that opens a clause says so; never after a word that leads to the next one ("of", "my").
    Where there is no punctuation at all nobody is told of a pause within a sentence for want of it."""
    if listed is not None and before.form in listed.leading:
        return PausePlace.WITHIN
    opens = listed is not None and after.form in listed.openers
    between = opens or not punctuated or before.text.endswith(_CLAUSE_ENDS)
    return PausePlace.BETWEEN if between else PausePlace.WITHIN
