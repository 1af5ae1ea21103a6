"""faster-whisper on the fixture model."""

from __future__ import annotations

import shutil
import socket
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from services.adapters.whisper import WhisperEngine, _words
from services.errors import SpeechModelMissing, TranscriptionFailed
from services.ports import SpeechEngine
from tests.spoken import MODEL, phrases, spoken, word_errors, words_of


@pytest.fixture(scope="module")
def engine() -> SpeechEngine:
    return WhisperEngine(MODEL)


def test_one_phrase_becomes_its_words_in_time(engine: SpeechEngine) -> None:
    wrong = total = 0
    for text in phrases(8, seed=21):
        speech = spoken([text], lead=0.3, tail=0.3)
        words = engine.transcribe(speech.samples)
        wrong += word_errors(text, " ".join(w.text for w in words))
        total += len(words_of(text))
        assert all(0 <= w.start <= w.end <= speech.seconds + 0.1 for w in words)
        assert [w.start for w in words] == sorted(w.start for w in words)
        assert all(" " not in w.text and 0 <= w.probability <= 1 for w in words)
    assert wrong <= 0.1 * total


def test_a_sketch_is_the_same_text_or_nearly(engine: SpeechEngine) -> None:
    (text,) = phrases(1, seed=22)
    assert word_errors(text, engine.sketch(spoken([text], lead=0.3, tail=0.3).samples)) <= 1


def test_silence_has_no_words(engine: SpeechEngine) -> None:
    assert engine.transcribe(np.zeros(32_000, np.float32)) == ()
    assert engine.sketch(np.zeros(32_000, np.float32)) == ""


def test_a_prompt_changes_nothing_essential(engine: SpeechEngine) -> None:
    (text,) = phrases(1, seed=23)
    words = engine.transcribe(
        spoken([text], lead=0.3, tail=0.3).samples, prompt="software engineer"
    )
    assert word_errors(text, " ".join(w.text for w in words)) <= 2


def test_its_name_is_the_folders(engine: SpeechEngine) -> None:
    assert engine.name == "speech-model"


def test_loading_and_hearing_never_ask_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    WhisperEngine(MODEL).transcribe(spoken(phrases(1)).samples)


def test_a_broken_model_is_told_by_its_folder(tmp_path: Path) -> None:
    shutil.copytree(MODEL, tmp_path / "broken")
    (tmp_path / "broken" / "model.bin").write_bytes(b"nothing of use")
    with pytest.raises(SpeechModelMissing, match="broken"):
        WhisperEngine(tmp_path / "broken")


def test_a_failure_is_raised_and_never_an_empty_text(engine: SpeechEngine) -> None:
    with pytest.raises(TranscriptionFailed):
        engine.transcribe(np.zeros((2, 3, 4), np.float32))


def test_parts_of_a_hyphenated_word_stay_together() -> None:
    def piece(word: str, probability: float) -> SimpleNamespace:
        return SimpleNamespace(word=word, start=0.0, end=1.0, probability=probability)

    pieces = [piece(" a", 0.9), piece(" well", 0.8), piece("-known", 0.6), piece(" ", 0.9)]
    spaced = _words(pieces, spaced=True)
    assert [w.text for w in spaced] == ["a", "well-known"]
    assert spaced[1].probability == 0.6
    assert len(_words([piece("你", 0.9), piece("好", 0.9)], spaced=False)) == 2
