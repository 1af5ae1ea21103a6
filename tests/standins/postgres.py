"""A real PostgreSQL of the tests' own, with the roles of a project at Supabase, and PgBouncer before it.

One server for all tests of a process, started when the first of them asks; every test that wants one gets a
database of its own, copied from one that the migrations made.
"""

from __future__ import annotations

import atexit
import itertools
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psycopg

from services.storage import migrating, postgres

_HERE = Path(__file__).parent
_TEMPLATE = "ours"
_numbers = itertools.count(1)
START_S = 60.0


@dataclass(frozen=True)
class Server:
    """`owner` may do everything; `backend` is the login role of the app."""

    folder: Path
    port: int
    pooler_port: int
    pooler: subprocess.Popen[bytes]

    def owner(self, database: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def backend(self, database: str) -> str:
        return f"postgresql://app_backend:backend@127.0.0.1:{self.port}/{database}"

    def authenticator(self, database: str) -> str:
        """As whom PostgREST connects."""
        return f"postgresql://authenticator:authenticator@127.0.0.1:{self.port}/{database}"

    def pooled(self, database: str) -> str:
        """Through PgBouncer in transaction mode, which has one connection to the server."""
        return f"postgresql://app_backend:backend@127.0.0.1:{self.pooler_port}/{database}"

    def stop(self) -> None:
        """As a server that goes away: everybody is thrown out."""
        self._control("stop", "-m", "immediate")

    def end(self) -> None:
        """For good."""
        self.pooler.terminate()
        with suppress(RuntimeError):  # it may be stopped already
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        self._control("start", "-w", "-l", str(self.folder / "log"))

    def _control(self, *command: str) -> None:
        _as_postgres(_program("pg_ctl"), "-D", str(self.folder / "data"), *command)


@cache
def server() -> Server:
    """The server of this process."""
    running = start_server()
    atexit.register(running.end)
    return running


def start_server() -> Server:
    """A new server with nothing in it but a project's roles, and the database that others are copied from."""
    folder = Path(tempfile.mkdtemp(prefix="interviews-pg-"))
    if os.getuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    port, pooler_port = free_port(), free_port()
    made = Server(folder, port, pooler_port, _start_pooler(folder, port, pooler_port))
    data = str(folder / "data")
    _as_postgres(_program("initdb"), "-D", data, "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C")  # fmt: skip
    settings = {
        "port": made.port,
        "listen_addresses": "'127.0.0.1'",
        "unix_socket_directories": f"'{folder}'",
        "fsync": "off",
        "full_page_writes": "off",
        "max_connections": 120,
        "shared_buffers": "'32MB'",
        "log_min_messages": "fatal",
        "log_min_error_statement": "panic",
    }
    with (folder / "data" / "postgresql.conf").open("a") as conf:
        conf.writelines(f"{name} = {value}\n" for name, value in settings.items())
    made.start()
    with psycopg.connect(made.owner("postgres"), autocommit=True) as db:
        db.execute((_HERE / "project.sql").read_text())
        db.execute(f"create database {_TEMPLATE}")
    with psycopg.connect(made.owner(_TEMPLATE), autocommit=True) as db:
        db.execute((_HERE / "project_database.sql").read_text())
    engine = postgres.owners_engine(made.owner(_TEMPLATE), "off")
    migrating.upgrade(engine)
    engine.dispose()
    _await_pooler(made)
    return made


def new_database(here: Server | None = None, *, empty: bool = False) -> str:
    """The name of a new database with the newest tables, or `empty`: as a new project has it."""
    here = here or server()
    name = f"test_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(here.owner("postgres"), autocommit=True) as db:
        db.execute(f"create database {name}" + ("" if empty else f" template {_TEMPLATE}"))
    if empty:
        with psycopg.connect(here.owner(name), autocommit=True) as db:
            db.execute((_HERE / "project_database.sql").read_text())
    return name


def drop_database(name: str, here: Server | None = None) -> None:
    with psycopg.connect((here or server()).owner("postgres"), autocommit=True) as db:
        db.execute(f"drop database if exists {name} with (force)")


def _start_pooler(folder: Path, port: int, pooler_port: int) -> subprocess.Popen[bytes]:
    """It connects to the server only when somebody asks it to."""
    config = folder / "pgbouncer.ini"
    config.write_text(
        f"""[databases]
* = host=127.0.0.1 port={port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {pooler_port}
unix_socket_dir =
auth_type = trust
auth_file = {folder / "users.txt"}
pool_mode = transaction
default_pool_size = 1
max_client_conn = 200
server_check_delay = 5
query_wait_timeout = 5
server_login_retry = 1
log_connections = 0
log_disconnections = 0
logfile = {folder / "pgbouncer.log"}
"""
    )
    (folder / "users.txt").write_text('"app_backend" "backend"\n')
    for path in (config, folder / "users.txt"):
        path.chmod(0o644)
    command = [shutil.which("pgbouncer") or "/usr/sbin/pgbouncer", "-q", str(config)]
    return subprocess.Popen(_command(*command), stderr=subprocess.DEVNULL)


def _await_pooler(made: Server) -> None:
    limit = time.monotonic() + START_S
    while time.monotonic() < limit:
        try:
            psycopg.connect(made.pooled(_TEMPLATE)).close()
            # A pool keeps its connection, and who is connected to a template holds up its copies.
            with psycopg.connect(made.owner("postgres"), autocommit=True) as db:
                db.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s",
                    (_TEMPLATE,),
                )
            return
        except psycopg.OperationalError:
            time.sleep(0.05)
    raise RuntimeError("PgBouncer did not start")


def _program(name: str) -> str:
    """Debian keeps the server's programs out of the path, by version."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(found[-1]) if found else shutil.which(name) or name


def _as_postgres(*command: str) -> None:
    done = subprocess.run(
        _command(*command), capture_output=True, text=True, timeout=START_S, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stdout[-500:]} {done.stderr[-500:]}")


def _command(*command: str) -> list[str]:
    """PostgreSQL refuses to run as root."""
    if os.getuid() != 0:
        return list(command)
    pwd.getpwnam("postgres")
    return ["runuser", "-u", "postgres", "--", *command]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
