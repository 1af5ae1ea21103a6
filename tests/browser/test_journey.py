"""The main job, from sign-up to the progress chart, by voice, in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.browser import server
from tests.browser.server import Server
from tests.browser.visitor import (
    HAND_HELD_MICROPHONE,
    PATIENCE,
    agree,
    button,
    chromium,
    create_account,
    fake_devices,
    go,
    new_context,
    on_question,
    say,
    set_up,
    settled_text,
    start_speaking,
    try_without_account,
    until_settled,
)
from tests.logs import said
from tests.spoken import phrases, spoken, word_errors, words_of, write_wav


def wav(texts: tuple[str, ...], path: Path, *, lead: float = 0.5) -> bytes:
    speech = spoken(texts, rate=48_000, lead=lead)
    return write_wav(path, speech.samples, 48_000).read_bytes()


def test_a_candidate_speaks_and_types_and_sees_words_ratings_and_progress(
    playwright: Playwright, app: Server, tmp_path: Path
) -> None:
    said = phrases(8, seed=11)
    # Chromium's own fake microphone plays the file from the moment it is opened: the lead covers the
    # second until the connection stands.
    wav(said, tmp_path / "speech.wav", lead=4.0)
    with chromium(playwright, *fake_devices(tmp_path / "speech.wav")) as browser:
        page = new_context(browser).new_page()
        create_account(page, app.url, "ada@example.com")
        set_up(page, questions=2)
        start_speaking(page)
        expect(page.locator(".camera-card")).to_have_attribute("data-picture", "on")
        until_settled(page, len(words_of(" ".join(said))))
        button(page, "Finish answer")
        answer = page.get_by_label("Your answer")
        expect(answer).to_be_visible(timeout=PATIENCE)
        truth = " ".join(said)
        heard = answer.input_value()
        assert word_errors(truth, heard) <= 0.1 * len(words_of(truth)), heard
        answer.fill(heard + " And I measured the result.")
        button(page, "Submit answer")

        on_question(page, 2, 2)
        button(page, "Type instead")
        page.get_by_label("Your answer").fill(
            "I asked the team and we fixed it together in two weeks."
        )
        button(page, "Submit answer")

        page.wait_for_url("**/feedback?interview=*")
        expect(page.get_by_text("And I measured the result.").first).to_be_visible(timeout=PATIENCE)
        expect(page.get_by_text("Offline estimate").first).to_be_visible()
        go(page, app.url, "/history")
        expect(page.get_by_text("Backend engineer").first).to_be_visible()
        go(page, app.url, "/progress")
        expect(page.locator(".js-plotly-plot").first).to_be_visible(timeout=PATIENCE)


def test_a_reload_in_the_middle_keeps_the_question_and_the_words(
    speaking_page: Page, app: Server, tmp_path: Path
) -> None:
    page = speaking_page
    first, second = phrases(3, seed=21), phrases(3, seed=22)
    try_without_account(page, app.url)
    set_up(page, questions=1)
    start_speaking(page, "Sound only")
    say(page, wav(first, tmp_path / "first.wav"))
    before = until_settled(page, len(words_of(" ".join(first))))
    page.reload()
    on_question(page, 1, 1)
    expect(page.locator(".transcript .settled")).to_contain_text(before, timeout=PATIENCE)
    start_speaking(page, "Sound only")
    say(page, wav(second, tmp_path / "second.wav"))
    after = until_settled(page, len(words_of(" ".join(first + second))))
    assert after.startswith(before)


@pytest.mark.timeout(180)
def test_words_said_before_the_server_was_killed_are_there_after_a_restart(
    browser: Browser, tmp_path: Path
) -> None:
    said = phrases(4, seed=31)
    data = tmp_path / "data"
    running = server.start(data)
    try:
        context = new_context(browser)
        context.add_init_script(HAND_HELD_MICROPHONE)
        page = context.new_page()
        try_without_account(page, running.url)
        set_up(page, questions=1)
        start_speaking(page, "Sound only")
        say(page, wav(said, tmp_path / "said.wav"))  # returns when the last word has sounded
        running.kill()  # its last utterance cannot have been settled yet
        running = server.start(data, port=running.port)
        page.goto(running.url + "/interview")
        on_question(page, 1, 1)
        heard = until_settled(page, len(words_of(" ".join(said))))
        truth = " ".join(said)
        assert word_errors(truth, heard) <= 0.15 * len(words_of(truth)), heard
        context.close()
    finally:
        running.stop()


def test_a_refused_microphone_gets_a_plain_sentence_and_typing_still_works(
    playwright: Playwright, app: Server
) -> None:
    with chromium(
        playwright, "--use-fake-device-for-media-stream", "--deny-permission-prompts"
    ) as refusing:
        page = new_context(refusing).new_page()
        try_without_account(page, app.url)
        set_up(page, questions=1)
        button(page, "Start camera and microphone")
        agree(page)
        expect(page.get_by_text("did not let this page use your camera")).to_be_visible(
            timeout=PATIENCE
        )
        button(page, "Type instead")
        page.get_by_label("Your answer").fill(
            said("I planned the release and tested it with my team.")
        )
        button(page, "Submit answer")
        page.wait_for_url("**/feedback?interview=*")


def test_a_machine_without_devices_says_so(playwright: Playwright, app: Server) -> None:
    with chromium(playwright, "--use-fake-ui-for-media-stream") as bare:
        page = new_context(bare).new_page()
        try_without_account(page, app.url)
        set_up(page, questions=1)
        button(page, "Sound only")
        agree(page)
        expect(page.get_by_text("could not find a camera or a microphone")).to_be_visible(
            timeout=PATIENCE
        )


def test_silence_invents_nothing(speaking_page: Page, app: Server, tmp_path: Path) -> None:
    page = speaking_page
    try_without_account(page, app.url)
    set_up(page, questions=1)
    start_speaking(page, "Sound only")
    silence = spoken((), rate=48_000, lead=2.0, tail=1.0)
    say(page, write_wav(tmp_path / "silence.wav", silence.samples, 48_000).read_bytes())
    assert settled_text(page) == ""
    button(page, "Finish answer")
    expect(page.get_by_text("We heard nothing")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("button", name="Record again")).to_be_visible()


def test_two_tabs_on_one_interview_give_one_answer(page: Page, app: Server) -> None:
    try_without_account(page, app.url)
    set_up(page, questions=2)
    button(page, "Type instead")
    page.get_by_label("Your answer").fill(said("From the first tab."))
    page.get_by_label("Your answer").press("Tab")
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.get_by_label("Your answer")).to_have_value("From the first tab.", timeout=PATIENCE)
    button(other, "Submit answer")
    on_question(other, 2, 2)
    button(page, "Submit answer")
    on_question(page, 2, 2)
    expect(page.get_by_text("already answered in another tab").first).to_be_visible()


def test_a_connection_that_never_comes_gives_way_to_a_recording(
    browser: Browser, app: Server
) -> None:
    context = new_context(browser)
    # A firewall, as the browser meets it: the answer of the server never takes effect.
    context.add_init_script(
        "RTCPeerConnection.prototype.setRemoteDescription = () => new Promise(() => {})"
    )
    page = context.new_page()
    try_without_account(page, app.url)
    set_up(page, questions=1)
    button(page, "Sound only")
    agree(page)
    expect(page.get_by_text("did not come about within 8 seconds")).to_be_visible(timeout=PATIENCE)
    recorder = page.get_by_test_id("stAudioInput")
    recorder.get_by_role("button").first.click()
    expect(recorder.get_by_text("00:02")).to_be_visible(timeout=PATIENCE)
    recorder.get_by_role("button", name="Stop").click()
    expect(page.get_by_label("Your answer")).to_be_visible(timeout=PATIENCE)
    context.close()


def test_the_second_tab_that_starts_takes_the_microphone_over(
    speaking_page: Page, app: Server, tmp_path: Path
) -> None:
    page = speaking_page
    try_without_account(page, app.url)
    set_up(page, questions=1)
    start_speaking(page, "Sound only")
    other = page.context.new_page()
    other.goto(page.url)
    start_speaking(other, "Sound only")
    expect(page.get_by_text("Another tab listens")).to_be_visible(timeout=PATIENCE)
    said = phrases(3, seed=61)
    say(other, wav(said, tmp_path / "said.wav"))
    heard = until_settled(other, len(words_of(" ".join(said))))
    assert word_errors(" ".join(said), heard) <= 2, heard


def test_read_aloud_speaks_the_question_with_the_browsers_voice(page: Page, app: Server) -> None:
    page.add_init_script(
        "window.__said = []; speechSynthesis.speak = words => window.__said.push(words.text)"
    )
    try_without_account(page, app.url)
    set_up(page, questions=1)
    question = page.locator(".st-key-question h2").inner_text()
    button(page, "Read aloud")
    assert page.evaluate("() => window.__said") == [question]
    expect(page.get_by_role("button", name="Stop reading")).to_be_visible()


def test_ending_by_mistake_can_be_taken_back(page: Page, app: Server) -> None:
    try_without_account(page, app.url)
    set_up(page, questions=2)
    button(page, "End interview")
    page.wait_for_url("**/feedback?interview=*")
    button(page, "Answer the open questions")
    on_question(page, 1, 2)


def test_leaving_the_page_closes_the_microphone_and_coming_back_can_start_again(
    speaking_page: Page, app: Server, tmp_path: Path
) -> None:
    page = speaking_page
    try_without_account(page, app.url)
    set_up(page, questions=1)
    start_speaking(page, "Sound only")
    page.get_by_role("link", name="History").click()
    button(page, "Continue")
    on_question(page, 1, 1)
    start_speaking(page, "Sound only")
    said = phrases(3, seed=71)
    say(page, wav(said, tmp_path / "said.wav"))
    assert until_settled(page, len(words_of(" ".join(said))))


def test_the_picture_comes_even_when_the_frame_asked_for_devices_too_early(
    browser: Browser, app: Server
) -> None:
    context = new_context(browser)
    context.add_init_script(  # the frame looks as if it had been wrapped already
        "if (navigator.mediaDevices && window.parent !== window) navigator.mediaDevices.__rehearsal = true"
    )
    page = context.new_page()
    try_without_account(page, app.url)
    set_up(page, questions=1)
    start_speaking(page)
    expect(page.locator(".camera-card")).to_have_attribute("data-picture", "on", timeout=PATIENCE)
    context.close()
