"""The samples of an answer -> SoundFigures, block by block: half a megabyte for a quarter of an hour.

Costs about a tenth of a percent of a core's time for the length of the sound, nearly all of it the
voice activity detector.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from services.delivery.edges import FRAME, PER_STEP, edges
from services.domain import SoundFigures
from services.failures import failure_of
from services.ports import SAMPLE_RATE
from services.speech.segmenter import SPEECH_GOES_ON, SPEECH_STARTS, STEP
from services.speech.voice_activity import VoiceActivity

LEVEL_STEPS = 10  # of the detector, that one level is taken over: ten minutes make 2,000 levels
LEVEL_SIZE = LEVEL_STEPS * STEP  # samples
STEP_S = LEVEL_SIZE / SAMPLE_RATE
QUIETEST_DB = -96.0  # of 16 bits
QUIETEST = 10 ** (QUIETEST_DB / 10)  # the same as a power
SHORTEST_SILENCE = 3  # steps between two spans of voice; shorter is a consonant

_BLOCK = 20 * LEVEL_SIZE  # samples read at a time: 6.4 s, 200 kB
_FULL_SCALE = 32_700  # encoders and resamplers round the tops of clipped waves a little
_SAMPLE_BYTES = 2


def sound_figures(pcm: BinaryIO) -> SoundFigures:
    """Of raw 16-bit little-endian mono samples at 16 kHz, from where `pcm` stands.

    Where the detector cannot run there is no `voice`, and the rest is measured all the same.
    """
    levels: list[float] = []
    clipped = samples = 0
    voice = _Voice()
    for block in _blocks(pcm):
        samples += block.size
        clipped += int(np.count_nonzero(np.abs(block.astype(np.int32)) >= _FULL_SCALE))
        sound = block.astype(np.float32) / np.float32(32768)
        levels += (_db(part) for part in np.split(sound, range(LEVEL_SIZE, sound.size, LEVEL_SIZE)))
        voice.hear(sound)
    return SoundFigures(
        step_s=STEP_S,
        levels=tuple(levels),
        voice=voice.spans(),
        clipped=clipped / samples if samples else 0.0,
    )


class _Voice:
    """Where the detector heard a voice. Its thresholds are those that utterances are cut with."""

    def __init__(self) -> None:
        self._detector = VoiceActivity()
        self._works = True
        self._speaking = False
        self._at = 0  # steps heard
        self._spans: list[tuple[int, int]] = []  # steps
        self._levels: list[NDArray[np.float32]] = []  # of frames; half a kilobyte a second

    def hear(self, sound: NDArray[np.float32]) -> None:
        whole = -(-sound.size // STEP) * STEP  # only the last block has a part of a step at its end
        padded = np.pad(sound, (0, whole - sound.size))
        if self._works:
            self._works = failure_of(self._take, padded) is None
        power = np.mean(np.square(padded.reshape(-1, FRAME)), axis=1)
        self._levels.append(np.asarray(10 * np.log10(np.maximum(power, QUIETEST)), np.float32))

    def spans(self) -> tuple[tuple[float, float], ...]:
        """Seconds of the sound; none where the detector could not run."""
        if not self._works or not self._levels:
            return ()
        joined: list[tuple[int, int]] = []
        for start, end in self._spans:
            if joined and start - joined[-1][1] < SHORTEST_SILENCE:
                joined[-1] = (joined[-1][0], end)
            else:
                joined.append((start, end))
        frames = [(start * PER_STEP, end * PER_STEP) for start, end in joined]
        return tuple(edges(frames, np.concatenate(self._levels)))

    def _take(self, sound: NDArray[np.float32]) -> None:
        for probability in self._detector.hear(sound):
            if probability >= SPEECH_STARTS and not self._speaking:
                self._speaking = True
                self._spans.append((self._at, self._at))
            elif probability < SPEECH_GOES_ON:
                self._speaking = False
            self._at += 1
            if self._speaking:
                self._spans[-1] = (self._spans[-1][0], self._at)


def _db(sound: NDArray[np.float32]) -> float:
    """RMS in dBFS, to a tenth."""
    power = float(np.mean(np.square(sound)))
    return round(max(QUIETEST_DB, 10 * float(np.log10(power))), 1) if power > 0 else QUIETEST_DB


def _blocks(pcm: BinaryIO) -> Iterator[NDArray[np.int16]]:
    while block := pcm.read(_BLOCK * _SAMPLE_BYTES):
        # A server that was killed may have left half a sample at the end.
        whole = np.frombuffer(block[: len(block) // _SAMPLE_BYTES * _SAMPLE_BYTES], "<i2")
        if whole.size:
            yield whole
