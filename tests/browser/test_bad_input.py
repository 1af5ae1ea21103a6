"""What people, clocks, disks and other tabs do to the app, and what it makes of that."""

from __future__ import annotations

import resource
import sqlite3
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, expect

from pages.ui.wording import when
from services.domain import AnswerMode, Segment
from services.storage.database import open_database
from services.storage.store import Store
from services.storage.tables import InterviewRow
from tests.browser import server
from tests.browser.server import Server
from tests.browser.visitor import (
    HAND_HELD_MICROPHONE,
    PATIENCE,
    button,
    new_context,
    on_question,
    say,
    set_up,
    start_speaking,
    try_without_account,
)
from tests.logs import said, secret
from tests.spoken import phrases, spoken, write_wav

# Runs if anything of it is taken as HTML; becomes bold, a link, a formula or a picture as Markdown.
HOSTILE = '<img src=x onerror="__ran=1"><b>b</b> **m** [l](http://x.org) $x$ :smile: :red[r] 😀'
HOSTILE_TAG = "<img src=x onerror=__ran=1> :smile: 😀"


def shows_as_typed(page: Page, typed: str) -> None:
    """The words stand there letter by letter (a joiner without width may stand between two)."""
    page.wait_for_function(
        "typed => document.body.innerText.replaceAll('\\u2060', '').includes(typed)", arg=typed
    )
    assert page.evaluate("() => window.__ran") is None
    assert page.locator("img[src='x']").count() == 0


@pytest.mark.timeout(180)
def test_html_markdown_and_emoji_are_shown_as_typed_on_every_screen(
    page: Page, app: Server
) -> None:
    page.goto(f"{app.url}/sign-in")
    page.get_by_role("tab", name="Create account").click()
    page.get_by_label("Name", exact=True).fill(HOSTILE[:80])
    page.get_by_label("Email", exact=True).fill("hostile@example.com")
    page.get_by_label("Password", exact=True).fill(secret("correct horse staple"))
    page.get_by_role("button", name="Create account", exact=True).click()
    page.get_by_label("Job description").fill(f"{HOSTILE}\n{HOSTILE}", timeout=PATIENCE)
    tags = page.get_by_label("Tech stack")
    tags.fill(HOSTILE_TAG)
    tags.press("Enter")
    expect(page.locator("[data-tag]")).to_have_text(HOSTILE_TAG)
    tags.press("Escape")
    set_up(page, HOSTILE, questions=1)

    button(page, "Type instead")
    page.get_by_label("Your answer").fill(f"I led it. {HOSTILE}")
    button(page, "Submit answer")
    page.wait_for_url("**/feedback?interview=*")
    shows_as_typed(page, f"I led it. {HOSTILE}")
    expect(page.get_by_role("heading", name="**m**")).to_be_visible()
    for screen, typed in (("history", HOSTILE), ("account", HOSTILE[:80].strip())):
        page.goto(f"{app.url}/{screen}")
        shows_as_typed(page, typed)
    page.goto(f"{app.url}/progress")
    expect(page.locator(".js-plotly-plot").first).to_be_visible(timeout=PATIENCE)
    page.goto(f"{app.url}/set-up")  # offered again
    expect(page.get_by_label("Job position", exact=True)).to_have_value(HOSTILE, timeout=PATIENCE)
    expect(page.locator("[data-tag]")).to_have_text(HOSTILE_TAG)
    assert page.evaluate("() => window.__ran") is None


def test_a_description_of_100_kb_gets_a_message_at_the_field_and_stays(
    page: Page, app: Server
) -> None:
    try_without_account(page, app.url)
    long = "We look for you. " * 6_000
    page.get_by_label("Job position", exact=True).fill("Nurse")
    page.get_by_label("Job description").fill(long)
    button(page, "Start interview")
    expect(page.get_by_text("20,000 fit")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_label("Job description")).to_have_value(long)
    page.get_by_label("Job description").fill(long[:5_000])
    button(page, "Start interview")
    on_question(page, 1, 5)


@pytest.mark.timeout(180)
def test_the_words_of_thirty_minutes_can_be_corrected_and_submitted(
    page: Page, app: Server
) -> None:
    try_without_account(page, app.url)
    set_up(page, questions=1)
    words = hear(app, interview_of(page), minutes=30)
    page.reload()
    answer = page.get_by_label("Your answer")
    expect(answer).to_have_value(words, timeout=PATIENCE)
    answer.fill(words + " That is how I did it.")
    button(page, "Submit answer")
    page.wait_for_url("**/feedback?interview=*")
    expect(page.get_by_text("That is how I did it.").first).to_be_attached(timeout=PATIENCE)


def interview_of(page: Page) -> UUID:
    return UUID(page.url.split("interview=")[1])


def hear(app: Server, interview_id: UUID, minutes: int) -> str:
    """Put the words of a long answer into the database, as if they had just been spoken."""
    database = open_database(f"sqlite:///{app.data / 'interviews.db'}")
    store = Store(database)
    owner = owner_of(app, interview_id)
    [question] = store.interview(owner, interview_id).questions
    answer = store.open_answer(owner, question.id, AnswerMode.SPOKEN)
    for place in range(minutes * 10):  # a segment every six seconds, 150 words a minute
        text = f"In step {place} I looked at every number we had and then I told my team."
        store.append_segment(
            owner, answer.id, place, Segment(start=6.0 * place, end=6.0 * place + 5, text=text)
        )
    store.set_sound(owner, answer.id, minutes * 60.0, False)
    store.heard(owner, answer.id, False)
    words = store.answer(owner, answer.id).raw
    database.dispose()
    return words


