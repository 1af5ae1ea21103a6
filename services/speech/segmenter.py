"""Probabilities of speech -> utterances. Pure arithmetic on a clock that counts samples.

Thresholds are Silero's own (snakers4/silero-vad `get_speech_timestamps`: 0.5 starts, 0.15 less
keeps going). The pause is the 0.6 s of RealtimeSTT: people who think while they answer pause for
0.3-0.5 s inside a phrase, and an utterance should be a phrase. 14 s stays clear of Whisper's window of
30 s and bounds both the wait for settled text and the work at the end of an answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from services.ports import SAMPLE_RATE

STEP = 512  # samples; the 32 ms grid of the detector
SPEECH_STARTS = 0.5
SPEECH_GOES_ON = 0.35
PRE_ROLL = round(0.3 * SAMPLE_RATE)  # soft first consonants come before the detector is sure
MARGIN = round(0.3 * SAMPLE_RATE)  # Whisper drops the last word when nothing follows it
PAUSE = round(0.6 * SAMPLE_RATE)
LONGEST = 14 * SAMPLE_RATE
CUT_WITHIN = 6 * SAMPLE_RATE
SHORTEST = round(0.25 * SAMPLE_RATE)  # voiced; a key or a cough is shorter, "no" is longer
SYLLABLE = SAMPLE_RATE  # a blip that is followed by speech within this belongs to it


@dataclass(frozen=True, slots=True)
class Utterance:
    """Sound between two pauses, in samples from the start of the answer. `speech` are its voiced spans."""

    start: int
    end: int
    speech: tuple[tuple[int, int], ...] = ()

    @property
    def voiced(self) -> int:
        return sum(end - start for start, end in self.speech)


@dataclass(frozen=True, slots=True)
class _Step:
    at: int
    probability: float
    loudness: float


class Segmenter:
    """One stream of steps that begins at sample `origin`. Not thread-safe; the ear thread owns it."""

    def __init__(self, origin: int) -> None:
        self._at = origin  # first sample not heard yet
        self._floor = origin  # nothing before this belongs to a new utterance
        self._start: int | None = None
        self._steps: list[_Step] = []  # since speech started in the open utterance
        self._quiet_since: int | None = None
        self._after_cut = False

    def hear(self, probabilities: Iterable[float], loudness: Iterable[float]) -> list[Utterance]:
        """Take steps of 512 samples (their probability of speech and RMS); return what they ended."""
        ended: list[Utterance] = []
        for probability, loud in zip(probabilities, loudness, strict=True):
            ended += self._step(_Step(self._at, float(probability), float(loud)))
        return ended

    def flush(self) -> list[Utterance]:
        """The sound ends or pauses for long: end the open utterance where it stands."""
        if self._start is None:
            return []
        return self._close(self._at if self._quiet_since is None else self._quiet_since)

    @property
    def open(self) -> Utterance | None:
        """What has been said since the last pause; None while nobody speaks."""
        if self._start is None:
            return None
        return Utterance(self._start, self._at, _speech(self._steps, self._start, self._at))

    @property
    def floor(self) -> int:
        """No utterance to come starts before this sample."""
        if self._start is not None:
            return self._start
        return max(self._floor, self._at - SYLLABLE - PAUSE - PRE_ROLL)

    def _step(self, step: _Step) -> list[Utterance]:
        self._at += STEP
        if self._start is None:
            if step.probability < SPEECH_STARTS:
                return []
            self._open(step.at)
        assert self._start is not None
        self._steps.append(step)
        if step.probability >= SPEECH_STARTS:
            self._quiet_since = None
        elif step.probability < SPEECH_GOES_ON and self._quiet_since is None:
            self._quiet_since = step.at
        if self._quiet_since is not None and self._at - self._quiet_since >= PAUSE:
            return self._close(self._quiet_since)
        if self._at - self._start >= LONGEST:
            return self._cut()
        return []

    def _open(self, at: int) -> None:
        # Steps left by `_close` are a blip too short to stand alone: the first syllable of this?
        if self._steps and at - self._steps[-1].at <= SYLLABLE:
            first = self._steps[0].at
        else:
            self._steps, first = [], at
        self._start = max(self._floor, first - PRE_ROLL)
        self._quiet_since = None

    def _close(self, speech_end: int) -> list[Utterance]:
        assert self._start is not None
        start, self._start, self._quiet_since = self._start, None, None
        end = min(speech_end + MARGIN, self._at)
        self._steps = [s for s in self._steps if s.at < speech_end]
        sure = sum(STEP for s in self._steps if s.probability >= SPEECH_STARTS)
        if sure < (STEP if self._after_cut else SHORTEST):
            return []
        utterance = Utterance(start, end, _speech(self._steps, start, end))
        self._floor, self._steps, self._after_cut = end, [], False
        return [utterance]

    def _cut(self) -> list[Utterance]:
        """No pause in 14 s: cut where speech was least likely, and among equals where it was softest.

        The dip is a mean over three steps (96 ms), the shortest silence that Silero cuts at.
        """
        assert self._start is not None
        first = next(i for i, s in enumerate(self._steps) if s.at >= self._at - CUT_WITHIN)
        middles = range(max(first, 1), len(self._steps) - 1)

        def dip(i: int) -> tuple[float, float]:
            around = self._steps[i - 1 : i + 2]
            return round(sum(s.probability for s in around) / 3, 1), sum(s.loudness for s in around)

        at = self._steps[min(middles, key=dip)].at + STEP // 2
        utterance = Utterance(self._start, at, _speech(self._steps, self._start, at))
        self._steps = [s for s in self._steps if s.at >= at]
        self._start = self._floor = at
        self._after_cut = True  # what is left may be the end of a word: however short, it is kept
        return [utterance]


def _speech(steps: list[_Step], start: int, end: int) -> tuple[tuple[int, int], ...]:
    """Voiced spans within start..end; neighbouring steps are joined."""
    spans: list[tuple[int, int]] = []
    for step in steps:
        if step.probability < SPEECH_GOES_ON:
            continue
        a, b = max(step.at, start), min(step.at + STEP, end)
        if a >= b:
            continue
        if spans and a <= spans[-1][1]:
            spans[-1] = (spans[-1][0], b)
        else:
            spans.append((a, b))
    return tuple(spans)
