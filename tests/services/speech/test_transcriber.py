"""What the transcription worker does next, with answers laid on its desk by hand."""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from services.ports import SAMPLE_RATE, SpeechEngine
from services.speech.ear import Ear
from services.speech.live_transcript import LiveTranscript
from services.speech.segmenter import Utterance
from services.speech.spool import Spool
from services.speech.transcriber import Transcriber
from tests.services.speech.stage import HandClock, ScriptedEngine, Shelf, until


class Desk:
    """A worker whose engine is stalled until `go`."""

    def __init__(self, folder: Path, cost: float = 0.0) -> None:
        self.clock = HandClock()
        self.engine = ScriptedEngine(self.clock, cost)
        self.engine.open_gate.clear()
        self.here: SpeechEngine | None = self.engine
        self.worker = Transcriber(lambda: self.here, self.clock)
        self._folder = folder

    def ear(self, name: str) -> Ear:
        live = LiveTranscript(
            Shelf().answer_id,
            settled=(),
            send=lambda *_: None,
            model_is_ready=lambda: self.here is not None,
            on_segment=lambda *_: None,
            on_finished=lambda _: None,
            clock=self.clock,
        )
        spool = Spool(self._folder / f"{name}.pcm")
        spool.append(bytes(60 * 2 * SAMPLE_RATE))
        return Ear(live, spool, (), prompt=name)

    def settle(self, ear: Ear, count: int) -> None:
        for n in range(count):
            self.worker.settle(ear, utterance(n))

    def go(self) -> None:
        self.engine.open_gate.set()

    @property
    def order(self) -> list[str]:
        return [kind for kind, _ in self.engine.calls]


def utterance(n: int) -> Utterance:
    start = n * 2 * SAMPLE_RATE
    return Utterance(start, start + SAMPLE_RATE, ((start, start + SAMPLE_RATE),))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path, cost=0.6)
    yield desk
    desk.go()
    desk.worker.shutdown(5)


def test_answers_take_turns(desk: Desk) -> None:
    long, short = desk.ear("long"), desk.ear("short")
    desk.settle(long, 6)
    desk.settle(short, 2)
    desk.go()
    until(lambda: len(desk.order) == 8)
    assert desk.order[:4].count("short") >= 1
    assert desk.order[:5].count("short") == 2


def test_an_answer_that_ends_goes_first(desk: Desk) -> None:
    long, brief = desk.ear("long"), desk.ear("brief")
    desk.settle(long, 6)
    desk.settle(brief, 2)
    desk.worker.end(brief)
    desk.go()
    assert brief.live.wait_finished(10)
    until(lambda: len(desk.order) == 8)
    assert "brief" not in desk.order[3:]  # one of the others was under way at most


def test_utterances_go_before_sketches_but_a_sketch_waits_a_second_at_most(desk: Desk) -> None:
    long, speaker = desk.ear("long"), desk.ear("speaker")
    desk.settle(long, 8)
    speaker.open = utterance(3)
    desk.worker.sketch(speaker)
    desk.go()
    until(lambda: "sketch" in desk.order)
    # Every call takes 0.6 s on this clock: one was under way, one is inside the second.
    assert 1 <= desk.order.index("sketch") <= 3


def test_many_who_speak_do_not_stop_what_is_complete(desk: Desk) -> None:
    speakers = [desk.ear(f"speaker{n}") for n in range(4)]
    long = desk.ear("long")
    desk.settle(long, 4)
    desk.clock.now += 5
    for ear in speakers:
        ear.open = utterance(1)
        desk.worker.sketch(ear)
    desk.go()
    until(lambda: len(desk.order) == 8)
    assert all(not (a == b == "sketch") for a, b in itertools.pairwise(desk.order[:7]))


def test_a_sketch_takes_the_sound_of_now_and_is_asked_for_once(desk: Desk) -> None:
    busy, ear = desk.ear("busy"), desk.ear("ear")
    desk.settle(busy, 1)
    ear.open = Utterance(0, SAMPLE_RATE, ((0, SAMPLE_RATE),))
    desk.worker.sketch(ear)
    ear.open = Utterance(0, 3 * SAMPLE_RATE, ((0, 3 * SAMPLE_RATE),))
    desk.worker.sketch(ear)
    desk.go()
    until(lambda: len(desk.order) == 2)
    assert ("sketch", 3 * SAMPLE_RATE) in desk.engine.calls
    desk.worker.sketch(ear)  # nothing new was said
    desk.clock.now += 10
    desk.settle(busy, 1)
    until(lambda: len(desk.order) == 3)
    assert desk.order.count("sketch") == 1


def test_while_the_model_is_away_work_waits_and_an_end_is_told_at_once(desk: Desk) -> None:
    desk.here = None
    ear, other = desk.ear("ear"), desk.ear("other")
    desk.settle(ear, 1)
    desk.settle(other, 1)
    desk.worker.end(other)
    assert other.live.wait_finished(10)
    assert other.live.snapshot().pending
    desk.here = desk.engine
    desk.go()
    desk.worker.wake()
    until(lambda: ear.live.snapshot().transcript.segments)


def test_an_answer_dropped_in_the_middle_comes_to_nothing(desk: Desk) -> None:
    ear, other = desk.ear("ear"), desk.ear("other")
    desk.settle(ear, 3)
    desk.worker.drop(ear)
    desk.settle(other, 1)
    desk.go()
    until(lambda: other.live.snapshot().transcript.segments)
    assert ear.live.snapshot().transcript.segments == ()


@pytest.mark.skipif(os.uname().sysname != "Linux", reason="priority per thread is a Linux thing")
def test_the_worker_gives_way_to_everything_else(tmp_path: Path) -> None:
    seen: list[int] = []

    class Watching(ScriptedEngine):
        def sketch(self, samples: np.ndarray) -> str:
            seen.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
            return ""

    desk = Desk(tmp_path)
    desk.here = Watching()
    ear = desk.ear("ear")
    ear.open = utterance(0)
    desk.worker.sketch(ear)
    until(lambda: seen)
    assert seen[0] > os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    desk.worker.shutdown(5)
