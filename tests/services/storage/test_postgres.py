"""PostgreSQL: who may open it, what a transaction may see, and what happens when the server goes away."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import psycopg
import pytest
from alembic import command
from sqlalchemy import Engine, make_url, text
from sqlalchemy.exc import ProgrammingError

from services.errors import DatabaseAway, DatabaseUnusable, StorageError
from services.storage import migrating, postgres
from services.storage.database import SERVICE, open_database, reading, writing
from services.storage.store import Store
from tests.services.rehearsal import eventually
from tests.services.storage.stored import a_user, an_interview
from tests.standins import postgres as standin
from tests.standins.postgres import Server


@pytest.fixture
def server() -> Server:
    return standin.server()


@pytest.fixture
def name() -> Iterator[str]:
    made = standin.new_database()
    yield made
    standin.drop_database(made)


@pytest.fixture
def empty() -> Iterator[str]:
    """A project as it is on its first day."""
    made = standin.new_database(empty=True)
    yield made
    standin.drop_database(made)


@pytest.fixture
def engine(server: Server, name: str) -> Iterator[Engine]:
    opened = open_database(server.backend(name))
    yield opened
    opened.dispose()


# --- opening ----------------------------------------------------------------------------------


def test_a_database_without_tables_says_how_they_are_made(server: Server, empty: str) -> None:
    with pytest.raises(DatabaseUnusable) as refusal:
        open_database(server.backend(empty))
    assert "services.upgrade" in refusal.value.remedy


def test_a_database_that_is_behind_or_ahead_is_left_as_it_is(server: Server, name: str) -> None:
    with psycopg.connect(server.owner(name), autocommit=True) as db:
        for version, told in (("0001", "not up to date"), ("9999", "newer version")):
            db.execute("update app_private.alembic_version set version_num = %s", (version,))
            with pytest.raises(DatabaseUnusable) as refusal:
                open_database(server.backend(name))
            assert told in refusal.value.message


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://nobody@127.0.0.1:{port}/{name}",
        "postgresql://app_backend@127.0.0.1:{port}/not_there",
    ],
)
def test_a_wrong_user_or_database_is_told_apart_from_an_outage(
    server: Server, name: str, address: str
) -> None:
    with pytest.raises(DatabaseUnusable):
        open_database(address.format(port=server.port, name=name))


def test_a_server_that_is_not_there_is_away(name: str) -> None:
    with pytest.raises(DatabaseAway):
        open_database(f"postgresql://app_backend@127.0.0.1:{standin.free_port()}/{name}")


@pytest.mark.parametrize(
    ("address", "tls", "mode"),
    [
        ("postgresql://u:p@db.example.com:5432/d", "require", "require"),
        ("postgres://u:p@db.example.com:6543/d", "verify-full", "verify-full"),
        ("postgresql://u:p@db.example.com/d?sslmode=verify-ca", "require", None),
        ("postgresql://u:p@localhost/d", "require", None),
        ("postgresql://u:p@db/d", "off", None),
    ],
)
def test_a_connection_to_another_machine_is_encrypted(
    address: str, tls: str, mode: str | None
) -> None:
    wanted = postgres.connecting(make_url(postgres.spelled(address)), tls)
    assert wanted.get("sslmode") == mode


@pytest.mark.parametrize("weak", ["disable", "allow", "prefer"])
def test_an_address_that_gives_up_encryption_is_refused(weak: str) -> None:
    with pytest.raises(DatabaseUnusable) as refusal:
        open_database(f"postgresql://u:p@db.example.com/d?sslmode={weak}")
    assert "unencrypted" in refusal.value.message


# --- what a transaction may see ---------------------------------------------------------------


def test_a_transaction_that_says_nobody_is_refused_every_table(engine: Engine) -> None:
    a_user(engine)
    with engine.connect() as connection:
        for table in ("public.users", "public.answers", "app_private.logins"):
            with pytest.raises(ProgrammingError, match="permission denied"):
                connection.exec_driver_sql(f"SELECT * FROM {table}")
            connection.rollback()


def test_a_forgotten_owner_in_a_query_shows_nobody_elses_rows(engine: Engine) -> None:
    store, ada, eve = Store(engine), a_user(engine), a_user(engine, "Eve")
    an_interview(store, ada)
    with reading(engine, eve) as db:
        assert db.scalar(text("SELECT count(*) FROM interviews")) == 0
        assert db.scalar(text("SELECT count(*) FROM users")) == 1
    with reading(engine, ada) as db:
        assert db.scalar(text("SELECT count(*) FROM interviews")) == 1


def test_the_chores_cannot_read_what_was_said(engine: Engine) -> None:
    for table, column in (
        ("segments", "text"),
        ("answers", "edited"),
        ("cvs", "text"),
        ("ratings", "improved_answer"),
        ("scores", "evidence"),
    ):
        with pytest.raises(StorageError), reading(engine, SERVICE) as db:
            db.execute(text(f"SELECT {column} FROM {table}"))


@pytest.mark.parametrize("door", ["backend", "pooled"])
def test_nobodys_rights_are_left_on_a_connection_that_others_get(
    server: Server, name: str, door: str
) -> None:
    engine = open_database(getattr(server, door)(name))
    store = Store(engine)
    owners = [a_user(engine, f"User {n}") for n in range(4)]
    own = {owner: an_interview(store, owner).id for owner in owners}

    def look(owner: UUID) -> set[UUID]:
        seen: set[UUID] = set()
        for _ in range(10):
            with reading(engine, owner) as db:
                seen |= set(db.scalars(text("SELECT id FROM interviews")))
        return seen

    with ThreadPoolExecutor(4) as threads:
        for owner, seen in zip(owners, threads.map(look, owners), strict=True):
            assert seen == {own[owner]}
    with psycopg.connect(getattr(server, door)(name)) as db:
        assert db.execute("select current_user, session_user").fetchone() == (
            "app_backend",
            "app_backend",
        )
    engine.dispose()


def test_a_transaction_that_only_reads_cannot_write(engine: Engine) -> None:
    ada = a_user(engine)
    with pytest.raises(StorageError), reading(engine, ada) as db:
        db.execute(text("DELETE FROM interviews"))


def test_only_an_id_can_be_an_owner(engine: Engine) -> None:
    with pytest.raises(TypeError), reading(engine, "x' OR true --"):  # type: ignore[arg-type]
        pass


# --- migrations -------------------------------------------------------------------------------


def test_the_migrations_make_exactly_the_tables_of_the_code(server: Server, name: str) -> None:
    command.check(migrating.config(postgres.owners_engine(server.owner(name), "off")))


def test_two_that_upgrade_at_once_make_the_tables_once(server: Server, empty: str) -> None:
    program = (
        "import sys; from services.storage import migrating, postgres;"
        "migrating.upgrade(postgres.owners_engine(sys.argv[1], 'off'))"
    )
    both = [
        subprocess.Popen([sys.executable, "-c", program, server.owner(empty)]) for _ in range(2)
    ]
    assert [process.wait(60) for process in both] == [0, 0]
    open_database(server.backend(empty)).dispose()


def test_going_back_and_forth_keeps_what_is_stored(server: Server, name: str) -> None:
    engine = open_database(server.backend(name))
    store, ada = Store(engine), a_user(engine)
    before = an_interview(store, ada)
    engine.dispose()
    owners = postgres.owners_engine(server.owner(name), "off")
    command.downgrade(migrating.config(owners), "0003")
    migrating.upgrade(owners)
    engine = open_database(server.backend(name))
    assert Store(engine).interview(ada, before.id) == before
    engine.dispose()


def test_whoever_cannot_bypass_row_security_may_not_upgrade(server: Server, name: str) -> None:
    with pytest.raises(DatabaseUnusable):
        postgres.must_own(postgres.owners_engine(server.backend(name), "off"))


# --- outages ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def own_server() -> Iterator[Server]:
    """One that may be stopped: other tests need theirs."""
    made = standin.start_server()
    yield made
    made.end()


def test_a_server_that_restarts_is_waited_for(own_server: Server) -> None:
    engine = open_database(own_server.backend(standin.new_database(own_server)))
    store, ada = Store(engine), a_user(engine)
    first = an_interview(store, ada)
    own_server.stop()
    back = threading.Timer(0.5, own_server.start)
    back.start()
    assert store.interview(ada, first.id) == first
    back.join()
    an_interview(store, ada)
    assert store.count_interviews(ada) == 2
    engine.dispose()


def test_a_server_that_stays_away_is_told_as_such_and_found_again(own_server: Server) -> None:
    engine = open_database(own_server.backend(standin.new_database(own_server)))
    store, ada = Store(engine), a_user(engine)
    own_server.stop()
    for _ in range(2):  # the first waits a little, the second does not
        with pytest.raises(DatabaseAway):
            store.count_interviews(ada)
    own_server.start()
    assert store.count_interviews(ada) == 0
    engine.dispose()


def test_connections_from_before_a_restart_are_not_taken_for_an_outage(own_server: Server) -> None:
    engine = open_database(own_server.backend(standin.new_database(own_server)))
    store, ada = Store(engine), a_user(engine)
    for _ in range(2):  # the second restart comes while nobody would wait for the server
        own_server.stop()
        with pytest.raises(DatabaseAway):
            store.count_interviews(ada)
        own_server.start()
        with ThreadPoolExecutor(4) as threads:  # each leaves a connection in the pool
            assert list(threads.map(store.count_interviews, [ada] * 8)) == [0] * 8
        own_server.stop()
        own_server.start()
        assert store.count_interviews(ada) == 0
    engine.dispose()


def test_a_server_that_does_not_even_refuse_is_not_asked_by_everybody(
    server: Server, name: str
) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(50)  # connections are taken and never answered
        port = silent.getsockname()[1]
        engine = postgres.owners_engine(f"postgresql://app_backend@127.0.0.1:{port}/{name}", "off")
        store = Store(engine)
        for _ in range(10):
            with pytest.raises(DatabaseAway):
                store.count_interviews(uuid4())
        silent.settimeout(0)
        asked = 0
        with contextlib.suppress(BlockingIOError):
            while True:
                silent.accept()[0].close()
                asked += 1
        assert 1 <= asked <= 3
        engine.dispose()


def test_who_cannot_open_the_database_at_all_does_not_ask_a_silent_server_every_time() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(50)
        address = f"postgresql://app_backend:hush@127.0.0.1:{silent.getsockname()[1]}/x"
        for _ in range(10):
            with pytest.raises(DatabaseAway):
                open_database(address)
        silent.settimeout(0)
        asked = 0
        with contextlib.suppress(BlockingIOError):
            while True:
                silent.accept()[0].close()
                asked += 1
        assert 1 <= asked <= 3


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://postgres:hush@127.0.0.1:here/x",
        "postgresql://postgres:hush@db.example.com/x?sslmode=disable",
        "sqlite:///interviews.db",
        "nonsense",
    ],
)
def test_an_owners_address_that_is_none_is_told_without_a_traceback(address: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "services.upgrade"],
        env=os.environ | {"DATABASE_OWNER_URL": address},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "DATABASE_" in done.stderr
    assert "hush" not in done.stderr


def test_a_pooler_whose_server_is_gone_is_away_and_found_again(own_server: Server) -> None:
    engine = open_database(own_server.pooled(standin.new_database(own_server)))
    store, ada = Store(engine), a_user(engine)
    own_server.stop()
    with pytest.raises(DatabaseAway):
        store.count_interviews(ada)
    own_server.start()

    def found_again() -> bool:
        with contextlib.suppress(DatabaseAway):
            return store.count_interviews(ada) == 0
        return False

    eventually(found_again)
    engine.dispose()


def test_a_connection_that_breaks_in_the_middle_undoes_its_transaction(
    server: Server, name: str
) -> None:
    engine = open_database(server.backend(name))
    store, ada = Store(engine), a_user(engine)

    def change_and_lose_the_connection() -> None:
        with writing(engine, SERVICE) as db:
            db.execute(text("UPDATE users SET name = 'half'"))
            with psycopg.connect(server.owner(name), autocommit=True) as owner:
                owner.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity "
                    "where usename = 'app_backend' and datname = current_database()"
                )
            db.execute(text("UPDATE users SET name = 'whole'"))

    with pytest.raises(DatabaseAway):
        change_and_lose_the_connection()
    with reading(engine, ada) as db:
        assert db.scalar(text("SELECT name FROM users")) == "Ada"
    assert store.count_interviews(uuid4()) == 0
    engine.dispose()
