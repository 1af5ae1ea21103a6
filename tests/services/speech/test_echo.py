"""Three seconds of one's own voice: taken from the connection, played back, understood, kept nowhere."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest

from services.domain import AUTO
from services.ports import Samples
from services.speech.echo import Echo, is_silent, wav_of, words_of
from services.speech.sound_file import sound_of
from tests.doubles import ScriptedEngine
from tests.recordings import tone


def frames(samples: Samples, rate: int = 48_000) -> list[av.AudioFrame]:
    """As a browser sends them: 20 ms of stereo, 16 bits."""
    made = []
    for at in range(0, len(samples) - rate // 50 + 1, rate // 50):
        pcm = (np.repeat(samples[at : at + rate // 50], 2) * 32767).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(pcm.reshape(1, -1), format="s16", layout="stereo")
        frame.sample_rate, frame.time_base = rate, Fraction(1, rate)
        made.append(frame)
    return made


def test_only_the_three_seconds_after_the_press_are_taken() -> None:
    echo = Echo()
    for frame in frames(tone(1.0)):
        echo.hear(frame)
    assert echo.arrived
    assert not echo.taking
    assert len(echo.samples()) == 0
    echo.begin()
    for frame in frames(tone(5.0)):
        echo.hear(frame)
    assert echo.whole
    assert len(echo.samples()) / 16_000 == pytest.approx(3.0, abs=0.01)
    echo.begin()  # another try forgets the first
    assert echo.taking
    assert len(echo.samples()) == 0


def test_what_was_taken_can_be_played() -> None:
    echo = Echo()
    echo.begin()
    for frame in frames(tone(3.0)):
        echo.hear(frame)
    played = sound_of(wav_of(echo.samples()))
    assert np.abs(played).max() == pytest.approx(0.3, abs=0.05)


def test_silence_is_told_from_a_soft_voice() -> None:
    assert is_silent(np.zeros(48_000, np.float32))
    assert is_silent(0.005 * tone(3.0, 16_000))
    word = np.concatenate([np.zeros(40_000), 0.05 * tone(0.2, 16_000)]).astype(np.float32)
    assert not is_silent(word)


def test_the_words_are_those_of_the_speech_model_in_a_language_that_it_knows() -> None:
    engine = ScriptedEngine()
    assert words_of(engine, tone(3.0, 16_000), "en")
    assert words_of(engine, tone(3.0, 16_000), AUTO)
