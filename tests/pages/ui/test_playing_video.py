"""The routes that play videos and show stills of them: as sound is played, and only to whose they are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from pages.ui.context import services
from services.domain import Video
from services.errors import NotFound
from services.storage.recordings import Recordings
from tests.pages.practice.full import STILL, filmed, store
from tests.pages.ui.test_playing import an_answer, browser


@dataclass(frozen=True)
class Kept:
    """A video, and whose it is."""

    owner: UUID
    answer_id: UUID
    film: bytes

    @property
    def video(self) -> str:
        return f"/recordings/{self.answer_id}/video"

    @property
    def still(self) -> str:
        return f"/recordings/{self.answer_id}/thumbnail"


@pytest.fixture(scope="module")
def kept(data_folder: Path) -> Kept:
    owner, answer = an_answer(data_folder)
    return Kept(owner, answer.id, filmed(owner, answer, 2.0))


def test_the_owner_sees_all_of_it_with_headers_that_keep_it_theirs(kept: Kept) -> None:
    client = browser(kept.owner)
    for address, content, media_type in (
        (kept.video, kept.film, "video/webm"),
        (kept.still, STILL, "image/jpeg"),
    ):
        shown = client.get(address)
        assert (shown.status_code, shown.content) == (200, content)
        assert shown.headers["content-type"] == media_type
        assert "private" in shown.headers["cache-control"]
        assert shown.headers["x-content-type-options"] == "nosniff"
        assert shown.headers["cross-origin-resource-policy"] == "same-origin"


def test_a_player_that_seeks_gets_the_range_it_asks_for(kept: Kept) -> None:
    client, size = browser(kept.owner), len(kept.film)
    part = client.get(kept.video, headers={"Range": "bytes=100-299"})
    assert (part.status_code, part.content) == (206, kept.film[100:300])
    assert part.headers["content-range"] == f"bytes 100-299/{size}"
    sound = client.head(kept.video.removesuffix("/video"))
    assert sound.headers["etag"] != part.headers["etag"]
    assert client.get(kept.video, headers={"Range": f"bytes={size}-"}).status_code == 416


def test_nobody_else_learns_that_there_is_a_video(kept: Kept) -> None:
    stranger, nobody = browser(services().accounts.create_guest().id), browser(None)
    for address in (kept.video, kept.still):
        unknown = address.replace(str(kept.answer_id), str(uuid4()))
        refused = [
            stranger.get(address),
            nobody.get(address),
            stranger.get(unknown),
            browser(kept.owner).get(unknown),
        ]
        assert {(r.status_code, r.text) for r in refused} == {(404, "There is no such recording.")}
        assert len({tuple(sorted(r.headers.items())) for r in refused}) == 1
        elsewhere = browser(kept.owner).get(address, headers={"Sec-Fetch-Site": "cross-site"})
        assert elsewhere.status_code == 403


def test_a_page_that_somebody_stored_as_their_video_is_never_shown_as_one(kept: Kept) -> None:
    """Rows can be written by whose they are."""
    video = services().past.kept_video(kept.owner, kept.answer_id)
    try:
        claimed = video.model_copy(update={"media_type": "text/html"})
        store().keep_video(kept.owner, kept.answer_id, claimed)
        shown = browser(kept.owner).get(kept.video)
        assert shown.headers["content-type"] == "application/octet-stream"
        stranger = services().accounts.create_guest().id
        theirs = video.model_copy(update={"key": video.key.replace(str(kept.owner), str(stranger))})
        store().keep_video(kept.owner, kept.answer_id, theirs)
        assert browser(kept.owner).get(kept.video).status_code == 404
    finally:
        store().keep_video(kept.owner, kept.answer_id, video)


def test_a_video_that_was_deleted_is_none(kept: Kept) -> None:
    video: Video = services().past.kept_video(kept.owner, kept.answer_id)
    removals = store().removals(Recordings(services().settings.data_dir / "recordings"))
    removals.carry_out(removals.drop_sound(kept.owner, kept.answer_id))
    client = browser(kept.owner)
    assert {client.get(kept.video).status_code, client.get(kept.still).status_code} == {404}
    with pytest.raises(NotFound):
        services().past.kept_video(kept.owner, kept.answer_id)
    with pytest.raises(NotFound):
        b"".join(services().past.recorded_video(kept.owner, video))
