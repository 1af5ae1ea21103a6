"""What long answers are made of where only their length matters: words that vary, and a voice that rests."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import product

from services.domain import Segment, SoundFigures, Word

LOUD_S = 0.32  # between two figures of the loudness
_SPAN_S, _EVERY_S = 2.6, 3.0  # of voice
_VOCABULARY = tuple("".join(parts) for parts in product(("ba", "ne", "ri", "so", "tu"), repeat=4))


def sound_of(seconds: float) -> SoundFigures:
    """A voice that rests every three seconds."""
    spans = round(seconds / _EVERY_S)
    return SoundFigures(
        step_s=LOUD_S,
        levels=tuple(-30.0 - number % 20 for number in range(round(seconds / LOUD_S))),
        voice=tuple((n * _EVERY_S, n * _EVERY_S + _SPAN_S) for n in range(spans)),
    )


def varied(segments: Sequence[Segment], seed: int = 7) -> tuple[Segment, ...]:
    """The same times with other words, drawn from 625; the first segment stays as it is."""
    dice = random.Random(seed)
    return (*segments[:1], *(_redrawn(segment, dice) for segment in segments[1:]))


def talk(seconds: float, words_per_minute: float = 150, sentence: int = 20) -> tuple[Segment, ...]:
    """Sentences of varied words, one after the other."""
    step = 60 / words_per_minute
    count = round(seconds / step)
    timed = [
        Word(start=n * step, end=(n + 0.8) * step, text="so", probability=0.95)
        for n in range(count)
    ]
    return varied(
        tuple(
            Segment(start=part[0].start, end=part[-1].end, text="", words=tuple(part))
            for part in (timed[first : first + sentence] for first in range(0, count, sentence))
        )
    )


def _redrawn(segment: Segment, dice: random.Random) -> Segment:
    words = tuple(
        word.model_copy(update={"text": dice.choice(_VOCABULARY)}) for word in segment.words
    )
    text = " ".join(word.text for word in words)
    return segment.model_copy(update={"words": words, "text": text})
