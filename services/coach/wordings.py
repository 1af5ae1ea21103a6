"""The words of an answer one by one, with their times: as heard, as submitted, and what lies between the two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import pairwise

from services.coach.plain_text import plain_text
from services.coach.word_times import said_words
from services.domain import Segment

UNSURE = 0.5  # probability of a word; below it Whisper's words are wrong about as often as right


class Change(StrEnum):
    """What became of a word between hearing and submitting."""

    NONE = ""
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Said:
    """A word with what follows it up to the next one (`gap`: punctuation and blanks).

    `at` is its first character in its text; `start` and `end` are seconds of the answer, None where
    the word was not heard. `letters` are what is compared.
    """

    text: str
    gap: str
    at: int
    letters: str
    start: float | None = None
    end: float | None = None
    certain: bool = True
    change: Change = Change.NONE


def wording(segments: Sequence[Segment], text: str) -> tuple[Said, ...]:
    """Every word of `text`; joined again they are `text`. Those that were heard have their times."""
    words = plain_text(text).words
    if not words:
        return (Said(text, "", 0, ""),) if text else ()
    # What stands before the first word (a quotation mark) belongs to it.
    starts = [0, *(_opening(text, a.end, b.start) for a, b in pairwise(words)), len(text)]
    heard = iter(said_words(segments, text))
    now = next(heard, None)
    found: list[Said] = []
    for word, start, stop in zip(words, starts, starts[1:], strict=False):
        while now is not None and now.end <= word.start:
            now = next(heard, None)
        whole = text[start:stop]
        body = whole.rstrip()
        said = Said(body, whole[len(body) :], start, word.letters)
        if now is not None and now.start <= word.start:
            sure = segments[now.segment].certain and now.word.probability >= UNSURE
            said = Said(
                *(body, whole[len(body) :], start, word.letters),
                *(now.word.start, now.word.end, sure),
            )
        found.append(said)
    return tuple(found)


def differences(heard: Sequence[Said], submitted: Sequence[Said]) -> tuple[Said, ...]:
    """The submitted words, with those that were added marked, and those that were removed in their places.

    Case and punctuation alone make no difference.
    """
    return tuple(_changes(heard, submitted))


def _changes(heard: Sequence[Said], submitted: Sequence[Said]) -> Iterator[Said]:
    # Long answers are mostly left as they were: what begins and ends alike needs no search.
    head, tail = _alike(heard, submitted)
    before, after = heard[head : len(heard) - tail], submitted[head : len(submitted) - tail]
    yield from submitted[:head]
    search = SequenceMatcher(None, [w.letters for w in before], [w.letters for w in after])
    for what, i, i_end, j, j_end in search.get_opcodes():
        if what == "equal":
            yield from after[j:j_end]
            continue
        yield from (_marked(word, Change.REMOVED) for word in before[i:i_end])
        yield from (_marked(word, Change.ADDED) for word in after[j:j_end])
    yield from submitted[len(submitted) - tail :]


def _alike(heard: Sequence[Said], submitted: Sequence[Said]) -> tuple[int, int]:
    """How many words are alike at the beginning, and how many of the rest at the end."""
    shorter, head, tail = min(len(heard), len(submitted)), 0, 0
    while head < shorter and heard[head].letters == submitted[head].letters:
        head += 1
    while tail < shorter - head and heard[-1 - tail].letters == submitted[-1 - tail].letters:
        tail += 1
    return head, tail


def _marked(word: Said, change: Change) -> Said:
    """A blank parts it from what follows, also where its own text ended with it."""
    return Said(
        *(word.text, word.gap or " ", word.at, word.letters),
        *(word.start, word.end, word.certain, change),
    )


def _opening(text: str, end: int, start: int) -> int:
    """Where, between two words, what belongs to the second begins: after the last blank."""
    for at in range(start - 1, end - 1, -1):
        if text[at].isspace():
            return at + 1
    return start
