"""Opens the database and hands out transactions, each for one candidate or for the chores.

An engine is shared by all threads; a transaction belongs to the thread that opened it. `reading` and
`writing` are the only doors: who comes through says who it is, and PostgreSQL then shows no other rows.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import Any, Final, Literal, cast
from uuid import UUID

from sqlalchemy import CursorResult, Engine, UpdateBase
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from services.errors import AppError, DatabaseUnusable
from services.ports import Owner
from services.storage import postgres, sqlite
from services.storage.files import storage_failure

# Asked for its debug log, SQLAlchemy prints each row it reads: what candidates said.
logging.getLogger("sqlalchemy.engine.Engine").addFilter(lambda record: record.msg != "Row %r")


class Service(Enum):
    """Nobody's transaction: accounts, and chores over all candidates."""

    SERVICE = "app_service"


SERVICE: Final = Service.SERVICE


def open_database(url: str, *, tls: Literal["require", "verify-full", "off"] = "require") -> Engine:
    """Open the database at `url`: `sqlite:///path`, which is created and brought up to date, or
    `postgresql://...`, which must be up to date (`python -m services.upgrade`).

    Raises `DatabaseUnusable` for what is damaged, foreign, of a newer version or not up to date, and
    leaves it as it is; `DatabaseAway`; `DiskFull` or `StorageError` when the place cannot be written.
    """
    parsed = postgres.address(url)
    try:
        with in_our_words():
            if parsed.get_backend_name() == "postgresql":
                return postgres.open_server(parsed, tls)
            if parsed.get_backend_name() == "sqlite" and parsed.database:
                return sqlite.open_file(Path(parsed.database))
    except OSError as failure:
        raise storage_failure(failure) from failure
    raise DatabaseUnusable(
        "The database address names neither a SQLite file nor a PostgreSQL server.",
        "Use sqlite:///path/to/file.db or postgresql://user:password@host/database.",
    )


@contextmanager
def reading(engine: Engine, who: Owner | Service) -> Iterator[Session]:
    """A transaction that only reads: everything in it sees one moment."""
    with _opened(engine, who, writes=False) as db:
        yield db


@contextmanager
def writing(engine: Engine, who: Owner | Service) -> Iterator[Session]:
    """A transaction that may write; it is all kept or, on an exception, nothing of it."""
    with _opened(engine, who, writes=True) as db:
        yield db


def one_at_a_time(db: Session, name: str) -> None:
    """Let no other transaction past this point with this name until ours ends."""
    if db.get_bind().dialect.name == "postgresql":  # SQLite has one writer anyway
        postgres.one_at_a_time(db, name)


def rows_changed(db: Session, statement: UpdateBase) -> int:
    """Run an UPDATE or DELETE; how many rows it found. Objects already loaded are not refreshed."""
    result = db.execute(statement, execution_options={"synchronize_session": False})
    return cast("CursorResult[Any]", result).rowcount


@contextmanager
def _opened(engine: Engine, who: Owner | Service, *, writes: bool) -> Iterator[Session]:
    with in_our_words():
        if engine.dialect.name == "postgresql":
            role = who.value if isinstance(who, Service) else _checked(who)
            with postgres.opened(engine, role, writes=writes) as db:
                yield db
        else:
            bound = engine.execution_options(writing=True) if writes else engine
            with Session(bound) as db, db.begin():
                yield db


def _checked(who: Owner) -> UUID:
    if not isinstance(who, UUID):  # it would become part of the claims
        raise TypeError("an owner is a UUID")
    return who


@contextmanager
def in_our_words() -> Iterator[None]:
    """Any database's failures as ours. What is left over is a mistake in our code and stays as it is."""
    try:
        yield
    except IntegrityError:
        raise
    except (DBAPIError, sqlite3.Error) as failure:
        told: AppError | None = sqlite.in_our_words(failure) or postgres.in_our_words(failure)
        if told is None:
            raise
        raise told from failure
