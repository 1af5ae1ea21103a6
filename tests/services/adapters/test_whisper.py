"""Whisper on the fixture model, beside faster-whisper, and on models of random weights."""

from __future__ import annotations

import logging
import shutil
import socket
from collections import defaultdict
from collections.abc import Hashable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from faster_whisper import WhisperModel
from faster_whisper.feature_extractor import FeatureExtractor

from benchmarks import random_model
from services.adapters.whisper import WhisperEngine
from services.adapters.whisper.decoder import _Filters
from services.errors import SpeechModelMissing, TranscriptionFailed
from services.ports import Passage, Samples
from services.speech.trial import differ
from services.speech.windows import TokenBudget
from tests.spoken import MODEL, VOICES, noise, phrases, spoken, typing, word_errors, words_of


@pytest.fixture(scope="module")
def engine() -> WhisperEngine:
    return WhisperEngine(MODEL, recheck=False)


@pytest.fixture(scope="module")
def full() -> WhisperEngine:
    return WhisperEngine(MODEL, margin_s=30, calls_at_once=1)


@pytest.fixture(scope="module")
def random_engine(tmp_path_factory: pytest.TempPathFactory) -> WhisperEngine:
    """Multilingual, and different for every change of its input."""
    folder = random_model.make(tmp_path_factory.mktemp("random") / "micro", "micro")
    return WhisperEngine(folder, margin_s=0.64, calls_at_once=1)


def said(text: str, voice: str = VOICES[0]) -> Samples:
    return spoken([text], lead=0.3, tail=0.3, voice=voice).samples


def heard_by(engine: WhisperEngine, passage: Passage) -> list[str]:
    return [w.text for w in engine.settle([passage])[0].words]


PASSAGES = [
    Passage(said(text, VOICES[i % len(VOICES)]), timed=i % 2 == 0)
    for i, text in enumerate(phrases(12, seed=21))
]


# --- what is heard ------------------------------------------------------------------------------


def test_phrases_become_their_words_in_time(engine: WhisperEngine) -> None:
    wrong = total = 0
    for text, passage in zip(phrases(12, seed=21), PASSAGES, strict=True):
        (settled,) = engine.settle([passage])
        wrong += word_errors(text, " ".join(w.text for w in settled.words))
        total += len(words_of(text))
        assert settled.certain
        assert settled.words[0].start >= 0
        assert settled.words[-1].end <= len(passage.samples) / 16_000
    assert wrong <= 0.05 * total


def test_in_full_windows_words_times_and_probabilities_are_faster_whispers(
    full: WhisperEngine,
) -> None:
    theirs = WhisperModel(str(MODEL), device="cpu", compute_type="int8", cpu_threads=1)
    for passage in PASSAGES:
        segments, _ = theirs.transcribe(
            passage.samples,
            beam_size=5,
            temperature=0.0,
            without_timestamps=True,
            condition_on_previous_text=False,
            word_timestamps=True,
        )
        expected = next(iter(segments)).words or ()
        (ours,) = full.settle([passage])
        assert [w.text for w in ours.words] == [w.word.strip() for w in expected]
        for word, other in zip(ours.words, expected, strict=True):
            assert word.start == pytest.approx(other.start, abs=0.04)
            assert word.end == pytest.approx(other.end, abs=0.04)
            assert word.probability == pytest.approx(other.probability, abs=0.05)


@pytest.mark.parametrize("bins", [80, 128])
def test_the_spectrogram_is_faster_whispers(bins: int) -> None:
    theirs, ours = (FeatureExtractor(feature_size=bins) for _ in range(2))
    ours.mel_filters = _Filters(ours.mel_filters)
    for sound in (PASSAGES[0].samples, noise(1.0), np.zeros(8_000, np.float32)):
        assert np.allclose(ours(sound), theirs(sound), rtol=0, atol=1e-6)


def test_short_windows_cost_no_words(engine: WhisperEngine, full: WhisperEngine) -> None:
    def errors(each: WhisperEngine) -> int:
        return sum(
            word_errors(text, " ".join(w.text for w in each.settle([passage])[0].words))
            for text, passage in zip(phrases(12, seed=21), PASSAGES, strict=True)
        )

    assert errors(engine) <= errors(full) + 1


def test_company_changes_nothing(engine: WhisperEngine, random_engine: WhisperEngine) -> None:
    for each in (engine, random_engine):
        alike: dict[Hashable, list[Passage]] = defaultdict(list)
        for passage in PASSAGES:
            alike[each.group(passage, keep=True)].append(passage)
        assert max(len(group) for group in alike.values()) > 2
        for group in alike.values():
            assert each.settle(group) == tuple(each.settle([p])[0] for p in group)
            assert each.sketch(group) == tuple(each.sketch([p])[0] for p in group)


