"""Keeping recordings: whole or not at all, in parts while they are made, whatever is away meanwhile."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from uuid import UUID

import av
import numpy as np
import pytest
from sqlalchemy import Engine

from services.domain import Answer, AnswerMode
from services.errors import RecordingsAway
from services.keeping import PART, Keeping, Waiting
from services.storage import users
from services.storage.database import SERVICE, writing
from services.storage.recordings import Recordings
from services.storage.removals import NOT_KEPT
from services.storage.store import Store
from tests.services.storage.stored import Clock, a_database, a_user, an_interview
from tests.standins.bucket import PLACE, Bucket

SECOND = 16_000


@pytest.fixture(scope="module")
def bucket() -> Iterator[Bucket]:
    made = Bucket()
    yield made
    made.stop()


@dataclass
class Machine:
    """A machine with its own disk, on a database and a store of recordings that it shares."""

    store: Store
    engine: Engine
    disk: Path
    recordings: Recordings

    def __post_init__(self) -> None:
        self.disk.mkdir(exist_ok=True)
        self.keeping = Keeping(self.store, self.recordings, self.spool)

    def spool(self, answer_id: UUID) -> Path:
        return self.disk / f"{answer_id}.pcm"

    def another(self) -> Machine:
        disk = self.disk.with_name(f"{self.disk.name}-2")
        return Machine(self.store, self.engine, disk, self.recordings)

    def begin(self, owner: UUID) -> Answer:
        question = an_interview(self.store, owner).questions[0]
        return self.store.open_answer(owner, question.id, AnswerMode.SPOKEN)

    def say(self, answer: Answer, sound: np.ndarray) -> None:
        with self.spool(answer.id).open("ab") as spool:
            spool.write(sound.astype("<i2").tobytes())

    def ship(self, owner: UUID, answer: Answer) -> None:
        self.keeping.ship(answer.id, owner, answer.interview_id)

    def finish(self, owner: UUID, answer: Answer, *, pending: bool = False) -> None:
        self.store.set_sound(owner, answer.id, 1.0, pending)
        self.store.heard(owner, answer.id, pending)

    def heard(self, owner: UUID, answer: Answer) -> np.ndarray:
        kept = self.store.answer(owner, answer.id).recording
        assert kept is not None
        with av.open(io.BytesIO(b"".join(self.keeping.sound(owner, kept)))) as file:
            return np.concatenate([f.to_ndarray().reshape(-1) for f in file.decode(audio=0)])

    def wants(self, owner: UUID, days: int | None) -> None:
        with writing(self.engine, SERVICE) as db:
            users.change(db, owner, media_days=days)


@pytest.fixture(params=["folder", "bucket"])
def here(request: pytest.FixtureRequest, tmp_path: Path, bucket: Bucket) -> Machine:
    folder = request.param == "folder"
    recordings = Recordings(tmp_path / "kept") if folder else Recordings(PLACE, bucket.access)
    engine = a_database(tmp_path)
    return Machine(Store(engine, Clock()), engine, tmp_path / "disk", recordings)


@pytest.fixture
def far(tmp_path: Path, bucket: Bucket) -> Machine:
    """Its recordings are in a bucket."""
    engine = a_database(tmp_path)
    recordings = Recordings(PLACE, bucket.access)
    return Machine(Store(engine, Clock()), engine, tmp_path / "disk", recordings)


@pytest.fixture
def ada(request: pytest.FixtureRequest) -> UUID:
    name = "here" if "here" in request.fixturenames else "far"
    return a_user(request.getfixturevalue(name).engine)


def sound(seconds: float, seed: int = 1) -> np.ndarray:
    samples = np.random.default_rng(seed).integers(-500, 500, int(seconds * SECOND))
    return samples.astype(np.int16)


def test_a_finished_answer_is_kept_whole_and_its_spool_may_go(here: Machine, ada: UUID) -> None:
    answer, said = here.begin(ada), sound(3.3)
    here.say(answer, said)
    assert not here.keeping.keep(answer.id)  # more may come
    assert here.recordings.count(ada) == 0
    here.finish(ada, answer, pending=True)
    assert not here.keeping.keep(answer.id)  # there are words to be made of it
    np.testing.assert_array_equal(here.heard(ada, answer), said)
    here.store.heard(ada, answer.id, pending=False)
    assert here.keeping.keep(answer.id)
    assert here.recordings.count(ada) == 1
    assert here.keeping.waiting() == Waiting()


def test_the_spool_of_what_is_gone_or_put_aside_may_go(here: Machine, ada: UUID) -> None:
    deleted, replaced = here.begin(ada), here.begin(ada)
    for answer in (deleted, replaced):
        here.say(answer, sound(1))
        here.finish(ada, answer)
    here.keeping.keep(replaced.id)
    here.store.replace(ada, replaced.id)
    here.store.delete_interview(ada, deleted.interview_id)
    assert here.keeping.keep(deleted.id)
    assert here.keeping.keep(replaced.id)
    assert here.recordings.count(ada) == 0
    assert here.store.answer(ada, replaced.id).recording is None


def test_who_wants_no_recordings_has_none_anywhere(here: Machine, ada: UUID) -> None:
    here.wants(ada, 0)
    answer = here.begin(ada)
    here.say(answer, sound(25))
    here.ship(ada, answer)
    assert here.recordings.count(ada) == 0
    here.finish(ada, answer, pending=True)
    assert not here.keeping.keep(answer.id)  # its words are made from the spool
    here.store.heard(ada, answer.id, pending=False)
    assert here.keeping.keep(answer.id)
    stored = here.store.answer(ada, answer.id)
    assert (stored.recording, stored.recording_gone) == (None, NOT_KEPT)
    assert here.recordings.count(ada) == 0


def test_a_recording_whose_time_was_over_is_not_made_again(here: Machine, ada: UUID) -> None:
    answer = here.begin(ada)
    here.say(answer, sound(1))
    here.finish(ada, answer, pending=True)
    here.keeping.keep(answer.id)
    here.wants(ada, 1)
    late = here.store.removals(here.recordings)
    late._now = Clock()
    late._now.advance(days=2)
    late.expire()
    late.sweep()
    assert here.recordings.count(ada) == 0
    here.store.heard(ada, answer.id, pending=False)
    assert here.keeping.keep(answer.id)
    assert here.recordings.count(ada) == 0
    assert here.store.answer(ada, answer.id).recording_gone == "expired:1"


def test_a_guest_who_becomes_an_account_meanwhile_keeps_the_sound(here: Machine, ada: UUID) -> None:
    guest, said = a_user(here.engine, "Guest"), sound(22)
    answer = here.begin(guest)
    here.say(answer, said)
    here.ship(guest, answer)
    here.store.move_everything(guest, ada)
    here.store.remove_user(guest)
    here.finish(ada, answer)
    assert here.keeping.keep(answer.id)
    here.keeping.removals.sweep()
    np.testing.assert_array_equal(here.heard(ada, answer), said)
    assert (here.recordings.count(guest), here.recordings.count(ada)) == (0, 1)


def test_a_machine_that_never_heard_an_answer_has_its_sound_from_the_recording(
    here: Machine, ada: UUID
) -> None:
    answer, said = here.begin(ada), sound(5)
    here.say(answer, said)
    here.finish(ada, answer, pending=True)
    here.keeping.keep(answer.id)
    there = here.another()
    assert there.keeping.restore(ada, here.store.answer(ada, answer.id))
    np.testing.assert_array_equal(np.fromfile(there.spool(answer.id), "<i2"), said)
    assert [path.name for path in there.disk.iterdir()] == [f"{answer.id}.pcm"]


def test_there_is_no_more_room_when_as_much_waits_as_may(here: Machine, ada: UUID) -> None:
    small = Keeping(here.store, here.recordings, here.spool, limit_mb=1)
    answer = here.begin(ada)
    here.say(answer, sound(31))
    assert small.room()
    here.say(answer, sound(1))
    assert not small.room()
    assert here.keeping.room()


# --- far away ---------------------------------------------------------------------------------


def test_an_answer_that_is_being_given_goes_away_in_parts(far: Machine, ada: UUID) -> None:
    answer, said = far.begin(ada), sound(34)
    for second in range(34):
        far.say(answer, said[second * SECOND : (second + 1) * SECOND])
        far.ship(ada, answer)
    parts = far.recordings.parts(ada, answer.interview_id, answer.id)
    assert [(part.first, part.end) for part in parts] == [
        (0, PART),
        (PART, 2 * PART),
        (2 * PART, 3 * PART),
    ]
    far.finish(ada, answer)
    assert far.keeping.keep(answer.id)
    assert far.recordings.parts(ada, answer.interview_id, answer.id) == ()
    np.testing.assert_array_equal(far.heard(ada, answer), said)


def test_the_sound_of_a_machine_that_died_is_put_together_from_its_parts(
    far: Machine, ada: UUID
) -> None:
    answer, said = far.begin(ada), sound(95)
    far.say(answer, said[: 12 * SECOND])
    far.ship(ada, answer)
    far.say(answer, said[12 * SECOND :])
    far.ship(ada, answer)
    shutil.rmtree(far.disk)
    there = far.another()
    assert there.keeping.restore(ada, answer)
    restored = np.fromfile(there.spool(answer.id), "<i2")
    np.testing.assert_array_equal(restored, said[: len(restored)])
    assert len(said) - len(restored) < PART
    # It goes on there, from where the parts end, and nothing is stored twice.
    more = sound(20, seed=2)
    there.say(answer, more)
    there.ship(ada, answer)
    parts = far.recordings.parts(ada, answer.interview_id, answer.id)
    assert all(one.end == two.first for one, two in pairwise(parts))
    there.finish(ada, answer)
    assert there.keeping.keep(answer.id)
    np.testing.assert_array_equal(there.heard(ada, answer), np.concatenate([restored, more]))


def test_sound_is_never_put_together_over_a_gap(far: Machine, ada: UUID) -> None:
    answer, said = far.begin(ada), sound(40)
    far.say(answer, said)
    for first in (0, 2 * PART):
        far.recordings.put_part(
            ada, answer.interview_id, answer.id, far.spool(answer.id), first, PART
        )
    far.spool(answer.id).unlink()
    assert far.keeping.restore(ada, answer)
    np.testing.assert_array_equal(np.fromfile(far.spool(answer.id), "<i2"), said[:PART])
    far.spool(answer.id).unlink()
    there = far.another()
    there.say(answer, said)
    there.ship(ada, answer)  # who has all of it fills the gap
    assert far.keeping.restore(ada, answer)
    np.testing.assert_array_equal(np.fromfile(far.spool(answer.id), "<i2"), said)


def test_without_any_part_there_is_nothing_to_restore(far: Machine, ada: UUID) -> None:
    answer = far.begin(ada)
    assert not far.keeping.restore(ada, answer)
    assert list(far.disk.iterdir()) == []


def test_a_store_that_is_away_makes_recordings_wait_and_loses_nothing(
    far: Machine, ada: UUID, bucket: Bucket
) -> None:
    answer, said = far.begin(ada), sound(100)
    far.say(answer, said[: 15 * SECOND])
    far.ship(ada, answer)
    bucket.stop()
    try:
        far.say(answer, said[15 * SECOND :])
        with pytest.raises(RecordingsAway):
            far.ship(ada, answer)
        far.finish(ada, answer)
        with pytest.raises(RecordingsAway):
            far.keeping.keep(answer.id)
        assert far.keeping.waiting() == Waiting(1, 100 * SECOND * 2)
        with pytest.raises(RecordingsAway):
            far.another().keeping.restore(ada, answer)
    finally:
        bucket.start()
    assert far.keeping.keep(answer.id)
    assert far.keeping.waiting() == Waiting()
    np.testing.assert_array_equal(far.heard(ada, answer), said)


def test_deleting_while_the_store_is_away_deletes_when_it_is_back(
    far: Machine, ada: UUID, bucket: Bucket
) -> None:
    answer = far.begin(ada)
    far.say(answer, sound(2))
    far.finish(ada, answer)
    far.keeping.keep(answer.id)
    removals = far.keeping.removals
    bucket.stop()
    try:
        planned = removals.plan_interview(ada, answer.interview_id)
        far.store.delete_interview(ada, answer.interview_id)
        assert not removals.carry_out((planned,))
        assert not removals.sweep()
    finally:
        bucket.start()
    assert far.recordings.count(ada) == 1
    assert removals.sweep()
    assert far.recordings.count(ada) == 0


def test_a_part_that_arrives_after_its_answer_was_deleted_does_not_stay(
    far: Machine, ada: UUID
) -> None:
    answer = far.begin(ada)
    far.say(answer, sound(12))
    far.ship(ada, answer)
    far.store.delete_interview(ada, answer.interview_id)
    far.recordings.delete_all(ada)
    far.say(answer, sound(12))
    far.ship(ada, answer)
    assert far.recordings.count(ada) == 0


def test_a_browser_gets_an_address_only_from_a_store_that_it_can_reach(
    here: Machine, ada: UUID
) -> None:
    answer = here.begin(ada)
    here.say(answer, sound(1))
    here.finish(ada, answer)
    here.keeping.keep(answer.id)
    kept = here.store.answer(ada, answer.id).recording
    assert kept is not None
    address = here.keeping.url(ada, kept)
    assert address.startswith("http://127.0.0.1") if here.recordings.remote else address == ""
