"""The device check with Chromium's fake devices, and a microphone that is pulled out while one speaks."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, Playwright, expect

from tests.browser.server import Server
from tests.browser.visitor import (
    PATIENCE,
    at_rest,
    button,
    chromium,
    fake_devices,
    new_context,
    on_question,
    say,
    set_up,
    start_speaking,
    try_without_account,
    until_settled,
)
from tests.spoken import phrases, spoken, words_of, write_wav

OFFER = "Want to see first that microphone and camera work?"


def test_microphone_camera_and_connection_are_checked_and_words_are_heard_once(
    playwright: Playwright, app: Server, tmp_path: Path
) -> None:
    before = set(app.data.rglob("*.pcm"))  # of others on this server
    speech = spoken(phrases(12, seed=3), rate=48_000, lead=1.0)
    # Without %noloop: the words go on until the button is pressed.
    microphone = write_wav(tmp_path / "speech.wav", speech.samples, 48_000)
    flags = [flag.removesuffix("%noloop") for flag in fake_devices(microphone)]
    with chromium(playwright, *flags) as browser:
        page = new_context(browser).new_page()
        try_without_account(page, app.url)
        set_up(page, questions=1)
        button(page, "Check my devices")
        connect(page)
        steps = page.locator(".st-key-card-check")
        for words in (
            "It hears you.",
            "Your picture is there",
            "reaches the server directly (UDP)",
        ):
            expect(steps).to_contain_text(words, timeout=PATIENCE)
        page.get_by_label("Microphone", exact=True).select_option(index=1)  # in mid-connection
        again = page.get_by_role("button", name="Try again")
        button(page, "Speak for 3 seconds")
        expect(again).to_be_visible(timeout=PATIENCE)
        expect(steps).to_contain_text("“")
        expect(page.locator("audio")).to_be_visible()
        button(page, "Go to the interview")
        on_question(page, 1, 1)
        expect(page.get_by_text(OFFER)).to_be_hidden()
        other = page.context.new_page()  # the browser remembers
        other.goto(page.url)
        on_question(other, 1, 1)
        expect(other.get_by_text(OFFER)).to_be_hidden()
        assert set(app.data.rglob("*.pcm")) <= before  # no answer was opened, no sound kept


def test_a_microphone_that_is_unplugged_is_replaced_or_said_and_nothing_is_lost(
    speaking_page: Page, app: Server, tmp_path: Path
) -> None:
    page = speaking_page
    first, second = phrases(3, seed=51), phrases(3, seed=52)
    try_without_account(page, app.url)
    set_up(page, questions=1)
    start_speaking(page, "Sound only")
    say(page, sound(first, tmp_path / "first.wav"))
    before = until_settled(page, len(words_of(" ".join(first))))
    pull_out(page)
    expect(page.locator(".camera-state")).to_contain_text(
        "Your microphone was unplugged. We listen"
    )
    say(page, sound(second, tmp_path / "second.wav"))
    assert until_settled(page, len(words_of(" ".join(first + second)))).startswith(before)
    page.evaluate("() => { window.__rehearsal.ask = () => Promise.reject(new Error('none')); }")
    pull_out(page)
    expect(page.get_by_text("there is no other one")).to_be_visible(timeout=PATIENCE)
    at_rest(page)
    button(page, "Finish answer")
    answer = page.get_by_label("Your answer")
    expect(answer).to_be_visible(timeout=PATIENCE)
    assert answer.input_value().startswith(before)


def connect(page: Page) -> None:
    """Press start; again if a busy machine did not connect within the 8 s that are allowed."""
    for _ in range(3):
        button(page, "Start the check")
        came = page.get_by_text("Your sound reaches the server")
        came.or_(page.get_by_text("did not come about")).first.wait_for()
        if came.is_visible():
            return
    raise AssertionError("no connection in three tries")


def pull_out(page: Page) -> None:
    """What a browser says of a microphone that is gone."""
    page.evaluate("window.__rehearsal.stream.getAudioTracks()[0].dispatchEvent(new Event('ended'))")


def sound(texts: tuple[str, ...], path: Path) -> bytes:
    return write_wav(path, spoken(texts, rate=48_000, lead=0.5).samples, 48_000).read_bytes()
