"""PostgreSQL, ours or Supabase's, directly or through a pooler in session or transaction mode.

The login role of the app owns nothing and inherits nothing. Every transaction begins with one statement
that makes it a candidate's (role `authenticated` with that candidate's claims) or the chores'
(`app_service`), until its end and no longer, so that a connection that a pooler hands on carries nobody's
rights. A transaction that forgets is refused every table.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import URL, Engine, NullPool, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from services.errors import AppError, DatabaseAway, DatabaseUnusable, DiskFull, StorageError
from services.storage import migrating
from services.storage.tables import PRIVATE

CONNECT_S = 5  # that a connection may take
PATIENCE_S = 4.0  # that a transaction waits for a server that restarts
PAUSE_S = 0.25  # between two tries
AWAY_S = 5.0  # after a wait in vain, others do not wait for so long
STATEMENT_MS = 20_000  # no statement of ours takes long; one that does holds up everybody
POOL = 5  # connections kept; a pooler in session mode has few for all processes
OVERFLOW = 5  # more when they are all in use
TRANSACTION_POOLER_PORT = 6543  # of Supabase, where connections are kept by the pooler
LOCAL = ("", "localhost", "127.0.0.1", "::1")

# The role, the claims and the limits of this transaction in one round trip.
_ENTER = text(
    "SELECT set_config('role', :role, true), set_config('request.jwt.claims', :claims, true), "
    f"set_config('statement_timeout', '{STATEMENT_MS}', true)"
)
# Server states that pass: it starts, stops, crashed, or has no connection left for us.
_AWAY_STATES = ("08", "57P", "53300", "25006")
# What a server says to a connection that it will never take; psycopg gives no state for these.
_REFUSED = {
    "password authentication failed": "The database does not accept the user or password of DATABASE_URL.",
    "Tenant or user not found": "The pooler does not know the user of DATABASE_URL: it is role.project.",
    "does not exist": "The user or the database that DATABASE_URL names does not exist.",
    "does not support SSL": "The database does not offer TLS.",
    "certificate verify failed": "The certificate of the database is not valid.",
    "no pg_hba.conf entry": "The database does not take connections from here in this way.",
}


@dataclass(frozen=True, slots=True)
class _Away:
    since: float  # time.monotonic() of the last try in vain
    silent: bool  # it did not even refuse: every further try would wait for nothing


# By address, without its password: who cannot open the database tries with one engine after another.
_away: dict[str, _Away] = {}
_away_lock = threading.Lock()


def spelled(url: str) -> str:
    """An address as SQLAlchemy knows it: `postgres://` is what many hosts write."""
    for scheme in ("postgres://", "postgresql://"):
        if url.startswith(scheme):
            return "postgresql+psycopg://" + url.removeprefix(scheme)
    return url


def address(url: str, name: str = "DATABASE_URL") -> URL:
    """The parts of the address that the setting `name` holds. Raises `DatabaseUnusable`."""
    try:
        parsed = make_url(spelled(url))
        parsed.get_dialect()
        return parsed
    except (ArgumentError, ValueError) as failure:  # the second: a port that is no number
        raise DatabaseUnusable(
            f"{name} is not an address.",
            "It looks like postgresql://user:password@host:5432/postgres; characters such as @ in the "
            "password are written as %40.",
        ) from failure


def open_server(url: URL, tls: str) -> Engine:
    """Connect, and check that the tables are those of this version. Raises `DatabaseUnusable`,
    `DatabaseAway`."""
    engine = create_engine(
        url,
        hide_parameters=True,  # they hold what candidates say: an error that ends in a log must not
        connect_args=connecting(url, tls),
        **_pooling(url),
    )
    try:
        _must_be_current(engine)
    except BaseException:  # whoever waits for the server tries this again and again
        engine.dispose()
        raise
    return engine


def owners_engine(url: str, tls: str, name: str = "DATABASE_OWNER_URL") -> Engine:
    """For the one who owns the tables: migrations, and nothing else. Leaves no connection.

    Raises `DatabaseUnusable` for an address, held by the setting `name`, that is not a server's."""
    parsed = address(url, name)
    if parsed.get_backend_name() != "postgresql":
        raise DatabaseUnusable(
            f"{name} does not name a PostgreSQL server.",
            "It looks like postgresql://user:password@host:5432/postgres.",
        )
    return create_engine(
        parsed, hide_parameters=True, connect_args=connecting(parsed, tls), poolclass=NullPool
    )


def must_own(engine: Engine) -> None:
    """Raises `DatabaseUnusable` for a user who could not see the rows of forced row-level security."""
    with engine.connect() as connection:
        able = connection.execute(
            text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        ).scalar_one()
    if not able:
        raise DatabaseUnusable(
            "This user cannot bring the tables up to date: row-level security would hide rows from it.",
            "Use the owner of the database (postgres), not app_backend.",
        )


