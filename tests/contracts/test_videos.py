"""Videos that are kept, and must go or move: with the sound of their answer, on every database."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Engine, update

from services.domain import Answer, AnswerMode, Video
from services.errors import NotFound
from services.storage.database import writing
from services.storage.recordings import Recordings
from services.storage.removals import NOT_KEPT, Removals
from services.storage.store import Store
from services.storage.tables import AnswerRow
from tests.services.storage.stored import Clock, a_user, an_interview, keeps_for

FILM, STILL = b"a film, as far as anybody here can tell", b"a still"


@pytest.fixture
def filmed(store: Store, recordings: Recordings, tmp_path: Path) -> Callable[[UUID], Answer]:
    """Makes an answer of this owner with a recording, a video and a still of it."""

    def make(owner: UUID) -> Answer:
        interview = an_interview(store, owner)
        answer = store.open_answer(owner, interview.questions[0].id, AnswerMode.SPOKEN)
        place = (owner, interview.id, answer.id)
        (tmp_path / "pcm").write_bytes(b"\x01\x00" * 16_000)
        (tmp_path / "film").write_bytes(FILM)
        store.heard(owner, answer.id, pending=False)
        store.keep_recording(owner, answer.id, recordings.put_flac(*place, tmp_path / "pcm"))
        key = recordings.put_video(*place, tmp_path / "film", "video/webm")
        store.keep_video(owner, answer.id, a_video(key, recordings.put_thumbnail(*place, STILL)))
        return store.answer(owner, answer.id)

    return make


def a_video(key: str, still: str = "") -> Video:
    return Video(
        key=key,
        media_type="video/webm",
        seconds=1.5,
        size=len(FILM),
        offset_s=0.25,
        thumbnail_key=still,
    )


def test_a_video_is_read_back_as_it_was_kept_and_only_by_its_owner(
    store: Store,
    engine: Engine,
    ada: UUID,
    filmed: Callable[[UUID], Answer],
    recordings: Recordings,
) -> None:
    answer, eve = filmed(ada), a_user(engine, "Eve")
    place = f"{ada}/{answer.interview_id}/{answer.id}"
    assert answer.video == a_video(f"{place}.webm", f"{place}.jpg")
    assert recordings.read(ada, answer.video.key) == FILM
    assert recordings.read(ada, answer.video.thumbnail_key) == STILL
    assert store.video_sizes(ada, answer.interview_id) == {answer.id: len(FILM)}
    assert store.video_sizes(eve, answer.interview_id) == {}
    with pytest.raises(NotFound):
        store.keep_video(eve, answer.id, answer.video)
    for key in (answer.video.key, answer.video.thumbnail_key):
        with pytest.raises(NotFound):
            recordings.read(eve, key)


def test_a_video_goes_with_its_recording_when_the_term_is_over(
    *,
    store: Store,
    engine: Engine,
    ada: UUID,
    clock: Clock,
    removals: Removals,
    recordings: Recordings,
    filmed: Callable[[UUID], Answer],
) -> None:
    answer = filmed(ada)
    keeps_for(engine, ada, 7)
    clock.advance(days=8)
    assert removals.expire() == 1
    assert removals.sweep()
    gone = store.answer(ada, answer.id)
    assert (gone.recording, gone.video, gone.recording_gone) == (None, None, "expired:7")
    assert recordings.count(ada) == 0
    assert answer.video is not None
    with pytest.raises(NotFound):  # what was being made when its time was over
        store.keep_video(ada, answer.id, answer.video)


def test_an_answer_that_loses_its_sound_loses_its_picture(
    store: Store,
    ada: UUID,
    removals: Removals,
    recordings: Recordings,
    filmed: Callable[[UUID], Answer],
) -> None:
    answer, other = filmed(ada), filmed(ada)
    assert removals.carry_out(removals.drop_sound(ada, answer.id, NOT_KEPT))
    assert store.answer(ada, answer.id).video is None
    assert recordings.count(ada) == 3
    store.replace(ada, other.id)
    assert other.video is not None
    with pytest.raises(NotFound):
        store.keep_video(ada, other.id, other.video)
    assert other.recording is not None
    for gone in (answer, other):  # its time was over; it was put aside
        with pytest.raises(NotFound):
            store.keep_recording(ada, gone.id, other.recording)
    assert removals.carry_out(removals.drop_sound(ada, other.id))
    assert (recordings.count(ada), removals.count()) == (0, 0)


def test_a_guests_videos_follow_into_the_account(
    store: Store,
    engine: Engine,
    ada: UUID,
    removals: Removals,
    recordings: Recordings,
    filmed: Callable[[UUID], Answer],
) -> None:
    guest = a_user(engine, "Guest")
    answer = filmed(guest)
    store.move_everything(guest, ada)
    store.remove_user(guest)
    assert removals.sweep()
    video = store.answer(ada, answer.id).video
    assert video is not None
    assert recordings.read(ada, video.key) == FILM
    assert recordings.read(ada, video.thumbnail_key) == STILL
    assert (recordings.count(guest), recordings.count(ada)) == (0, 3)


def test_names_that_a_candidate_wrote_delete_and_move_no_video_of_others(
    *,
    store: Store,
    engine: Engine,
    ada: UUID,
    clock: Clock,
    removals: Removals,
    recordings: Recordings,
    filmed: Callable[[UUID], Answer],
) -> None:
    victim, eve, account = filmed(ada), a_user(engine, "Eve"), a_user(engine, "Eve again")
    own = filmed(eve)
    assert victim.video is not None
    stolen = {"video_key": victim.video.key, "thumbnail_key": victim.video.thumbnail_key}
    with writing(engine, eve) as db:  # as row-level security lets its owner
        db.execute(update(AnswerRow).where(AnswerRow.id == own.id).values(stolen))
    store.move_everything(eve, account)
    store.remove_user(eve)
    keeps_for(engine, account, 1)
    keeps_for(engine, ada, None)
    clock.advance(days=2)
    removals.expire()
    assert removals.sweep()
    store.remove_user(account)
    assert removals.sweep()
    assert recordings.read(ada, victim.video.key) == FILM
    assert recordings.count(ada) == 3
    assert recordings.count(account) == recordings.count(eve) == 0
