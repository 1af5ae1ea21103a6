"""What every speech engine promises, the real one and the double alike."""

from __future__ import annotations

import numpy as np
import pytest

from services.adapters.whisper import WhisperEngine
from services.ports import SpeechEngine
from tests.doubles import ScriptedEngine
from tests.spoken import MODEL, spoken


@pytest.fixture(params=["whisper", "scripted"], scope="module")
def engine(request: pytest.FixtureRequest) -> SpeechEngine:
    return WhisperEngine(MODEL) if request.param == "whisper" else ScriptedEngine()


SPEECH = spoken(("my team built a new product last year",)).samples


def test_words_come_in_order_within_the_sound_with_probabilities(engine: SpeechEngine) -> None:
    words = engine.transcribe(SPEECH)
    assert words
    assert all(0 <= w.start <= w.end <= len(SPEECH) / 16_000 + 0.5 for w in words)
    assert [w.start for w in words] == sorted(w.start for w in words)
    assert all(0 <= w.probability <= 1 for w in words)
    assert all(w.text == w.text.strip() != "" for w in words)


def test_the_same_sound_gives_the_same_words(engine: SpeechEngine) -> None:
    if isinstance(engine, ScriptedEngine):
        engine.heard = 0
    first = [w.text for w in engine.transcribe(SPEECH)]
    if isinstance(engine, ScriptedEngine):
        engine.heard = 0
    assert [w.text for w in engine.transcribe(SPEECH)] == first


def test_a_sketch_is_text_and_changes_nothing(engine: SpeechEngine) -> None:
    before = SPEECH.copy()
    assert isinstance(engine.sketch(SPEECH[:16_000]), str)
    assert np.array_equal(before, SPEECH)


def test_an_engine_has_a_name_to_be_stored_with_ratings(engine: SpeechEngine) -> None:
    assert engine.name
