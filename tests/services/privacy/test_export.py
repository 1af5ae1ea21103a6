"""Download my data: one zip with everything that is stored, of this user alone, safe to open."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update

from services.domain import AnswerMode, User
from services.errors import NotFound, RecordingsAway, StorageError
from services.privacy.consent import Consents
from services.privacy.export import GIVE_UP, Export
from services.privacy.packing import PIECE, Packing
from services.privacy.sheets import cell
from services.storage.database import SERVICE, reading, writing
from services.storage.exporting import PAGE
from services.storage.exporting import interviews as page_of
from services.storage.recordings import Recordings
from services.storage.removals import Removals
from services.storage.tables import AnswerRow
from tests.services.privacy.conftest import FILM, STILL, Kept


def opened(pieces: Iterator[bytes]) -> zipfile.ZipFile:
    archive = zipfile.ZipFile(io.BytesIO(b"".join(pieces)))
    assert archive.testzip() is None
    return archive


def data(archive: zipfile.ZipFile) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(archive.read("data.json"))
    return read


def table(archive: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    raw = archive.read(name)
    assert raw.startswith(b"\xef\xbb\xbf"), "spreadsheets would take it for something else"
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


def test_the_zip_holds_what_is_stored(kept: Kept) -> None:
    user = kept.user()
    interview = kept.everything(user)
    Consents(kept.engine).give(user.id, 30)
    answer = kept.store.review(user.id, interview.id).items[0].answer
    assert answer is not None
    assert answer.recording is not None
    archive = opened(kept.export.pieces(kept.again(user)))
    told = data(archive)

    assert told["account"]["email"] == "ada@example.com"
    assert (told["account"]["media_days"], told["account"]["has_password"]) == (30, True)
    assert told["cv"]["text"] == "I was a nurse for six years."
    assert [c["kind"] for c in told["consents"]] == ["recording"]
    assert {login["device"] for login in told["logins"]} == {
        "Firefox on Linux",
        "Chromium on Android",
    }
    [one] = told["interviews"]
    assert one["id"] == str(interview.id)
    assert one["setup"]["job"]["position"] == "Nurse"
    assert [q["text"] for q in one["questions"]] == [q.text for q in interview.questions]
    [given] = one["questions"][0]["answers"]
    assert given["edited"] == answer.text == "I asked the team, corrected"
    assert [s["text"] for s in given["segments"]] == [s.text for s in answer.segments]
    assert [w[2] for w in given["segments"][0]["words"]] == ["I", "asked", "the", "team"]
    levels = [[s["level"] for s in r["scores"]] for r in given["ratings"]]
    assert levels == [[2, 3], [4, 5]]
    assert [r["superseded"] for r in given["ratings"]] == [True, False]
    assert archive.read(given["recording_file"]) == kept.recordings.read(
        user.id, answer.recording.key
    )
    assert archive.read(given["video_file"]) == FILM
    assert archive.read(given["thumbnail_file"]) == STILL
    assert (given["video_file"][-5:], given["thumbnail_file"][-4:]) == (".webm", ".jpg")
    assert kept.export.size(user.id) == answer.recording.size + len(FILM)
    assert f"all {len([n for n in archive.namelist() if n.startswith('media/')])} are here" in (
        archive.read("README.txt").decode()
    )
    assert [row["position"] for row in table(archive, "interviews.csv")] == ["Nurse"]
    assert [row["answer"] for row in table(archive, "answers.csv")] == [answer.text]
    assert [row["video"] for row in table(archive, "answers.csv")] == [given["video_file"]]
    assert [row["level_of_5"] for row in table(archive, "ratings.csv")] == ["2", "3", "4", "5"]


def test_no_secret_is_in_it_and_nothing_of_anybody_else(kept: Kept) -> None:
    ada, eve = kept.user(), kept.user("Eve", "eve@example.com")
    kept.everything(ada)
    kept.spoken(eve.id, kept.interview(eve.id, "Spy"), "what Eve said")
    archive = opened(kept.export.pieces(ada))
    everything = b"".join(archive.read(name) for name in archive.namelist())
    for secret in (
        b"a-hash",
        b"token_hash",
        b"tab_hash",
        b"what Eve",
        b"Spy",
        str(eve.id).encode(),
    ):
        assert secret not in everything


def test_more_interviews_than_a_page_come_in_order_each_once(kept: Kept) -> None:
    user = kept.user()
    made = [str(kept.interview(user.id, f"Job {n}").id) for n in range(2 * PAGE + 1)]
    told = data(opened(kept.export.pieces(user)))
    assert [interview["id"] for interview in told["interviews"]] == made


def test_exactly_a_page_of_interviews_is_no_trap(kept: Kept) -> None:
    user = kept.user()
    for n in range(PAGE):
        kept.interview(user.id, f"Job {n}")
    assert len(data(opened(kept.export.pieces(user)))["interviews"]) == PAGE


def test_a_page_of_somebody_else_is_empty(kept: Kept) -> None:
    ada, eve = kept.user(), kept.user("Eve", "eve@example.com")
    kept.interview(ada.id)
    with reading(kept.engine, eve.id) as db:
        assert page_of(db, eve.id, None) == ([], None)


def test_who_has_nothing_gets_a_whole_zip_all_the_same(kept: Kept) -> None:
    archive = opened(kept.export.pieces(kept.user(email=None)))
    assert data(archive)["interviews"] == []
    assert "none are stored" in archive.read("README.txt").decode()


def test_who_is_gone_gets_none(kept: Kept) -> None:
    nobody = User(id=uuid4(), name="Nobody", created_at=datetime.now(UTC))
    with pytest.raises(NotFound):
        b"".join(kept.export.pieces(nobody))


HOSTILE = (
    "../../../etc/passwd",
    "..\\..\\windows\\system32",
    "/absolute",
    "C:\\evil",
    "a\x00b\r\nContent-Type: text/html\r\n\r\n<script>",
    "name\u202egnp.exe",
    "CON",
    ".",
    "ж" * 120,
)


def test_no_name_leads_out_of_the_folder_or_clashes(kept: Kept) -> None:
    user = kept.user(name="Ada\r\nX-Evil: 1\x00")
    for job in (*HOSTILE, *HOSTILE):
        kept.spoken(user.id, kept.interview(user.id, job))
    names = opened(kept.export.pieces(user)).namelist()
    assert len(names) == len(set(names))
    media = [PurePosixPath(name) for name in names if name.startswith("media/")]
    assert len(media) == 2 * len(HOSTILE)
    for path in media:
        assert len(path.parts) == 3, path
        assert all(part not in ("", ".", "..") and len(part) < 100 for part in path.parts)
        assert not any(c in str(path) for c in "\\:\x00\r\n\u202e<>|?*\"'")


FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0", "\uff1d1+1")


@pytest.mark.parametrize("typed", FORMULAS)
def test_a_spreadsheet_is_given_text_and_no_formula(typed: str) -> None:
    assert cell(typed) == f"'{typed}"


def test_numbers_and_plain_words_stay_as_they_are() -> None:
    assert [cell(value) for value in (-1.5, 3, None, "I asked", "a=1")] == [
        *(-1.5, 3, None, "I asked", "a=1")
    ]


def test_formulas_that_candidates_type_are_defused_wherever_they_end_up(kept: Kept) -> None:
    user = kept.user()
    interview = kept.interview(user.id, "=HYPERLINK(1)")
    kept.spoken(user.id, interview, "=2+5 cmd")
    archive = opened(kept.export.pieces(user))
    for name in ("interviews.csv", "answers.csv", "ratings.csv"):
        for row in table(archive, name):
            assert not [v for v in row.values() if v.startswith(("=", "+", "-", "@"))], name
    assert data(archive)["interviews"][0]["position"] == "=HYPERLINK(1)"  # programs get it as it is


class Failing(Recordings):
    """A store of recordings in front of the real one, which fails as a test says."""

    def __init__(self, real: Recordings, *, away: bool = False, breaks_after: int = 0) -> None:
        self._real, self._away, self._breaks_after = real, away, breaks_after
        self.asked = 0

    def read_stream(
        self, owner: UUID, key: str, start: int = 0, end: int | None = None
    ) -> Iterator[bytes]:
        self.asked += 1
        if self._away:
            raise RecordingsAway("The recordings cannot be reached.")
        yield self._real.read(owner, key)[: self._breaks_after]
        raise RecordingsAway("The recordings cannot be reached.")


def test_recordings_that_cannot_be_reached_are_named_as_missing(kept: Kept) -> None:
    user = kept.user()
    for n in range(GIVE_UP + 2):
        kept.spoken(user.id, kept.interview(user.id, f"Job {n}"))
    store = Failing(kept.recordings, away=True)
    export = Export(kept.engine, store, Removals(kept.engine, kept.recordings))
    archive = opened(export.pieces(user))
    readme = archive.read("README.txt").decode()
    assert "SOME ARE MISSING" in readme
    assert readme.count("could not be reached\r\n") == GIVE_UP + 2
    assert len(data(archive)["interviews"]) == GIVE_UP + 2
    assert store.asked == GIVE_UP, "asking on would keep the candidate waiting for minutes"


def test_a_recording_that_is_gone_from_its_store_is_named_as_missing(kept: Kept) -> None:
    user = kept.user()
    answer = kept.spoken(user.id, kept.interview(user.id))
    assert answer.recording is not None
    kept.recordings.delete(user.id, [answer.recording.key])
    readme = opened(kept.export.pieces(user)).read("README.txt").decode()
    assert "not in the store of recordings" in readme


def test_an_attempt_that_was_put_aside_misses_no_recording(kept: Kept) -> None:
    user = kept.user()
    question = kept.interview(user.id).questions[0]
    answer = kept.store.open_answer(user.id, question.id, AnswerMode.SPOKEN)
    kept.store.set_sound(user.id, answer.id, 3.0, pending=False)
    kept.store.replace(user.id, answer.id)
    readme = opened(kept.export.pieces(user)).read("README.txt").decode()
    assert "none are stored" in readme
    assert "MISSING" not in readme


def test_a_recording_that_is_still_being_made_is_named(kept: Kept) -> None:
    user = kept.user()
    interview = kept.interview(user.id)
    answer = kept.store.open_answer(user.id, interview.questions[0].id, AnswerMode.SPOKEN)
    kept.store.set_sound(user.id, answer.id, 3.0, pending=True)
    readme = opened(kept.export.pieces(user)).read("README.txt").decode()
    assert "still being made" in readme


def test_a_recording_that_breaks_off_breaks_the_zip(kept: Kept) -> None:
    user = kept.user()
    kept.spoken(user.id, kept.interview(user.id))
    store = Failing(kept.recordings, breaks_after=100)
    export = Export(kept.engine, store, Removals(kept.engine, kept.recordings))
    with pytest.raises(StorageError):
        b"".join(export.pieces(user))


def test_a_recording_of_another_size_than_its_row_says_comes_along_as_it_is_stored(
    kept: Kept,
) -> None:
    user = kept.user()
    answer = kept.spoken(user.id, kept.interview(user.id))
    assert answer.recording is not None
    with writing(kept.engine, SERVICE) as db:
        row = update(AnswerRow).where(AnswerRow.id == answer.id)
        db.execute(row.values(recording_size=10_000_000))
    archive = opened(kept.export.pieces(user))
    [name] = [name for name in archive.namelist() if name.startswith("media/")]
    assert archive.read(name) == kept.recordings.read(user.id, answer.recording.key)
    assert "all 1 are here" in archive.read("README.txt").decode()


def test_without_media_it_says_so(kept: Kept) -> None:
    user = kept.user()
    kept.spoken(user.id, kept.interview(user.id))
    archive = opened(kept.export.pieces(user, media=False))
    assert not [name for name in archive.namelist() if name.startswith("media/")]
    assert "the one without them" in archive.read("README.txt").decode()
    assert kept.export.size(user.id) > 0


def test_memory_does_not_grow_with_the_file() -> None:
    block = bytes(PIECE)
    packing = Packing(datetime.now(UTC))
    tracemalloc.start()
    for _ in packing.add("large", (block for _ in range(400)), packed=False):  # 100 MB
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * PIECE


def test_who_stops_reading_leaves_nothing_open(kept: Kept) -> None:
    user = kept.user()
    kept.spoken(user.id, kept.interview(user.id))
    pieces = kept.export.pieces(user)
    next(pieces)
    pieces.close()
    assert kept.store.count_interviews(user.id) == 1
