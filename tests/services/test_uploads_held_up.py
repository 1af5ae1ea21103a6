"""Uploads that something comes between: a full disk, another tab, a restart, a sign-in, a deletion."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pytest

from services.accounts.own_keys import OwnKeys
from services.adapters.local_accounts import LocalAccounts
from services.domain import AnswerMode, AnswerState
from services.errors import InvalidInput
from services.keeping import Keeping
from services.privacy.leaving import Leaving
from services.speech.sound import pcm_of
from services.spoken_answers import SpokenAnswers
from services.uploads import Uploads, UploadState
from tests.recordings import recorded, tone
from tests.services.rehearsal import candidate, eventually
from tests.services.uploading import Desk, desk_at, left_behind, started_again

SLOW = recorded("wav", "pcm_s16le", tone(10, 48_000))


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Desk]:
    found = desk_at(tmp_path, longest_s=120.0)
    yield found
    found.uploads.shutdown()
    found.running.interviews.shutdown()


@contextmanager
def disk_that_refuses(here: Desk, seconds: float) -> Iterator[None]:
    """An upload of so much silence has begun to be heard, and its sound cannot be written."""
    answer = here.running.store.open_answer(here.owner, here.question.id, AnswerMode.SPOKEN)
    spool = here.running.ears.spool_path(answer.id)
    spool.mkdir(parents=True)
    here.upload(silence(seconds))

    def refused() -> bool:
        upload = here.uploads.of(here.owner, here.question.id)
        assert upload is not None
        assert upload.problem is None
        return upload.begun and upload.waits is not None

    eventually(refused)
    yield
    spool.rmdir()


def silence(seconds: float) -> bytes:
    return recorded("flac", "flac", np.zeros(round(seconds * 16_000), "f4"), rate=16_000)


def test_what_is_uploaded_to_another_question_is_not_cancelled(here: Desk) -> None:
    _, other = here.interview.questions
    here.upload(SLOW)
    here.uploads.cancel(here.owner, other.id)
    with pytest.raises(InvalidInput, match="Another recording of yours is being read"):
        here.uploads.begin(here.owner, here.interview, other, io.BytesIO(SLOW), len(SLOW))
    here.until(lambda a: a.state is AnswerState.HEARD)


def test_the_file_stays_until_the_disk_has_all_of_its_sound(here: Desk) -> None:
    with disk_that_refuses(here, 90):
        assert len(here.files) == 3
        here.uploads.cancel(here.owner, here.question.id)  # too late: the ears have it
        upload = here.uploads.of(here.owner, here.question.id)
        assert upload is not None
        assert upload.state is UploadState.READING
    answer = here.until(lambda a: a.recording is not None)
    assert answer.sound_s == 90
    assert answer.recording is not None
    assert answer.recording.seconds == 90
    eventually(lambda: here.files == [])


def test_what_is_finished_elsewhere_says_that_the_rest_was_not_added(here: Desk) -> None:
    with disk_that_refuses(here, 90):
        answer = here.until(lambda a: True)
        assert here.uploads.left_out(here.owner, answer) is None
        here.running.spoken.finish_answer(here.owner, answer)
        eventually(lambda: here.uploads.left_out(here.owner, answer) is not None)
    assert "The rest was not added." in str(here.uploads.left_out(here.owner, answer))
    assert here.uploads.of(here.owner, here.question.id) is None  # a retake finds the screen free
    assert here.files == []
    here.uploads.cancel(here.owner, here.question.id)
    assert here.uploads.left_out(here.owner, answer) is None


class Breaking(SpokenAnswers):
    """Something that nobody expected happens once the ears have the first of a file."""

    def hear_file(self, *_args: Any, began: Callable[[UUID, int], None], **_named: Any) -> None:
        began(uuid4(), 0)
        raise RuntimeError("broken")


def test_a_failure_after_the_ears_have_begun_says_so_and_can_be_put_away(here: Desk) -> None:
    running = here.running
    spoken = Breaking(
        *(running.store, running.ears, running.afterwards, running.interviews._last),
    )
    folder, limits = running.place.folder, here.uploads.limits
    here.uploads = Uploads(spoken, running.store.interview, folder, limits)
    here.upload(recorded("mp3", "libmp3lame"))
    eventually(lambda: here.problem != "")
    upload = here.uploads.of(here.owner, here.question.id)
    assert upload is not None
    assert upload.begun
    here.uploads.cancel(here.owner, here.question.id)
    assert here.uploads.of(here.owner, here.question.id) is None


def test_what_was_answered_before_the_file_was_read_leaves_nothing(here: Desk) -> None:
    here.upload(SLOW)
    here.running.interviews.skip(here.owner, here.question)
    eventually(lambda: here.files == [])
    assert here.uploads.of(here.owner, here.question.id) is None


@pytest.mark.parametrize(("seconds", "words"), [(1, "None"), (20, "The rest was not added.")])
def test_a_restart_tells_whether_a_finished_answer_has_all_of_the_file(
    here: Desk, seconds: int, words: str
) -> None:
    live = here.running.spoken.listen(here.owner, here.question)
    assert live is not None
    live.hear_samples(np.zeros(16_000, "f4"))
    eventually(lambda: live.snapshot().seconds >= 1)
    answer = here.until(lambda a: True)
    here.running.spoken.finish_answer(here.owner, answer)
    here.until(lambda a: a.state is AnswerState.HEARD)
    left_behind(here, b"", sound=pcm_of(np.zeros(seconds * 16_000, "f4")), began_at=0)
    later = started_again(here)
    eventually(lambda: here.files == [])
    assert words in str(later.left_out(here.owner, answer))
    later.shutdown()


def test_an_upload_follows_a_guest_into_their_account(here: Desk) -> None:
    account = candidate(here.running)
    here.upload(SLOW)
    with here.uploads.moving(here.owner, account):
        here.running.store.move_everything(here.owner, account)
        # It is read meanwhile, and does not find its question under the guest.
        eventually(lambda: here.read_s == pytest.approx(10))
    here.owner = account
    assert here.until(lambda a: a.state is AnswerState.HEARD).sound_s == pytest.approx(10)


def test_a_restart_after_a_sign_in_knows_the_account(here: Desk) -> None:
    account = candidate(here.running)
    with disk_that_refuses(here, 5):
        here.running.belongings.adopt(here.owner, account)
        (note,) = here.running.place.folder.glob("*.upload.json")
        assert json.loads(note.read_text())["owner"] == str(account)
        assert here.uploads.of(account, here.question.id) is not None


def test_nothing_of_an_upload_outlives_its_account_or_its_interview(here: Desk) -> None:
    running, spools = here.running, here.running.place.folder.parent
    leaving = Leaving(
        *(running.database, running.belongings, LocalAccounts(running.database), OwnKeys()),
        *(running.recordings, spools),
    )
    here.upload(SLOW)
    running.past.delete(here.owner, here.interview.id)
    assert here.files == []
    here.interview = running.interviews.start(here.owner, here.interview.setup)
    here.question = here.interview.questions[0]
    here.upload(SLOW)
    assert leaving.what_is_left(here.owner).sound >= 2
    running.belongings.forget(here.owner)
    assert here.files == []
    assert leaving.what_is_left(here.owner).sound == 0


def test_uploads_take_room_for_sound(here: Desk) -> None:
    running = here.running
    small = Keeping(running.store, running.recordings, running.ears.spool_path, limit_mb=1)
    assert small.room()
    left_behind(here, bytes(600_000), sound=bytes(600_000))
    assert not small.room()
