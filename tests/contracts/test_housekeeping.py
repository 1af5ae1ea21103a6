"""Chores shared by processes: leases, and recordings that must go; on every database the product runs on."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, update

from services.domain import Answer, AnswerMode
from services.storage.database import SERVICE, writing
from services.storage.locks import Locks
from services.storage.recordings import Recordings
from services.storage.removals import NOT_KEPT, Removals, write_down
from services.storage.store import Store
from services.storage.tables import AnswerRow
from tests.services.storage.stored import Clock, a_user, an_interview, keeps_for


@pytest.fixture
def recorded(store: Store, recordings: Recordings, tmp_path: Path) -> Callable[[UUID], Answer]:
    """Makes an answer of this owner with a recording."""

    def make(owner: UUID) -> Answer:
        interview = an_interview(store, owner)
        answer = store.open_answer(owner, interview.questions[0].id, AnswerMode.SPOKEN)
        pcm = tmp_path / "answer.pcm"
        pcm.write_bytes(b"\x01\x00" * 16_000)
        kept = recordings.put_flac(owner, interview.id, answer.id, pcm)
        store.heard(owner, answer.id, pending=False)
        store.keep_recording(owner, answer.id, kept)
        return store.answer(owner, answer.id)

    return make


def key_of(answer: Answer) -> str:
    assert answer.recording is not None
    return answer.recording.key


# --- leases -----------------------------------------------------------------------------------


def test_a_lease_is_one_process_at_a_time_and_ends_by_itself(engine: Engine, clock: Clock) -> None:
    mine, other = Locks(engine, clock), Locks(engine, clock)
    assert mine.take("sweep", 60)
    assert not other.take("sweep", 60)
    assert other.take("something else", 60)
    assert mine.take("sweep", 60)  # goes on
    clock.advance(seconds=59)
    assert not other.take("sweep", 60)
    clock.advance(seconds=2)
    assert other.take("sweep", 60)
    assert not mine.take("sweep", 60)


def test_a_lease_is_let_go_of_only_by_who_has_it(engine: Engine, clock: Clock) -> None:
    mine, other = Locks(engine, clock), Locks(engine, clock)
    assert mine.take("sweep", 60)
    other.release("sweep")
    assert not other.take("sweep", 60)
    mine.release("sweep")
    assert other.take("sweep", 60)


def test_of_many_that_take_a_lease_at_once_one_gets_it(engine: Engine, clock: Clock) -> None:
    processes = [Locks(engine, clock) for _ in range(8)]
    for _ in range(3):  # the first makes the row, the others find it
        with ThreadPoolExecutor(8) as threads:
            taken = list(threads.map(lambda one: one.take("sweep", 60), processes))
        assert sum(taken) == 1
        clock.advance(seconds=120)


# --- recordings that must go ------------------------------------------------------------------


def test_a_recording_goes_when_the_term_of_its_owner_is_over(
    *,
    store: Store,
    engine: Engine,
    clock: Clock,
    removals: Removals,
    recordings: Recordings,
    recorded: Callable[[UUID], Answer],
) -> None:
    chosen = {a_user(engine, str(days)): days for days in (90, 7, None, 0)}
    answers = {owner: recorded(owner) for owner in chosen}
    for owner, days in chosen.items():
        keeps_for(engine, owner, days)

    def left() -> set[int | None]:
        removals.expire()
        assert removals.sweep()
        return {chosen[owner] for owner in chosen if recordings.count(owner)}

    assert left() == {90, 7, None}
    clock.advance(days=6, hours=23)
    assert left() == {90, 7, None}
    clock.advance(hours=2)
    assert left() == {90, None}
    clock.advance(days=84)
    assert left() == {None}
    clock.advance(days=5000)
    assert left() == {None}
    why = {
        chosen[owner]: store.answer(owner, answer.id).recording_gone
        for owner, answer in answers.items()
    }
    assert why == {90: "expired:90", 7: "expired:7", None: "", 0: NOT_KEPT}
    assert removals.count() == 0


def test_two_processes_that_sweep_at_once_do_each_thing_once_and_no_harm(
    *,
    store: Store,
    engine: Engine,
    ada: UUID,
    clock: Clock,
    recordings: Recordings,
    recorded: Callable[[UUID], Answer],
) -> None:
    kept, gone = recorded(a_user(engine, "Eve")), [recorded(ada) for _ in range(4)]
    keeps_for(engine, ada, 1)
    clock.advance(days=2)
    processes = [Removals(engine, recordings, clock) for _ in range(4)]

    def sweep(process: Removals) -> None:
        process.expire()
        process.sweep()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(sweep, processes))
    processes[0].sweep()
    assert recordings.count(ada) == 0
    assert all(store.answer(ada, one.id).recording is None for one in gone)
    assert recordings.count(UUID(key_of(kept).split("/")[0])) == 1
    assert processes[0].count() == 0


def test_what_is_not_deleted_at_once_is_written_down_and_done_later(
    *,
    store: Store,
    ada: UUID,
    removals: Removals,
    recordings: Recordings,
    recorded: Callable[[UUID], Answer],
) -> None:
    answer = recorded(ada)
    planned = removals.plan_interview(ada, answer.interview_id)
    store.delete_interview(ada, answer.interview_id)
    assert recordings.count(ada) == 1  # this process died here
    assert removals.count(ada) == 1
    assert removals.sweep()
    assert recordings.count(ada) == 0
    assert removals.carry_out((planned,))  # there is nothing left of it


def test_a_deletion_that_was_broken_off_before_the_rows_went_deletes_nothing(
    *,
    ada: UUID,
    clock: Clock,
    removals: Removals,
    recordings: Recordings,
    recorded: Callable[[UUID], Answer],
) -> None:
    answer = recorded(ada)
    removals.plan_interview(ada, answer.interview_id)
    removals.sweep()
    assert (recordings.count(ada), removals.count()) == (1, 1)  # it may still come
    clock.advance(hours=2)
    removals.sweep()
    assert (recordings.count(ada), removals.count()) == (1, 0)


def test_nobody_plans_the_removal_of_somebody_elses_interview(
    engine: Engine, ada: UUID, removals: Removals, recorded: Callable[[UUID], Answer]
) -> None:
    answer, eve = recorded(ada), a_user(engine, "Eve")
    removals.plan_interview(eve, answer.interview_id)
    assert removals.drop_sound(eve, answer.id) == ()
    assert removals.count() == 0


def test_a_name_that_a_candidate_wrote_into_an_answer_deletes_and_moves_nothing_of_others(
    *,
    store: Store,
    engine: Engine,
    ada: UUID,
    clock: Clock,
    removals: Removals,
    recordings: Recordings,
    recorded: Callable[[UUID], Answer],
) -> None:
    victim, eve, account = recorded(ada), a_user(engine, "Eve"), a_user(engine, "Eve again")
    own, other = recorded(eve), recorded(eve)
    with writing(engine, eve) as db:  # as row-level security lets its owner
        stolen = {"recording_key": key_of(victim)}
        db.execute(update(AnswerRow).where(AnswerRow.id == own.id).values(stolen))
        db.execute(update(AnswerRow).where(AnswerRow.id == other.id).values(stolen))
    keeps_for(engine, eve, 1)
    clock.advance(days=2)
    removals.expire()
    assert removals.count(ada) == 0
    store.move_everything(eve, account)
    store.remove_user(eve)
    assert removals.sweep()
    keeps_for(engine, account, 1)
    keeps_for(engine, ada, None)
    clock.advance(days=2)
    removals.expire()
    assert removals.sweep()
    store.remove_user(account)
    assert removals.sweep()
    assert recordings.size(ada, key_of(victim)) > 0
    assert recordings.count(account) == recordings.count(eve) == 0


def test_a_guests_recordings_move_to_the_account_whenever_that_can_be_done(
    *,
    store: Store,
    engine: Engine,
    ada: UUID,
    removals: Removals,
    recordings: Recordings,
    recorded: Callable[[UUID], Answer],
) -> None:
    guest = a_user(engine, "Guest")
    kept, deleted = recorded(guest), recorded(guest)
    store.move_everything(guest, ada)
    store.remove_user(guest)
    removals.plan_interview(ada, deleted.interview_id)
    store.delete_interview(ada, deleted.interview_id)
    assert recordings.count(guest) == 2  # nothing has been carried out yet
    assert removals.bring_home(ada)
    assert recordings.count(guest) == 0
    assert recordings.size(ada, key_of(store.answer(ada, kept.id))) > 0
    assert removals.sweep()
    assert (recordings.count(ada), removals.count()) == (1, 0)


def test_all_recordings_go_with_their_user_also_those_that_no_answer_names(
    *,
    store: Store,
    ada: UUID,
    removals: Removals,
    recordings: Recordings,
    recorded: Callable[[UUID], Answer],
    tmp_path: Path,
) -> None:
    recorded(ada)
    recordings.put_flac(ada, uuid4(), uuid4(), tmp_path / "answer.pcm")
    store.remove_user(ada)
    assert removals.sweep()
    assert (recordings.count(ada), removals.count(ada)) == (0, 0)


def test_one_that_fails_stops_no_other(
    *,
    store: Store,
    engine: Engine,
    ada: UUID,
    removals: Removals,
    recordings: Recordings,
    recorded: Callable[[UUID], Answer],
    tmp_path: Path,
) -> None:
    bad, good = recorded(ada), recorded(a_user(engine, "Eve"))
    (tmp_path / "recordings" / key_of(bad)).unlink()
    (tmp_path / "recordings" / key_of(bad)).mkdir()  # what stands there cannot be deleted as a file
    (tmp_path / "recordings" / key_of(bad) / "in the way").write_text("")
    eve = UUID(key_of(good).split("/")[0])
    for owner, answer in ((ada, bad), (eve, good)):
        removals.drop_sound(owner, answer.id, NOT_KEPT)
    assert not removals.sweep()
    assert recordings.count(eve) == 0
    assert removals.count(eve) == 0
    assert removals.count(ada) == 1


def test_a_sweep_does_the_oldest_first_and_leaves_the_rest_to_the_next(
    engine: Engine, clock: Clock, removals: Removals
) -> None:
    owners = [uuid4() for _ in range(3)]
    for owner in owners:
        with writing(engine, SERVICE) as db:
            write_down(db, [str(owner)], clock())
    removals.sweep(limit=2)
    assert [removals.count(owner) for owner in owners] == [0, 0, 1]


def test_what_cannot_be_removed_does_not_keep_the_rest_waiting(
    engine: Engine, clock: Clock, removals: Removals
) -> None:
    good = str(uuid4())
    for key in ("not ours", "nor this", good):
        with writing(engine, SERVICE) as db:
            write_down(db, [key], clock())
    assert not removals.sweep(limit=2)
    assert not removals.sweep(limit=2)
    assert (removals.count(UUID(good)), removals.count()) == (0, 2)


def test_no_name_that_somebody_else_wrote_keeps_a_recording_from_going(
    *,
    engine: Engine,
    ada: UUID,
    clock: Clock,
    removals: Removals,
    recordings: Recordings,
    recorded: Callable[[UUID], Answer],
) -> None:
    victim, eve = recorded(ada), a_user(engine, "Eve")
    own = recorded(eve)
    with writing(engine, eve) as db:
        stolen = {"recording_key": key_of(victim)}
        db.execute(update(AnswerRow).where(AnswerRow.id == own.id).values(stolen))
    removals.drop_sound(ada, victim.id)
    clock.advance(hours=2)
    assert removals.sweep()
    assert recordings.count(ada) == 0


def test_an_answer_that_was_never_finished_is_settled_when_its_term_is_over(
    *, store: Store, engine: Engine, clock: Clock, removals: Removals
) -> None:
    chosen = {a_user(engine, str(days)): days for days in (7, None, 0)}
    left = {}
    for owner, days in chosen.items():
        keeps_for(engine, owner, days)
        opened, unheard, complete = (
            store.open_answer(owner, question.id, AnswerMode.SPOKEN).id
            for question in an_interview(store, owner, questions=3).questions
        )
        store.set_sound(owner, opened, 0.0, pending=True)  # as it is while it is being given
        for answer_id, pending in ((unheard, True), (complete, False)):
            store.set_sound(owner, answer_id, 4.0, pending)
            store.heard(owner, answer_id, pending)
        left[days] = [(owner, answer_id) for answer_id in (opened, unheard, complete)]

    def seen(days: int | None) -> list[tuple[str, bool]]:
        answers = [store.answer(*which) for which in left[days]]
        return [(answer.recording_gone, answer.pending) for answer in answers]

    assert removals.expire() == 0  # words are being made of what is not kept, too
    clock.advance(days=1, hours=1)
    assert removals.expire() == 2
    clock.advance(days=7)
    assert removals.expire() == 2
    assert removals.expire() == 0
    assert seen(7) == [("expired:7", False), ("expired:7", False), ("", False)]
    assert seen(0) == [(NOT_KEPT, False), (NOT_KEPT, False), ("", False)]
    assert seen(None) == [("", True), ("", True), ("", False)]
