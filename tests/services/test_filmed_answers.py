"""The picture of an answer from the last frame to the store: after a kill, a retake, and who deletes it."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import numpy as np

from services.domain import Answer
from services.ports import SAMPLE_RATE
from services.video import video_folder
from tests.services.filmed import film
from tests.services.rehearsal import Rehearsal, answer_to, begin, candidate, eventually, running

SECONDS = 2


def speak(here: Rehearsal, owner: UUID, answer_of: Answer | None = None) -> Answer:
    """Begin an answer to a new interview, or go on with one, with some sound."""
    question = (
        begin(here, owner)[1]
        if answer_of is None
        else here.store.interview(owner, answer_of.interview_id).questions[0]
    )
    live = here.spoken.listen(owner, question)
    assert live is not None
    tone = 0.2 * np.sin(np.arange(SECONDS * SAMPLE_RATE) * 2 * np.pi * 220 / SAMPLE_RATE)
    live.hear_samples(tone.astype(np.float32))
    return answer_to(here, owner, question)


def spool(here: Rehearsal, answer: Answer) -> Path:
    return here.ears.spool_path(answer.id)


def left_of(here: Rehearsal, answer: Answer) -> list[Path]:
    return list(here.place.folder.glob(f"{answer.id}*"))


def test_a_server_that_is_killed_in_the_middle_loses_nothing_of_the_picture(tmp_path: Path) -> None:
    with running(tmp_path) as before:
        owner = candidate(before)
        answer = speak(before, owner)
        film(spool(before, answer), 1)
        eventually(lambda: spool(before, answer).exists())
    with running(tmp_path) as after:
        assert answer.id in after.ears.spooled()
        speak(after, owner, answer)
        film(spool(after, answer), 1, at_s=SECONDS)
        after.spoken.finish_answer(owner, answer)
        eventually(lambda: after.store.answer(owner, answer.id).video is not None)
        video = after.store.answer(owner, answer.id).video
        assert video is not None
        assert abs(video.seconds - (SECONDS + 1)) < 0.2
        eventually(lambda: left_of(after, answer) == [])
        assert after.recordings.count(owner) == 3


def test_a_picture_whose_sound_is_stored_already_is_found_at_the_next_start(tmp_path: Path) -> None:
    with running(tmp_path) as before:
        owner = candidate(before)
        answer = speak(before, owner)
        before.spoken.finish_answer(owner, answer)
        eventually(lambda: left_of(before, answer) == [])
        film(spool(before, answer), 1)
    with running(tmp_path) as after:
        eventually(lambda: after.store.answer(owner, answer.id).video is not None)
        eventually(lambda: left_of(after, answer) == [])


def test_who_records_again_keeps_the_picture_of_the_second_attempt_alone(tmp_path: Path) -> None:
    with running(tmp_path) as here:
        owner = candidate(here)
        first = speak(here, owner)
        film(spool(here, first), 1)
        here.spoken.finish_answer(owner, first)
        eventually(lambda: here.store.answer(owner, first.id).video is not None)
        eventually(lambda: left_of(here, first) == [])
        here.interviews.record_again(owner, here.store.answer(owner, first.id))
        assert here.recordings.count(owner) == 0
        second = speak(here, owner, first)
        assert second.id != first.id
        film(spool(here, second), 1)
        interview = here.store.interview(owner, first.interview_id)
        limit, here_s = 200_000_000, here.keeping.video.bytes_of(second.id)
        assert here.interviews.video_room(owner, interview).left == limit - here_s
        here.spoken.finish_answer(owner, second)
        eventually(lambda: here.store.answer(owner, second.id).video is not None)
        assert here.store.answer(owner, first.id).video is None
        assert here.recordings.count(owner) == 3


def test_an_interview_that_is_deleted_while_it_is_filmed_leaves_nothing(tmp_path: Path) -> None:
    with running(tmp_path) as here:
        owner = candidate(here)
        answer = speak(here, owner)
        folder = film(spool(here, answer), 1)
        here.past.delete(owner, answer.interview_id)
        assert not folder.exists()
        assert here.recordings.count(owner) == 0
        film(spool(here, answer), 1)  # what a writer had in its hands
        here.afterwards._tidy()
        assert left_of(here, answer) == []
        assert not video_folder(spool(here, answer)).exists()
