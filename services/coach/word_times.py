"""When the words of a text were said: the rated text aligned with the words that were heard.

The candidate may have edited the text; only words in runs that both have alike get a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from services.coach.plain_text import plain_text
from services.domain import Segment, Word


class SaidWord(NamedTuple):
    """A heard word at characters `start` to `end` of a text; `segment` is its segment's index."""

    start: int
    end: int
    word: Word
    segment: int


def word_spans(segments: Sequence[Segment], text: str) -> tuple[tuple[int, int, float, float], ...]:
    """(first character, one past the last, start in s, end in s) of each word of `text` that was heard."""
    return tuple((s.start, s.end, s.word.start, s.word.end) for s in said_words(segments, text))


def said_words(segments: Sequence[Segment], text: str) -> tuple[SaidWord, ...]:
    """The heard words that `text` still has, in order; a word that was edited is not among them."""
    heard = [
        (part.letters, word, index)
        for index, segment in enumerate(segments)
        for word in segment.words
        for part in plain_text(word.text).words
    ]
    if not heard:
        return ()
    written = plain_text(text).words
    found: list[SaidWord] = []
    for i, j in _alike([letters for letters, _, _ in heard], [w.letters for w in written]):
        _, word, index = heard[i]
        # Letters of one heard word ("我们", "trade-off") go together again.
        if found and found[-1].word is word:
            found[-1] = found[-1]._replace(end=written[j].end)
        else:
            found.append(SaidWord(written[j].start, written[j].end, word, index))
    return tuple(found)


def seconds_of(
    said: Sequence[SaidWord], start: int, end: int
) -> tuple[float, float] | tuple[None, None]:
    """First and last second of the words between two characters; None where none of them was heard."""
    inside = [s.word for s in said if s.start < end and s.end > start]
    if not inside:
        return None, None
    return min(w.start for w in inside), max(w.end for w in inside)


def _alike(heard: list[str], written: list[str]) -> list[tuple[int, int]]:
    """Pairs of places of equal words, in order (Ratcliff-Obershelp, as difflib does it)."""
    # An answer is mostly as it was heard: what begins and ends alike needs no search.
    shorter = min(len(heard), len(written))
    head = 0
    while head < shorter and heard[head] == written[head]:
        head += 1
    tail = 0
    while tail < shorter - head and heard[-1 - tail] == written[-1 - tail]:
        tail += 1
    middle = SequenceMatcher(
        None, heard[head : len(heard) - tail], written[head : len(written) - tail]
    )
    pairs = [(i, i) for i in range(head)]
    for block in middle.get_matching_blocks():
        pairs += [(head + block.a + k, head + block.b + k) for k in range(block.size)]
    pairs += [(len(heard) - tail + k, len(written) - tail + k) for k in range(tail)]
    return pairs
