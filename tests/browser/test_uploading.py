"""A recording that was made elsewhere, from the file to its words, in a real browser."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.server import Server
from tests.browser.visitor import (
    PATIENCE,
    at_rest,
    button,
    set_up,
    try_without_account,
)
from tests.recordings import recorded
from tests.spoken import phrases, spoken, word_errors, words_of


def test_a_video_is_uploaded_refused_files_change_nothing_and_its_words_are_submitted(
    page: Page, app: Server
) -> None:
    words = phrases(4, seed=41)
    speech = spoken(words, rate=48_000, lead=0.5)
    try_without_account(page, app.url)
    set_up(page, questions=1)
    button(page, "Upload a recording")
    button(page, "Agree and choose a file")
    field = page.locator("input[type=file]")
    field.set_input_files({"name": "a.mp4", "mimeType": "video/mp4", "buffer": b"no recording"})
    expect(page.get_by_text("This is not a recording that we can read.")).to_be_visible(
        timeout=PATIENCE
    )
    at_rest(page)
    video = recorded("mp4", "aac", speech.samples, picture="libx264")
    field.set_input_files({"name": "answer.mp4", "mimeType": "video/mp4", "buffer": video})
    answer = page.get_by_label("Your answer")
    expect(answer).to_be_visible(timeout=PATIENCE)
    truth = " ".join(words)
    assert word_errors(truth, answer.input_value()) <= 0.15 * len(words_of(truth))
    button(page, "Submit answer")
    page.wait_for_url("**/feedback?interview=*")
