"""The streaming detector against the offline one, and on things that are not speech."""

from __future__ import annotations

import numpy as np
import pytest

from services.speech.segmenter import SPEECH_STARTS, STEP
from services.speech.voice_activity import VoiceActivity
from tests.spoken import noise, phrases, spoken, typing


def whole_steps(samples: np.ndarray) -> np.ndarray:
    return samples[: len(samples) // STEP * STEP]


@pytest.mark.parametrize("at_once", [1, 3, 64])
def test_steps_give_exactly_what_the_whole_sound_gives(at_once: int) -> None:
    from faster_whisper.vad import get_vad_model  # not at the top: it starts OpenMP its own way

    sound = whole_steps(spoken(phrases(3)).samples)
    offline = get_vad_model()(sound.copy()).ravel()
    detector, size = VoiceActivity(), at_once * STEP
    stepwise = [detector.hear(sound[at : at + size]) for at in range(0, len(sound), size)]
    # All but the last step: faster-whisper's own call blanks the end of the sound it is given.
    assert np.array_equal(np.concatenate(stepwise)[:-1], offline[:-1])


def test_two_streams_do_not_disturb_each_other() -> None:
    a, b = (whole_steps(spoken(phrases(2, seed)).samples)[: 60 * STEP] for seed in (1, 2))
    alone = VoiceActivity().hear(a)
    first, second, mixed = VoiceActivity(), VoiceActivity(), []
    for at in range(0, len(a), STEP):
        mixed.append(first.hear(a[at : at + STEP]))
        second.hear(b[at : at + STEP])
    assert np.array_equal(np.concatenate(mixed), alone)


@pytest.mark.parametrize("sound", [np.zeros(160_000, np.float32), noise(10), typing(10)])
def test_silence_noise_and_typing_are_hardly_ever_speech(sound: np.ndarray) -> None:
    probabilities = VoiceActivity().hear(whole_steps(sound))
    assert np.mean(probabilities >= SPEECH_STARTS) < 0.05
