"""A database with two owners, and a store on it whose clock moves only when a test says so."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Engine

from services.storage.store import Store
from tests.services.storage.stored import Clock, a_database, a_user


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return a_database(tmp_path)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(engine: Engine, clock: Clock) -> Store:
    return Store(engine, clock)


@pytest.fixture
def ada(engine: Engine) -> UUID:
    return a_user(engine)


@pytest.fixture
def eve(engine: Engine) -> UUID:
    return a_user(engine, "Eve")
