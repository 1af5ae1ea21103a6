"""The doctor at the database, a real PostgreSQL with the roles of a project at Supabase."""

from __future__ import annotations

import itertools
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from services.doctor import database
from services.doctor.findings import Finding, State
from services.storage.database import open_database
from tests.services.doctor.cases import a_case, named, worries
from tests.services.storage.stored import a_database
from tests.standins import postgres

_numbers = itertools.count(1)


class Project:
    """A database of the app, and its owner."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.name = name
        self.server = postgres.server()

    def as_owner(self, *statements: str) -> None:
        with psycopg.connect(self.server.owner(self.name), autocommit=True) as db:
            for statement in statements:
                db.execute(statement)

    def look(self, url: str = "", **settings: Any) -> list[Finding]:
        url = url or self.server.backend(self.name)
        return list(database.examine(a_case(self.folder, database_url=url, **settings)))


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    name = postgres.new_database()
    yield Project(tmp_path, name)
    postgres.drop_database(name)


@pytest.fixture
def login(project: Project) -> Iterator[str]:
    """Another login with the same roles, to be spoilt: roles belong to all databases of a server."""
    name = f"doctors_{next(_numbers)}"
    project.as_owner(
        f"create role {name} login noinherit", f"grant authenticated, app_service to {name}"
    )
    yield name
    project.as_owner(f"drop owned by {name}", f"drop role {name}")


def test_a_database_that_is_well_has_nothing_to_worry_about(project: Project) -> None:
    findings = project.look()
    assert worries(findings) == []
    assert len(findings) == 12


def test_it_is_as_well_through_a_pooler(project: Project) -> None:
    assert worries(project.look(project.server.pooled(project.name))) == []


def test_the_owner_is_no_login_for_the_app(project: Project) -> None:
    found = project.look(project.server.owner(project.name))
    assert worries(found) == [
        "database address",
        "database login",
        "database roles",
        "rights without a role",
    ]
    assert "superuser" in named("database login", found).found


def test_a_login_that_inherits_is_a_problem(project: Project, login: str) -> None:
    project.as_owner(
        f"alter role {login} inherit",
        f"revoke authenticated, app_service from {login}",
        f"grant authenticated, app_service to {login}",
    )
    found = project.look(project.server.backend(project.name).replace("app_backend", login))
    assert named("database login", found).state is State.PROBLEM
    assert named("rights without a role", found).state is State.PROBLEM


def test_a_login_that_may_become_somebody_else_is_a_problem(project: Project, login: str) -> None:
    project.as_owner(f"grant service_role to {login}")
    found = project.look(project.server.backend(project.name).replace("app_backend", login))
    assert "service_role" in named("database roles", found).found


def test_a_login_that_may_not_do_chores_is_told_what_to_grant(project: Project, login: str) -> None:
    project.as_owner(f"revoke app_service from {login}")
    found = project.look(project.server.backend(project.name).replace("app_backend", login))
    roles = named("database roles", found)
    assert roles.state is State.PROBLEM
    assert "GRANT app_service, authenticated TO app_backend" in roles.remedy
    assert named("row-level security", found).state is State.OK  # one check never stops another


@pytest.mark.parametrize(
    ("spoil", "where"),
    [
        ("alter table public.answers disable row level security", "row-level security"),
        ("alter table app_private.logins no force row level security", "row-level security"),
        ("create table public.notes (id int)", "row-level security"),
        ("drop policy own on public.answers; drop policy chores on public.answers", "row-level security"),
        ("drop table public.scores", "row-level security"),
        ("create policy all_of_it on public.cvs to public using (true)", "policies"),
        ("grant select on public.users to anon", "rights of visitors"),
        ("grant insert (text) on public.segments to anon", "rights of visitors"),
        ("grant truncate on app_private.locks to authenticated", "rights of visitors"),
        ("grant select on public.ratings to app_backend", "rights without a role"),
        ("grant select on public.answers to app_service", "rights of the chores"),
        ("create policy leak on public.users for select to authenticated using (true); "
         "insert into public.users (id, name, created_at) values (gen_random_uuid(), 'Ada', now())",
         "rights of a stranger"),
        ("update app_private.alembic_version set version_num = '0003'", "database tables"),
        ("update app_private.alembic_version set version_num = 'later'", "database tables"),
    ],
)  # fmt: skip
def test_each_way_of_opening_it_is_found(project: Project, spoil: str, where: str) -> None:
    project.as_owner(*spoil.split(";"))
    found = named(where, project.look())
    assert found.state is State.PROBLEM
    assert found.remedy


def test_a_new_database_is_told_to_be_upgraded(tmp_path: Path) -> None:
    name = postgres.new_database(empty=True)
    found = Project(tmp_path, name).look()
    assert "services.upgrade" in named("database tables", found).remedy
    postgres.drop_database(name)


def test_a_server_that_is_away_is_one_problem_and_not_twelve(tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"postgresql://app_backend:hush@127.0.0.1:{nobody.getsockname()[1]}/x"
        findings = list(database.examine(a_case(tmp_path, database_url=url)))
    assert worries(findings) == ["database connection"]
    assert "hush" not in str(findings)


@pytest.mark.parametrize(
    ("url", "state"),
    [
        ("postgresql://app_backend.ref:p@aws-0-x.pooler.supabase.com:5432/postgres", State.OK),
        ("postgresql://app_backend.ref:p@aws-0-x.pooler.supabase.com:6543/postgres", State.OK),
        ("postgresql://app_backend:p@aws-0-x.pooler.supabase.com:5432/postgres", State.PROBLEM),
        ("postgresql://app_backend:p@db.ref.supabase.co:5432/postgres", State.WARNING),
        ("postgresql://postgres.ref:p@aws-0-x.pooler.supabase.com:5432/postgres", State.WARNING),
        ("mysql://app_backend:p@somewhere/x", State.PROBLEM),
        ("not an address", State.PROBLEM),
        ("postgresql://app_backend:hush@db.example.com:here/x", State.PROBLEM),
        ("postgresql://app_backend:hush@db.example.com/x?sslmode=disable", State.PROBLEM),
    ],
)
def test_addresses_are_judged_before_anybody_connects(
    tmp_path: Path, url: str, state: State
) -> None:
    found = next(database.examine(a_case(tmp_path, database_url=url)))
    assert (found.name, found.state) == ("database address", state)
    assert "mistake in the doctor" not in found.remedy
    assert "hush" not in str(found)


@pytest.mark.parametrize("rest", [":here/x", "/x?sslmode=disable"])
def test_an_address_that_is_refused_is_the_only_finding(tmp_path: Path, rest: str) -> None:
    url = f"postgresql://app_backend:hush@db.example.com{rest}"
    findings = list(database.examine(a_case(tmp_path, database_url=url)))
    assert worries(findings) == ["database address"]
    assert len(findings) == 1


def test_a_file_that_is_not_there_yet_is_made_later_and_by_others(tmp_path: Path) -> None:
    case = a_case(tmp_path)
    assert worries(database.examine(case)) == []
    assert not case.settings.data_dir.exists()


def test_a_file_of_this_version_is_fine_and_a_broken_one_is_not(tmp_path: Path) -> None:
    engine = a_database(tmp_path)
    url = f"sqlite:///{engine.url.database}"
    engine.dispose()
    assert worries(database.examine(a_case(tmp_path, database_url=url))) == []
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"no database " * 100)
    case = a_case(tmp_path, database_url=f"sqlite:///{broken}")
    assert worries(database.examine(case)) == ["database tables"]


def test_a_file_on_the_internet_is_a_warning(tmp_path: Path) -> None:
    case = a_case(tmp_path, public_url="https://interviews.example.com")
    assert worries(database.examine(case)) == ["database address"]


def test_what_the_doctor_calls_well_the_app_can_open(project: Project) -> None:
    assert worries(project.look()) == []
    open_database(project.server.backend(project.name)).dispose()
