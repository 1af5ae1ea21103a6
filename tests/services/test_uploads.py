"""Uploaded recordings on a real database, real ears and real files; the engine says what a test decides."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest

from services.domain import AnswerState
from services.errors import InvalidInput
from services.ports import Samples
from services.speech.sound import pcm_of
from services.uploads import UploadState
from tests.recordings import recorded, tone
from tests.services.rehearsal import eventually
from tests.services.storage.stored import current_answer
from tests.services.uploading import Desk, desk, desk_at, left_behind, started_again
from tests.spoken import say


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Desk]:
    found = desk_at(tmp_path, most_mb=2, longest_s=60.0, at_once=2)
    yield found
    found.uploads.shutdown()
    found.running.interviews.shutdown()


@pytest.fixture(scope="module")
def speech() -> Samples:
    said = say("my team built a new product last year")
    return np.concatenate([said, np.zeros(16_000)]).astype(np.float32)


def test_a_recording_becomes_the_words_and_the_sound_of_the_answer(
    here: Desk, speech: Samples
) -> None:
    here.upload(recorded("mp4", "aac", speech, rate=16_000, picture="libx264"))
    answer = here.until(lambda a: a.state is AnswerState.HEARD and not a.pending)
    assert answer.raw
    assert answer.sound_s == pytest.approx(len(speech) / 16_000, abs=0.2)
    assert here.until(lambda a: a.recording is not None).recording is not None
    eventually(lambda: here.uploads.of(here.owner, here.question.id) is None)
    assert here.files == []


def test_a_recording_goes_on_after_what_was_spoken(here: Desk, speech: Samples) -> None:
    live = here.running.spoken.listen(here.owner, here.question)
    assert live is not None
    live.hear_samples(speech)
    eventually(lambda: live.snapshot().seconds > 2)
    here.upload(recorded("flac", "flac", speech, rate=16_000))
    answer = here.until(lambda a: a.state is AnswerState.HEARD and not a.pending)
    assert answer.sound_s == pytest.approx(2 * len(speech) / 16_000, abs=0.1)
    assert len(answer.segments) == 2


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (b"", "file is empty"),
        (b"<html>", "not a recording"),
        (recorded("mp4", None, picture="libx264"), "no sound track"),
        (recorded("wav", "pcm_s16le")[:40], "damaged"),
        (recorded("flac", "flac", np.zeros(61 * 16_000, "f4"), rate=16_000), "than 1 minutes"),
    ],
)
def test_a_file_that_is_refused_leaves_the_question_as_it_was(
    here: Desk, file: bytes, words: str
) -> None:
    here.upload(file)
    eventually(lambda: here.problem != "")
    assert words in here.problem
    assert current_answer(here.running.store, here.owner, here.question.id) is None
    assert here.files == []
    here.upload(recorded("mp3", "libmp3lame"))  # and the next one is taken
    here.until(lambda a: a.state is AnswerState.HEARD)


def test_a_file_that_is_too_large_is_not_even_copied(here: Desk) -> None:
    with pytest.raises(InvalidInput, match="2 MB fit"):
        here.upload(bytes(2_000_001))
    assert here.files == []


def test_one_at_a_time_for_a_candidate_and_some_for_all(here: Desk) -> None:
    slow = recorded("wav", "pcm_s16le", tone(10, 48_000))
    others = [desk(here.running) for _ in range(2)]
    here.upload(slow)
    with pytest.raises(InvalidInput, match="Another recording of yours"):
        here.upload(slow)
    others[0].upload(slow)
    with pytest.raises(InvalidInput, match="of others"):
        others[1].upload(slow)


def test_a_cancelled_upload_leaves_nothing(here: Desk) -> None:
    here.upload(recorded("wav", "pcm_s16le", tone(10, 48_000)))
    here.uploads.cancel(here.owner, here.question.id)
    assert here.uploads.of(here.owner, here.question.id) is None
    here.uploads.shutdown()
    assert here.files == []
    assert current_answer(here.running.store, here.owner, here.question.id) is None


def test_a_restart_goes_on_with_a_file_that_had_come(here: Desk, speech: Samples) -> None:
    left_behind(here, recorded("wav", "pcm_s16le", speech, rate=16_000))
    later = started_again(here)
    state = later.of(here.owner, here.question.id)
    assert state is None or state.state is UploadState.READING
    answer = here.until(lambda a: a.state is AnswerState.HEARD and not a.pending)
    assert answer.sound_s == pytest.approx(len(speech) / 16_000, abs=0.1)
    later.shutdown()
    assert here.files == []


def test_a_restart_gives_only_what_the_ears_had_not_got(here: Desk, speech: Samples) -> None:
    live = here.running.spoken.listen(here.owner, here.question)
    assert live is not None
    half = len(speech) // 2
    live.hear_samples(speech[:half])
    eventually(lambda: live.snapshot().seconds * 16_000 >= half)
    left_behind(here, b"", sound=pcm_of(speech), began_at=0)
    later = started_again(here)
    answer = here.until(lambda a: a.state is AnswerState.HEARD and not a.pending)
    assert answer.sound_s == pytest.approx(len(speech) / 16_000, abs=0.001)
    later.shutdown()
    assert here.files == []


def test_half_a_file_without_a_note_goes_at_the_next_start(here: Desk) -> None:
    (here.running.place.folder / f"{uuid4()}.upload").write_bytes(b"half")
    started_again(here).shutdown()
    assert here.files == []
