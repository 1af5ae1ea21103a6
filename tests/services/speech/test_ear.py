"""One answer on the ear thread: whatever its sound looks like, the same speech is found in it."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable
from pathlib import Path
from uuid import uuid4

import av
import numpy as np
import pytest

from services.errors import AppError
from services.failures import failure_of
from services.speech.ear import Ear
from services.speech.heard import Pace
from services.speech.live_transcript import LiveTranscript
from services.speech.segmenter import Utterance
from services.speech.sound import Piece, pcm_of
from services.speech.spool import Spool
from tests.spoken import frames, phrases, spoken

SPEECH = spoken(phrases(5, seed=4), pause=1.0, rate=48_000)


def an_ear(folder: Path) -> Ear:
    live = LiveTranscript(
        uuid4(),
        settled=(),
        send=lambda _live, _sound: None,
        model_is_ready=lambda: True,
        on_segment=lambda _index, _segment: None,
        on_finished=lambda _live: None,
        on_language=lambda _code: None,
        pace=Pace.LIVE,
        clock=time.monotonic,
    )
    spool = Spool(folder / f"{live.answer_id}.pcm")
    return Ear(live, spool, (), prompt="", language="en", live_words=True)


def utterances(ear: Ear, pieces: Iterable[Piece | bytes]) -> list[Utterance]:
    """What is found when the ear looks after every piece, as it does live."""
    found: list[Utterance] = []
    for piece in pieces:
        ear.take(piece)
        if ear.behind:
            found += ear.walk()
    ear.end()
    while ear.behind:
        found += ear.walk()
    assert ear.heard_all()
    return found


def pieces(frame_s: float) -> list[Piece]:
    return [Piece.of(1, f) for f in frames(SPEECH.samples, 48_000, frame_s=frame_s)]


@pytest.mark.parametrize("frame_s", [0.01, 0.06, 0.1])
def test_any_length_of_frame_gives_the_same_utterances(tmp_path: Path, frame_s: float) -> None:
    usual = utterances(an_ear(tmp_path), pieces(0.02))
    assert len(usual) == 5
    assert utterances(an_ear(tmp_path), pieces(frame_s)) == usual


@pytest.mark.parametrize("seed", range(5))
def test_any_split_of_the_sound_gives_the_same_utterances(tmp_path: Path, seed: int) -> None:
    r = random.Random(seed)
    pcm = pcm_of(spoken(phrases(4, seed=seed)).samples)
    whole = utterances(an_ear(tmp_path), [pcm])
    split, at = [], 0
    while at < len(pcm):
        size = 2 * r.choice((1, 80, 320, 511, 512, 513, 5_000, 40_000))
        split.append(pcm[at : at + size])
        at += size
    assert utterances(an_ear(tmp_path), split) == whole


def test_in_a_pause_the_utterance_is_known_as_it_will_be(tmp_path: Path) -> None:
    ear, known = an_ear(tmp_path), set[tuple[int, int]]()
    found: list[Utterance] = []
    for piece in pieces(0.02):
        ear.take(piece)
        if ear.behind:
            found += ear.walk()
        if ear.closing is not None:
            known.add((ear.closing.start, ear.closing.end))
    assert len(found) == 5
    assert {(u.start, u.end) for u in found} <= known


# --- frames that no browser should send -------------------------------------------------------


def frame_of(array: np.ndarray, form: str, layout: str, rate: int) -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(array, format=form, layout=layout)
    frame.sample_rate = rate
    return frame


def speech_as(form: str, layout: str, rate: int, channels: int, gain: float) -> list[Piece]:
    """The speech in planar float frames of another kind."""
    sound = spoken(phrases(5, seed=4), pause=1.0, rate=rate).samples if rate == 48_000 else None
    if sound is None:  # the synthesiser knows 16 and 48 kHz; a telephone has 8
        sound = spoken(phrases(5, seed=4), pause=1.0, rate=16_000).samples[:: 16_000 // rate]
    step = rate // 50
    made = []
    for at in range(0, len(sound) - step, step):
        part = gain * np.repeat(sound[None, at : at + step], channels, axis=0)
        made.append(Piece.of(1, frame_of(part.astype(np.float32), form, layout, rate)))
    return made


@pytest.mark.parametrize(
    ("layout", "rate", "channels", "gain"),
    [("mono", 8_000, 1, 1.0), ("5.1", 48_000, 6, 1.0), ("stereo", 48_000, 2, 10.0)],
    ids=["8 kHz", "5.1 channels", "ten times too loud"],
)
def test_speech_is_found_in_unusual_frames(
    tmp_path: Path, layout: str, rate: int, channels: int, gain: float
) -> None:
    ear = an_ear(tmp_path)
    assert len(utterances(ear, speech_as("fltp", layout, rate, channels, gain))) == 5
    assert np.abs(ear.spool.read(0, ear.spool.length)).max() <= 1.0


def test_what_is_not_a_number_is_silence_and_the_rest_is_heard(tmp_path: Path) -> None:
    bad = np.full((1, 960), np.nan, np.float32)
    bad[0, ::3] = np.inf
    broken = [Piece.of(1, frame_of(bad, "fltp", "mono", 48_000))] * 10
    good = speech_as("fltp", "mono", 48_000, 1, 1.0)
    ear = an_ear(tmp_path)
    found = utterances(ear, [*broken, *good, *broken])
    assert len(found) == 5
    assert np.isfinite(ear.spool.read(0, ear.spool.length)).all()


def test_a_corrupt_frame_is_told_and_costs_only_itself(tmp_path: Path) -> None:
    ear = an_ear(tmp_path)
    corrupt = Piece(1, np.zeros((3, 7), np.float64), "s16", "stereo", 48_000)
    assert not isinstance(failure_of(ear.take, corrupt), AppError | None)
    assert len(utterances(ear, pieces(0.02))) == 5


def test_an_empty_frame_is_nothing(tmp_path: Path) -> None:
    ear = an_ear(tmp_path)
    ear.take(b"")
    empty = av.AudioFrame(format="s16", layout="mono", samples=0)
    empty.sample_rate = 48_000
    ear.live.hear(ear.live.take_over(), empty)
    assert ear.spool.length == 0
