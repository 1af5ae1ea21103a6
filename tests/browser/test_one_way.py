"""A one-way interview by voice: each answer starts by itself, and a reload in the middle goes on where it was."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.browser.server import Server
from tests.browser.visitor import (
    PATIENCE,
    agree,
    at_rest,
    button,
    on_question,
    say,
    try_without_account,
    until_settled,
)
from tests.spoken import phrases, spoken, words_of, write_wav


def choose(page: Page, field: str, option: str) -> None:
    """A list that was drawn this very moment may close again: open it once more then."""
    wanted = page.get_by_role("option", name=option)
    for _ in range(3):
        page.get_by_role("combobox", name=re.compile(field)).click()
        try:
            wanted.click(timeout=PATIENCE / 30)
            return
        except PlaywrightTimeout:
            continue
    raise AssertionError(f"{option} cannot be chosen")


def until_heard(page: Page) -> None:
    """The answer starts by itself: nothing is pressed."""
    state = page.locator(".camera-state")
    expect(state).to_have_text(re.compile("Listening"), timeout=PATIENCE)


def test_two_questions_are_answered_by_voice_without_pressing_start_again(
    speaking_page: Page, app: Server, tmp_path: Path
) -> None:
    page, words = speaking_page, phrases(1, seed=5)
    speech = spoken(words, rate=48_000, lead=0.5)
    wav = write_wav(tmp_path / "speech.wav", speech.samples, 48_000).read_bytes()
    count = len(words_of(" ".join(words)))
    try_without_account(page, app.url)
    page.get_by_label("Job position", exact=True).fill("Backend engineer")
    at_rest(page)
    page.get_by_role("radio", name="One-way").click()
    expect(page.get_by_text("As employers run recorded interviews")).to_be_visible()
    at_rest(page)
    choose(page, "Time to think", "None")
    at_rest(page)
    field = page.get_by_label("Number of questions", exact=True)
    field.fill("2")
    field.press("Tab")
    button(page, "Start interview")

    on_question(page, 1, 2)
    expect(page.get_by_text("Your question comes when you start")).to_be_visible()
    button(page, "Sound only")
    agree(page)
    expect(page.get_by_text("Your answer starts in")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("What a good answer shows")).to_have_count(0)
    until_heard(page)
    say(page, wav)
    heard = until_settled(page, count)
    expect(page.locator(".elapsed")).to_contain_text(" left")
    page.reload()
    on_question(page, 1, 2)
    expect(page.locator(".transcript")).to_contain_text(heard.split()[-1], timeout=PATIENCE)
    button(page, "Sound only")
    until_heard(page)
    button(page, "Finish answer")
    expect(page.get_by_role("button", name="Record again (1 take left)")).to_be_visible(
        timeout=PATIENCE
    )
    button(page, "Use this take")

    on_question(page, 2, 2)
    until_heard(page)
    say(page, wav)
    until_settled(page, count)
    button(page, "Finish answer")
    button(page, "Use this take")
    page.wait_for_url("**/feedback?interview=*")
    at_rest(page)
    expect(page.get_by_text(heard[:30]).first).to_be_visible(timeout=PATIENCE)
