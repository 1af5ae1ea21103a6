"""Real Chromium against the real app in a process of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from tests.browser import server, visitor
from tests.browser.server import Server


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests that do not end it."""
    running = server.start(tmp_path_factory.mktemp("app") / "data")
    yield running
    running.stop()


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Chromium with Chromium's own fake devices allowed."""
    with visitor.chromium(
        playwright, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"
    ) as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = visitor.new_context(browser)
    yield context.new_page()
    context.close()


@pytest.fixture
def speaking_page(browser: Browser) -> Iterator[Page]:
    """A page whose microphone the test speaks into (`visitor.say`)."""
    context = visitor.new_context(browser)
    context.add_init_script(visitor.HAND_HELD_MICROPHONE)
    yield context.new_page()
    context.close()
