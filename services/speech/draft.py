"""Draft: the text of an utterance that is still being spoken, made of one sketch after the other.

Every sketch hears the latest seconds again, so its words may differ from those of the one before. What
two sketches in a row agree on counts as stable and is shown as it is from then on (LocalAgreement-2,
Macháček et al. 2023). The last word of a sketch is held back while the voice goes on, because it is
probably cut in two. Once the sound grows long, stable words with a known end are put behind us and the
next sketch starts after them, so that a sketch never hears much more than `longest`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from services.ports import SAMPLE_RATE, Sketch
from services.speech.editing import edits

_CONTEXT = 1.2  # s before the end of the sound whose words are never put behind us
_SOON = round(0.8 * SAMPLE_RATE)  # two sketches are about that far apart: ask for word ends in time
_HALF_A_WORD = round(0.2 * SAMPLE_RATE)  # at 150 a minute; the last word is cut, on average there


class Draft:
    """One open utterance. Not thread-safe; whoever has the utterance's speaker in hand owns it."""

    def __init__(self, start: int, join: Callable[[Iterable[str]], str] = " ".join) -> None:
        """`start` is the utterance's first sample; `join` puts words together as the language does."""
        self.start = start
        self._join = join
        self._from = start  # first sample that a sketch must hear
        self._longest = 0
        self._behind: list[str] = []  # words before `_from`
        self._stable: list[str] = []  # words after it that two sketches agreed on
        self._tail: list[str] = []  # words after these, of the latest sketch
        self._last: list[str] = []  # all words of the latest sketch
        self.upto = start  # the text covers the sound up to about this sample

    def window(self, end: int, longest: int) -> tuple[int, bool]:
        """First sample of the sound up to `end` to be sketched next, and whether word ends are needed.

        `longest` (samples) is what a sketch should hear at most; it may change from call to call.
        """
        self._longest = longest
        return self._from, end - self._from > longest - _SOON

    def heard(self, sketch: Sketch, begin: int, end: int, quiet: bool) -> None:
        """Take the sketch of samples begin..end; `quiet`: nothing is being said at its end."""
        words = list(sketch.words)
        agreed = _agreement(self._last, words)
        self._last = words
        keep = len(words) if quiet else max(agreed, len(words) - 1)
        if agreed > len(self._stable) and _alike(self._stable, words[: len(self._stable)]):
            self._stable += words[len(self._stable) : agreed]
        self.upto = end if keep == len(words) else max(begin, end - _HALF_A_WORD)
        at = _place_after(self._stable, words)
        self._tail = words[at:keep]
        if sketch.ends and len(sketch.ends) == len(words):
            self._move_on(words, sketch.ends, begin, end)

    @property
    def text(self) -> str:
        return self._join([*self._behind, *self._stable, *self._tail])

    @property
    def stable(self) -> int:
        """How many leading characters of `text` are stable."""
        return len(self._join([*self._behind, *self._stable]))

    def _move_on(self, words: list[str], ends: Sequence[float], begin: int, end: int) -> None:
        """Put words behind us that end well before the sound does; unstable ones only if it is too long."""
        seconds = (end - begin) / SAMPLE_RATE
        too_long = end - begin > self._longest
        sure = len(words) if too_long else len(self._stable)
        count = _before(seconds - _CONTEXT, ends[:sure])
        if too_long and not count:  # ends that make no sense must not let it grow on
            ends = [seconds * (i + 1) / len(words) for i in range(len(words))]
            count = _before(seconds - _CONTEXT, ends)
        if not count or (not too_long and not _alike(self._stable[:count], words[:count])):
            return
        shown = [*self._stable, *self._tail]
        self._behind += shown[:count] if len(shown) >= count else words[:count]
        self._stable = self._stable[count:]
        self._tail = shown[count:][len(self._stable) :]
        self._last = words[count:]
        self._from = begin + round(ends[count - 1] * SAMPLE_RATE)


def _before(limit: float, ends: Sequence[float]) -> int:
    """How many words in a row, from the first, end by then."""
    return next((i for i, at in enumerate(ends) if at > limit), len(ends))


def _plain(word: str) -> str:
    """Case and punctuation come and go between sketches; they do not make another word."""
    return "".join(c for c in word.casefold() if c.isalnum())


def _alike(a: Sequence[str], b: Sequence[str]) -> bool:
    return [_plain(w) for w in a] == [_plain(w) for w in b]


def _agreement(a: Sequence[str], b: Sequence[str]) -> int:
    """Length of the longest common beginning."""
    count = 0
    for x, y in zip(a, b, strict=False):
        if _plain(x) != _plain(y):
            break
        count += 1
    return count


def _place_after(stable: Sequence[str], words: Sequence[str]) -> int:
    """Where the words after the stable ones begin in a sketch that may tell these differently.

    The beginning of `words` that takes the fewest edits to become `stable`; of equals the one
    nearest to its length.
    """
    row = edits([_plain(w) for w in stable], [_plain(w) for w in words])
    return min(range(len(words) + 1), key=lambda j: (row[j], abs(j - len(stable))))
