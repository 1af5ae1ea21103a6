"""Watching oneself in a real browser: a word is pressed and played, and the words follow the recording."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import numpy as np
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select

from services.domain import AnswerMode, Segment, Word
from services.storage.database import open_database
from services.storage.recordings import Recordings
from services.storage.store import Store
from services.storage.tables import InterviewRow
from tests.browser.server import Server
from tests.browser.test_access import FAULTS
from tests.browser.visitor import PATIENCE, at_rest, set_up, try_without_account
from tests.logs import said

PHRASE = said(
    "I asked the night shift what slowed them down and then we moved the printer next door."
)
SECONDS = 40.0
POSITION = "() => document.querySelector('.review-media audio').currentTime"


def spoken_answer(app: Server, interview_id: UUID, folder: Path) -> None:
    """An answer of forty seconds in the database, a word a second, and its recording in the store."""
    database = open_database(f"sqlite:///{app.data / 'interviews.db'}")
    store = Store(database)
    with database.connect() as db:
        owner = db.scalars(
            select(InterviewRow.user_id).where(InterviewRow.id == interview_id)
        ).one()
    question = store.interview(owner, interview_id).questions[0]
    answer = store.open_answer(owner, question.id, AnswerMode.SPOKEN)
    texts = (PHRASE.split() * 3)[: int(SECONDS) - 1]
    words = tuple(
        Word(start=float(n), end=n + 0.7, text=text, probability=0.9)
        for n, text in enumerate(texts)
    )
    store.append_segment(
        owner, answer.id, 0, Segment(start=0, end=SECONDS - 1, text=" ".join(texts), words=words)
    )
    store.heard(owner, answer.id, pending=False)
    pcm = folder / "answer.pcm"
    tone = 2_000 * np.sin(np.arange(int(SECONDS) * 16_000) * 2 * np.pi * 220 / 16_000)
    pcm.write_bytes(tone.astype("<i2").tobytes())
    recordings = Recordings(app.data / "recordings")
    kept = recordings.put_flac(owner, interview_id, answer.id, pcm)
    store.keep_recording(owner, answer.id, kept)
    store.submit(owner, answer.id, None)
    database.dispose()


def open_review(page: Page, app: Server, folder: Path) -> None:
    try_without_account(page, app.url)
    set_up(page, questions=1)
    interview = UUID(page.url.split("interview=")[1])
    spoken_answer(app, interview, folder)
    page.goto(f"{app.url}/review?interview={interview}")
    expect(page.locator(".review-words [data-at]").first).to_be_visible(timeout=PATIENCE)
    at_rest(page)


def until_at(page: Page, seconds: float) -> None:
    page.wait_for_function(f"s => ({POSITION})() >= s", arg=seconds)


def test_a_word_is_pressed_and_played_and_the_words_follow_the_recording(
    page: Page, app: Server, tmp_path: Path
) -> None:
    open_review(page, app, tmp_path)
    assert page.evaluate(FAULTS) == []
    words = page.locator(".review-words [data-at]")
    now = page.locator(".review-words .now")
    words.nth(20).click()
    expect(page.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    until_at(page, 20.1)
    expect(now).to_have_attribute("data-at", "20")
    until_at(page, 21.3)  # it plays, and the mark moves on with it
    expect(now).not_to_have_attribute("data-at", "20")
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    before = page.evaluate(POSITION)
    page.keyboard.press("ArrowRight")
    until_at(page, before + 4.9)
    page.keyboard.press("Home")
    expect(now).to_have_attribute("data-at", "0")
    page.keyboard.press(".")
    expect(now).to_have_attribute("data-at", "1")
    page.keyboard.press("]")
    expect(page.get_by_label("Speed")).to_have_value("1.25")
    expect(page.get_by_role("status").filter(has_text="Speed 1.25")).to_be_attached()
    mark = page.get_by_role("toolbar", name="Longest stretch").get_by_role("button")
    mark.press("Enter")
    expect(page.get_by_role("button", name="Pause", exact=True)).to_be_visible()


def test_an_address_that_has_run_out_is_asked_for_again_and_the_recording_goes_on(
    page: Page, app: Server, tmp_path: Path
) -> None:
    asked: list[str] = []

    def refuse_the_first(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) == 1:
            route.fulfill(status=403)
        else:
            route.continue_()

    page.route("**/recordings/*", refuse_the_first)
    open_review(page, app, tmp_path)
    page.wait_for_function("() => document.querySelector('.review-media audio').duration > 39")
    page.locator(".review-words [data-at]").nth(30).click()
    until_at(page, 30.2)
    assert len(asked) >= 2
    expect(page.locator(".review-trouble")).to_be_hidden()