def owner_of(app: Server, interview_id: UUID) -> UUID:
    database = open_database(f"sqlite:///{app.data / 'interviews.db'}")
    with database.connect() as db:
        table = InterviewRow.__table__
        found = db.execute(table.select().where(table.c.id == interview_id)).one()
    database.dispose()
    return UUID(str(found.user_id))


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "Pacific/Apia"])
def test_times_are_on_the_clock_of_the_browser(browser: Browser, app: Server, zone: str) -> None:
    context = new_context(browser, timezone_id=zone)
    page = context.new_page()
    try_without_account(page, app.url)
    set_up(page, questions=1)
    interview = interview_of(page)
    database = open_database(f"sqlite:///{app.data / 'interviews.db'}")
    started = Store(database).interview(owner_of(app, interview), interview).created_at
    database.dispose()
    page.goto(f"{app.url}/history")
    expect(page.get_by_text(when(started, zone))).to_be_visible(timeout=PATIENCE)
    context.close()


@pytest.mark.timeout(240)
def test_a_disk_that_fills_while_recording_is_told_and_the_answer_can_be_typed(
    browser: Browser, tmp_path: Path
) -> None:
    running = server.start(tmp_path / "data")
    try:
        context = new_context(browser)
        context.add_init_script(HAND_HELD_MICROPHONE)
        page = context.new_page()
        try_without_account(page, running.url)
        set_up(page, questions=1)
        start_speaking(page, "Sound only")
        no_file_grows_beyond(running, room=384 * 1024)  # for the database, not for the sound
        speech = spoken(phrases(14, seed=81), rate=48_000)
        say(page, write_wav(tmp_path / "said.wav", speech.samples, 48_000).read_bytes())
        expect(page.get_by_text("the sound of this answer is not stored")).to_be_visible(
            timeout=PATIENCE
        )
        button(page, "Type instead")
        answer = page.get_by_label("Your answer")
        expect(answer).to_be_visible(timeout=PATIENCE)
        answer.fill(said("I cleaned up the disk and set an alarm so that it never fills up again."))
        button(page, "Submit answer")
        page.wait_for_url("**/feedback?interview=*")
        expect(page.get_by_text("set an alarm").first).to_be_visible(timeout=PATIENCE)
        context.close()
    finally:
        running.stop()


def no_file_grows_beyond(running: Server, *, room: int) -> None:
    """A disk that is full for sound: no file may grow larger than the database and some `room`."""
    database = running.data / "interviews.db"
    with closing(sqlite3.connect(database)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    limit = database.stat().st_size + room
    resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, (limit, limit))


@pytest.mark.timeout(180)
def test_without_a_speech_model_the_recording_is_kept_and_submitted_as_it_is(
    browser: Browser, tmp_path: Path
) -> None:
    nowhere = f"http://127.0.0.1:{server.free_port()}"
    running = server.start(tmp_path / "data", speech_model="base.en", HF_ENDPOINT=nowhere)
    try:
        context = new_context(browser)
        context.add_init_script(HAND_HELD_MICROPHONE)
        page = context.new_page()
        try_without_account(page, running.url)
        set_up(page, questions=1)
        expect(page.get_by_text("is not on this server yet")).to_be_visible(timeout=PATIENCE)
        start_speaking(page, "Sound only")
        speech = spoken(phrases(2, seed=91), rate=48_000)
        say(page, write_wav(tmp_path / "said.wav", speech.samples, 48_000).read_bytes())
        expect(page.get_by_text("Your words are being recorded")).to_be_visible(timeout=PATIENCE)
        expect(page.get_by_text("could not be downloaded")).to_be_visible(timeout=PATIENCE)
        expect(page.get_by_role("button", name="Try the speech model again")).to_be_visible()
        button(page, "Finish answer")
        expect(page.get_by_text("Your recording is safe")).to_be_visible(timeout=PATIENCE)
        button(page, "Submit answer")
        page.wait_for_url("**/feedback?interview=*")
        expect(page.get_by_text("The transcript is not complete yet")).to_be_visible(
            timeout=PATIENCE
        )
        expect(page.get_by_text("Recording, 0:")).to_be_visible(timeout=PATIENCE)
        context.close()
    finally:
        running.stop()


def test_an_idle_tab_does_not_take_back_what_another_wrote(page: Page, app: Server) -> None:
    try_without_account(page, app.url)
    set_up(page, questions=1)
    button(page, "Type instead")
    expect(page.get_by_label("Your answer")).to_be_visible(timeout=PATIENCE)
    other = page.context.new_page()
    other.goto(page.url)
    field = other.get_by_label("Your answer")
    field.fill(said("I wrote this in the second tab."))
    field.press("Tab")
    expect(other.get_by_test_id("stStatusWidget")).to_have_count(0, timeout=PATIENCE)
    page.get_by_role("button", name="What a good answer shows").click()
    button(page, "Submit answer")
    page.wait_for_url("**/feedback?interview=*")
    expect(page.get_by_text("I wrote this in the second tab.").first).to_be_visible(
        timeout=PATIENCE
    )
