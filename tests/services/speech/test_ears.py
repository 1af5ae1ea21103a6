"""Ears with a scripted engine: utterances, restarts, late models, failures, fairness, memory."""

from __future__ import annotations

import itertools
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from services.domain import Segment
from services.ports import SAMPLE_RATE
from services.speech.ears import FORGET_AFTER, REST_AFTER, Ears
from services.speech.heard import Pace
from services.speech.live_transcript import LiveTranscript
from tests.services.speech.stage import (
    HandClock,
    ScriptedEngine,
    Shelf,
    ears_on,
    model_to_come,
    ready_model,
    until,
)
from tests.spoken import Spoken, frames, noise, phrases, spoken, typing

THREE = phrases(3)


def take(live: LiveTranscript, speech: Spoken) -> None:
    """Send speech at 48 kHz as WebRTC frames."""
    source = live.take_over()
    for frame in frames(speech.samples, speech.rate):
        live.hear(source, frame)


def covers(segments: tuple[Segment, ...], speech: Spoken) -> bool:
    """Does every phrase lie in a segment (but for the edges that the detector sees otherwise)?"""
    return all(
        any(s.start <= start + 0.15 and s.end >= end - 0.15 for s in segments)
        for start, end, _ in speech.phrases
    )


def test_every_phrase_becomes_a_segment_with_its_times(tmp_path: Path) -> None:
    speech = spoken(THREE, rate=48_000)
    with ears_on(ready_model(ScriptedEngine()), tmp_path) as ears:
        shelf = Shelf()
        live = shelf.open(ears)
        take(live, speech)
        live.finish()
        assert live.wait_finished(10)
        heard = live.snapshot()
        assert heard.state == "finished"
        assert (heard.pending, heard.problem) == (False, "")
        assert heard.seconds == pytest.approx(speech.seconds, abs=0.01)
        assert len(heard.transcript.segments) == 3
        assert covers(heard.transcript.segments, speech)
        assert list(shelf.segments) == [0, 1, 2]
        assert shelf.finished == [False]
        for segment, (start, end, _) in zip(shelf.in_order, speech.phrases, strict=True):
            assert segment.words[0].start == pytest.approx(start, abs=0.2)
            assert segment.words[-1].end == pytest.approx(end, abs=0.2)


def test_a_phrase_is_settled_while_the_answer_goes_on(tmp_path: Path) -> None:
    with ears_on(ready_model(ScriptedEngine()), tmp_path) as ears:
        live = Shelf().open(ears)
        take(live, spoken(THREE[:1], rate=48_000))
        until(lambda: live.snapshot().transcript.segments)
        assert live.snapshot().state == "listening"


def test_words_show_while_a_phrase_is_being_spoken(tmp_path: Path) -> None:
    with ears_on(ready_model(ScriptedEngine()), tmp_path) as ears:
        live = Shelf().open(ears)
        take(live, spoken(THREE[:1], rate=48_000, tail=0))
        until(lambda: live.snapshot().transcript.interim.startswith("sketch"))
        live.finish()
        assert live.wait_finished(10)
        assert live.snapshot().transcript.interim == ""


def test_a_finished_recording_takes_the_same_path(tmp_path: Path) -> None:
    speech = spoken(THREE)
    with ears_on(ready_model(ScriptedEngine()), tmp_path) as ears:
        shelf = Shelf()
        live = shelf.open(ears)
        live.hear_samples(speech.samples)
        live.finish()
        assert live.wait_finished(10)
        assert covers(shelf.in_order, speech)
        assert ears.spool_path(live.answer_id).stat().st_size == 2 * len(speech.samples)


@pytest.mark.parametrize("sound", [np.zeros(160_000, np.float32), noise(10), typing(10)])
def test_silence_noise_and_typing_never_reach_the_engine(tmp_path: Path, sound: np.ndarray) -> None:
    engine = ScriptedEngine()
    with ears_on(ready_model(engine), tmp_path) as ears:
        live = Shelf().open(ears)
        live.hear_samples(sound)
        live.finish()
        assert live.wait_finished(10)
        assert live.snapshot().transcript.segments == ()
        assert engine.calls == []


def test_opening_twice_gives_the_same_transcript(tmp_path: Path) -> None:
    with ears_on(ready_model(ScriptedEngine()), tmp_path) as ears:
        shelf = Shelf()
        live = shelf.open(ears)
        assert shelf.open(ears) is live
        assert ears.get(shelf.answer_id) is live
        ears.close(shelf.answer_id)
        assert ears.get(shelf.answer_id) is None


