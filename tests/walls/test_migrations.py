"""The steps to the newest tables on PostgreSQL: as files, from every earlier version, and by two at once."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from psycopg.rows import dict_row
from sqlalchemy import Engine, MetaData

from services.storage import migrating, postgres
from services.storage.tables import PRIVATE
from tests.standins.postgres import Server
from tests.walls.rows import Person, a_person, store_rows

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "supabase" / "migrations").glob("*.sql"))
REVISIONS = [
    script.revision
    for script in reversed(list(ScriptDirectory.from_config(migrating.config()).walk_revisions()))
]
GONE = {"tickets"}  # they live for seconds, and no upgrade keeps them


@contextmanager
def owners(here: Server, name: str) -> Iterator[Engine]:
    engine = postgres.owners_engine(here.owner(name), "off")
    yield engine
    engine.dispose()


def test_the_sql_files_are_what_the_migrations_print() -> None:
    """If not: python -m services.upgrade --sql supabase/migrations"""
    printed = migrating.as_sql()
    assert [path.name for path in FILES] == list(printed)
    for path in FILES:
        assert path.read_text() == printed[path.name], path.name


def test_the_sql_files_make_the_tables_of_the_code_in_an_empty_project(
    here: Server, project: str
) -> None:
    assert FILES
    for path in FILES:
        done = subprocess.run(
            [psql(), "-v", "ON_ERROR_STOP=1", "-q", "-f", str(path), here.owner(project)],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    with owners(here, project) as engine:
        command.check(migrating.config(engine))


def psql() -> str:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/psql"))
    return shutil.which("psql") or str(found[-1])


def test_the_migrations_make_the_tables_of_the_code(here: Server, database: str) -> None:
    with owners(here, database) as engine:
        command.check(migrating.config(engine))


@pytest.mark.parametrize("revision", REVISIONS[:-1])
def test_an_upgrade_from_every_earlier_version_keeps_what_was_stored(
    here: Server, project: str, revision: str
) -> None:
    ada, eve = a_person("Ada"), a_person("Eve")
    with owners(here, project) as engine:
        command.upgrade(migrating.config(engine), revision)
        store_rows(here.owner(project), ada, eve, among=reflected(engine))
        before = everything(here.owner(project))
        migrating.upgrade(engine)
        command.check(migrating.config(engine))
    after = everything(here.owner(project))
    assert len(before) >= 10
    for table in before.keys() - GONE:
        assert len(after[table]) == len(before[table]), table
        kept = before[table][0].keys() & after[table][0].keys()
        assert kept, table
        assert only(kept, before[table]) == only(kept, after[table]), table
    if "passwords" not in before:  # they moved out of the users, and recordings got a date
        told = {row["user_id"]: row["hash"] for row in after["passwords"]}
        assert told == {row["id"]: row["password_hash"] for row in before["users"]}
        for answer in after["answers"]:
            assert answer["recorded_at"] == answer["finished_at"]
    belongs_to(after, ada, eve)


def everything(url: str) -> dict[str, list[dict[str, Any]]]:
    """All rows by the table's name, wherever it lies."""
    with psycopg.connect(url, row_factory=dict_row) as db:
        names = db.execute(
            "SELECT tablename AS name, quote_ident(schemaname) || '.' || tablename AS place "
            "FROM pg_tables WHERE schemaname IN ('public', 'app_private')"
        ).fetchall()
        return {
            found["name"]: db.execute(
                f"SELECT * FROM {found['place']} t ORDER BY t::text"
            ).fetchall()  # type: ignore[call-overload]
            for found in names
            if found["name"] != "alembic_version"
        }


def only(columns: set[str], rows: list[dict[str, Any]]) -> list[str]:
    return sorted(str({name: row[name] for name in sorted(columns)}) for row in rows)


def belongs_to(stored: dict[str, list[dict[str, Any]]], *people: Person) -> None:
    """Everybody still has a row in every table of candidates."""
    for name in ("interviews", "questions", "answers", "segments", "ratings", "scores"):
        assert {row["user_id"] for row in stored[name]} == {person.id for person in people}


def test_two_processes_that_upgrade_at_once_do_it_once(here: Server, project: str) -> None:
    environment = {**os.environ, "DATABASE_OWNER_URL": here.owner(project)}
    both = [
        subprocess.Popen(
            [sys.executable, "-m", "services.upgrade"], cwd=ROOT, env=environment,
            stderr=subprocess.PIPE,
        )
        for _ in range(2)
    ]  # fmt: skip
    assert [(process.wait(60), process.communicate()[1]) for process in both] == [(0, b"")] * 2
    with owners(here, project) as engine:
        command.check(migrating.config(engine))


def test_an_upgrade_that_fails_in_the_middle_leaves_everything_as_it_was(
    here: Server, project: str
) -> None:
    url = here.owner(project)
    with owners(here, project) as engine:
        command.upgrade(migrating.config(engine), "0003")
        store_rows(url, a_person("Ada"), among=reflected(engine))
        with psycopg.connect(url) as db:  # in the way of the last step
            db.execute("CREATE TABLE app_private.removals (something text)")
            db.commit()
        before = everything(url)
        with pytest.raises(Exception, match="already exists"):
            migrating.upgrade(engine)
    assert everything(url) == before


def reflected(engine: Engine) -> list[Any]:
    found = MetaData()
    found.reflect(engine)
    if "passwords" not in found.tables:
        found.reflect(engine, schema=PRIVATE)
    return [table for table in found.sorted_tables if table.name != "alembic_version"]
