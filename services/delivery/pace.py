"""How fast somebody speaks right now, for a meter that stays calm: pure, on the clock of the sound.

Words over the last half minute, pauses for thought left out; smoothed, and a band is left only once it
is left clearly. Words come from the live transcript, so they lag by a second and change a little.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from math import exp

from services.delivery.norms import FASTEST, SLOWEST

WINDOW_S = 30.0
LEAST_S, LEAST_WORDS = 6.0, 10  # before anything is shown
# Of a silence so much counts as part of speaking. Beyond it somebody thinks, which is no slow speech.
COUNTED_S = 2.0
USUAL_WORD_S = 0.5  # a word may take so long (120 a minute) before its time counts as silence
SMOOTH_S = 4.0  # time constant
CLEARLY = 7.0  # words a minute beyond the edge of a band before it is left
LOWEST, HIGHEST = 60.0, 210.0  # ends of the bar
LEAST_MOVE = 0.03  # of the bar; smaller moves are not shown


class Band(StrEnum):
    SLOW = "slow"
    EASY = "easy"
    FAST = "fast"


@dataclass(frozen=True, slots=True)
class Tempo:
    """What the meter knows. `band` and `place` (0-1 on the bar) are None until there is enough."""

    samples: tuple[tuple[float, int], ...] = ()  # (seconds of sound, words in it), oldest first
    rate: float | None = None  # words a minute, smoothed
    band: Band | None = None
    place: float | None = None


def go_on(tempo: Tempo, seconds: float, words: int) -> Tempo:
    """The next look: so many `words` were heard in the sound up to second `seconds`."""
    if tempo.samples and seconds < tempo.samples[-1][0]:  # another answer
        tempo = Tempo()
    if tempo.samples and (seconds, words) == tempo.samples[-1]:
        return tempo
    if tempo.samples and seconds == tempo.samples[-1][0]:
        samples = (*tempo.samples[:-1], (seconds, words))
    else:
        samples = (*tempo.samples, (seconds, words))
    samples = tuple(s for s in samples if s[0] >= seconds - WINDOW_S)
    said, took = _said(samples)
    tempo = replace(tempo, samples=samples)
    if took < LEAST_S or said < LEAST_WORDS:
        return tempo
    rate = _smoothed(tempo.rate, 60 * said / took, seconds, tempo)
    place = min(1.0, max(0.0, (rate - LOWEST) / (HIGHEST - LOWEST)))
    if tempo.place is not None and abs(place - tempo.place) < LEAST_MOVE:
        place = tempo.place
    return Tempo(samples, rate, _band(tempo.band, rate), place)


def _said(samples: tuple[tuple[float, int], ...]) -> tuple[int, float]:
    """Words and the seconds that they took, of which long silences count a little only."""
    words, took, quiet = 0, 0.0, 0.0
    for (before, had), (now, has) in pairwise(samples):
        passed, more = now - before, max(0, has - had)
        if more:
            took += min(passed, max(COUNTED_S, more * USUAL_WORD_S))
            quiet = 0.0
        else:
            took += max(0.0, min(passed, COUNTED_S - quiet))
            quiet += passed
        words += more
    return words, took


def _smoothed(before: float | None, rate: float, seconds: float, tempo: Tempo) -> float:
    if before is None or len(tempo.samples) < 2:
        return rate
    passed = seconds - tempo.samples[-2][0]
    return before + (1 - exp(-passed / SMOOTH_S)) * (rate - before)


def _band(before: Band | None, rate: float) -> Band:
    slow = SLOWEST + (CLEARLY if before is Band.SLOW else -CLEARLY if before else 0)
    fast = FASTEST - (CLEARLY if before is Band.FAST else -CLEARLY if before else 0)
    return Band.SLOW if rate < slow else Band.FAST if rate > fast else Band.EASY
