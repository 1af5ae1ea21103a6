"""Connections to the database with the app's own login, one for each question."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine

from services.doctor.case import Case
from services.storage import postgres
from services.storage.database import in_our_words


def engine_of(case: Case) -> Engine | None:
    """Of a PostgreSQL server; None for a SQLite file. Raises `DatabaseUnusable`."""
    if postgres.address(case.settings.database).get_backend_name() != "postgresql":
        return None
    return postgres.owners_engine(
        case.settings.database, case.settings.database_tls, "DATABASE_URL"
    )


@contextmanager
def bare(engine: Engine) -> Iterator[Connection]:
    """The login itself, without a role; nothing that is done is kept. Raises `DatabaseAway`,
    `DatabaseUnusable`."""
    with in_our_words(), engine.connect() as connection:
        yield connection
