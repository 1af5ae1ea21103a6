"""Figures of sound, against speech with known times."""

from __future__ import annotations

import io
import json
from itertools import pairwise

import numpy as np
import pytest

from services.delivery.measuring import STEP_S, sound_figures
from services.domain import SoundFigures
from services.ports import SAMPLE_RATE, Samples
from tests.spoken import noise, phrases, spoken

EDGE_S = 0.02  # of quiet that a phrase has at both ends
NEAR_S = 0.064


def figures(samples: Samples) -> SoundFigures:
    pcm = (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()
    return sound_figures(io.BytesIO(pcm + b"\0"))  # a kill may leave half a sample


def test_pauses_between_phrases_are_found_to_64_milliseconds() -> None:
    off, invented = [], 0
    for pause in (0.4, 0.9, 1.7):
        talk = spoken(phrases(6, seed=4), pause=pause)
        voice = figures(talk.samples).voice
        silences = [(a, b) for (_, a), (b, _) in pairwise(voice) if b - a >= 0.25]
        for (_, a, _), (b, _, _) in pairwise(talk.phrases):
            found = next(s for s in silences if s[0] < (a + b) / 2 < s[1])
            off.append(abs(found[1] - found[0] - (b - a + 2 * EDGE_S)))
        invented += len(silences) - 5
    assert np.median(off) <= 0.04
    assert max(off) <= NEAR_S
    assert invented <= 3  # a phrase of this voice has a gap that the detector takes for a pause


def test_a_loud_room_makes_no_other_pauses() -> None:
    talk = spoken(phrases(6, seed=4), pause=0.9, hiss=0.02)
    voice = figures(talk.samples).voice
    silences = [b - a for (_, a), (b, _) in pairwise(voice) if b - a >= 0.5]
    assert silences == pytest.approx([0.9] * 5, abs=0.2)


def test_levels_and_clipping_are_those_of_the_samples() -> None:
    wave = np.sin(2 * np.pi * 200 * np.arange(SAMPLE_RATE) / SAMPLE_RATE).astype(np.float32)
    found = figures(np.concatenate([0.1 * wave, 2 * wave, 0 * wave]))
    assert found.levels[0] == pytest.approx(-23.0, abs=0.2)
    assert found.levels[-1] == -96
    assert found.clipped == pytest.approx(2 / 3 / 3, abs=0.01)  # |sin| > 1/2 two thirds of the time
    assert len(found.levels) == -(-3 // STEP_S)


def test_noise_and_nothing_are_no_voice() -> None:
    assert figures(noise(3)).voice == ()
    assert figures(np.zeros(0, np.float32)) == SoundFigures(step_s=STEP_S)


def test_ten_minutes_take_less_than_20_kb() -> None:
    talk = spoken(phrases(15, seed=2), pause=0.5)
    kept = len(json.dumps(figures(talk.samples).model_dump(mode="json")))
    assert kept * 600 / talk.seconds < 20_000
