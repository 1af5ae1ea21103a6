"""No test talks to a provider: keys and servers of whoever runs them count for nothing. And nothing private
may be in any log when they are through."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator

import pytest

from tests import logs

# Set and empty rather than absent, because a variable goes before what a file `.env` says.
os.environ |= {"GEMINI_API_KEY": "", "OPENAI_BASE_URL": "", "COACH": "auto"}


def pytest_configure() -> None:
    """Before pytest looks at the level, which it sets back to what it was after each step of a test."""
    logging.getLogger().setLevel(logging.DEBUG)


@pytest.fixture(scope="session", autouse=True)
def nothing_private_is_logged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Over the whole session, or one worker's part of it: it ends as the last of its fixtures."""
    with logs.everything_into(tmp_path_factory.getbasetemp() / "everything.log"):
        yield
    if deaf := logs.switched_off():
        pytest.fail(f"Something switched these loggers off: {deaf}", pytrace=False)
    if found := logs.OURS.search():
        pytest.fail("The log of these tests holds:\n" + "\n".join(found), pytrace=False)
