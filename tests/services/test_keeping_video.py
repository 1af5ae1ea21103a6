"""Keeping the picture with the sound: whole or not at all, and nowhere once it is not wanted."""

from __future__ import annotations

from pathlib import Path
from threading import Event
from uuid import UUID

import pytest

from services.domain import Answer, Video
from services.errors import DatabaseAway, RecordingsAway, StorageError
from services.keeping import Keeping
from services.keeping_video import KeepingVideo
from services.speech.places import take_place
from services.video import record, size_of, video_folder
from tests.services.filmed import film, length_of
from tests.services.machine import Machine, sound
from tests.services.storage.stored import a_database, a_user
from tests.standins.bucket import Bucket


def given(here: Machine, owner: UUID, seconds: float = 2.0) -> Answer:
    """A finished answer of which sound and picture lie on this machine's disk."""
    answer = here.begin(owner)
    here.say(answer, sound(seconds))
    film(here.spool(answer.id), seconds)
    here.finish(owner, answer)
    return answer


def video_of(here: Machine, owner: UUID, answer: Answer) -> Video:
    video = here.store.answer(owner, answer.id).video
    assert video is not None
    return video


def folder(here: Machine, answer: Answer) -> Path:
    return video_folder(here.spool(answer.id))


def test_a_finished_answer_is_kept_with_its_picture_and_a_still_of_it(
    here: Machine, ada: UUID
) -> None:
    answer = here.begin(ada)
    here.say(answer, sound(8))
    film(here.spool(answer.id), 2, at_s=1.5)
    film(here.spool(answer.id), 1, at_s=5.5)  # the connection was lost between the two
    assert not here.keep(answer.id)  # more may come
    here.finish(ada, answer, pending=True)
    assert not here.keep(answer.id)  # there are words to be made of its sound
    assert not folder(here, answer).exists()
    assert here.spool(answer.id).exists()
    video = video_of(here, ada, answer)
    stored = b"".join(here.keeping.pieces(ada, video.key))
    assert (video.media_type, video.offset_s, video.size) == ("video/webm", 1.5, len(stored))
    assert length_of(stored) == pytest.approx(5, abs=0.2) == video.seconds
    still = b"".join(here.keeping.pieces(ada, video.thumbnail_key))
    assert still.startswith(b"\xff\xd8")
    assert here.recordings.count(ada) == 3
    assert [path.name for path in here.disk.iterdir()] == [f"{answer.id}.pcm"]


def test_a_picture_that_nothing_was_heard_of_is_kept(here: Machine, ada: UUID) -> None:
    answer = here.begin(ada)
    here.say(answer, sound(1))
    film(here.spool(answer.id), 1, heard=False)
    here.finish(ada, answer)
    assert here.keep(answer.id)
    assert video_of(here, ada, answer).seconds == pytest.approx(1, abs=0.2)


def test_without_a_picture_all_is_as_it_was(here: Machine, ada: UUID) -> None:
    answer = here.begin(ada)
    here.say(answer, sound(1))
    broken = folder(here, answer)
    broken.mkdir()
    (broken / "0000000000.webm").write_bytes(b"cut off")
    here.finish(ada, answer)
    assert here.keep(answer.id)
    kept = here.store.answer(ada, answer.id)
    assert (kept.recording is not None, kept.video) == (True, None)
    assert here.recordings.count(ada) == 1
    assert not broken.exists()


def test_what_is_still_being_recorded_is_kept_to_its_last_picture(here: Machine, ada: UUID) -> None:
    answer = here.begin(ada)
    here.say(answer, sound(1))
    place = folder(here, answer)
    recording = record(place, heard=lambda: 0.0, wanted=lambda: True, limit=10**9)
    film(here.spool(answer.id), 1)
    here.finish(ada, answer)
    assert not recording.closed
    assert here.keep(answer.id)
    assert recording.closed
    assert video_of(here, ada, answer)


