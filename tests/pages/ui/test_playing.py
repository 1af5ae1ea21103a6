"""The route that plays recordings: whole, in ranges, and only to whose they are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.testclient import TestClient

from pages.ui.context import login_cookie_name, services
from pages.ui.playing import recording_route, thumbnail_route, video_route
from services.domain import Answer, Job, Setup
from tests.logs import secret
from tests.pages.practice.full import spoken


def browser(owner: UUID | None) -> TestClient:
    """Of somebody who is signed in by cookie, or of nobody."""
    sessions = Middleware(SessionMiddleware, secret_key=uuid4().hex)
    app = Starlette(routes=[recording_route, video_route, thumbnail_route], middleware=[sessions])
    client = TestClient(app, raise_server_exceptions=False)
    if owner is not None:
        logins = services().logins
        cookie = secret(logins.redeem(logins.issue_ticket(logins.open(owner))))
        client.cookies.set(login_cookie_name(), cookie)
    return client


@dataclass(frozen=True)
class Kept:
    """A recording, and whose it is."""

    owner: UUID
    answer_id: UUID
    file: bytes

    @property
    def address(self) -> str:
        return f"/recordings/{self.answer_id}"


def an_answer(data_folder: Path) -> tuple[UUID, Answer]:
    """A spoken one that is kept, and whose it is."""
    owner = services().accounts.create_guest().id
    setup = Setup(job=Job(position="Nurse"), question_count=1)
    interview = services().interviews.start(owner, setup)
    return owner, spoken(owner, interview.questions[0], data_folder)


@pytest.fixture(scope="module")
def kept(data_folder: Path) -> Kept:
    owner, answer = an_answer(data_folder)
    return Kept(owner, answer.id, services().past.recording(owner, answer))


def test_the_owner_hears_all_of_it_with_headers_that_keep_it_theirs(kept: Kept) -> None:
    played = browser(kept.owner).get(kept.address)
    assert (played.status_code, played.content) == (200, kept.file)
    assert played.headers["content-type"] == "audio/flac"
    assert played.headers["accept-ranges"] == "bytes"
    assert played.headers["content-length"] == str(len(kept.file))
    assert "private" in played.headers["cache-control"]
    assert played.headers["x-content-type-options"] == "nosniff"
    assert played.headers["content-disposition"] == "inline"
    assert played.headers["cross-origin-resource-policy"] == "same-origin"


def test_its_head_is_the_same_without_the_sound(kept: Kept) -> None:
    told = browser(kept.owner).head(kept.address)
    assert (told.status_code, told.content) == (200, b"")
    assert told.headers["content-length"] == str(len(kept.file))


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=5-9", 5, 10),
        ("bytes=7-", 7, None),
        ("bytes=-4", -4, None),
        ("bytes=10-999999999", 10, None),
        ("bytes=-999999999", 0, None),
        ("Bytes = 3 - 8", 3, 9),
    ],
)
def test_a_player_that_seeks_gets_the_range_it_asks_for(
    kept: Kept, asked: str, start: int, end: int | None
) -> None:
    played = browser(kept.owner).get(kept.address, headers={"Range": asked})
    first = start % len(kept.file)
    assert (played.status_code, played.content) == (206, kept.file[start:end])
    last = first + len(played.content) - 1
    assert played.headers["content-range"] == f"bytes {first}-{last}/{len(kept.file)}"
    assert played.headers["content-length"] == str(len(played.content))


@pytest.mark.parametrize(
    "asked", ["bytes=999999999-", "bytes=-0", "bytes=99999999999999999999999-"]
)
def test_a_range_beyond_the_end_is_none(kept: Kept, asked: str) -> None:
    refused = browser(kept.owner).get(kept.address, headers={"Range": asked})
    assert (refused.status_code, refused.content) == (416, b"")
    assert refused.headers["content-range"] == f"bytes */{len(kept.file)}"


@pytest.mark.parametrize(
    "asked",
    [
        "bytes=0-1,4-5",
        "bytes=9-3",
        "bytes=-",
        "bytes=a-b",
        "seconds=0-1",
        "bytes 0-1",
        "bytes=+1-2",
        "",
    ],
)
def test_several_ranges_and_what_is_none_mean_the_whole(kept: Kept, asked: str) -> None:
    played = browser(kept.owner).get(kept.address, headers={"Range": asked})
    assert (played.status_code, played.content) == (200, kept.file)


def test_a_range_of_another_file_than_before_is_the_whole(kept: Kept) -> None:
    client = browser(kept.owner)
    tag = client.head(kept.address).headers["etag"]
    same = client.get(kept.address, headers={"Range": "bytes=1-2", "If-Range": tag})
    other = client.get(kept.address, headers={"Range": "bytes=1-2", "If-Range": '"another"'})
    assert (same.status_code, other.status_code) == (206, 200)
    assert other.content == kept.file


def test_nobody_else_learns_that_there_is_a_recording(kept: Kept) -> None:
    stranger = browser(services().accounts.create_guest().id)
    nobody = browser(None)
    refused = [
        stranger.get(kept.address),
        stranger.get(f"/recordings/{uuid4()}"),
        stranger.get("/recordings/not-an-id"),
        nobody.get(kept.address),
        browser(kept.owner).get(f"/recordings/{uuid4()}"),
    ]
    assert {(r.status_code, r.text) for r in refused} == {(404, "There is no such recording.")}
    assert len({tuple(sorted(r.headers.items())) for r in refused}) == 1


def test_a_page_elsewhere_cannot_play_it(kept: Kept) -> None:
    client = browser(kept.owner)
    for site in ("cross-site", "same-site"):
        assert client.get(kept.address, headers={"Sec-Fetch-Site": site}).status_code == 403
    assert client.get(kept.address, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 200
    assert client.post(kept.address).status_code == 405


def test_signing_out_ends_it_and_a_deleted_recording_is_none(kept: Kept) -> None:
    client, owner = browser(kept.owner), kept.owner
    assert client.get(kept.address).status_code == 200
    recording = services().past.recorded(owner, kept.answer_id)
    folder = services().settings.data_dir / "recordings"
    (folder / recording.key).unlink()
    assert client.get(kept.address).status_code == 404
    services().logins.revoke_all(owner)
    assert client.get(kept.address).status_code == 404
