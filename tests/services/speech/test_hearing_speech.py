"""The whole path with a real model: synthetic speech in, the right words out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from services.adapters.whisper import WhisperEngine
from services.speech.ears import Ears
from services.speech.model import SpeechModel
from tests.services.speech.stage import Shelf, ears_on, until
from tests.spoken import (
    MODEL,
    VOICES,
    frames,
    noise,
    phrases,
    spoken,
    typing,
    word_errors,
    words_of,
)


@pytest.fixture(scope="module")
def model() -> SpeechModel:
    model = SpeechModel(
        str(MODEL), cache_dir=Path("unused"), load=WhisperEngine, download=lambda *_: None
    )
    model.load_if_here()
    until(lambda: model.status().state == "ready")
    return model


@pytest.fixture
def ears(model: SpeechModel, tmp_path: Path) -> Iterator[Ears]:
    with ears_on(model, tmp_path) as ears:
        yield ears


@pytest.mark.parametrize("voice", VOICES[:3])
def test_at_most_one_word_in_ten_of_fourteen_phrases_is_wrong(ears: Ears, voice: str) -> None:
    speech = spoken(phrases(14, seed=len(voice)), voice=voice, rate=48_000)
    shelf = Shelf()
    live = shelf.open(ears)
    source = live.take_over()
    for frame in frames(speech.samples):
        live.hear(source, frame)
    live.finish()
    assert live.wait_finished(60)
    assert word_errors(speech.text, shelf.text) <= 0.1 * len(words_of(speech.text))
    assert live.snapshot().transcript.settled_text == shelf.text
    for segment, (start, end, _) in zip(shelf.in_order, speech.phrases, strict=True):
        assert segment.words[0].start == pytest.approx(start, abs=0.25)
        assert segment.words[-1].end <= end + 0.4
        assert all(0 < w.probability <= 1 for w in segment.words)


def test_speech_without_pauses_keeps_nearly_all_its_words(ears: Ears) -> None:
    speech = spoken(phrases(12), pause=0.15, rate=16_000)
    shelf = Shelf()
    live = shelf.open(ears)
    live.hear_samples(speech.samples)
    live.finish()
    assert live.wait_finished(60)
    heard = words_of(shelf.text)
    assert len(heard) == pytest.approx(len(words_of(speech.text)), rel=0.25)


def test_words_survive_a_restart_in_the_middle_of_an_answer(
    model: SpeechModel, tmp_path: Path
) -> None:
    speech = spoken(phrases(8, seed=4), rate=48_000)
    sent = list(frames(speech.samples))
    shelf = Shelf()
    killed = Ears(model, tmp_path)
    live = shelf.open(killed)
    source = live.take_over()
    for frame in sent[: len(sent) // 2]:
        live.hear(source, frame)
    until(lambda: live.snapshot().seconds > speech.seconds / 2 - 0.1)
    stored = Shelf(shelf.answer_id)
    stored.segments = dict(list(shelf.segments.items())[:2])
    with ears_on(model, tmp_path) as ears:
        again = stored.open(ears)
        source = again.take_over()
        for frame in sent[len(sent) // 2 :]:
            again.hear(source, frame)
        again.finish()
        assert again.wait_finished(60)
        assert word_errors(speech.text, stored.text) <= 0.1 * len(words_of(speech.text))
    killed.shutdown()


@pytest.mark.parametrize(
    "sound", [np.zeros(320_000, np.float32), noise(20), noise(20, 0.3), typing(20)]
)
def test_nothing_is_invented_on_silence_noise_and_typing(ears: Ears, sound: np.ndarray) -> None:
    shelf = Shelf()
    live = shelf.open(ears)
    live.hear_samples(sound)
    live.finish()
    assert live.wait_finished(60)
    assert shelf.text == ""


def test_typing_between_phrases_adds_no_words(ears: Ears) -> None:
    first, second = (spoken([text]).samples for text in phrases(2, seed=9))
    shelf = Shelf()
    live = shelf.open(ears)
    live.hear_samples(np.concatenate([first, typing(5), second]))
    live.finish()
    assert live.wait_finished(60)
    assert word_errors(" ".join(phrases(2, seed=9)), shelf.text) <= 1
