"""The store's contract runs on every database that the product runs on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from services.storage.database import open_database
from services.storage.recordings import Recordings
from services.storage.removals import Removals
from services.storage.store import Store
from tests.services.storage.conftest import ada, clock, store
from tests.services.storage.stored import a_database
from tests.standins import postgres

__all__ = ["ada", "clock", "engine", "store"]


@pytest.fixture(params=["sqlite", "postgres", "pooler"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """`pooler`: PgBouncer in transaction mode with one connection for everybody."""
    if request.param == "sqlite":
        yield a_database(tmp_path)
        return
    server, name = postgres.server(), postgres.new_database()
    address = server.backend(name) if request.param == "postgres" else server.pooled(name)
    made = open_database(address)
    yield made
    made.dispose()
    postgres.drop_database(name)


@pytest.fixture
def recordings(tmp_path: Path) -> Recordings:
    return Recordings(tmp_path / "recordings")


@pytest.fixture
def removals(store: Store, recordings: Recordings) -> Removals:
    return store.removals(recordings)
