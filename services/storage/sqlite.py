"""Databases in a file: SQLite. Opened, checked, upgraded, and its failures in our words."""

from __future__ import annotations

import errno
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, create_engine, event
from sqlalchemy.exc import DBAPIError

from services.errors import AppError, DatabaseUnusable, StorageError
from services.storage import migrating
from services.storage.files import storage_failure
from services.storage.tables import PRIVATE

BUSY_WAIT_MS = 5_000  # how long a writer waits for another before it gives up
CHECK_LIMIT = 32 * 2**20  # bytes; above this a check of every page would hold the start for seconds

_KEEP = "Nothing in it was changed. Move the file away or restore a backup, then start again."


def open_file(path: Path) -> Engine:
    """Create or check the database in this file and bring its tables up to date.

    Raises `DatabaseUnusable` for a damaged or foreign file or one of a newer version, and leaves that
    file as it is; `OSError` when the place cannot be written.
    """
    path = path.absolute()  # a later change of folder must not move the database
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _one_process(path.parent):
        if _revision(path) != migrating.newest():
            if not path.exists():
                path.touch(mode=0o600)  # SQLite would let everybody on this machine read it
            migrating.upgrade(_engine(path, foreign_keys=False))
        engine = _engine(path)
        engine.connect().close()
    return engine


def _engine(path: Path, *, foreign_keys: bool = True) -> Engine:
    # Migrations run without foreign keys (copying a table must not cascade) and leave no connection.
    options: dict[str, Any] = {"max_overflow": -1} if foreign_keys else {"poolclass": NullPool}
    # Parameters hold what candidates say: an error that ends in a log must not print them.
    engine = create_engine(
        f"sqlite:///{path}",
        hide_parameters=True,
        execution_options={"schema_translate_map": {PRIVATE: None}},
        **options,
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # transactions begin where `begin` below says so
        for pragma in (
            f"busy_timeout = {BUSY_WAIT_MS}",
            "journal_mode = WAL",
            "synchronous = NORMAL",
            f"foreign_keys = {int(foreign_keys)}",
            "secure_delete = FAST",  # what a candidate deletes is overwritten
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A transaction that reads first and writes later fails at once when another wrote in
        # between; taking the write lock at the start makes it wait its turn instead.
        write = connection.get_execution_options().get("writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


@contextmanager
def _one_process(folder: Path) -> Iterator[None]:
    """Only one process or thread at a time checks and upgrades the database in `folder`."""
    if sys.platform == "win32":  # folders cannot be locked there; SQLite's own lock has to do
        yield
        return
    import fcntl
    import os

    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)  # lets go of the lock


def _revision(path: Path) -> str | None:
    """The revision of the tables in the file, None when there is no database yet. Writes nothing."""
    if not path.exists() or path.stat().st_size == 0:
        return None
    with path.open("rb") as file:
        if file.read(16) != b"SQLite format 3\x00":
            raise DatabaseUnusable(f"{path.name} is not a database.", _KEEP)
    # Without a log beside it the file is complete by itself and can be opened in the one way that
    # creates no further files; with one, the log has to be read as well.
    whole = not path.with_name(path.name + "-wal").exists()
    uri = f"{path.as_uri()}?{'immutable=1' if whole else 'mode=ro'}"
    with closing(sqlite3.connect(uri, uri=True, timeout=BUSY_WAIT_MS / 1000)) as connection:
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
        if not tables:
            return None
        if path.stat().st_size <= CHECK_LIMIT:
            (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != "ok":
                raise DatabaseUnusable(f"The database {path.name} is damaged.", _KEEP)
        versions: list[Any] = []
        if "alembic_version" in tables:
            versions = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    if not versions:
        raise DatabaseUnusable(f"The database {path.name} belongs to another program.", _KEEP)
    revision = str(versions[0][0])
    if not migrating.knows(revision):
        raise DatabaseUnusable(
            f"The database {path.name} was made by a newer version of this program.",
            "Nothing in it was changed. Update the program, then start again.",
        )
    return revision


def in_our_words(failure: Exception) -> AppError | None:
    """What one of SQLite's failures means; None for a mistake in our code, which stays as it is."""
    cause = failure.orig if isinstance(failure, DBAPIError) else failure
    if not isinstance(cause, sqlite3.Error):
        return None
    code = getattr(cause, "sqlite_errorcode", 0) & 0xFF  # the high bits only refine it
    if code == sqlite3.SQLITE_FULL:
        return storage_failure(OSError(errno.ENOSPC, ""))
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return DatabaseUnusable("The database is damaged.", _KEEP)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StorageError("The database is busy.", "Try again in a moment.")
    if code in _UNWRITABLE:
        return StorageError(
            "The database file cannot be read or written.",
            "Check the disk, and that this program may write to the data folder.",
        )
    return None


_UNWRITABLE = (
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_AUTH,
)
