"""The database goes away under a real page: who speaks is heard on, and every screen comes back by itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from benchmarks.outage import start
from tests.browser import server
from tests.browser.server import Server
from tests.browser.visitor import (
    PATIENCE,
    at_rest,
    button,
    go,
    on_question,
    say,
    set_up,
    settled_text,
    try_without_account,
    until_settled,
)
from tests.spoken import phrases, spoken, words_of, write_wav
from tests.standins import postgres


@pytest.fixture(scope="module")
def app_on_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    address = postgres.server().backend(postgres.new_database())
    running = server.start(tmp_path_factory.mktemp("outage") / "data", DATABASE_URL=address)
    yield running
    running.stop()


@pytest.fixture
def database_away() -> Iterator[postgres.Server]:
    """To be stopped by the test; it is back afterwards."""
    standin = postgres.server()
    yield standin
    with suppress(RuntimeError):  # it is stopped where a test failed
        standin.stop()
    standin.start()


def test_an_answer_is_spoken_edited_and_submitted_while_the_database_is_away(
    app_on_postgres: Server, database_away: postgres.Server, speaking_page: Page, tmp_path: Path
) -> None:
    page = speaking_page
    try_without_account(page, app_on_postgres.url)
    set_up(page, questions=2)
    start(page)
    database_away.stop()
    speech = spoken(phrases(4, seed=77), rate=48_000, pause=0.8)
    say(page, write_wav(tmp_path / "a.wav", speech.samples, speech.rate).read_bytes())
    heard = until_settled(page, len(words_of(speech.text)), seconds=60)
    expect(page.get_by_text("Not stored yet").first).to_be_visible(timeout=PATIENCE)
    expect(page.locator(".camera-state")).to_have_text("Listening. Take your time.")
    assert settled_text(page) == heard

    button(page, "Skip question")
    expect(page.get_by_text("this has to wait").first).to_be_visible(timeout=PATIENCE)
    at_rest(page)
    expect(page.locator(".camera-state")).to_have_text("Listening. Take your time.")

    button(page, "Finish answer")
    field = page.get_by_label("Your answer")
    expect(field).to_have_value(heard, timeout=PATIENCE)
    field.fill(f"{heard} And so it ended.")
    field.press("Tab")
    button(page, "Submit answer")
    on_question(page, 2, 2)
    expect(page.get_by_text("kept on this machine").first).to_be_visible(timeout=PATIENCE)

    database_away.start()
    expect(page.get_by_text("kept on this machine")).to_have_count(0, timeout=PATIENCE)
    button(page, "End interview")
    page.wait_for_url("**/feedback?interview=*")
    expect(page.get_by_text("And so it ended.").first).to_be_visible(timeout=PATIENCE)


def test_a_screen_opened_during_an_outage_comes_back_by_itself(
    app_on_postgres: Server, database_away: postgres.Server, page: Page
) -> None:
    try_without_account(page, app_on_postgres.url)
    database_away.stop()
    go(page, app_on_postgres.url, "/history")
    expect(page.get_by_text("comes back by itself").first).to_be_visible(timeout=PATIENCE)
    database_away.start()
    expect(page.get_by_text("comes back by itself")).to_have_count(0, timeout=PATIENCE)
    expect(page.get_by_role("heading").first).to_be_visible(timeout=PATIENCE)


def test_whom_nobody_remembers_sees_that_nothing_is_lost(
    app_on_postgres: Server, database_away: postgres.Server, page: Page
) -> None:
    try_without_account(page, app_on_postgres.url)
    cookies = page.context.cookies()
    page.context.clear_cookies()
    made_up = [{**cookie, "value": f"{cookie['value'][:-4]}AAAA"} for cookie in cookies]
    page.context.add_cookies(made_up)  # type: ignore[arg-type]
    database_away.stop()
    go(page, app_on_postgres.url, "/progress")
    expect(page.get_by_role("heading", name="One moment, please")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("Nothing is lost").first).to_be_visible(timeout=PATIENCE)
    database_away.start()
    expect(page.get_by_role("button", name="Try without an account")).to_be_visible(
        timeout=PATIENCE
    )
