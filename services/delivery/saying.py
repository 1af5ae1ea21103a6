"""Fillers, hedges, I and we: the listed words of a language, where they stand as such."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from services.delivery.listed import Listed, Phrase
from services.delivery.norms import PAUSE_S
from services.delivery.timing import SpokenWord
from services.domain import Spoken

_LONGEST = 5  # words in a listed phrase
_PUNCTUATION = tuple(".,!?;:\u2026\u2013\u2014-¿¡")


class Said(NamedTuple):
    fillers: tuple[Spoken, ...]
    hedges: tuple[Spoken, ...]
    i_words: int
    we_words: int


def said(words: Sequence[SpokenWord], listed: Listed) -> Said:
    """What is listed among `words`; each word counts once, and the longest phrase at a place.

    Words that the recogniser was unsure of count for nothing.
    """
    taken = [not word.certain for word in words]
    forms = tuple(word.form for word in words)

    def take(phrases: AbstractSet[Phrase], *, filler: bool = False) -> list[tuple[int, int]]:
        heads = {phrase[0] for phrase in phrases}
        found = []
        for first, form in enumerate(forms):
            if form not in heads:
                continue
            for length in range(min(_LONGEST, len(words) - first), 0, -1):
                last = first + length
                fits = forms[first:last] in phrases and not any(taken[first:last])
                if fits and (not filler or _stands_as_filler(words, first, last, listed)):
                    taken[first:last] = [True] * length
                    found.append((first, last))
                    break
        return found

    fillers = take(listed.fillers | listed.apart, filler=True)
    # "we" before "I": in some languages its phrases hold the other ("chúng tôi"). Hedges take no word
    # from either: "I think" is both.
    hedged = [*taken]
    hedges = take(listed.hedges)
    taken[:] = hedged
    parted = _parted(words)
    we = len(take(listed.we)) + _heads(parted, listed.we, taken)
    i = len(take(listed.i)) + _heads(parted, listed.i, taken)
    return Said(_spoken(words, fillers), _spoken(words, hedges), i, we)


def _stands_as_filler(words: Sequence[SpokenWord], first: int, last: int, listed: Listed) -> bool:
    phrase = tuple(word.form for word in words[first:last])
    before = words[first - 1].form if first else ""
    after = words[last].form if last < len(words) else ""
    if before in listed.not_after.get(phrase, ()) or after in listed.not_before.get(phrase, ()):
        return False
    if phrase in listed.fillers:
        return True
    return _parts(words, first) and _parts(words, last)


def _parts(words: Sequence[SpokenWord], at: int) -> bool:
    """Whether punctuation or a pause stands before word `at`."""
    if at in (0, len(words)):
        return True
    before, after = words[at - 1], words[at]
    return before.text.endswith(_PUNCTUATION) or after.start - before.end >= PAUSE_S


def _parted(words: Sequence[SpokenWord]) -> list[str]:
    """What stands before an apostrophe: the pronoun in "I'm" and "j'ai"."""
    return [word.form.partition("'")[0] if "'" in word.form else "" for word in words]


def _heads(parted: Sequence[str], pronouns: AbstractSet[Phrase], taken: list[bool]) -> int:
    found = [at for at, head in enumerate(parted) if not taken[at] and (head,) in pronouns]
    for at in found:
        taken[at] = True
    return len(found)


def _spoken(words: Sequence[SpokenWord], places: Sequence[tuple[int, int]]) -> tuple[Spoken, ...]:
    return tuple(
        Spoken(
            start=words[first].start,
            end=words[last - 1].end,
            text=" ".join(word.bare for word in words[first:last]),
        )
        for first, last in sorted(places)
    )
