"""What the notes of a reader come to: delays of words, words lost, words wrong, words taken back."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from benchmarks.speakers import Seen
from benchmarks.voices import SpokenWord, Talk
from tests.spoken import words_of

NEVER = math.inf


def first_shown(talk: Talk, notes: Sequence[Seen], *, by_text: bool) -> list[float]:
    """For each word the seconds from its end in the sound to its first time on show; `NEVER` if not."""
    if by_text:
        return _delays_by_text(talk.words, notes, lambda seen: seen.visible)
    return _delays_by_sound(talk, notes, lambda seen: max(seen.shown_s, seen.settled_s))


def first_right(talk: Talk, notes: Sequence[Seen]) -> list[float]:
    """As `first_shown`, but until the word is on show that stands there in the end; a guess is none."""
    words, final = talk.words, words_of(notes[-1].visible) if notes else []
    in_the_end = [None if p is None else final[p] for p in matched(words_of(talk.text), final)]

    def right(i: int, word: str) -> bool:
        return word == in_the_end[i]

    return _delays_by_text(words, notes, lambda seen: seen.visible, right)


def settled(talk: Talk, notes: Sequence[Seen], *, by_text: bool) -> list[float]:
    """For each word the seconds from its end in the sound to its being settled; `NEVER` if not."""
    if by_text:
        return _delays_by_text(talk.words, notes, lambda seen: seen.settled)
    return _delays_by_sound(talk, notes, lambda seen: seen.settled_s)


def matched(said: Sequence[str], heard: Sequence[str]) -> list[int | None]:
    """For each said word the place in `heard` of the word, right or wrong, that stands for it."""
    same = _common(said, heard)
    places: list[int | None] = [*range(same), *([None] * (len(said) - same))]
    a, b = said[same:], heard[same:]
    rows = [list(range(len(b) + 1))]
    for i, word in enumerate(a, 1):
        row, before = [i], rows[-1]
        for j, other in enumerate(b, 1):
            row.append(min(before[j - 1] + (word != other), before[j] + 1, row[j - 1] + 1))
        rows.append(row)
    i, j = len(a), len(b)
    while i and j:
        # Words that are not there yet are the last ones, so at equal cost a word is missing at the end.
        if rows[i][j] == rows[i - 1][j] + 1:
            i -= 1
        elif rows[i][j] == rows[i - 1][j - 1] + (a[i - 1] != b[j - 1]):
            i, j = i - 1, j - 1
            places[same + i] = same + j
        else:
            j -= 1
    return places


def erasure(seen: Sequence[Seen]) -> float:
    """Characters that were taken off the end of the text on show, per character of the final text."""
    erased, shown = 0, ""
    for moment in seen:
        erased += len(shown) - _common(shown, moment.visible)
        shown = moment.visible
    return erased / len(shown) if shown else 0.0


def stable_revisions(seen: Sequence[Seen]) -> tuple[int, int]:
    """(words taken back or changed although they were on show as stable, words on show in the end)."""
    revised, promised, shown = 0, list[str](), list[str]()
    for moment in seen:
        shown = words_of(moment.visible)
        places = matched(promised, shown)
        revised += sum(
            place is None or shown[place] != word
            for word, place in zip(promised, places, strict=True)
        )
        promised = words_of(f"{moment.settled} {moment.stable}")
    return revised, len(shown)


def _delays_by_text(
    words: Sequence[SpokenWord],
    notes: Sequence[Seen],
    text: Callable[[Seen], str],
    counts: Callable[[int, str], bool] = lambda _number, _word: True,
) -> list[float]:
    """Each text on show is laid beside what had been said by then, word for word."""
    delays, before = [NEVER] * len(words), None
    for moment in notes:
        heard = words_of(text(moment))
        if heard == before:
            continue
        before = heard
        said = [w.text for w in words if w.start <= moment.at]
        for i, place in enumerate(matched(said, heard)):
            if place is not None and delays[i] == NEVER and counts(i, heard[place]):
                delays[i] = moment.at - words[i].end
    return delays


def _delays_by_sound(
    talk: Talk, notes: Sequence[Seen], reach: Callable[[Seen], float]
) -> list[float]:
    """For models whose text means nothing: a word is there when the words on show reach its end."""
    return [_first_reach(notes, reach, word) for word in talk.words]


def _first_reach(seen: Sequence[Seen], reach: Callable[[Seen], float], word: SpokenWord) -> float:
    for moment in seen:
        if reach(moment) >= word.end:
            return moment.at - word.end
    return NEVER


def _common(a: Sequence[object], b: Sequence[object]) -> int:
    """Length of the common beginning."""
    for i, (x, y) in enumerate(zip(a, b, strict=False)):
        if x != y:
            return i
    return min(len(a), len(b))
