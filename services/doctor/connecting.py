"""Connections to the database with the app's own login, one for each question."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, make_url

from services.doctor.case import Case
from services.storage import postgres
from services.storage.database import in_our_words


def engine_of(case: Case) -> Engine | None:
    """Of a PostgreSQL server; None for a SQLite file. The address must be one."""
    if make_url(postgres.spelled(case.settings.database)).get_backend_name() != "postgresql":
        return None
    return postgres.owners_engine(case.settings.database, case.settings.database_tls)


@contextmanager
def bare(engine: Engine) -> Iterator[Connection]:
    """The login itself, without a role; nothing that is done is kept. Raises `DatabaseAway`,
    `DatabaseUnusable`."""
    with in_our_words(), engine.connect() as connection:
        yield connection
