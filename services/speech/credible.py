"""What keeps invented words out: a word counts only where the detector heard a voice."""

from __future__ import annotations

from collections.abc import Iterable

from services.domain import Word
from services.ports import SAMPLE_RATE
from services.speech.segmenter import Utterance

# Word times come from cross-attention and the detector has its own idea of an edge; both are within
# a few tenths of a second of the truth, so a word further out was not spoken.
_TOLERANCE = 0.4  # s


def credible(words: Iterable[Word], utterance: Utterance) -> tuple[Word, ...]:
    """The words near the voiced spans, with times kept inside them; seconds of the answer.

    Whisper starts the first word of any window at its first sample; the detector knows better.
    """
    spans = [(a / SAMPLE_RATE, b / SAMPLE_RATE) for a, b in utterance.speech]
    if not spans:
        return ()
    first, last = spans[0][0], spans[-1][1]

    def inside(time: float) -> float:
        return min(max(time, first), last)

    return tuple(
        w.model_copy(update={"start": inside(w.start), "end": inside(w.end)})
        for w in words
        if any(w.start <= b + _TOLERANCE and w.end >= a - _TOLERANCE for a, b in spans)
    )
