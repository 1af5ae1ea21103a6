"""Probabilities of speech -> utterances. Pure arithmetic on a clock that counts samples.

Thresholds are Silero's own (snakers4/silero-vad `get_speech_timestamps`: 0.5 starts, 0.15 less
keeps going). The pause that ends an utterance is learned from the speaker, as LiveKit's dynamic
endpointing does: fluent people need 0.4 s, those who search for words 0.8 s, and everybody starts at the
0.6 s of RealtimeSTT. After 12 s any breath will do, and at 14 s the utterance is cut: that bounds both
the wait for settled text and the work at the end of an answer.
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
PAUSE = round(0.6 * SAMPLE_RATE)  # before anything is known of the speaker
SHORTEST_PAUSE = round(0.4 * SAMPLE_RATE)
LONGEST_PAUSE = round(0.8 * SAMPLE_RATE)
PAUSE_PER_GAP = (
    2.0  # an utterance ends at twice the silence that this speaker leaves inside a phrase
)
LEARNING = 0.1  # weight of a new gap (LiveKit's 0.9 for what was known)
GAPS = (round(0.1 * SAMPLE_RATE), PAUSE)  # shorter is a consonant, longer lies between phrases
LONG = 12 * SAMPLE_RATE
BREATH = 3 * STEP  # 96 ms, the shortest silence that Silero cuts at
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

    def __init__(self, origin: int, gap: float = PAUSE / PAUSE_PER_GAP) -> None:
        """`gap`: what is known of the speaker, from an earlier stream's `gap`."""
        self._at = origin  # first sample not heard yet
        self._floor = origin  # nothing before this belongs to a new utterance
        self._start: int | None = None
        self._steps: list[_Step] = []  # since speech started in the open utterance
        self._quiet_since: int | None = None
        self._after_cut = False
        self.gap = gap  # samples; the silence that this speaker usually leaves inside a phrase
        self._ended_at: int | None = None  # where the speech of the last utterance ended

    @property
    def pause(self) -> int:
        """Samples of quiet that end an utterance of this speaker at present."""
        return round(min(max(PAUSE_PER_GAP * self.gap, SHORTEST_PAUSE), LONGEST_PAUSE))

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
    def closing(self) -> Utterance | None:
        """The open utterance exactly as it will be if nothing more is said; None while that is unknown."""
        if self._start is None or self._quiet_since is None:
            return None
        return self._whole(self._quiet_since) if self._at - self._quiet_since >= MARGIN else None

    @property
    def floor(self) -> int:
        """No utterance to come starts before this sample."""
        if self._start is not None:
            return self._start
        return max(self._floor, self._at - SYLLABLE - LONGEST_PAUSE - PRE_ROLL)

    def _step(self, step: _Step) -> list[Utterance]:
        self._at += STEP
        if self._start is None:
            if step.probability < SPEECH_STARTS:
                return []
            self._open(step.at)
        assert self._start is not None
        self._steps.append(step)
        if step.probability >= SPEECH_STARTS:
            if self._quiet_since is not None:
                self._learn(step.at - self._quiet_since)
            self._quiet_since = None
        elif step.probability < SPEECH_GOES_ON and self._quiet_since is None:
            self._quiet_since = step.at
        long = self._at - self._start >= LONG
        enough = BREATH if long else self.pause
        if self._quiet_since is not None and self._at - self._quiet_since >= enough:
            return self._close(self._quiet_since)
        if self._at - self._start >= LONGEST:
            return self._cut()
        return []

    def _learn(self, gap: int) -> None:
        shortest, longest = GAPS
        if shortest <= gap <= longest:
            self.gap += LEARNING * (gap - self.gap)

    def _open(self, at: int) -> None:
        # Steps left by `_close` are a blip too short to stand alone: the first syllable of this?
        if self._steps and at - self._steps[-1].at <= SYLLABLE:
            first = self._steps[0].at
        else:
            self._steps, first = [], at
        self._start = max(self._floor, first - PRE_ROLL)
        self._quiet_since = None
        if self._ended_at is not None:  # it may have been ended too early
            self._learn(at - self._ended_at)

    def _close(self, speech_end: int) -> list[Utterance]:
        utterance = self._whole(speech_end)
        self._start, self._quiet_since = None, None
        if utterance is None:
            self._steps = [s for s in self._steps if s.at < speech_end]
            return []
        self._floor, self._steps, self._after_cut = utterance.end, [], False
        self._ended_at = speech_end
        return [utterance]

    def _whole(self, speech_end: int) -> Utterance | None:
        """The open utterance if its speech ends there; None when that is too short to be a word."""
        assert self._start is not None
        steps = [s for s in self._steps if s.at < speech_end]
        sure = sum(STEP for s in steps if s.probability >= SPEECH_STARTS)
        if sure < (STEP if self._after_cut else SHORTEST):
            return None
        end = min(speech_end + MARGIN, self._at, self._start + LONGEST)
        return Utterance(self._start, end, _speech(steps, self._start, end))

    def _cut(self) -> list[Utterance]:
        """Not a breath in 14 s: cut where speech was least likely, among equals where it was softest.

        The dip is a mean over three steps, a breath long.
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
