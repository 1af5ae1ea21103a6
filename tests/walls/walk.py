"""Walks along all walls: every table, every verb, every attack, as everybody who should not."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Table

from services.storage.columns import CleanJson, CleanText
from tests.standins.postgres import Server
from tests.walls import attacks, catalogue
from tests.walls.attacks import Attack
from tests.walls.rows import (
    OUR_OWN,
    Person,
    a_person,
    full_name,
    is_private,
    named,
    store_rows,
    tables,
)

# Not allowed; and what COPY FROM says before it comes to that.
REFUSED = ("42501", "0A000")
# Claims that are no JSON, or no UUID: a failure before any row is looked at.
UNREADABLE = ("22P02", "22P03")
BROKEN_CLAIMS = (
    *("", "not json", "{}", "[]", '"text"', "null", "17", '{"sub": ""}', '{"sub": null}'),
    *('{"sub": "everybody"}', '{"sub": ["%s"]}', '{"sub": {"id": "%s"}}', '{"Sub": "%s"}'),
    *('{"sub": "%s or 1=1"}', '{"role": "service_role"}'),
)


@dataclass(frozen=True)
class Intruder:
    """How somebody comes to the tables. `door` is said at the start of each transaction."""

    label: str
    url: str
    door: sql.Composed | sql.SQL
    sees_own: bool = False  # a candidate: has rows of their own
    states: tuple[str, ...] = REFUSED


@dataclass
class Walked:
    """`breaches` says where a wall did not hold."""

    tables: int = 0
    tries: Counter[str] = field(default_factory=Counter)  # by verb
    ways: Counter[str] = field(default_factory=Counter)  # by intruder
    breaches: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(self.tries.values())


def door(role: str, claims: str) -> sql.Composed:
    """As the app does it: both end with the transaction."""
    return sql.SQL(
        "SELECT set_config('role', {}, true), set_config('request.jwt.claims', {}, true)"
    ).format(role, claims)


def postgrest_door(role: str, claims: str) -> sql.Composed:
    """As PostgREST does it."""
    return sql.SQL(
        "SET LOCAL ROLE {}; SELECT set_config('request.jwt.claims', {}, true), "
        "set_config('search_path', 'public', true), set_config('request.method', 'GET', true)"
    ).format(sql.Identifier(role), claims)


def claims_of(person: Person, role: str = "authenticated") -> str:
    return json.dumps({"sub": str(person.id), "role": role})


def intruders(here: Server, database: str, attacker: Person, victim: Person) -> Iterator[Intruder]:
    """Candidates who reach for another's rows, and those who are nobody at all."""
    backend, pooled = here.backend(database), here.pooled(database)
    postgrest = here.authenticator(database)
    mine = claims_of(attacker)
    for label, url, opened in (
        ("a candidate through the app", backend, door("authenticated", mine)),
        ("a candidate through the pooler", pooled, door("authenticated", mine)),
        ("a candidate through PostgREST", postgrest, postgrest_door("authenticated", mine)),
    ):
        yield Intruder(label, url, opened, sees_own=True)
    for label, said in (
        ("without claims", ""),
        ("with one's own claims", claims_of(attacker, "anon")),
        ("with the victim's claims", claims_of(victim, "anon")),
    ):
        yield Intruder(f"anon {label}", postgrest, postgrest_door("anon", said))
    yield Intruder("the app that forgot to say who", backend, sql.SQL("SELECT 1"))
    yield Intruder("PostgREST without a role", postgrest, sql.SQL("SELECT 1"))
    forgot = sql.SQL("SET LOCAL ROLE authenticated")
    yield Intruder("a candidate of no name", backend, forgot, states=REFUSED + UNREADABLE)


def nameless(here: Server, database: str, victim: Person) -> Iterator[Intruder]:
    """Candidates whose claims name nobody."""
    for said in BROKEN_CLAIMS:
        claims = said.replace("%s", str(victim.id))
        yield Intruder(
            f"claims {said or 'that are empty'}",
            here.backend(database),
            door("authenticated", claims),
            states=REFUSED + UNREADABLE,
        )


