"""The database under many candidates: how long a screen's queries take, their plans, and how many there are.

    python -m benchmarks.store --json [--url URL] [--users 1000] [--interviews 100] [--times 10]

Without `--url`: a SQLite file of its own. `--url postgres`: a PostgreSQL server of its own, with row-level
security as in production. Any other address: an empty database that the tables have been made in, opened as
the app does, and filled by its owner (`--owner-url` or DATABASE_OWNER_URL). Everything is measured at the size
asked for and at `--times` as many candidates; `growth_10x` compares the medians. 1: only the size asked for.
Interviews of one candidate are no more at the larger size: what grows is what others have.

Ends with exit code 1 when a query reads a large table from end to end.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.loading import Loaded, load_postgres, load_sqlite
from benchmarks.measuring import machine, tell
from benchmarks.querying import candidates, most_connections, queries, scans, times
from services.storage.database import open_database
from tests.standins import postgres

ROOT = Path(__file__).parents[1]
_SHARED_BUFFERS = "1GB"


@dataclass(frozen=True, slots=True)
class Place:
    """A database: how the app opens it, and its owner (empty: a SQLite file)."""

    url: str
    owner_url: str
    about: dict[str, object]


class ScansTables(RuntimeError):
    """A query's plan reads a large table from end to end."""


def measured(place: Place, users: int, interviews: int) -> dict[str, Any]:
    """Load this many and measure: rows, load_s, queries, screens, connections."""
    began = time.monotonic()
    loaded = _load(place, users, interviews)
    load_s = round(time.monotonic() - began, 1)
    tell(f"{sum(loaded.rows.values()):,} rows in {load_s} s")
    engine = open_database(place.url)
    asked = candidates(engine, loaded.owners, random.Random(3))
    every = queries(engine)
    for (
        query
    ) in every:  # before anything is measured: a plan that is wrong makes all of it worthless
        for table, statement in scans(engine, query, asked[0], loaded.rows):
            raise ScansTables(f"{query.name} reads all of {table}: {statement}")
    figures = {query.name: times(query, asked) for query in every}
    for name, figure in figures.items():
        tell(f"{name}: {figure}")
    connections = most_connections(asked, every, place.owner_url) if place.owner_url else None
    engine.dispose()
    screens = _screens(place.url, str(asked[1].owner))
    return {
        "rows": sum(loaded.rows.values()),
        "rows_by_table": loaded.rows,
        "load_s": load_s,
        "bytes": _size(place),
        "queries": figures,
        "screens": screens,
        "connections": connections,
    }


def _load(place: Place, users: int, interviews: int) -> Loaded:
    if place.owner_url:
        return load_postgres(place.owner_url, users, interviews)
    path = Path(place.url.removeprefix("sqlite:///"))
    open_database(place.url).dispose()  # makes the tables
    return load_sqlite(path, users, interviews)


def _screens(url: str, owner: str) -> dict[str, Any]:
    """Queries of each screen, counted in runs of the real site in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.pages", "--owner", owner, "--visits", "3"]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    screens: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])["screens"]
    return screens


def _size(place: Place) -> int:
    if not place.owner_url:
        return Path(place.url.removeprefix("sqlite:///")).stat().st_size
    with psycopg.connect(place.owner_url) as db:
        row = db.execute("SELECT pg_database_size(current_database())").fetchone()
        return int(row[0]) if row else 0


@contextmanager
def places(url: str, owner_url: str) -> Iterator[Iterator[Place]]:
    """An empty database for every size; all that is made here is gone at the end."""
    if url == "postgres":
        with _own_server() as server:
            yield _databases(server)
    elif url:
        yield iter([Place(url, owner_url, {"engine": "postgresql"})])
    else:
        folder = Path(tempfile.mkdtemp(prefix="interviews-store-"))
        try:
            yield _files(folder)
        finally:
            shutil.rmtree(folder)


def _files(folder: Path) -> Iterator[Place]:
    for number in (1, 2):
        path = folder / f"{number}.db"
        yield Place(f"sqlite:///{path}", "", {"engine": "sqlite"})
        path.unlink()  # one size at a time on the disk


def _databases(server: postgres.Server) -> Iterator[Place]:
    about: dict[str, object] = {
        "engine": "postgresql",
        "shared_buffers": _SHARED_BUFFERS,
        "fsync": "off",
    }
    for _ in range(2):
        name = postgres.new_database(server)
        yield Place(server.backend(name), server.owner(name), about)
        postgres.drop_database(name, server)


@contextmanager
def _own_server() -> Iterator[postgres.Server]:
    server = postgres.start_server()
    try:
        with psycopg.connect(server.owner("postgres"), autocommit=True) as db:
            db.execute(f"ALTER SYSTEM SET shared_buffers = '{_SHARED_BUFFERS}'")
            db.execute("ALTER SYSTEM SET max_wal_size = '4GB'")
        server.stop()
        server.start()
        yield server
    finally:
        server.end()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true", help="the default; kept for symmetry")
    options.add_argument(
        "--url", default="", help="an address, or `postgres` for a server of its own"
    )
    options.add_argument("--owner-url", default=os.environ.get("DATABASE_OWNER_URL", ""))
    options.add_argument("--users", type=int, default=1000)
    options.add_argument("--interviews", type=int, default=100)
    options.add_argument("--times", type=int, default=10)
    chosen = options.parse_args()
    if chosen.url not in ("", "postgres") and (not chosen.owner_url or chosen.times > 1):
        options.error("a database of yours needs its owner's address and --times 1")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # tidy up then too
    facts = machine()
    with places(chosen.url, chosen.owner_url) as found:
        place = next(found)
        base = measured(place, chosen.users, chosen.interviews)
        result = {**base, **place.about, "users": chosen.users, "interviews": chosen.interviews}
        large = None
        if chosen.times > 1:
            large = measured(next(found), chosen.users * chosen.times, chosen.interviews)
            for name, figure in base["queries"].items():
                after = large["queries"][name]
                figure["growth_10x"] = round(after["p50_s"] / figure["p50_s"], 2)
                figure["first_growth_10x"] = round(after["first_p50_s"] / figure["first_p50_s"], 2)
    sizes = [base, large] if large else [base]
    result["max_queries_per_screen"] = max(
        figure["queries"] for size in sizes for figure in size["screens"].values()
    )
    print(json.dumps({**result, "times": chosen.times, "large": large, **facts}))


if __name__ == "__main__":
    main()
