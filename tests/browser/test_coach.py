"""A practice interview with a language model as its coach, in a real browser against a real server.

The model is one on the loopback that takes a moment for each call, and misbehaves when it is told to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from benchmarks.loopback_model import LoopbackModel, loopback_model
from benchmarks.scripted_coach import answer
from tests.browser import server
from tests.browser.server import Server
from tests.browser.visitor import (
    PATIENCE,
    button,
    on_question,
    say,
    set_up,
    start_speaking,
    try_without_account,
    until_settled,
    without_rating_oneself,
)
from tests.spoken import phrases, spoken, words_of, write_wav

KEY = "loopback-key-7f3a"
TYPED = (
    "Last spring our supplier told us on a Monday that the parts would be two weeks late. I called the "
    "three customers who were waiting on the same day and offered each a choice of two dates."
)


@pytest.fixture(scope="module")
def model() -> Iterator[LoopbackModel]:
    with loopback_model(answer, seconds_per_call=0.3) as running:
        yield running


@pytest.fixture(scope="module")
def coached(model: LoopbackModel, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = server.start(
        tmp_path_factory.mktemp("coached") / "data",
        GEMINI_API_KEY=KEY,
        GEMINI_BASE_URL=model.gemini_url,
    )
    yield running
    running.stop()


def type_and_submit(page: Page, text: str) -> None:
    field = page.get_by_label("Your answer")
    field.fill(text)
    field.press("Tab")
    button(page, "Submit answer")


def test_a_spoken_answer_is_followed_up_rated_with_evidence_and_talked_about(
    speaking_page: Page, coached: Server, tmp_path: Path
) -> None:
    page = speaking_page
    try_without_account(page, coached.url)
    set_up(page, "Supply planner", questions=2)
    first = page.locator(".st-key-question h2").inner_text()
    start_speaking(page, "Sound only")
    said = phrases(6, seed=31)
    sound = spoken(said, rate=48_000, lead=0.5)
    say(page, write_wav(tmp_path / "said.wav", sound.samples, 48_000).read_bytes())
    until_settled(page, len(words_of(" ".join(said))))
    button(page, "Finish answer")
    expect(page.get_by_label("Your answer")).to_be_visible(timeout=PATIENCE)
    button(page, "Submit answer")

    expect(page.get_by_text("Follow-up to question 1 · Put a number on it")).to_be_visible(
        timeout=PATIENCE
    )
    button(page, "Type instead")
    type_and_submit(page, "It cost us four days and nobody left.")
    on_question(page, 2, 2)
    assert page.locator(".st-key-question h2").inner_text() != first
    button(page, "End interview")

    page.wait_for_url("**/feedback?interview=*")
    without_rating_oneself(page)
    expect(page.get_by_text("Rated by gemini-3.8-flash").first).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("2 of 3 questions rated")).to_be_visible(timeout=PATIENCE)
    moment = page.get_by_role("button", name=re.compile(r"^\d+:\d\d$")).first
    moment.click()
    expect(page.locator("audio").first).to_be_attached(timeout=PATIENCE)
    page.get_by_text("Ask the coach about this rating").first.click()
    page.get_by_label("Your question").first.fill("What would a figure add?")
    page.get_by_role("button", name="Ask", exact=True).first.click()
    expect(page.get_by_text("say how many, and by when").first).to_be_visible(timeout=PATIENCE)

    log = coached.log.read_text()
    assert KEY not in log
    assert said[0] not in log


def test_while_the_model_is_out_an_estimate_stands_in_until_it_is_back(
    page: Page, coached: Server, model: LoopbackModel
) -> None:
    try_without_account(page, coached.url)
    set_up(page, "Dispatcher", questions=1)
    button(page, "Type instead")
    model.every(1, 503)
    try:
        type_and_submit(page, TYPED)
        page.wait_for_url("**/feedback?interview=*", timeout=PATIENCE)
        without_rating_oneself(page)
        expect(page.get_by_text("It tries again by itself at")).to_be_visible(timeout=PATIENCE)
        expect(page.get_by_text("Offline estimate").first).to_be_visible()
        expect(page.get_by_text("Last spring our supplier").first).to_be_visible()
    finally:
        model.behave()
    button(page, "Try now")
    expect(page.get_by_text("Rated by gemini-3.8-flash").first).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("It tries again by itself at")).to_be_hidden(timeout=PATIENCE)


def test_without_a_model_the_bank_asks_and_says_so(
    page: Page, coached: Server, model: LoopbackModel
) -> None:
    model.every(1, 503)
    try:
        try_without_account(page, coached.url)
        set_up(page, "Baker", questions=2)
        expect(page.get_by_text("2 questions come from our question bank instead")).to_be_visible()
    finally:
        model.behave()