def test_languages_may_share_a_call(random_engine: WhisperEngine) -> None:
    spoken_in = [replace(PASSAGES[1], language=code) for code in ("en", "de", "ja", "nobody's")]
    assert len({random_engine.group(p, keep=True) for p in spoken_in}) == 1
    together = random_engine.settle(spoken_in)
    assert together == tuple(random_engine.settle([p])[0] for p in spoken_in)


def test_calls_side_by_side_change_nothing(engine: WhisperEngine) -> None:
    with ThreadPoolExecutor(4) as callers:
        many = list(callers.map(lambda p: engine.settle([p]), PASSAGES * 2))
    assert many == [engine.settle([p]) for p in PASSAGES] * 2


def test_a_sketch_reads_as_the_kept_words_do(engine: WhisperEngine) -> None:
    for passage in PASSAGES:
        words = engine.settle([passage])[0].words
        (sketch,) = engine.sketch([passage])
        assert sketch.words == tuple(w.text for w in words)
        assert sketch.ends == (tuple(w.end for w in words) if passage.timed else ())


# --- groups -------------------------------------------------------------------------------------


def test_groups_never_mix_windows_or_prompts(full: WhisperEngine) -> None:
    short, long = (Passage(noise(seconds)) for seconds in (2.0, 5.0))
    prompted = replace(short, prompt="a software engineer who works on databases and servers")
    engine = WhisperEngine(MODEL, margin_s=0.64, calls_at_once=1)  # no trial: prompts are on
    groups = [engine.group(p, keep=True) for p in (short, long, prompted)]
    assert len(set(groups)) == 3
    assert engine.group(prompted, keep=False) == engine.group(short, keep=False)
    assert full.group(short, keep=True) == full.group(long, keep=True)
    for mixed in ([short, long], [short, prompted]):
        with pytest.raises(TranscriptionFailed):
            engine.settle(mixed)


def test_prompts_of_different_lengths_share_a_call(full: WhisperEngine) -> None:
    few = replace(PASSAGES[0], prompt="the new database")
    many = replace(PASSAGES[1], prompt="the new database and the old server")
    assert full.group(few, keep=True) == full.group(many, keep=True)
    assert full.settle([few, many]) == full.settle([few]) + full.settle([many])


def test_a_passage_of_more_than_thirty_seconds_has_no_group(engine: WhisperEngine) -> None:
    with pytest.raises(ValueError, match="30"):
        engine.group(Passage(np.zeros(480_001, np.float32)), keep=True)


# --- bad sound ----------------------------------------------------------------------------------


def broken() -> list[Samples]:
    good = PASSAGES[1].samples
    holes, endless, wild = good.copy(), good.copy(), good.copy()
    holes[5_000:6_000] = np.nan
    endless[7_000], endless[8_000] = np.inf, -np.inf
    wild[100] = 3e38
    return [
        np.full(20_000, np.nan, np.float32),
        np.zeros(0, np.float32),
        np.ones(1, np.float32),
        np.full(120, 0.5, np.float32),
        np.zeros(20_000, np.float32),
        holes,
        endless,
        wild,
        good * 10,
    ]


def test_broken_sound_harms_nothing_beside_it(engine: WhisperEngine) -> None:
    good = PASSAGES[1]
    (alone,) = engine.settle([good])
    damaged = [Passage(samples, timed=True) for samples in broken()]
    together = engine.settle([good, *damaged, good])
    assert together[0] == together[-1] == alone
    assert all(not settled.words for settled in together[1:6])
    loud = [w.text for w in together[-2].words]
    assert loud == [w.text for w in alone.words]
    sketched = engine.sketch([good, *damaged, good])
    assert sketched[0] == sketched[-1] == engine.sketch([good])[0]
    assert any("no sound" in note for note in engine.report().notes)


def test_silence_noise_and_keys_have_no_words_that_are_taken_for_certain(
    engine: WhisperEngine,
) -> None:
    for sound in (np.zeros(32_000, np.float32), noise(2.0, 0.0005)[:32_000] * 0.3):
        assert engine.settle([Passage(sound.astype(np.float32))])[0].words == ()
        assert engine.sketch([Passage(sound.astype(np.float32))])[0].words == ()
    # The detector keeps these away from the engine; the fixture never learned that nobody may speak.
    assert len(engine.settle([Passage(typing(2.0))])) == 1


def test_a_failure_is_raised_and_never_an_empty_text(engine: WhisperEngine) -> None:
    for hear in (engine.settle, engine.sketch):
        with pytest.raises(TranscriptionFailed):
            hear([Passage(np.zeros((2, 3, 4), np.float32))])


# --- care ---------------------------------------------------------------------------------------


