"""How an answer is spoken: a calm meter meanwhile for who wants it, and figures afterwards."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.server import Server
from tests.browser.visitor import (
    PATIENCE,
    at_rest,
    button,
    go,
    say,
    set_up,
    start_speaking,
    try_without_account,
    until_settled,
    until_stored,
)
from tests.spoken import phrases, spoken, words_of, write_wav


def test_the_pace_is_shown_while_speaking_and_how_it_was_afterwards(
    speaking_page: Page, app: Server, tmp_path: Path
) -> None:
    page, texts = speaking_page, phrases(6, seed=41)
    try_without_account(page, app.url)
    go(page, app.url, "/account")
    at_rest(page)
    page.get_by_text("Show my pace while I speak").click()
    until_stored(page, app, "pace_meter", True)
    go(page, app.url, "/set-up")
    set_up(page, questions=1)
    start_speaking(page, "Sound only")
    meter = page.locator(".pace .line")
    expect(meter).to_have_attribute("aria-label", "Your pace: too little said yet")
    speech = spoken(texts, rate=48_000)
    say(page, write_wav(tmp_path / "said.wav", speech.samples, 48_000).read_bytes())
    until_settled(page, len(words_of(" ".join(texts))))
    expect(meter).to_have_attribute("aria-label", "Your pace: easy to follow", timeout=PATIENCE)
    button(page, "Finish answer")
    expect(page.get_by_label("Your answer")).to_be_visible(timeout=PATIENCE)
    button(page, "Submit answer")
    page.wait_for_url("**/feedback?interview=*")
    at_rest(page)
    page.get_by_text("How you spoke").click()
    figures = page.locator(".spoken")
    expect(figures).to_contain_text("words a minute", timeout=PATIENCE)
    expect(figures).to_contain_text("Within the 100 to 165")
    expect(figures).to_contain_text(re.compile(r"the longest (0\.9|1\.\d) s"))