@contextmanager
def opened(engine: Engine, who: UUID | str, *, writes: bool) -> Iterator[Session]:
    """A session in a transaction of this candidate or service role; waits a little for a server that
    is away. Raises `DatabaseAway`."""
    if isinstance(who, UUID):
        role, claims = "authenticated", json.dumps({"sub": str(who), "role": "authenticated"})
    else:
        role, claims = who, ""
    options: dict[str, Any] = {}
    if not writes:  # everything in it sees one moment
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    scoped = engine.execution_options(**options)
    until = time.monotonic() + _patience(engine)
    old = 2  # connections from before a restart: with the first, all such leave the pool
    while True:
        db, began = Session(scoped), time.monotonic()
        try:
            db.execute(_ENTER, {"role": role, "claims": claims})
            break
        except (DBAPIError, PoolTimeout) as failure:
            db.close()
            if isinstance(failure, DBAPIError) and failure.connection_invalidated and old:
                old -= 1
                continue
            if not _is_away(failure):
                raise
            if time.monotonic() > until:
                silent = time.monotonic() - began > CONNECT_S / 2
                with _away_lock:
                    _away[_place(engine)] = _Away(time.monotonic(), silent)
                raise
            time.sleep(PAUSE_S)
        except BaseException:
            db.close()
            raise
    with db:  # closed without the commit, it is all undone
        yield db
        db.commit()


def one_at_a_time(db: Session, name: str) -> None:
    db.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name})


def in_our_words(failure: Exception) -> AppError | None:
    """What one of the server's failures means; None for a mistake in our code, which stays as it is."""
    if (refusal := _refusal(failure)) is not None:
        return DatabaseUnusable(
            refusal,
            "Correct DATABASE_URL; `python -m services.doctor` tells more about each part of it.",
        )
    if _is_away(failure):
        return _not_reached()
    state = _state(failure)
    if state == "53100":
        return DiskFull("The disk of the database is full.", "Nothing stored so far is lost.")
    if state in ("40001", "40P01", "55P03", "57014"):
        return StorageError("The database is busy.", "Try again in a moment.")
    if state == "42501":
        return StorageError(
            "The database does not allow this.",
            "Nothing was changed. `python -m services.doctor` tells which right is missing.",
        )
    return None


def _pooling(url: URL) -> dict[str, Any]:
    if url.port == TRANSACTION_POOLER_PORT:
        return {"poolclass": NullPool}
    return {"pool_size": POOL, "max_overflow": OVERFLOW, "pool_recycle": 300, "pool_timeout": 10}


def connecting(url: URL, tls: str) -> dict[str, Any]:
    """psycopg's parameters. Raises `DatabaseUnusable` for an address that gives up encryption."""
    wanted: dict[str, Any] = {
        "connect_timeout": CONNECT_S,
        "prepare_threshold": None,  # a pooler in transaction mode mixes prepared statements up
        "application_name": "ai-interview-mocker",
        # A server that has gone without a word is noticed within these seconds.
        "keepalives_idle": 15,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 15_000,
    }
    named = str(url.query.get("sslmode", ""))
    if tls == "off" or _stays_here(url):
        return wanted
    if named in ("disable", "allow", "prefer"):
        raise DatabaseUnusable(
            f"The database address asks for sslmode={named}, so passwords and answers could travel unencrypted.",
            "Remove it from the address (TLS is then required), or set DATABASE_TLS=off if the network "
            "between the two is private.",
        )
    if not named:
        wanted["sslmode"] = tls
    return wanted


def _stays_here(url: URL) -> bool:
    """Whether every host is this machine; one that the query names goes before the address's own."""
    hosts = [url.host or ""]
    for key in ("host", "hostaddr"):
        named = url.query.get(key, ())
        hosts += [named] if isinstance(named, str) else named
    every = [host for some in hosts for host in some.split(",")]
    return all(host in LOCAL or host.startswith("/") for host in every)


def _must_be_current(engine: Engine) -> None:
    with opened(engine, "app_service", writes=False) as db:
        table = db.scalar(text(f"SELECT to_regclass('{PRIVATE}.alembic_version')::text"))
        found = table and db.scalar(text(f"SELECT version_num FROM {PRIVATE}.alembic_version"))
    if found == migrating.newest():
        return
    if found and not migrating.knows(found):
        raise DatabaseUnusable(
            "The database was made by a newer version of this program.",
            "Nothing in it was changed. Update the program, then start again.",
        )
    raise DatabaseUnusable(
        "The tables of the database are not up to date."
        if found
        else "The database has no tables yet.",
        "Run `python -m services.upgrade` with the address of the database's owner.",
    )


def _patience(engine: Engine) -> float:
    """Seconds that a transaction waits for the server. Raises `DatabaseAway` where it need not try."""
    with _away_lock:
        away = _away.get(_place(engine))
    if away is None or time.monotonic() - away.since >= AWAY_S:
        return PATIENCE_S
    if away.silent:
        raise _not_reached()
    return 0.0


def _place(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=True)


def _not_reached() -> DatabaseAway:
    return DatabaseAway(
        "The database cannot be reached just now.", "Nothing is lost; try again in a moment."
    )


def _is_away(failure: Exception) -> bool:
    if isinstance(failure, PoolTimeout):
        return True
    if not isinstance(failure, DBAPIError) or not type(failure.orig).__module__.startswith(
        "psycopg"
    ):
        return False
    state = _state(failure)
    if state or _refusal(failure) is not None:
        return state.startswith(_AWAY_STATES)
    return isinstance(failure, OperationalError | InterfaceError) or failure.connection_invalidated


def _refusal(failure: Exception) -> str | None:
    if not isinstance(failure, OperationalError) or _state(failure):
        return None
    said = str(failure.orig)
    return next((words for part, words in _REFUSED.items() if part in said), None)


def _state(failure: Exception) -> str:
    cause = getattr(failure, "orig", failure)
    return str(getattr(cause, "sqlstate", None) or "")
