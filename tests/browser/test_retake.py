"""A question is answered again by voice, after a reload in the middle, and both attempts stand side by side."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.server import Server
from tests.browser.visitor import (
    PATIENCE,
    at_rest,
    button,
    on_question,
    say,
    set_up,
    start_speaking,
    try_without_account,
    until_settled,
)
from tests.logs import said
from tests.spoken import phrases, spoken, words_of, write_wav


def test_a_question_is_answered_again_by_voice_and_compared(
    speaking_page: Page, app: Server, tmp_path: Path
) -> None:
    page, words = speaking_page, phrases(3, seed=5)
    speech = spoken(words, rate=48_000, lead=0.5)
    wav = write_wav(tmp_path / "speech.wav", speech.samples, 48_000).read_bytes()
    try_without_account(page, app.url)
    set_up(page, questions=2)
    button(page, "Type instead")
    page.get_by_label("Your answer").fill(said("I told everybody and we went on."))
    button(page, "Submit answer")
    on_question(page, 2, 2)
    button(page, "End interview")
    page.wait_for_url("**/feedback?interview=*")
    at_rest(page)
    if page.get_by_role("button", name="Skip", exact=True).count():  # rating oneself first
        button(page, "Skip")

    button(page, "Answer again")
    expect(page.get_by_text("Another attempt")).to_be_visible(timeout=PATIENCE)
    button(page, "Speak instead")
    start_speaking(page, "Sound only")
    say(page, wav)
    until_settled(page, len(words_of(" ".join(words))))
    page.reload()
    expect(page.get_by_text("Another attempt")).to_be_visible(timeout=PATIENCE)
    heard = until_settled(page, len(words_of(" ".join(words))))
    button(page, "Finish answer")
    expect(page.get_by_label("Your answer")).to_have_value(heard, timeout=PATIENCE)
    button(page, "Submit answer")
    page.wait_for_url("**/feedback?interview=*")
    button(page, "Compare 2 attempts")
    page.wait_for_url("**/compare?question=*")
    expect(page.get_by_text("Attempt 2")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("This one counts")).to_have_count(1)
    button(page, "Let this one count")
    first = page.locator("[class*='st-key-card-attempt-']").first
    expect(first.get_by_text("This one counts")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("This one counts")).to_have_count(1)