def walk(here: Server, database: str, only: Sequence[str] = ()) -> Walked:
    """Try everything on a database with the newest tables and nothing in them. `only` names tables, in
    full."""
    owner = here.owner(database)
    attacker, victim = a_person("Eve"), a_person("Ada")
    store_rows(owner, attacker, victim)
    chosen = [table for table in tables() if not only or full_name(table) in only]
    done = Walked(tables=len(chosen))
    done.breaches += _unknown_tables(owner)
    before = _everything(owner)
    for intruder in intruders(here, database, attacker, victim):
        anywhere = () if only else attacks.on_the_house(victim)
        tried = [(None, attack) for attack in anywhere] + _tried(chosen, attacker, victim)
        _send(intruder, tried, attacker, victim, done)
    chores = Intruder("the chores", here.backend(database), door("app_service", ""))
    told = [(t, a) for t in chosen for c in said_in(t) for a in attacks.on_words(t, c, victim)]
    _send(chores, told, attacker, victim, done)
    for intruder in nameless(here, database, victim):
        tried = _tried([t for t in chosen if not is_private(t)], attacker, victim)
        _send(intruder, tried, attacker, victim, done)
    after = _everything(owner)
    done.breaches += [
        f"the rows of {name} are others now" for name in before if before[name] != after.get(name)
    ]
    return done


def _tried(
    chosen: Sequence[Table], attacker: Person, victim: Person
) -> list[tuple[Table | None, Attack]]:
    return [(t, attack) for t in chosen for attack in attacks.on_table(t, attacker, victim)]


def _send(
    intruder: Intruder,
    tried: Iterable[tuple[Table | None, Attack]],
    attacker: Person,
    victim: Person,
    done: Walked,
) -> None:
    with psycopg.connect(intruder.url, autocommit=True, prepare_threshold=None) as db:
        for table, attack in tried:
            _try(db, intruder, table, attack, attacker, victim, done)


def said_in(table: Table) -> Iterator[str]:
    """The columns that may hold what a candidate said or was told: every text that no chore needs."""
    if is_private(table):
        return
    for column in table.columns:
        wordy = isinstance(column.type, CleanText | CleanJson)
        if wordy and column.name not in catalogue.SERVICE_MAY_READ.get(table.name, ()):
            yield column.name


def _unknown_tables(owner: str) -> Iterator[str]:
    """Tables that the catalogue has and the code has not: nobody can make rows for them."""
    known = {full_name(table) for table in tables()} | {f"app_private.{name}" for name in OUR_OWN}
    with psycopg.connect(owner) as db:
        found = db.execute(
            "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname = ANY(%s)",
            [list(catalogue.SCHEMAS)],
        )
        for (name,) in found.fetchall():
            if name not in known:
                yield f"{name} has no rows to attack, because the code does not know it"


def _everything(owner: str) -> dict[str, str]:
    """A fingerprint of what each table holds."""
    with psycopg.connect(owner) as db:
        return {
            full_name(table): str(
                db.execute(
                    sql.SQL(
                        "SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {} t"
                    ).format(named(table))
                ).fetchone()
            )
            for table in tables()
        }


def _try(
    db: psycopg.Connection[Any],
    intruder: Intruder,
    table: Table | None,
    attack: Attack,
    attacker: Person,
    victim: Person,
    done: Walked,
) -> None:
    """One attack in a transaction of its own, which is kept: what it did will show."""
    done.tries[attack.verb] += 1
    done.ways[intruder.label] += 1
    name = "" if table is None else full_name(table)
    where = f"{intruder.label}: {attack.verb} {name} {attack.label}"
    opening = sql.SQL("BEGIN; ") + intruder.door
    if attack.before is not None:
        opening += sql.SQL("; ") + attack.before
    try:
        db.execute(opening)
        count, told = _run(db, attack)
        db.execute("ROLLBACK" if attack.returns else "COMMIT")
    except psycopg.Error as failure:
        db.execute("ROLLBACK")
        if failure.sqlstate not in intruder.states:
            # It came past the wall and stumbled behind it.
            done.breaches.append(
                f"{where}: failed with {failure.sqlstate} instead of being refused"
            )
        return
    own = attack.own if intruder.sees_own and table is not None and not is_private(table) else 0
    if count > own:
        done.breaches.append(f"{where}: {count} rows")
    if victim.mark in told or str(victim.id) in told:
        done.breaches.append(f"{where}: told what is somebody else's")
    named = attacker.mark in told or str(attacker.id) in told
    if own and attack.exactly and (count != own or not named):
        done.breaches.append(f"{where}: {count} rows instead of one's own")


def _run(db: psycopg.Connection[Any], attack: Attack) -> tuple[int, str]:
    """How many rows came of it, and everything that was told."""
    with db.cursor() as cursor:
        if attack.verb != "COPY":
            cursor.execute(attack.statement)
            told = str(cursor.fetchall()) if cursor.description else ""
            return max(cursor.rowcount, 0), told
        if "STD" not in attack.statement.as_string():
            cursor.execute(attack.statement)
            return max(cursor.rowcount, 0), ""
        with cursor.copy(attack.statement) as copy:
            if attack.copy_in is None:
                told = b"".join(bytes(piece) for piece in copy).decode()
                return told.count("\n"), told
            copy.write(attack.copy_in)
        return max(cursor.rowcount, 0), ""
