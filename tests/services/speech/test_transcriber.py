"""The transcription workers: what comes back from the engine, to whom, and what if it fails."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from services.domain import Word
from services.ports import SAMPLE_RATE, Passage, Settled, Sketch, SpeechEngine
from services.speech.calls import segment_of
from services.speech.ear import Ear
from services.speech.heard import Pace
from services.speech.live_transcript import LiveTranscript
from services.speech.segmenter import Utterance
from services.speech.spool import Spool
from services.speech.transcriber import Transcriber
from tests.services.speech.stage import HandClock, ScriptedEngine, Shelf, until


class Desk:
    """Workers whose engine is stalled until `go`."""

    def __init__(self, folder: Path, engine: ScriptedEngine | None = None) -> None:
        self.clock = HandClock()
        self.engine = engine or ScriptedEngine(self.clock, cost=0.6)
        self.engine.open_gate.clear()
        self.here: SpeechEngine | None = self.engine
        self.worker = Transcriber(lambda: self.here, self.clock)
        self.languages: list[str] = []
        self._folder = folder

    def ear(self, name: str, *, language: str = "en", live_words: bool = True) -> Ear:
        live = LiveTranscript(
            Shelf().answer_id,
            settled=(),
            send=lambda *_: None,
            model_is_ready=lambda: self.here is not None,
            on_segment=lambda *_: None,
            on_language=self.languages.append,
            on_finished=lambda _: None,
            pace=Pace.LIVE,
            clock=self.clock,
        )
        spool = Spool(self._folder / f"{name}.pcm")
        spool.append(bytes(60 * 2 * SAMPLE_RATE))
        return Ear(live, spool, (), prompt=name, language=language, live_words=live_words)

    def settle(self, ear: Ear, count: int) -> None:
        for n in range(count):
            self.worker.settle(ear, utterance(n))

    def says(self, ear: Ear, seconds: float) -> None:
        """The ear hears so much of an utterance that is open."""
        ear.open = spoken(0, seconds)
        self.worker.listen(ear)

    def stall(self) -> None:
        """Keep every worker in a call for somebody else."""
        for n in range(self.engine.calls_at_once):
            before = self.worker.figures(0, 0).waiting
            self.settle(self.ear(f"stall{n}"), 1)
            until(lambda before=before: self.worker.figures(0, 0).waiting > before)
        until(lambda: self.engine.under_way == self.engine.calls_at_once)

    def go(self) -> None:
        self.engine.open_gate.set()

    @property
    def order(self) -> list[str]:
        return [kind for kind, _ in self.engine.calls]


def spoken(start: float, end: float) -> Utterance:
    span = round(start * SAMPLE_RATE), round(end * SAMPLE_RATE)
    return Utterance(*span, (span,))


def utterance(n: int) -> Utterance:
    return spoken(2 * n, 2 * n + 1)


def text(ear: Ear) -> str:
    return ear.live.snapshot().transcript.settled_text


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.go()
    desk.worker.shutdown(5)


@pytest.fixture
def quick(tmp_path: Path) -> Iterator[Desk]:
    """An engine that takes no time on the clock, so its calls are filled."""
    desk = Desk(tmp_path, ScriptedEngine())
    yield desk
    desk.go()
    desk.worker.shutdown(5)


# --- order ----------------------------------------------------------------------------------


def test_answers_take_turns(desk: Desk) -> None:
    long, short = desk.ear("long"), desk.ear("short")
    desk.stall()
    desk.settle(long, 6)
    desk.settle(short, 2)
    desk.go()
    until(lambda: len(desk.order) == 9)
    assert desk.order[:7].count("short") == 2  # they came after six of the other


def test_an_answer_that_ends_goes_first(desk: Desk) -> None:
    long, brief = desk.ear("long"), desk.ear("brief")
    desk.stall()  # all of it waits before the first is taken
    desk.settle(long, 6)
    desk.settle(brief, 2)
    desk.worker.end(brief)
    desk.go()
    assert brief.live.wait_finished(10)
    until(lambda: len(desk.order) == 9)
    assert "brief" not in desk.order[3:]


def test_a_sketch_waits_two_seconds_of_other_work_at_most(desk: Desk) -> None:
    long, speaker = desk.ear("long"), desk.ear("speaker")
    desk.settle(long, 8)
    desk.says(speaker, 1)
    desk.go()
    until(lambda: "sketch" in desk.order)
    assert desk.order.index("sketch") <= 4  # every call takes 0.6 s on this clock


def test_many_who_speak_do_not_stop_what_is_complete(desk: Desk) -> None:
    long = desk.ear("long")
    desk.settle(long, 4)
    speakers = [desk.ear(f"speaker{n}") for n in range(4)]
    for ear in speakers:
        desk.says(ear, 1)
    desk.clock.now += 5
    desk.go()
    until(lambda: desk.order.count("long") == 4)
    kinds = [n for n in desk.order if n in ("sketch", "long")]
    last = len(kinds) - 1 - kinds[::-1].index("long")
    assert sum(a == b == "sketch" for a, b in pairwise(kinds[:last])) <= 1  # one call may hold two


def test_a_sketch_takes_the_sound_of_now_and_is_asked_for_once(desk: Desk) -> None:
    desk.stall()
    ear = desk.ear("ear")
    desk.says(ear, 1)
    desk.says(ear, 3)
    desk.go()
    until(lambda: ("sketch", 3 * SAMPLE_RATE) in desk.engine.calls)
    desk.clock.now += 10
    desk.worker.listen(ear)  # nothing new was said
    desk.settle(desk.ear("other"), 1)
    until(lambda: "other" in desk.order)
    assert desk.order.count("sketch") == 1


def test_no_more_calls_run_than_the_engine_wants(tmp_path: Path) -> None:
    desk = Desk(tmp_path, ScriptedEngine(calls_at_once=3))
    for n in range(6):
        desk.settle(desk.ear(f"ear{n}"), 4)
    until(lambda: desk.engine.under_way == 3)
    desk.go()
    until(lambda: len(desk.order) == 24)
    assert desk.engine.most_under_way == 3
    desk.worker.shutdown(5)


def test_waiting_utterances_share_a_call_and_are_handed_over_in_order(quick: Desk) -> None:
    quick.stall()
    one, other = quick.ear("one"), quick.ear("other")
    quick.go()
    until(lambda: quick.worker.figures(0, 0).waiting == 0)  # what a call costs is known now
    quick.engine.open_gate.clear()
    quick.stall()
    quick.settle(one, 5)
    quick.settle(other, 2)
    quick.go()
    until(lambda: len(one.live.snapshot().transcript.segments) == 5)
    until(lambda: len(other.live.snapshot().transcript.segments) == 2)
    assert quick.engine.batches[-1] == 7
    starts = [s.start for s in one.live.snapshot().transcript.segments]
    assert starts == sorted(starts)


# --- words that are there before an utterance ends ------------------------------------------


def test_what_is_settled_in_a_pause_is_shown_and_kept_without_another_call(quick: Desk) -> None:
    ear = quick.ear("ear")
    ear.open, ear.closing = spoken(0, 2.4), Utterance(0, 36_800, ((0, 32_000),))
    quick.worker.listen(ear)
    quick.go()
    until(lambda: ear.live.snapshot().transcript.interim)
    heard = ear.live.snapshot().transcript
    assert (heard.interim, heard.stable, heard.segments) == ("heard23", 7, ())
    ended, ear.open, ear.closing = ear.closing, None, None
    quick.worker.settle(ear, Utterance(ended.start, ended.end, ended.speech))
    until(lambda: ear.live.snapshot().transcript.segments)
    assert text(ear) == "heard23"
    assert quick.order == ["ear"]
    assert quick.worker.figures(1, 0).promoted == 1


def test_who_stops_after_a_pause_waits_for_no_worker(quick: Desk) -> None:
    ear = quick.ear("ear")
    ear.open = ear.closing = spoken(0, 2)
    quick.worker.listen(ear)
    quick.go()
    until(lambda: ear.live.snapshot().transcript.interim)
    quick.engine.open_gate.clear()
    quick.stall()
    quick.worker.settle(ear, spoken(0, 2))
    quick.worker.end(ear)
    assert ear.live.wait_finished(10)
    assert text(ear) == "heard20"
    assert quick.engine.under_way == 1  # the other one's call is still running


def test_words_that_came_too_early_are_called_for_again(quick: Desk) -> None:
    ear = quick.ear("ear")
    ear.open = ear.closing = spoken(0, 2)
    quick.worker.listen(ear)
    quick.go()
    until(lambda: ear.live.snapshot().transcript.interim)
    quick.worker.settle(ear, spoken(0, 4))
    until(lambda: text(ear) == "heard40")
    assert quick.worker.figures(0, 0).promoted == 0


# --- failures -------------------------------------------------------------------------------


def test_one_passage_that_fails_harms_none_of_those_in_its_call(quick: Desk) -> None:
    quick.engine.poison = "bad"
    quick.stall()
    ears = [quick.ear(name) for name in ("good", "bad", "fine")]
    for ear in ears:
        quick.settle(ear, 2)
        quick.worker.end(ear)
    quick.go()
    for ear in ears:
        assert ear.live.wait_finished(10)
    good, bad, fine = (ear.live.snapshot() for ear in ears)
    assert (good.state, fine.state) == ("finished", "finished")
    assert good.transcript.settled_text == fine.transcript.settled_text == "heard10 heard10"
    assert bad.state == "failed"
    assert bad.transcript.segments == ()
    assert "0:00 to 0:01, 0:02 to 0:03" in bad.problem


def test_a_passage_that_stumbles_once_is_tried_again(desk: Desk) -> None:
    desk.engine.fail_times = 1
    ear = desk.ear("ear")
    desk.settle(ear, 1)
    desk.worker.end(ear)
    desk.go()
    assert ear.live.wait_finished(10)
    assert (ear.live.snapshot().problem, text(ear)) == ("", "heard10")
    assert desk.worker.figures(0, 0).failures == 1


def test_an_engine_that_answers_for_too_few_is_not_believed(tmp_path: Path) -> None:
    class Short(ScriptedEngine):
        def settle(self, passages: Sequence[Passage]) -> tuple[Settled, ...]:
            return super().settle(passages)[:1]

    desk = Desk(tmp_path, Short())
    desk.stall()
    ears = [desk.ear("one"), desk.ear("other")]
    for ear in ears:
        desk.settle(ear, 1)
    desk.go()
    until(lambda: [text(ear) for ear in ears] == ["heard10", "heard10"])
    desk.worker.shutdown(5)


def test_an_engine_that_cannot_group_works_passage_by_passage(tmp_path: Path) -> None:
    class Groupless(ScriptedEngine):
        def group(self, passage: Passage, *, keep: bool) -> str:
            raise ZeroDivisionError

    desk = Desk(tmp_path, Groupless())
    ear = desk.ear("ear")
    desk.settle(ear, 3)
    desk.go()
    until(lambda: len(ear.live.snapshot().transcript.segments) == 3)
    assert desk.engine.batches == [1, 1, 1]
    desk.worker.shutdown(5)


def test_a_failed_sketch_is_no_loss(tmp_path: Path) -> None:
    class Blank(ScriptedEngine):
        def sketch(self, passages: Sequence[Passage]) -> tuple[Sketch, ...]:
            super().sketch(passages)
            raise ZeroDivisionError

    desk = Desk(tmp_path, Blank())
    ear = desk.ear("ear")
    desk.says(ear, 1)
    desk.go()
    until(lambda: "sketch" in desk.order)
    ear.open = None
    desk.worker.settle(ear, spoken(0, 1))
    until(lambda: text(ear) == "heard10")
    assert ear.live.snapshot().problem == ""
    desk.worker.shutdown(5)


def test_words_of_which_the_engine_is_not_certain_are_marked(tmp_path: Path) -> None:
    class Doubting(ScriptedEngine):
        def settle(self, passages: Sequence[Passage]) -> tuple[Settled, ...]:
            word = Word(start=0.1, end=0.9, text="perhaps", probability=0.2)
            return tuple(Settled((word,), certain=False) for _ in passages)

    whole = utterance(3)
    segment = segment_of(whole, Doubting().settle([Passage(np.zeros(0, np.float32))])[0], "en")
    assert segment is not None
    assert (segment.words[0].start, segment.words[0].end) == (6.1, 6.9)
    desk = Desk(tmp_path, Doubting())
    ear = desk.ear("ear")
    desk.worker.settle(ear, whole)
    until(lambda: text(ear) == "perhaps")
    assert not ear.live.snapshot().transcript.segments[0].certain
    desk.worker.shutdown(5)


# --- what else is told ----------------------------------------------------------------------


def test_while_the_model_is_away_work_waits_and_an_end_is_told_at_once(desk: Desk) -> None:
    desk.here = None
    ear, other = desk.ear("ear"), desk.ear("other")
    desk.settle(ear, 1)
    desk.settle(other, 1)
    desk.worker.end(other)
    assert other.live.wait_finished(10)
    assert other.live.snapshot().pending
    assert desk.worker.admits
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


def test_a_language_is_found_told_and_used(tmp_path: Path) -> None:
    desk = Desk(tmp_path, ScriptedEngine(languages="en de", spoken=[("de", 0.9)]))
    ear = desk.ear("ear", language="")
    desk.says(ear, 1)
    desk.says(ear, 3)
    desk.go()
    until(lambda: desk.languages == ["de"])
    assert ear.language == "de"
    desk.worker.settle(ear, spoken(0, 5))
    until(lambda: text(ear) == "heard50")
    assert desk.engine.calls[0] == ("language", 2 * SAMPLE_RATE)
    assert {p.language for p in desk.engine.passages if p.prompt != "language"} == {"de"}
    desk.worker.shutdown(5)


def test_a_model_of_one_language_is_not_asked_for_it(desk: Desk) -> None:
    ear = desk.ear("ear", language="")
    desk.settle(ear, 1)
    desk.go()
    until(lambda: text(ear) == "heard10")
    assert (ear.language, desk.languages, desk.order) == ("en", ["en"], ["ear"])


def test_prompts_go_with_words_that_are_kept_and_with_no_others(quick: Desk) -> None:
    ear = quick.ear("Kubernetes")
    quick.says(ear, 1)
    quick.go()
    until(lambda: quick.order == ["sketch"])
    ear.open = None
    quick.worker.settle(ear, spoken(0, 1))
    until(lambda: text(ear))
    assert [p.prompt for p in quick.engine.passages] == ["", "Kubernetes"]


def test_who_waits_long_for_words_is_told_and_told_again_when_it_is_over(desk: Desk) -> None:
    ear = desk.ear("ear")
    desk.settle(ear, 3)
    desk.clock.now += 5
    until(lambda: ear.live.snapshot().pace == "catching_up")
    assert desk.worker.admits
    desk.clock.now += 5
    assert not desk.worker.admits
    assert desk.worker.figures(1, 0).pace == "later"
    desk.go()
    until(lambda: ear.live.snapshot().pace == "live")
    assert desk.worker.admits


def test_an_answer_that_nobody_waits_for_gets_its_words_and_no_captions(quick: Desk) -> None:
    ear = quick.ear("ear", live_words=False)
    quick.says(ear, 2)
    quick.worker.settle(ear, spoken(0, 2))
    quick.go()
    until(lambda: text(ear) == "heard20")
    assert quick.order == ["ear"]


def test_the_figures_say_how_it_goes(desk: Desk) -> None:
    ear = desk.ear("ear")
    desk.says(ear, 2)
    desk.go()
    until(lambda: "sketch" in desk.order and desk.worker.quiet(ear))
    ear.open = None
    desk.settle(ear, 2)
    desk.worker.end(ear)
    assert ear.live.wait_finished(10)
    until(lambda: desk.worker.figures(0, 0).stop.count)
    figures = desk.worker.figures(answers=1, speaking=0)
    assert (figures.answers, figures.speaking, figures.waiting) == (1, 0, 0)
    assert figures.passages == 3
    assert 2 <= figures.calls <= 3
    assert figures.interim.count == 1
    assert figures.interim.p50_s == pytest.approx(0.6)
    # The spool holds a minute: the first words were said 59 s before the ear told of them.
    assert figures.settled.count == 2
    assert figures.settled.p95_s > 59
    assert 0 < figures.stop.p95_s <= 1.3
    assert figures.busy == 1.0  # the clock moves only in calls
    assert figures.engine is not None


@pytest.mark.skipif(os.uname().sysname != "Linux", reason="priority per thread is a Linux thing")
def test_the_workers_give_way_to_everything_else(tmp_path: Path) -> None:
    seen: list[int] = []

    class Watching(ScriptedEngine):
        def sketch(self, passages: Sequence[Passage]) -> tuple[Sketch, ...]:
            seen.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
            return tuple(Sketch() for _ in passages)

    desk = Desk(tmp_path, Watching())
    desk.says(desk.ear("ear"), 1)
    until(lambda: seen)
    assert seen[0] > os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    desk.worker.shutdown(5)
