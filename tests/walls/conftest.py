"""Databases of the tests' own: one with the newest tables for each test that asks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.standins import postgres
from tests.standins.postgres import Server


@pytest.fixture(scope="session")
def here() -> Server:
    return postgres.server()


@pytest.fixture
def database(here: Server) -> Iterator[str]:
    name = postgres.new_database(here)
    yield name
    postgres.drop_database(name, here)


@pytest.fixture
def project(here: Server) -> Iterator[str]:
    """A new project's database: no table of ours."""
    name = postgres.new_database(here, empty=True)
    yield name
    postgres.drop_database(name, here)
