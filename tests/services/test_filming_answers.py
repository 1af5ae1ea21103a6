"""The picture of an answer lies on the time line of its sound, however often the connection was begun anew."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from uuid import uuid4

import av
import numpy as np
import pytest

from services.domain import Question
from services.speech.live_transcript import LiveTranscript
from services.video import Filming, assemble, end_recording
from tests.services.rehearsal import SETUP, Rehearsal, eventually, rehearsal
from tests.services.storage.stored import a_user
from tests.services.video.filmed import beeps, both, flashes


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Rehearsal]:
    made = rehearsal(tmp_path)
    yield made
    made.interviews.shutdown()


def spoken_beeps(spool: Path) -> list[float]:
    """Seconds of the answer at which a beep begins."""
    sound = np.abs(np.fromfile(spool, "<i2").astype(np.int32))
    loud = sound[: len(sound) // 80 * 80].reshape(-1, 80).mean(axis=1) > 2000
    starts = [n / 200 for n in np.flatnonzero(loud)]
    return [at for before, at in zip([-9.0, *starts], starts, strict=False) if at - before > 1]


def connect(live: LiveTranscript, filming: Filming, source: int, seconds: float) -> None:
    """A connection in real time: each packet is copied, then decoded and heard."""
    recording = filming.recording
    decoder = av.AudioCodecContext.create("libopus", "r")
    decoder.format, decoder.layout, decoder.sample_rate = "s16", "stereo", 48_000
    pause, began = threading.Event(), time.monotonic()
    for arrival, one in sorted(both(seconds), key=lambda both: both[0]):
        pause.wait(max(0.0, began + arrival - time.monotonic()))
        if one.picture:
            recording.picture_packet(one.data, one.ticks)
            continue
        recording.sound_packet(one.data, one.ticks)
        packet = av.Packet(one.data)
        packet.pts, packet.time_base = one.ticks, Fraction(1, 48_000)
        for frame in decoder.decode(packet):
            live.hear(source, frame)


def test_parts_lie_where_their_sound_is_and_end_with_the_answer(
    here: Rehearsal, tmp_path: Path
) -> None:
    owner = a_user(here.database)
    interview = here.interviews.start(owner, SETUP)
    question: Question = interview.questions[0]
    live = here.spoken.listen(owner, question)
    assert live is not None
    filmings = []
    for _ in range(2):
        source = live.take_over()
        filmings.append(here.spoken.film(live, source, 10**9))
        connect(live, filmings[-1], source, 1.7)
        eventually(lambda: live.snapshot().idle_s > 0.3)  # what was sent is in the spool
    spool = here.ears.spool_path(live.answer_id)
    heard = spoken_beeps(spool)
    out = tmp_path / f"{uuid4()}.webm"
    assert end_recording(here.keeping.video.folder(live.answer_id))
    made = assemble(here.keeping.video.folder(live.answer_id), out)
    assert made is not None
    on_the_answer = [made.offset_s + second for second in beeps(out)]
    assert on_the_answer == pytest.approx(heard, abs=0.05)
    assert [made.offset_s + second for second in flashes(out)] == pytest.approx(heard, abs=0.1)


def test_who_is_taken_over_or_has_finished_is_filmed_no_more(here: Rehearsal) -> None:
    owner = a_user(here.database)
    interview = here.interviews.start(owner, SETUP)
    live = here.spoken.listen(owner, interview.questions[0])
    assert live is not None
    first = here.spoken.film(live, live.take_over(), 10**9)
    second = here.spoken.film(live, live.take_over(), 10**9)
    eventually(lambda: first.recording.closed)
    assert not second.recording.closed
    live.finish()
    eventually(lambda: second.recording.closed)