def test_a_picture_that_the_disk_has_not_taken_yet_waits(
    here: Machine, ada: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.video.recordings._PATIENCE", 0.05)
    answer, goes_on, asked = given(here, ada), Event(), Event()

    def stalled() -> bool:
        asked.set()
        return not goes_on.wait(20)  # as a write would be

    place = folder(here, answer)
    record(place, heard=lambda: 0.0, wanted=lambda: True, limit=10**9, crowded=stalled)
    assert asked.wait(20)
    with pytest.raises(StorageError):
        here.keeping.keep_picture(answer.id)
    assert place.exists()
    assert here.keeping.waiting().count == 1
    monkeypatch.undo()
    goes_on.set()
    here.keeping.keep_picture(answer.id)
    assert video_of(here, ada, answer)


def test_a_picture_waits_on_disk_while_its_store_is_away(
    far: Machine, ada: UUID, bucket: Bucket
) -> None:
    answer = given(far, ada)
    bucket.stop()
    try:
        with pytest.raises(RecordingsAway):
            far.keep(answer.id)
        waiting = far.keeping.waiting()
        assert waiting.count == 1
        assert waiting.bytes == far.spool(answer.id).stat().st_size + size_of(folder(far, answer))
    finally:
        bucket.start()
    far.begin_anew()  # the machine was started again meanwhile
    assert far.keep(answer.id)
    assert video_of(far, ada, answer).seconds == pytest.approx(2, abs=0.2)
    assert far.recordings.count(ada) == 3


def test_a_picture_waits_on_disk_while_the_database_is_away(
    here: Machine, ada: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = given(here, ada)

    def away(*_: object) -> None:
        raise DatabaseAway("The database cannot be reached just now.")

    with monkeypatch.context() as down:
        down.setattr(here.store, "keep_video", away)
        with pytest.raises(DatabaseAway):
            here.keep(answer.id)
    assert folder(here, answer).exists()
    assert here.keep(answer.id)
    assert video_of(here, ada, answer)
    assert here.recordings.count(ada) == 3


def test_what_a_kill_left_of_a_stored_picture_takes_the_place_of_nothing(
    here: Machine, ada: UUID
) -> None:
    answer = given(here, ada, 3)
    assert here.keep(answer.id)
    before = video_of(here, ada, answer)
    film(here.spool(answer.id), 1)  # half deleted
    here.begin_anew()
    assert here.keep(answer.id)
    assert video_of(here, ada, answer) == before
    assert not folder(here, answer).exists()


@pytest.mark.parametrize(
    ("stored", "left", "first", "last"),
    [((6, 2), (0, 5), 0, 8), ((0, 4), (2, 5), 0, 7), ((1, 2), (1, 5), 1, 6)],
)
def test_another_piece_of_a_stored_picture_is_joined_to_it(
    *,
    here: Machine,
    ada: UUID,
    stored: tuple[int, int],
    left: tuple[int, int],
    first: int,
    last: int,
) -> None:
    answer = here.begin(ada)
    here.say(answer, sound(9))
    film(here.spool(answer.id), stored[1], at_s=stored[0])
    here.finish(ada, answer)
    here.keep(answer.id)
    film(here.spool(answer.id), left[1], at_s=left[0])
    here.begin_anew()
    assert here.keep(answer.id)
    video = video_of(here, ada, answer)
    assert (video.offset_s, video.offset_s + video.seconds) == pytest.approx((first, last), abs=0.1)
    file = b"".join(here.keeping.pieces(ada, video.key))
    assert (video.size, video.seconds) == (len(file), pytest.approx(length_of(file), abs=0.2))
    assert [path.name for path in here.disk.iterdir()] == [f"{answer.id}.pcm"]


def test_a_piece_joins_what_is_left_when_the_stored_picture_is_gone_from_its_store(
    here: Machine, ada: UUID
) -> None:
    answer = here.begin(ada)
    here.say(answer, sound(5))
    film(here.spool(answer.id), 1)
    here.finish(ada, answer)
    here.keep(answer.id)
    here.recordings.delete(ada, (video_of(here, ada, answer).key,))
    film(here.spool(answer.id), 2, at_s=3)
    assert here.keep(answer.id)
    assert video_of(here, ada, answer).offset_s == 3


def test_an_answer_that_moved_keeps_the_pictures_of_both_machines(here: Machine, ada: UUID) -> None:
    answer, there = here.begin(ada), here.another()
    here.say(answer, sound(2))
    film(here.spool(answer.id), 2)
    there.hear(answer)
    there.say(answer, sound(6))
    film(there.spool(answer.id), 2, at_s=3)
    here.finish(ada, answer)
    here.keep(answer.id)
    assert folder(here, answer).exists()  # the other one has its own to store first
    there.keep(answer.id)
    here.keep(answer.id)
    video = video_of(here, ada, answer)
    assert (video.offset_s, video.seconds) == (0, pytest.approx(5, abs=0.1))
    assert not folder(here, answer).exists()


def test_a_part_that_cannot_be_read_for_a_while_waits(here: Machine, ada: UUID) -> None:
    answer = given(here, ada)
    (part,) = folder(here, answer).iterdir()
    aside = part.rename(here.disk.parent / "aside")
    part.mkdir()  # opening it fails with an error of the system
    with pytest.raises(StorageError):
        here.keep(answer.id)
    assert here.store.answer(ada, answer.id).recording is not None  # no sound waits for it
    assert here.keeping.waiting().count == 1
    part.rmdir()
    aside.rename(part)
    assert here.keep(answer.id)
    assert video_of(here, ada, answer)
    assert here.keeping.waiting().count == 0


def test_a_part_whose_description_is_no_text_is_kept_all_the_same(here: Machine, ada: UUID) -> None:
    answer = given(here, ada)
    (part,) = folder(here, answer).iterdir()
    whole = part.read_bytes()
    assert b"Lavf" in whole
    part.write_bytes(whole.replace(b"Lavf", b"\xee" * 4))
    assert here.keep(answer.id)
    assert video_of(here, ada, answer)
    assert not folder(here, answer).exists()


@pytest.mark.parametrize("what", ["put_flac", "put_video"])
def test_what_was_stored_for_nothing_goes_when_its_store_is_back(
    far: Machine, ada: UUID, bucket: Bucket, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = given(far, ada)
    before, put = far.recordings.count(ada), getattr(far.recordings, what)

    def put_late(*place: object) -> object:
        stored = put(*place)
        far.store.replace(ada, answer.id)
        bucket.stop()
        return stored

    monkeypatch.setattr(far.recordings, what, put_late)
    if what == "put_video":
        monkeypatch.setattr(far.recordings, "put_thumbnail", lambda *_: "")
        far.keeping.keep(answer.id)
        before = far.recordings.count(ada)
    try:
        if what == "put_flac":
            assert far.keeping.keep(answer.id)
        else:
            far.keeping.keep_picture(answer.id)
        assert far.keeping.removals.count() == 1
    finally:
        bucket.start()
    assert far.recordings.count(ada) == before + 1
    assert far.keeping.removals.sweep()
    assert far.recordings.count(ada) == before


@pytest.mark.parametrize("pending", [False, True])
def test_who_wants_nothing_kept_has_no_picture_kept(
    here: Machine, ada: UUID, pending: bool
) -> None:
    answer = given(here, ada)
    here.finish(ada, answer, pending=pending)
    here.wants(ada, 0)
    assert here.keep(answer.id) is not pending
    assert not folder(here, answer).exists()
    assert here.recordings.count(ada) == 0
    assert here.store.answer(ada, answer.id).video is None


@pytest.mark.parametrize("when", ["before", "between"])
def test_the_picture_of_an_attempt_that_was_put_aside_is_nowhere(
    here: Machine, ada: UUID, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = given(here, ada)
    if when == "before":
        here.store.replace(ada, answer.id)
    else:
        put = here.recordings.put_video

        def put_late(*place: object) -> str:
            key = put(*place)  # type: ignore[arg-type]
            here.store.replace(ada, answer.id)
            here.keeping.removals.carry_out(here.keeping.removals.drop_sound(ada, answer.id))
            return key

        monkeypatch.setattr(here.recordings, "put_video", put_late)
    assert here.keep(answer.id)
    assert here.store.answer(ada, answer.id).video is None
    assert here.recordings.count(ada) == 0


def test_a_guest_who_becomes_an_account_meanwhile_keeps_the_picture(
    here: Machine, ada: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    guest = a_user(here.engine, "Guest")
    answer = given(here, guest)
    put = here.recordings.put_video

    def put_late(*place: object) -> str:
        key = put(*place)  # type: ignore[arg-type]
        monkeypatch.undo()
        here.store.move_everything(guest, ada)
        here.store.remove_user(guest)
        return key

    monkeypatch.setattr(here.recordings, "put_video", put_late)
    assert here.keep(answer.id)
    here.keeping.removals.sweep()
    assert b"".join(here.keeping.pieces(ada, video_of(here, ada, answer).key))
    assert (here.recordings.count(guest), here.recordings.count(ada)) == (0, 3)


def test_a_browser_is_sent_to_a_store_that_is_far_away(here: Machine, ada: UUID) -> None:
    answer = given(here, ada)
    here.keep(answer.id)
    video = video_of(here, ada, answer)
    urls = [here.keeping.url(ada, key) for key in (video.key, video.thumbnail_key)]
    assert all("X-Amz-Signature" in url for url in urls) == here.recordings.remote
    assert any(urls) == here.recordings.remote


def test_there_is_room_for_so_much_picture_of_an_interview(here: Machine, ada: UUID) -> None:
    rooms = KeepingVideo(here.store, here.recordings, here.spool, limit_mb=1, spool_limit_mb=1000)
    answer, other = given(here, ada), here.begin(ada)
    left = 1_000_000 - size_of(folder(here, answer))
    assert rooms.room(ada, answer.interview_id).left == left
    here.keep(answer.id)
    stored = video_of(here, ada, answer).size
    assert rooms.room(ada, answer.interview_id).left == 1_000_000 - stored
    assert rooms.room(ada, other.interview_id).left == 1_000_000
    parts = film(here.spool(answer.id))
    (parts / "0000009000.webm").write_bytes(bytes(600_000))
    small = KeepingVideo(here.store, here.recordings, here.spool, limit_mb=9, spool_limit_mb=1)
    assert small.room(ada, other.interview_id).disk == 0  # the rest of this disk is for sound
    assert small.crowded()
    assert not rooms.crowded()
    (parts / "0000010000.webm").write_bytes(bytes(600_000))
    spoken = Keeping(here.store, here.recordings, here.spool, limit_mb=1)
    assert spoken.room()  # nobody is refused to speak because of pictures
    here.say(other, sound(16))
    assert not spoken.room()


def test_a_picture_moves_with_the_sound_out_of_the_folder_of_a_process_that_died(
    tmp_path: Path,
) -> None:
    first, second = take_place(tmp_path), take_place(tmp_path)
    name = f"{a_user(a_database(tmp_path))}.pcm"  # any id
    for place, at_s in ((first, 0), (second, 4)):
        film(place.folder / name, 1, at_s=at_s)
    first.release()
    second.release()
    after = take_place(tmp_path)
    parts = sorted(path.name for path in video_folder(after.folder / name).iterdir())
    assert parts == ["0000000000.webm", "0000004000.webm"]
    assert not second.folder.exists() or second.folder == after.folder
    after.release()
