"""A kept video in a real player: found again, sought in, and gone when it is deleted."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from playwright.sync_api import Browser, expect
from sqlalchemy import select

from services.domain import AnswerMode
from services.keeping_video import KeepingVideo
from services.storage.database import SERVICE, open_database, reading
from services.storage.recordings import Recordings
from services.storage.store import Store
from services.storage.tables import UserRow
from tests.browser.server import Server
from tests.browser.visitor import PATIENCE, at_rest, button, go, new_context, try_without_account
from tests.logs import said
from tests.services.filmed import film
from tests.services.storage.stored import an_interview

SOUGHT = """at => new Promise(done => {
  const player = document.querySelector("video");
  const box = document.createElement("canvas").getContext("2d");
  const shade = () => { box.drawImage(player, 0, 0, 4, 4); return box.getImageData(1, 3, 1, 1).data[0]; };
  player.onseeked = () => done([player.currentTime, shade(), player.duration]);
  player.currentTime = at;
})"""


def filmed(data: Path, seconds: float) -> tuple[UUID, UUID]:
    """The newest guest gets an answer with a video. Returns which interview and answer."""
    engine = open_database(f"sqlite:///{data / 'interviews.db'}")
    store, recordings = Store(engine), Recordings(data / "recordings")
    with reading(engine, SERVICE) as db:
        owner = db.scalars(select(UserRow.id).order_by(UserRow.created_at.desc())).first()
    assert owner is not None
    interview = an_interview(store, owner)
    answer = store.open_answer(owner, interview.questions[0].id, AnswerMode.SPOKEN)
    spool = data / f"{answer.id}.pcm"
    film(spool, seconds)
    answer = store.submit(owner, answer.id, said("I asked the night shift what slowed them down."))
    kept = KeepingVideo(store, recordings, lambda _: spool, limit_mb=200, spool_limit_mb=4_000)
    kept.keep(owner, answer)
    engine.dispose()
    return interview.id, answer.id


def test_a_video_is_sought_in_by_its_owner_alone_until_it_is_deleted(
    browser: Browser, app: Server
) -> None:
    context, other = new_context(browser), new_context(browser)
    page = context.new_page()
    try_without_account(page, app.url)
    interview, answer = filmed(app.data, 12)
    go(page, app.url, f"/feedback?interview={interview}")
    page.get_by_text("Video, 0:12").click()
    expect(page.locator("video")).to_be_visible(timeout=PATIENCE)
    at_rest(page)
    page.wait_for_function("() => document.querySelector('video').readyState >= 2")
    shades = []
    for second in (11, 1, 6):
        at, shade, length = page.evaluate(SOUGHT, second)
        assert (round(at), round(length)) == (second, 12)
        shades.append(shade)
    assert shades[1] < shades[2] < shades[0]  # the film grows lighter
    address = f"{app.url}/recordings/{answer}/video"
    assert context.request.get(address).status == 200
    stranger = other.new_page()
    try_without_account(stranger, app.url)
    assert other.request.get(address).status == 404
    go(page, app.url, "/history")
    button(page, "Delete")
    button(page, "Delete interview")
    expect(page.get_by_text("No interviews yet.")).to_be_visible(timeout=PATIENCE)
    assert context.request.get(address).status == 404
    assert not list((app.data / "recordings").rglob(f"{answer}*"))
    context.close()
    other.close()
