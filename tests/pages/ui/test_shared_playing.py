"""The route that plays what a link includes: the link is asked for with every request."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID, uuid4

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from pages.ui.context import services
from pages.ui.shared_playing import shared_recording_route, shared_video_route
from services.domain import Job, Setup, SharePart
from tests.pages.practice.full import filmed, spoken

SOUND = (SharePart.RECORDING,)


class Kept:
    """Two recorded answers in two interviews of one candidate."""

    def __init__(self, folder: Path) -> None:
        self.owner = services().accounts.create_guest().id
        setup = Setup(job=Job(position="Nurse"), question_count=1)
        self.interviews = [services().interviews.start(self.owner, setup) for _ in range(2)]
        self.answers = [
            spoken(self.owner, interview.questions[0], folder) for interview in self.interviews
        ]
        self.file = services().past.recording(self.owner, self.answers[0])
        self.film = filmed(self.owner, self.answers[0], 2.0)

    def link(self, *parts: SharePart) -> tuple[UUID, str]:
        made, token = services().sharing.share(self.owner, self.interviews[0].id, "Anna", 1, parts)
        return made.id, token  # no `secret`: the test's own HTTP client logs each address


@pytest.fixture(scope="module")
def kept(data_folder: Path) -> Kept:
    return Kept(data_folder)


@pytest.fixture(scope="module")
def browser() -> TestClient:
    routes = [shared_recording_route, shared_video_route]
    return TestClient(Starlette(routes=routes), raise_server_exceptions=False)


def test_it_plays_in_ranges_and_is_kept_by_no_cache(kept: Kept, browser: TestClient) -> None:
    _, token = kept.link(*SOUND)
    address = f"/shared-recordings/{kept.answers[0].id}?link={token}"
    assert browser.get(address).content == kept.file
    part = browser.get(address, headers={"Range": "bytes=5-9"})
    assert (part.status_code, part.content) == (206, kept.file[5:10])
    assert "no-store" in part.headers["cache-control"]
    assert token not in str(part.headers)


def test_its_picture_plays_in_ranges_too_until_the_link_ends(
    kept: Kept, browser: TestClient
) -> None:
    made, token = kept.link(*SOUND)
    address = f"/shared-recordings/{kept.answers[0].id}/video?link={token}"
    whole = browser.get(address)
    assert (whole.content, whole.headers["content-type"]) == (kept.film, "video/webm")
    part = browser.get(address, headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, kept.film[100:200])
    assert "no-store" in part.headers["cache-control"]
    assert token not in str(part.headers)
    services().sharing.revoke(kept.owner, made)
    assert browser.get(address, headers={"Range": "bytes=200-299"}).status_code == 404


@pytest.mark.parametrize("of", ["", "/video"])
def test_nothing_else_is_played_and_all_refusals_are_alike(
    kept: Kept, browser: TestClient, of: str
) -> None:
    ended, ended_token = kept.link(*SOUND)
    services().sharing.revoke(kept.owner, ended)
    _, token = kept.link(*SOUND)
    _, silent = kept.link(SharePart.WORDS)
    here, elsewhere = kept.answers[0].id, kept.answers[1].id
    refused = {
        (answer.status_code, answer.content)
        for answer_id, link in (
            *((here, other) for other in (ended_token, silent, "A" * 43, "", "%00")),
            *((other, token) for other in (elsewhere, uuid4(), kept.owner, "nothing")),
        )
        for answer in [browser.get(f"/shared-recordings/{answer_id}{of}?link={link}")]
    }
    assert len(refused) == 1
    assert next(iter(refused))[0] == 404


def test_a_page_elsewhere_gets_nothing(kept: Kept, browser: TestClient) -> None:
    _, token = kept.link(*SOUND)
    for of in ("", "/video"):
        address = f"/shared-recordings/{kept.answers[0].id}{of}?link={token}"
        for where in ("cross-site", "same-site"):
            assert browser.get(address, headers={"Sec-Fetch-Site": where}).status_code == 403
