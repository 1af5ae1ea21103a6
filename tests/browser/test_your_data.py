"""Consent before the first recording, taking all one's data along, and leaving: in a real browser."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.server import Server
from tests.browser.visitor import (
    AGREE,
    PATIENCE,
    agree,
    at_rest,
    button,
    create_account,
    new_context,
    on_question,
    say,
    set_up,
    start_speaking,
    try_without_account,
    until_settled,
)
from tests.spoken import spoken, write_wav

CARD = "Before your first recording"
PASSWORD = "correct horse staple"


def test_consent_comes_before_the_first_sound_once_and_never_for_typing(
    speaking_page: Page, app: Server
) -> None:
    page = speaking_page
    try_without_account(page, app.url)
    set_up(page, questions=2)
    button(page, "Sound only")
    expect(page.get_by_text(CARD)).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("other service hears you")).to_be_visible()
    expect(page.locator(".camera-state")).to_have_text("Camera and microphone are off.")
    button(page, "Not now")
    expect(page.get_by_text(CARD)).to_be_hidden(timeout=PATIENCE)
    button(page, "Type instead")
    page.get_by_label("Your answer").fill("I typed it.")
    button(page, "Submit answer")
    on_question(page, 2, 2)
    expect(page.get_by_text(CARD)).to_be_hidden()
    button(page, "Sound only")
    page.get_by_role("button", name=AGREE, exact=True).focus()
    at_rest(page)
    page.keyboard.press("Enter")  # one step, and no mouse needed
    begins(page)
    page.reload()
    on_question(page, 2, 2)
    button(page, "Sound only")
    begins(page)
    expect(page.get_by_text(CARD)).to_be_hidden()


def test_everything_can_be_taken_along_and_then_deleted(
    speaking_page: Page, app: Server, tmp_path: Path
) -> None:
    page = speaking_page
    create_account(page, app.url, "leaving@example.com", PASSWORD)
    set_up(page, questions=1)
    button(page, "Start camera and microphone")
    page.get_by_label("Keep my recordings").press("ArrowDown")
    page.get_by_role("option", name="30 days").click()
    agree(page)
    begins(page)
    state = page.locator(".camera-state")
    expect(state).not_to_have_text("Connecting.", timeout=PATIENCE)
    if not state.inner_text().startswith("Listening"):
        start_speaking(page, "Sound only")
    words = tuple("we moved the printer to the ward".split())
    sound = spoken(words, rate=48_000)
    say(page, write_wav(tmp_path / "said.wav", sound.samples, 48_000).read_bytes())
    until_settled(page, len(words))
    button(page, "Finish answer")
    button(page, "Submit answer")
    page.wait_for_url("**/feedback?interview=*")
    expect(page.get_by_text(re.compile("^Recording, 0:"))).to_be_visible(timeout=PATIENCE)

    page.goto(f"{app.url}/account")
    expect(page.get_by_label("Keep the recordings of my answers")).to_be_visible(timeout=PATIENCE)
    at_rest(page)
    with page.expect_download() as coming:
        page.get_by_role("link", name="Download my data").click()
    zip_path = tmp_path / "data.zip"
    coming.value.save_as(zip_path)
    with zipfile.ZipFile(zip_path) as archive:
        told = json.loads(archive.read("data.json"))
        assert [n for n in archive.namelist() if n.endswith(".flac")]
    assert told["account"]["media_days"] == 30
    assert told["consents"][0]["kind"] == "recording"

    page.get_by_label("Your password").last.fill(PASSWORD)
    button(page, "Delete everything about me")
    expect(page.get_by_text("Everything about you is deleted").first).to_be_visible(
        timeout=PATIENCE
    )
    page.reload()
    expect(page.get_by_role("button", name="Try without an account")).to_be_visible(
        timeout=PATIENCE
    )


def begins(page: Page) -> None:
    """The devices are asked for; on a busy machine the connection itself may need another press."""
    expect(page.locator(".camera-state")).to_have_text(
        re.compile("Connecting|Listening"), timeout=PATIENCE
    )


def test_a_link_on_another_site_downloads_nothing(browser: Browser, app: Server) -> None:
    context = new_context(browser)
    page = context.new_page()
    try_without_account(page, app.url)
    other_site = app.url.replace("127.0.0.1", "localhost")  # another site to the browser
    page.route(
        f"{other_site}/elsewhere",
        lambda route: route.fulfill(
            content_type="text/html", body=f'<a href="{app.url}/account/data.zip">free prizes</a>'
        ),
    )
    page.goto(f"{other_site}/elsewhere")
    page.get_by_text("free prizes").click()
    expect(page.get_by_text("Open this from the Account page.")).to_be_visible(timeout=PATIENCE)
    context.close()
