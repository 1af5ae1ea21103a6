"""What every speech engine promises, the real one and the double alike."""

from __future__ import annotations

import numpy as np
import pytest

from services.adapters.whisper import WhisperEngine
from services.ports import Passage, SpeechEngine
from tests.doubles import ScriptedEngine
from tests.spoken import MODEL, spoken

SPEECH = spoken(("my team built a new product last year",)).samples
SILENCE = np.zeros(32_000, np.float32)


@pytest.fixture(params=["whisper", "scripted"], scope="module")
def engine(request: pytest.FixtureRequest) -> SpeechEngine:
    return WhisperEngine(MODEL, calls_at_once=1) if request.param == "whisper" else ScriptedEngine()


def test_words_come_in_order_within_the_sound_with_probabilities(engine: SpeechEngine) -> None:
    (settled,) = engine.settle([Passage(SPEECH)])
    words = settled.words
    assert words
    assert settled.certain
    assert all(0 <= w.start <= w.end <= len(SPEECH) / 16_000 + 0.5 for w in words)
    assert [w.start for w in words] == sorted(w.start for w in words)
    assert all(0 <= w.probability <= 1 for w in words)
    assert all(w.text == w.text.strip() != "" for w in words)


def test_every_passage_of_a_call_has_its_result_in_its_place(engine: SpeechEngine) -> None:
    quiet, loud = Passage(SILENCE), Passage(SPEECH)
    assert [bool(s.words) for s in engine.settle([quiet, loud, quiet])] == [False, True, False]
    assert len(engine.sketch([loud, quiet])) == 2
    assert engine.settle([]) == ()
    assert engine.sketch([]) == ()


def test_the_same_sound_gives_the_same_words(engine: SpeechEngine) -> None:
    def said() -> list[str]:
        if isinstance(engine, ScriptedEngine):
            engine.heard = 0
        return [w.text for w in engine.settle([Passage(SPEECH)])[0].words]

    assert said() == said()


def test_a_sketch_has_ends_only_where_they_are_asked_for_and_changes_nothing(
    engine: SpeechEngine,
) -> None:
    before = SPEECH.copy()
    plain, timed = engine.sketch([Passage(SPEECH), Passage(SPEECH, timed=True)])
    assert plain.words == timed.words
    assert plain.words
    assert plain.ends == ()
    assert len(timed.ends) == len(timed.words)
    assert list(timed.ends) == sorted(timed.ends)
    assert np.array_equal(before, SPEECH)


def test_kept_words_and_sketches_are_different_groups(engine: SpeechEngine) -> None:
    passage = Passage(SPEECH)
    assert engine.group(passage, keep=True) == engine.group(passage, keep=True)
    assert engine.group(passage, keep=True) != engine.group(passage, keep=False)
    assert len({engine.group(passage, keep=True), engine.group(passage, keep=False)}) == 2


def test_it_knows_which_languages_it_understands(engine: SpeechEngine) -> None:
    language, probability = engine.language_of(SPEECH)
    assert language in engine.languages
    assert 0 <= probability <= 1


def test_an_engine_has_a_name_and_reports(engine: SpeechEngine) -> None:
    assert engine.name
    assert engine.calls_at_once >= 1
    assert engine.report().uncertain == 0
