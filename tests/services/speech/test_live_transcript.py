"""LiveTranscript by itself: sources, the queue, what readers get, callbacks that fail."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import av
import numpy as np

from services.domain import Segment
from services.errors import DiskFull
from services.speech.live_transcript import End, LiveTranscript, Pace, Sound
from services.speech.sound import Piece
from tests.services.speech.stage import HandClock


class Stage:
    """A transcript with its queue laid open."""

    def __init__(
        self,
        settled: tuple[Segment, ...] = (),
        on_segment: Callable[[int, Segment], None] | None = None,
        on_finished: Callable[[LiveTranscript], None] | None = None,
        on_language: Callable[[str], None] | None = None,
    ) -> None:
        self.sent: list[Sound] = []
        self.stored: list[tuple[int, Segment]] = []
        self.clock = HandClock()
        self.ready = True
        self.live = LiveTranscript(
            uuid4(),
            settled=settled,
            send=lambda _, sound: self.sent.append(sound),
            model_is_ready=lambda: self.ready,
            on_segment=on_segment or (lambda i, s: self.stored.append((i, s))),
            on_finished=on_finished or (lambda _: None),
            on_language=on_language or (lambda _: None),
            pace=Pace.LIVE,
            clock=self.clock,
        )


def frame(value: int = 1) -> av.AudioFrame:
    made = av.AudioFrame.from_ndarray(
        np.full((1, 1920), value, np.int16), format="s16", layout="stereo"
    )
    made.sample_rate = 48_000
    return made


def segment(start: float, text: str) -> Segment:
    return Segment(start=start, end=start + 1, text=text)


def test_of_two_tabs_the_one_that_took_over_is_heard() -> None:
    stage = Stage()
    first = stage.live.take_over()
    stage.live.hear(first, frame())
    second = stage.live.take_over()
    stage.live.hear(first, frame())
    stage.live.hear(second, frame())
    assert [p.source for p in stage.sent if isinstance(p, Piece)] == [first, second]


def test_a_frame_before_anybody_took_over_is_ignored() -> None:
    stage = Stage()
    stage.live.hear(1, frame())
    assert stage.sent == []


def test_nothing_is_queued_after_the_end() -> None:
    stage = Stage()
    source = stage.live.take_over()
    stage.live.finish()
    stage.live.finish()
    stage.live.hear(source, frame())
    stage.live.hear_samples(np.ones(10, np.float32))
    assert [type(s) for s in stage.sent] == [End]
    assert stage.live.snapshot().state == "finishing"


def test_the_version_changes_with_the_content_and_only_then() -> None:
    stage = Stage()
    versions = [stage.live.snapshot().version]

    def changed() -> bool:
        versions.append(stage.live.snapshot().version)
        return versions[-1] != versions[-2]

    stage.live.kept(16_000, 0.5, "")
    assert not changed()
    stage.live.sketched(0, "hello", 0, 8_000)
    assert changed()
    stage.live.sketched(0, "hello", 0, 12_000)
    assert not changed()
    stage.live.sketched(0, "hello", 5, 12_000)
    assert changed()
    stage.live.paced(Pace.LIVE)
    assert not changed()
    stage.live.paced(Pace.CATCHING_UP)
    assert changed()
    stage.live.settled(16_000, segment(0, "hello there"))
    assert changed()
    stage.live.kept(16_000, 0.5, "The disk is full.")
    assert changed()
    stage.ready = False
    assert changed()
    stage.live.finish()
    assert changed()
    stage.live.end(pending=False)
    assert changed()


def test_an_interim_gives_way_to_its_own_settled_words_only() -> None:
    stage = Stage()
    stage.live.sketched(0, "first", 5, 30_000)
    stage.live.sketched(32_000, "second", 3, 48_000)
    heard = stage.live.snapshot().transcript
    assert (heard.interim, heard.interim[: heard.stable]) == ("first second", "first sec")
    stage.live.settled(30_000, segment(0, "the first"))
    heard = stage.live.snapshot().transcript
    assert (heard.settled_text, heard.interim) == ("the first", "second")


def test_segments_are_in_the_order_of_time_and_indexed_in_the_order_of_arrival() -> None:
    stage = Stage(settled=(segment(0, "a"), segment(10, "c")))
    stage.live.settled(80_000, segment(5, "b"))
    assert [s.text for s in stage.live.snapshot().transcript.segments] == ["a", "b", "c"]
    assert [i for i, _ in stage.stored] == [2]


def test_the_meter_falls_when_no_frame_comes() -> None:
    stage = Stage()
    stage.live.hear(stage.live.take_over(), frame())
    stage.live.kept(320, 0.7, "")
    assert stage.live.snapshot().level == 0.7
    stage.clock.now += 2
    heard = stage.live.snapshot()
    assert (heard.level, heard.idle_s) == (0.0, 2.0)


def test_a_segment_that_could_not_be_stored_is_stored_with_the_next() -> None:
    stored: list[int] = []
    broken = [True]

    def store(index: int, _: Segment) -> None:
        if broken[0]:
            raise DiskFull("The disk is full.", "Make room.")
        stored.append(index)

    stage = Stage(on_segment=store)
    stage.live.settled(16_000, segment(0, "a"))
    assert stage.live.snapshot().problem == "The disk is full. Make room."
    broken[0] = False
    stage.live.settled(32_000, segment(2, "b"))
    assert stored == [0, 1]
    assert stage.live.snapshot().problem == ""


def test_words_that_were_never_stored_leave_the_answer_pending() -> None:
    def store(_: int, __: Segment) -> None:
        raise RuntimeError("INSERT ... VALUES ('my secret words')")

    stage = Stage(on_segment=store)
    stage.live.settled(16_000, segment(0, "a"))
    stage.live.finish()
    stage.live.end(pending=False)
    heard = stage.live.snapshot()
    assert (heard.state, heard.pending) == ("failed", True)
    assert "secret" not in heard.problem


def test_a_failing_end_is_told_and_whoever_waits_is_released() -> None:
    def finished(_: LiveTranscript) -> None:
        raise DiskFull("The disk is full.", "Make room.")

    stage = Stage(on_finished=finished)
    stage.live.finish()
    stage.live.end(pending=False)
    assert stage.live.wait_finished(0)
    heard = stage.live.snapshot()
    assert heard.state == "failed"
    assert "Make room." in heard.problem


def test_while_the_end_is_told_the_transcript_is_not_finished_yet() -> None:
    seen: list[str] = []
    stage = Stage(on_finished=lambda live: seen.append(live.snapshot().state))
    stage.live.finish()
    stage.live.end(pending=False)
    assert seen == ["finishing"]
    assert stage.live.snapshot().state == "finished"


def test_the_time_of_words_that_failed_is_named() -> None:
    stage = Stage()
    stage.live.gave_up(16_000 * 65, 16_000 * 70, RuntimeError("cuda"))
    assert "1:05 to 1:10" in stage.live.snapshot().problem
    stage.live.end(pending=False)
    assert stage.live.snapshot().pending


def test_interims_are_stable_up_to_the_first_place_that_is_not() -> None:
    stage = Stage()
    stage.live.sketched(0, "first", 2, 30_000)
    stage.live.sketched(32_000, "second", 6, 48_000)
    heard = stage.live.snapshot().transcript
    assert heard.interim[: heard.stable] == "fi"


def test_readers_learn_up_to_where_the_words_go() -> None:
    stage = Stage(settled=(segment(0, "a"),))
    assert stage.live.snapshot().shown_s == 1.0
    stage.live.sketched(16_000, "b", 0, 40_000)
    assert stage.live.snapshot().shown_s == 2.5
    stage.live.settled(48_000, None)  # nothing was said there, and that is known now
    assert stage.live.snapshot().shown_s == 3.0


def test_a_language_that_was_found_is_told_and_a_failure_to_keep_it_is_a_problem() -> None:
    found: list[str] = []
    Stage(on_language=found.append).live.language_found("es")
    assert found == ["es"]

    def full(_code: str) -> None:
        raise DiskFull("The disk is full.", "Make room.")

    stage = Stage(on_language=full)
    stage.live.language_found("es")
    assert "disk is full" in stage.live.snapshot().problem
