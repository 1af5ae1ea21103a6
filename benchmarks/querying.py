"""What a screen asks the database for: how long it takes, by which plan, and over how many connections."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import Engine, event

from benchmarks.measuring import quantile
from services.accounts.logins import Logins
from services.ports import Owner
from services.progress import progress
from services.storage.database import SERVICE, Service, reading
from services.storage.spending import Limits, Spending
from services.storage.store import Store

CALLS = 200  # of each query
SAMPLE = 200  # candidates that they are spread over
RETURNING = 20  # of them who look again and again
AT_ONCE = 16  # callers while connections are counted
LARGE = 10_000  # rows; below, reading a whole table may well be the better plan
_CALLS_LIMITS = Limits(calls_per_user=1_000, tokens_per_user=10**6, calls=10**6, tokens=10**9)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who looks at screens."""

    owner: Owner
    secret: str  # of a login
    reviewed: UUID  # an interview that is over
    open: UUID  # one that is not


@dataclass(frozen=True, slots=True)
class Query:
    """One transaction of a screen, and as whom it is made."""

    name: str
    ask: Callable[[Candidate], object]
    service: bool = False

    def who(self, candidate: Candidate) -> Owner | Service:
        return SERVICE if self.service else candidate.owner


@dataclass
class Sent:
    """What is sent to the database meanwhile: `queries` read or write tables; beside them each transaction
    has a beginning, an end and, on PostgreSQL, the statement that enters a role."""

    queries: list[tuple[str, Any]] = field(default_factory=list)
    transactions: int = 0
    round_trips: int = 0  # if there is a server; a file has none


# Streamlit's name of the thread that draws a screen.
SCRIPT_THREAD = "ScriptRunner.scriptThread"


@contextmanager
def sent_to(engine: Engine | type[Engine], by: str = "") -> Iterator[Sent]:
    """Listen to one engine or, given the class, to all of this process; `by`: only to threads of this name."""
    sent = Sent()

    def other() -> bool:
        return bool(by) and threading.current_thread().name != by

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.startswith("BEGIN") or other():  # the first are counted below
            return
        sent.round_trips += 1
        if not statement.startswith("SELECT set_config("):
            sent.queries.append((statement, parameters))

    def begun(_connection: Any) -> None:
        if other():
            return
        sent.transactions += 1
        sent.round_trips += 2  # BEGIN and COMMIT

    event.listen(engine, "before_cursor_execute", note)
    event.listen(engine, "begin", begun)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)
        event.remove(engine, "begin", begun)


def queries(engine: Engine) -> tuple[Query, ...]:
    """Each that a screen makes when it is opened, and those of starting an interview."""
    store, logins = Store(engine), Logins(engine)
    spending = Spending(engine, _CALLS_LIMITS)

    return (
        Query("login", lambda c: logins.find(c.secret), service=True),
        Query("logins", lambda c: logins.of(c.owner), service=True),
        Query("set_up", lambda c: store.offered(c.owner)),
        Query("spent_today", lambda c: spending.today(c.owner), service=True),
        Query("seen_before", lambda c: store.seen_sources(c.owner)),
        Query("asked_before", lambda c: store.past_questions(c.owner)),
        Query("interview", lambda c: store.at_work(c.owner, c.open)),
        Query("newest_open", lambda c: store.at_work(c.owner, None)),
        Query("feedback", lambda c: store.look(c.owner, c.reviewed)),
        Query("history", lambda c: store.newest(c.owner, 20)),
        Query("history_page", lambda c: store.summaries(c.owner, 20, 40)),
        Query("progress", lambda c: progress(store, c.owner)),
    )


def candidates(engine: Engine, owners: Sequence[UUID], dice: random.Random) -> list[Candidate]:
    """A sample, each signed in now."""
    store, logins = Store(engine), Logins(engine)
    found = []
    for owner in dice.sample(owners, min(SAMPLE, len(owners))):
        newest, older = store.summaries(owner, 2, 0)
        found.append(Candidate(owner, logins.open(owner), older.id, newest.id))
    return found


def times(query: Query, asked: Sequence[Candidate]) -> dict[str, float | None]:
    """p50_s and p95_s of at least `CALLS` calls, one after the other: for `RETURNING` candidates who look
    again and again; and, as first_p50_s and first_p95_s, for others who look for the first time."""
    first = [_time(query, asked[n % len(asked)]) for n in range(max(CALLS, len(asked)))]
    again = [_time(query, asked[n % min(RETURNING, len(asked))]) for n in range(CALLS)]
    return {
        "p50_s": _fine(again, 0.5),
        "p95_s": _fine(again, 0.95),
        "first_p50_s": _fine(first, 0.5),
        "first_p95_s": _fine(first, 0.95),
    }


def _time(query: Query, candidate: Candidate) -> float:
    began = time.perf_counter()
    query.ask(candidate)
    return time.perf_counter() - began


def _fine(seconds: Sequence[float], share: float) -> float | None:
    """To the microsecond: quick queries take a few hundred of them."""
    in_us = quantile((s * 1e6 for s in seconds), share)
    return None if in_us is None else round(in_us / 1e6, 6)


def scans(
    engine: Engine, query: Query, candidate: Candidate, rows: dict[str, int], large: int = LARGE
) -> list[tuple[str, str]]:
    """(table, statement) for every table of more than `large` rows that is read from end to end."""
    with sent_to(engine) as sent:
        query.ask(candidate)
    watched = {table for table, count in rows.items() if count > large}
    found = []
    for statement, parameters in sent.queries:
        with reading(engine, query.who(candidate)) as db:  # row-level security is part of the plan
            connection = db.connection()
            if engine.dialect.name == "postgresql":
                explained = f"EXPLAIN (FORMAT JSON) {statement}"
                (plan,) = connection.exec_driver_sql(explained, parameters).scalar_one()
                whole = _whole(plan["Plan"])
            else:
                steps = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
                scanned = [row[-1].split() for row in steps if row[-1].startswith("SCAN")]
                whole = {step[1] for step in scanned}
        found += [(table, statement) for table in sorted(whole & watched)]
    return found


def _whole(node: dict[str, Any]) -> set[str]:
    """Tables that a plan of PostgreSQL's reads from end to end."""
    # An index that is read without a condition is read from end to end as well.
    unbounded = node["Node Type"].startswith("Index") and "Index Cond" not in node
    here = {node["Relation Name"]} if node["Node Type"] == "Seq Scan" or unbounded else set()
    return here.union(*(_whole(child) for child in node.get("Plans", ())))


def most_connections(asked: Sequence[Candidate], every: Sequence[Query], owner_url: str) -> int:
    """Connections of the app's while `AT_ONCE` callers ask for everything, as the server counts them."""
    most, done = 0, threading.Event()

    def count() -> None:
        nonlocal most
        with psycopg.connect(owner_url, autocommit=True) as db:
            while not done.wait(0.02):
                row = db.execute(
                    "SELECT count(*) FROM pg_stat_activity "
                    "WHERE usename = 'app_backend' AND datname = current_database()"
                ).fetchone()
                most = max(most, row[0] if row else 0)

    counter = threading.Thread(target=count)
    counter.start()
    try:
        with ThreadPoolExecutor(AT_ONCE) as callers:
            jobs = [callers.submit(q.ask, c) for c in asked[: 2 * AT_ONCE] for q in every]
            for job in jobs:
                job.result()
    finally:
        done.set()
        counter.join()
    return most
