"""What speakers and long answers leave in memory, and what becomes of sound in which nobody speaks."""

from __future__ import annotations

import tempfile
import time
import tracemalloc
from pathlib import Path

import numpy as np

from benchmarks.measuring import rounded, rss_mb, tell
from benchmarks.talking import Stage
from benchmarks.voices import conversation
from services.speech.model import SpeechModel
from tests.spoken import noise, typing, words_of

_MORE_SPEAKERS = 16
_LONG_S, _MINUTE_S = 1800.0, 60.0
_NOISE_S = 300.0


def mb_per_speaker(model: SpeechModel, seconds: float) -> float:
    """What a speaker adds to the process while talking, on a model that has been in use."""
    talks = [conversation(seconds, number) for number in range(_MORE_SPEAKERS)]
    with tempfile.TemporaryDirectory() as folder, Stage(model, Path(folder)) as stage:
        time.sleep(0.5)
        stage.enter(talks[0], watched=False)[0].said.wait(seconds + 60)  # threads have their stacks
        before = rss_mb()
        for speaker in stage.enter(*talks, watched=False):
            speaker.said.wait(seconds + 60)
        return (rss_mb() - before) / _MORE_SPEAKERS


def mb_in_a_long_answer(model: SpeechModel) -> dict[str, float]:
    """What an answer of half an hour adds after its first minute, heard as fast as it goes.

    `mb_in_30_min` is what the product itself holds then; `rss_mb_in_30_min` is what the process has taken,
    with the buffers of the engine, which grow while its calls still get larger.
    """
    minute = conversation(_MINUTE_S, 7).at_16k()
    with tempfile.TemporaryDirectory() as folder, Stage(model, Path(folder)) as stage:
        live = stage.listen()
        tell("an answer of half an hour")
        held = taken = 0.0
        for number in range(round(_LONG_S / _MINUTE_S)):
            live.hear_samples(minute)
            stage.work_off(live, (number + 1) * _MINUTE_S)
            if number == 0:
                tracemalloc.start()
                held, taken = tracemalloc.get_traced_memory()[0] / 1e6, rss_mb()
        held, taken = tracemalloc.get_traced_memory()[0] / 1e6 - held, rss_mb() - taken
        tracemalloc.stop()
    return {"mb_in_30_min": rounded(held), "rss_mb_in_30_min": rounded(taken)}


def words_on_noise(model: SpeechModel) -> int:
    """Words made of sound in which nobody speaks."""
    heard = 0
    with tempfile.TemporaryDirectory() as folder, Stage(model, Path(folder)) as stage:
        for sound in (
            np.zeros(round(_NOISE_S * 16_000), np.float32),
            noise(_NOISE_S),
            typing(_NOISE_S),
        ):
            live = stage.listen()
            live.hear_samples(sound)
            live.finish()
            if not live.wait_finished(600):
                raise TimeoutError("noise was not worked off")
            heard += len(words_of(live.snapshot().transcript.settled_text))
    return heard