def test_a_second_tab_goes_on_where_the_first_was(tmp_path: Path) -> None:
    speech = spoken(THREE, rate=48_000)
    with ears_on(ready_model(ScriptedEngine()), tmp_path) as ears:
        live = Shelf().open(ears)
        first = live.take_over()
        pieces = list(frames(speech.samples, speech.rate))
        for frame in pieces[:100]:
            live.hear(first, frame)
        assert live.snapshot().arrived
        second = live.take_over()
        live.hear(first, pieces[100])
        assert not live.snapshot().arrived, "the second tab itself has sent nothing yet"
        for frame in pieces[100:]:
            live.hear(first, frame)
            live.hear(second, frame)
        assert live.snapshot().arrived
        live.finish()
        assert live.wait_finished(10)
        assert live.snapshot().seconds == pytest.approx(speech.seconds, abs=0.02)


def test_after_a_kill_the_unsettled_words_are_recovered_and_none_come_twice(tmp_path: Path) -> None:
    speech = spoken(phrases(6), rate=48_000)
    engine = ScriptedEngine()
    shelf = Shelf()
    killed = Ears(ready_model(engine), tmp_path)  # is left behind as a kill leaves it: not closed
    live = shelf.open(killed)
    source = live.take_over()
    sent = list(frames(speech.samples, speech.rate))
    cut = 2 * len(sent) // 3
    for frame in sent[: cut // 2]:
        live.hear(source, frame)
    until(lambda: len(shelf.segments) >= 1)
    engine.open_gate.clear()  # from here on nothing more is settled
    for frame in sent[cut // 2 : cut]:
        live.hear(source, frame)
    until(lambda: live.snapshot().seconds >= (cut - 1) * 0.02)
    stored = shelf.in_order

    revived = Shelf(shelf.answer_id)
    revived.segments = dict(enumerate(stored))
    with ears_on(ready_model(ScriptedEngine()), tmp_path) as ears:
        again = revived.open(ears)
        assert [s.text for s in again.snapshot().transcript.segments] == [s.text for s in stored]
        source = again.take_over()
        for frame in sent[cut:]:
            again.hear(source, frame)
        again.finish()
        assert again.wait_finished(10)
        assert covers(revived.in_order, speech)
        assert again.snapshot().seconds == pytest.approx(speech.seconds, abs=0.02)
        ordered = sorted(revived.in_order, key=lambda s: s.start)
        for before, after in itertools.pairwise(ordered):
            assert before.end <= after.start
    engine.open_gate.set()
    killed.shutdown()


def test_a_model_that_arrives_later_works_off_what_was_said(tmp_path: Path) -> None:
    model = model_to_come(ScriptedEngine(), tmp_path / "models")
    speech = spoken(THREE, rate=48_000)
    with ears_on(model, tmp_path) as ears:
        live = Shelf().open(ears)
        take(live, speech)
        until(lambda: live.snapshot().seconds > speech.seconds - 0.05)
        assert live.snapshot().state == "waiting_for_model"
        assert live.snapshot().transcript.segments == ()
        model.ensure()
        until(lambda: len(live.snapshot().transcript.segments) == 3)
        assert live.snapshot().state == "listening"


def test_without_a_model_an_answer_ends_pending_and_can_be_worked_off_later(tmp_path: Path) -> None:
    model = model_to_come(ScriptedEngine(), tmp_path / "models")
    speech = spoken(THREE, rate=48_000)
    with ears_on(model, tmp_path) as ears:
        shelf = Shelf()
        live = shelf.open(ears)
        take(live, speech)
        live.finish()
        assert live.wait_finished(10)
        assert shelf.finished == [True]
        assert (live.snapshot().state, live.snapshot().pending) == ("finished", True)
        model.ensure()
        until(lambda: model.status().state == "ready")
        later = shelf.open(ears)
        assert later is not live
        later.finish()
        assert later.wait_finished(10)
        assert shelf.finished == [True, False]
        assert covers(shelf.in_order, speech)


def test_silence_without_a_model_leaves_nothing_pending(tmp_path: Path) -> None:
    with ears_on(model_to_come(ScriptedEngine(), tmp_path / "models"), tmp_path) as ears:
        live = Shelf().open(ears)
        live.hear_samples(np.zeros(32_000, np.float32))
        live.finish()
        assert live.wait_finished(10)
        assert not live.snapshot().pending


def test_one_failure_of_the_model_goes_unnoticed(tmp_path: Path) -> None:
    engine = ScriptedEngine()
    engine.fail_times = 1
    with ears_on(ready_model(engine), tmp_path) as ears:
        shelf = Shelf()
        live = shelf.open(ears)
        take(live, spoken(THREE, rate=48_000))
        live.finish()
        assert live.wait_finished(10)
        assert len(shelf.segments) == 3
        assert live.snapshot().problem == ""


def test_a_phrase_that_keeps_failing_is_told_and_recovered_when_opened_again(
    tmp_path: Path,
) -> None:
    engine = ScriptedEngine()
    engine.fails_on = lambda passage: len(passage.samples) > 3 * SAMPLE_RATE  # the last, alone
    speech = spoken(THREE, rate=48_000)
    with ears_on(ready_model(engine), tmp_path) as ears:
        shelf = Shelf()
        live = shelf.open(ears)
        take(live, speech)
        live.finish()
        assert live.wait_finished(10)
        heard = live.snapshot()
        assert (heard.state, heard.pending) == ("failed", True)
        assert "The model stumbled." in heard.problem
        assert len(shelf.segments) == 2
        engine.fails_on = lambda _: False
        again = shelf.open(ears)
        again.finish()
        assert again.wait_finished(10)
        assert shelf.finished == [True, False]
        assert covers(tuple(sorted(shelf.in_order, key=lambda s: s.start)), speech)


def test_the_failure_of_one_answer_does_not_touch_another(tmp_path: Path) -> None:
    engine = ScriptedEngine()
    with ears_on(ready_model(engine), tmp_path) as ears:
        bad = ears.open(
            Shelf().answer_id,
            settled=(),
            prompt="",
            on_segment=_refuse,
            on_finished=lambda _: _refuse(),
        )
        shelf = Shelf()
        good = shelf.open(ears)
        for live in (bad, good):
            take(live, spoken(THREE, rate=48_000))
            live.finish()
        assert good.wait_finished(10)
        assert len(shelf.segments) == 3
        assert good.snapshot().problem == ""
        assert bad.wait_finished(10)
        assert "could not be stored" in bad.snapshot().problem


def _refuse(*_: object) -> None:
    raise RuntimeError("this caller is broken")


def test_a_full_disk_is_told_and_the_words_still_come(tmp_path: Path) -> None:
    speech = spoken(THREE, rate=48_000)
    with ears_on(ready_model(ScriptedEngine()), tmp_path) as ears:
        shelf = Shelf()
        ears.spool_path(shelf.answer_id).symlink_to("/dev/full")
        live = shelf.open(ears)
        take(live, speech)
        live.finish()
        assert live.wait_finished(10)
        assert "disk is full" in live.snapshot().problem
        assert covers(shelf.in_order, speech)


def test_without_disk_and_model_the_sound_waits_in_memory(tmp_path: Path) -> None:
    model = model_to_come(ScriptedEngine(), tmp_path / "models")
    speech = spoken(THREE, rate=48_000)
    with ears_on(model, tmp_path) as ears:
        shelf = Shelf()
        ears.spool_path(shelf.answer_id).symlink_to("/dev/full")
        live = shelf.open(ears)
        take(live, speech)
        live.finish()
        assert live.wait_finished(10)
        model.ensure()
        until(lambda: model.status().state == "ready")
        later = shelf.open(ears)
        later.finish()
        assert later.wait_finished(10)
        assert covers(shelf.in_order, speech)


def test_when_no_frame_comes_the_open_phrase_is_settled_and_the_answer_stays_open(
    tmp_path: Path,
) -> None:
    clock = HandClock()
    with ears_on(ready_model(ScriptedEngine()), tmp_path, clock) as ears:
        shelf = Shelf()
        live = shelf.open(ears)
        speech = spoken(THREE[:1], rate=48_000, tail=0)
        take(live, speech)
        until(lambda: live.snapshot().transcript.interim)
        assert live.snapshot().transcript.segments == ()
        clock.now += REST_AFTER
        until(lambda: live.snapshot().transcript.segments)
        take(live, speech)  # the tab comes back
        clock.now += REST_AFTER
        until(lambda: len(live.snapshot().transcript.segments) == 2)
        assert live.snapshot().state == "listening"


def test_after_ten_minutes_without_a_frame_an_answer_leaves_memory_but_not_the_disk(
    tmp_path: Path,
) -> None:
    clock = HandClock()
    with ears_on(ready_model(ScriptedEngine()), tmp_path, clock) as ears:
        shelf = Shelf()
        live = shelf.open(ears)
        take(live, spoken(THREE[:1], rate=48_000))
        until(lambda: live.snapshot().transcript.segments)
        clock.now += FORGET_AFTER
        until(lambda: ears.get(shelf.answer_id) is None)
        assert ears.spool_path(shelf.answer_id).stat().st_size > 0


def test_an_answer_whose_words_are_still_to_come_is_not_forgotten(tmp_path: Path) -> None:
    clock, engine = HandClock(), ScriptedEngine()
    engine.open_gate.clear()
    with ears_on(ready_model(engine), tmp_path, clock) as ears:
        shelf = Shelf()
        live = shelf.open(ears)
        take(live, spoken(THREE, rate=48_000))
        until(lambda: live.snapshot().seconds > 5)
        clock.now += FORGET_AFTER
        engine.open_gate.set()
        until(lambda: ears.get(shelf.answer_id) is None)
        assert len(shelf.segments) == 3


def test_discarding_deletes_the_sound_even_while_somebody_speaks(tmp_path: Path) -> None:
    with ears_on(ready_model(ScriptedEngine()), tmp_path) as ears:
        shelf = Shelf()
        live = shelf.open(ears)
        source = live.take_over()
        sent = list(frames(spoken(THREE, rate=48_000).samples))
        for frame in sent[:200]:
            live.hear(source, frame)
        ears.discard(shelf.answer_id)
        for frame in sent[200:]:
            live.hear(source, frame)
        fresh = shelf.open(ears)
        assert fresh.snapshot().seconds == 0
        ears.discard(shelf.answer_id)
        assert list(tmp_path.iterdir()) == []


def test_thirty_minutes_behind_a_stalled_model_stay_out_of_memory(tmp_path: Path) -> None:
    engine = ScriptedEngine()
    engine.open_gate.clear()
    minute = np.resize(spoken(phrases(17)).samples, 60 * 16_000)
    with ears_on(ready_model(engine), tmp_path) as ears:
        shelf = Shelf()
        live = shelf.open(ears)
        source = live.take_over()
        tracemalloc.start()
        try:
            for done in range(30):
                for frame in frames(minute, 16_000, "mono", frame_s=1.0):
                    live.hear(source, frame)
                until(lambda done=done: live.snapshot().seconds >= (done + 1) * 59.9)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert ears.spool_path(shelf.answer_id).stat().st_size > 55e6
        assert peak < 12e6  # the answer is 57 MB; one queued minute is 2 MB and its wrapping
        engine.open_gate.set()
        live.finish()
        assert live.wait_finished(60)
        assert len(shelf.segments) > 400


def test_while_too_many_speak_a_new_answer_gets_its_words_later_and_then_live_ones_again(
    tmp_path: Path,
) -> None:
    clock, engine = HandClock(), ScriptedEngine()
    with ears_on(ready_model(engine), tmp_path, clock) as ears:
        engine.open_gate.clear()
        early = Shelf()
        first = early.open(ears)
        speech = spoken(THREE, rate=48_000)
        take(first, speech)
        first.finish()
        until(lambda: ears.figures().waiting == 3)
        assert ears.figures().pace is Pace.LIVE
        clock.now += 10
        assert ears.figures().pace is Pace.LATER

        refused = Shelf()
        second = refused.open(ears)
        assert second.snapshot().pace is Pace.LATER
        take(second, speech)
        until(lambda: second.snapshot().seconds == pytest.approx(speech.seconds, abs=0.05))

        engine.open_gate.set()
        assert first.wait_finished(20)
        until(lambda: second.snapshot().pace is Pace.LIVE)
        second.finish()
        assert second.wait_finished(20)
        assert covers(early.in_order, speech)
        assert covers(refused.in_order, speech)


def test_the_figures_tell_how_many_speak_and_nothing_of_what_they_say(tmp_path: Path) -> None:
    with ears_on(ready_model(ScriptedEngine()), tmp_path) as ears:
        shelf = Shelf()
        live = shelf.open(ears)
        take(live, spoken(THREE, rate=48_000, tail=0))
        until(lambda: ears.figures().speaking == 1)
        live.finish()
        assert live.wait_finished(10)
        figures = ears.figures()
        assert (figures.answers, figures.speaking, figures.waiting) == (0, 0, 0)
        assert figures.passages >= 3
        assert figures.stop.count == 1
        assert "heard" not in repr(figures)


def test_a_language_is_found_from_the_first_words_told_once_and_kept(tmp_path: Path) -> None:
    engine = ScriptedEngine(languages="en es", spoken=(("es", 0.9), ("en", 0.9)))
    found: list[str] = []
    with ears_on(ready_model(engine), tmp_path) as ears:
        shelf = Shelf()
        live = ears.open(
            shelf.answer_id,
            settled=(),
            language="",
            on_segment=shelf.segments.__setitem__,
            on_finished=lambda _live: None,
            on_language=found.append,
        )
        take(live, spoken(phrases(6), rate=48_000))
        live.finish()
        assert live.wait_finished(20)
    assert found == ["es"]
    assert {p.language for p in engine.passages if p.prompt != "language"} == {"es"}
    assert len(shelf.segments) == 6
