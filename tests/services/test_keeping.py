"""Keeping recordings: whole or not at all, in parts while they are made, whatever is away meanwhile."""

from __future__ import annotations

import shutil
from itertools import pairwise
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from services.domain import Answer, Recording
from services.errors import DatabaseAway, RecordingsAway
from services.keeping import PART, Keeping, Waiting
from services.ports import Owner
from services.storage.removals import NOT_KEPT
from services.storage.store import Store
from tests.services.machine import SECOND, Machine, sound
from tests.services.storage.stored import Clock, a_user
from tests.standins.bucket import Bucket


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


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("pending", [False, True])
def test_sound_that_is_put_aside_while_it_is_stored_is_nowhere(
    here: Machine, ada: UUID, when: str, pending: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer, put = here.begin(ada), here.recordings.put_flac
    here.say(answer, sound(1))
    here.finish(ada, answer, pending=pending)

    def put_aside() -> None:  # as "Record again" does
        here.store.replace(ada, answer.id)
        here.keeping.removals.carry_out(here.keeping.removals.drop_sound(ada, answer.id))

    def put_meanwhile(*place: Any) -> Recording:
        if when == "before":
            put_aside()
        stored = put(*place)
        if when == "after":
            put_aside()
        return stored

    monkeypatch.setattr(here.recordings, "put_flac", put_meanwhile)
    assert here.keeping.keep(answer.id)
    assert here.store.answer(ada, answer.id).recording is None
    assert (here.recordings.count(ada), here.keeping.removals.count()) == (0, 0)


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
    address = here.keeping.url(ada, kept.key)
    assert address.startswith("http://127.0.0.1") if here.recordings.remote else address == ""


def in_spool(machine: Machine, answer: Answer) -> np.ndarray:
    return np.fromfile(machine.spool(answer.id), "<i2")


def test_an_answer_that_comes_back_to_the_machine_where_it_began_has_the_sound_of_both(
    far: Machine, ada: UUID
) -> None:
    answer, said = far.begin(ada), sound(70)
    far.say(answer, said[: 20 * SECOND])
    far.ship(ada, answer)
    there = far.another()
    assert there.keeping.restore(ada, answer)
    there.say(answer, said[20 * SECOND : 60 * SECOND])
    there.ship(ada, answer)
    with far.spool(answer.id).open("ab") as cut_off:
        cut_off.write(b"\x01")  # half a sample, by a kill
    assert far.keeping.restore(ada, answer)
    np.testing.assert_array_equal(in_spool(far, answer), said[: 60 * SECOND])
    far.say(answer, said[60 * SECOND :])
    far.ship(ada, answer)
    parts = far.recordings.parts(ada, answer.interview_id, answer.id)
    assert all(one.end == two.first for one, two in pairwise(parts))  # nothing is stored twice
    far.finish(ada, answer)
    assert far.keeping.keep(answer.id)
    assert far.recordings.parts(ada, answer.interview_id, answer.id) == ()
    np.testing.assert_array_equal(far.heard(ada, answer), said)


@pytest.mark.parametrize("there_s", [0, 5])
def test_parts_go_only_when_all_that_is_in_them_was_stored_as_a_whole(
    far: Machine, ada: UUID, there_s: int
) -> None:
    answer, said = far.begin(ada), sound(20)
    far.say(answer, said)
    far.ship(ada, answer)
    far.finish(ada, answer, pending=True)
    there = far.another()
    there.say(answer, said[: there_s * SECOND])
    assert there.keeping.has_sound(answer.id) == (there_s > 0)
    assert not there.keeping.keep(answer.id)
    np.testing.assert_array_equal(there.heard(ada, answer), said)
    assert far.recordings.parts(ada, answer.interview_id, answer.id) == ()


def test_sound_that_was_away_when_an_answer_went_on_elsewhere_is_in_its_recording_all_the_same(
    far: Machine, ada: UUID, bucket: Bucket
) -> None:
    answer, said = far.begin(ada), sound(60)
    far.say(answer, said[: 25 * SECOND])
    far.ship(ada, answer)
    there = far.another()
    bucket.stop()
    try:
        with pytest.raises(RecordingsAway):
            there.keeping.restore(ada, answer)
        there.say(answer, np.zeros(25 * SECOND))  # so that what follows has its right time
        there.say(answer, said[25 * SECOND :])
        there.finish(ada, answer)
        there.begin_anew()
        with pytest.raises(RecordingsAway):
            there.keeping.keep(answer.id)
    finally:
        bucket.start()
    assert there.keeping.keep(answer.id)
    np.testing.assert_array_equal(there.heard(ada, answer), said)


def test_a_spool_that_stayed_behind_never_takes_the_place_of_a_recording_or_makes_one(
    here: Machine, ada: UUID
) -> None:
    answer, said = here.begin(ada), sound(5)
    there = here.another()
    here.say(answer, sound(9, seed=2))
    there.hear(answer)
    there.say(answer, said)
    there.finish(ada, answer, pending=True)
    assert not here.keeping.keep(answer.id)
    assert here.recordings.count(ada) == 0
    assert not there.keeping.keep(answer.id)
    assert not here.keeping.keep(answer.id)  # words may still have to be made of it
    here.store.heard(ada, answer.id, pending=False)
    assert here.keeping.keep(answer.id)
    np.testing.assert_array_equal(here.heard(ada, answer), said)


@pytest.mark.parametrize("finished", [True, False])
def test_the_sound_of_an_answer_that_never_became_a_recording_goes_with_its_term(
    far: Machine, ada: UUID, finished: bool
) -> None:
    answer = far.begin(ada)
    far.wants(ada, 30)
    far.say(answer, sound(20))
    far.ship(ada, answer)
    far.store.set_sound(ada, answer.id, 20.0, pending=True)  # as it is while it is being given
    if finished:
        far.finish(ada, answer, pending=True)
    late = far.store.removals(far.recordings)
    late._now = Clock()
    for days in (29, 2):
        assert far.recordings.count(ada) == 1
        late._now.advance(days=days)
        late.expire()
        late.sweep()
    assert far.recordings.count(ada) == 0
    assert far.keeping.keep(answer.id)
    far.begin_anew()  # whoever goes on with it all the same leaves no sound
    far.say(answer, sound(20))
    far.ship(ada, answer)
    assert far.recordings.count(ada) == 0


class Unreachable(Store):
    """A database that nobody can ask whose an answer is, for a while."""

    away = False

    def owner_of(self, answer_id: UUID) -> Owner | None:  # type: ignore[override]
        if self.away:
            raise DatabaseAway("It cannot be reached.")
        return super().owner_of(answer_id)


def test_a_part_that_arrives_while_the_database_is_away_does_not_stay_if_its_answer_is_gone(
    far: Machine, ada: UUID
) -> None:
    store = Unreachable(far.engine)
    machine = Machine(store, far.engine, far.disk, far.recordings)
    kept, gone = machine.begin(ada), machine.begin(ada)
    store.away = True
    for answer in (kept, gone):
        machine.say(answer, sound(12))
        machine.ship(ada, answer)
    with pytest.raises(DatabaseAway):
        machine.keeping.ask_again()
    far.store.delete_interview(ada, gone.interview_id)
    store.away = False
    assert far.recordings.count(ada) == 2
    machine.keeping.ask_again()
    assert far.recordings.parts(ada, gone.interview_id, gone.id) == ()
    assert len(far.recordings.parts(ada, kept.interview_id, kept.id)) == 1