def test_a_passage_that_is_cut_off_is_heard_again_without_a_limit() -> None:
    tight = WhisperEngine(
        MODEL, margin_s=0.64, calls_at_once=1, tokens=TokenBudget(per_second=0.5, extra=1)
    )
    roomy = WhisperEngine(MODEL, margin_s=0.64, calls_at_once=1)
    (cut,), (whole,) = tight.settle([PASSAGES[1]]), roomy.settle([PASSAGES[1]])
    assert [w.text for w in cut.words] == [w.text for w in whole.words]
    assert cut.certain
    assert (tight.report().retries, tight.report().uncertain) == (1, 0)
    assert roomy.report().retries == 0


def test_what_stays_doubtful_is_kept_and_marked(random_engine: WhisperEngine) -> None:
    before = random_engine.report()
    (settled,) = random_engine.settle([PASSAGES[1]])
    after = random_engine.report()
    assert settled.words
    assert not settled.certain
    assert after.retries == before.retries + 1
    assert after.uncertain == before.uncertain + 1


def test_a_strict_budget_is_how_long_a_passage_is(tmp_path: Path) -> None:
    folder = random_model.make(tmp_path / "natural", "micro", natural=True)
    engine = WhisperEngine(
        folder, margin_s=0.64, tokens=TokenBudget(per_second=3.4, extra=2, strict=True)
    )
    (settled,) = engine.settle(PASSAGES[:1])
    assert settled.words
    assert settled.certain
    assert engine.report().retries == 0


# --- trials -------------------------------------------------------------------------------------


def test_the_fixture_is_found_to_stand_the_smallest_window() -> None:
    report = WhisperEngine(MODEL, calls_at_once=1).report()
    assert report.margin_s == 0.64
    assert not report.prompts  # it was trained without any
    assert report.notes == ()


def test_prompts_that_do_harm_are_not_given(engine: WhisperEngine) -> None:
    prompted = replace(PASSAGES[0], prompt="a software engineer who works on databases and servers")
    assert engine.group(prompted, keep=True) == engine.group(PASSAGES[0], keep=True)
    assert engine.settle([prompted]) == engine.settle([PASSAGES[0]])


@pytest.mark.parametrize("natural", [False, True])
def test_random_weights_get_full_windows(tmp_path: Path, natural: bool) -> None:
    folder = random_model.make(tmp_path / "micro", "micro", natural=natural)
    report = WhisperEngine(folder, calls_at_once=1).report()
    assert report.margin_s is None
    assert "30 s" in report.notes[0]


def test_the_first_live_passages_are_heard_both_ways() -> None:
    engine = WhisperEngine(MODEL, calls_at_once=1)
    long = [p for p in PASSAGES if len(engine.settle([p])[0].words) >= 4]
    assert len(long) > 3
    assert engine.report().rechecks == 3
    assert engine.report().disagreements == 0
    assert engine.report().margin_s == 0.64


def test_the_first_live_difference_ends_short_windows(
    full: WhisperEngine, caplog: pytest.LogCaptureFixture
) -> None:
    # Talk without a pause, which the fixture does not understand: it hears something else in each window.
    engine = WhisperEngine(MODEL, calls_at_once=1)
    short = WhisperEngine(MODEL, margin_s=0.64, calls_at_once=1)
    babble = " ".join(phrases(40, seed=9)).split()
    passages = [
        Passage(said(" ".join(babble[i : i + 14]), VOICES[i % 6])) for i in range(0, 210, 14)
    ]
    differs = next(p for p in passages if differ(heard_by(short, p), heard_by(full, p)))
    with caplog.at_level(logging.INFO):
        (settled,) = engine.settle([differs])
    report = engine.report()
    assert settled == full.settle([differs])[0]
    assert (report.margin_s, report.rechecks, report.disagreements) == (None, 1, 1)
    assert engine.group(PASSAGES[0], keep=True) == full.group(PASSAGES[0], keep=True)
    assert not any(word.text in caplog.text.split() for word in settled.words if len(word.text) > 4)


# --- languages and loading ----------------------------------------------------------------------


def test_the_language_is_found_on_the_sound(
    engine: WhisperEngine, random_engine: WhisperEngine
) -> None:
    assert engine.languages == {"en"}
    assert engine.language_of(PASSAGES[0].samples) == ("en", 1.0)
    assert len(random_engine.languages) == 99
    language, probability = random_engine.language_of(noise(40.0))
    assert language in random_engine.languages
    assert 0 < probability < 1
    assert random_engine.language_of(np.zeros(32_000, np.float32)) == ("en", 0.0)


def test_its_name_is_the_folders(engine: WhisperEngine) -> None:
    assert engine.name == "speech-model"


def test_loading_and_hearing_never_ask_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert WhisperEngine(MODEL, calls_at_once=1).settle([PASSAGES[0]])[0].words


def test_a_broken_model_is_told_by_its_folder(tmp_path: Path) -> None:
    shutil.copytree(MODEL, tmp_path / "broken")
    (tmp_path / "broken" / "model.bin").write_bytes(b"nothing of use")
    with pytest.raises(SpeechModelMissing, match="broken"):
        WhisperEngine(tmp_path / "broken")
