"""The database: where it is, how the way to it is, whose login the app uses, and whether the tables fit."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import URL, Engine, create_engine, make_url, text

from services.doctor import policies
from services.doctor.case import Case
from services.doctor.connecting import bare, engine_of
from services.doctor.findings import Finding, State, look, ok, problem, warning
from services.errors import DatabaseUnusable
from services.storage import migrating, postgres
from services.storage.database import SERVICE, in_our_words, reading
from services.storage.tables import PRIVATE

LOGIN = "app_backend"
ROLES = {"authenticated", "app_service"}  # all that the login may become
SLOW_MS = 30.0  # for one way there and back; a screen makes several


def examine(case: Case) -> Iterator[Finding]:
    address = look("database address", _address, case)
    yield address
    if address.state is State.PROBLEM:
        return
    if (engine := engine_of(case)) is None:
        yield look("database tables", _tables_of_file, case)
        return
    reached = look("database connection", _connection, engine)
    yield reached
    if reached.state is State.PROBLEM:
        return
    yield look("database encryption", _encryption, engine, case.settings.database_tls)
    yield look("database login", _login, engine)
    yield look("database roles", _may_become, engine)
    yield look("database tables", _revision, engine)
    yield from policies.examine(engine)


def _address(case: Case) -> Finding:
    """Raises `DatabaseUnusable` for what the app would not open, which is a finding as well."""
    name = "database address"
    url = postgres.address(case.settings.database)
    if url.get_backend_name() == "sqlite":
        if case.on_the_internet:
            return warning(
                name,
                f"A SQLite file, {url.database}.",
                "It is lost where the host keeps no files, and only the processes of one machine can "
                "share it. Set DATABASE_URL for a server.",
            )
        return ok(name, f"A SQLite file, {url.database}.")
    if url.get_backend_name() != "postgresql":
        return problem(name, "It is neither SQLite nor PostgreSQL.", "Correct DATABASE_URL.")
    postgres.connecting(url, case.settings.database_tls)  # refuses one that gives up encryption
    return _server_address(name, url)


def _server_address(name: str, url: URL) -> Finding:
    host, user = url.host or "", url.username or ""
    where = f"{host}:{url.port or 5432}"
    if user.split(".")[0] != LOGIN:
        return warning(
            name,
            f"{where}, as {user or 'nobody'}.",
            f"Use the login {LOGIN}: it is refused every table by itself, so a mistake in the program "
            "shows nobody's data.",
        )
    if host.startswith("db.") and host.endswith(".supabase.co"):
        return warning(
            name,
            f"{where}, directly.",
            "This host has only an IPv6 address, which many servers and Community Cloud cannot reach. "
            "Use the session pooler (Connect > Session pooler, port 5432).",
        )
    if host.endswith("pooler.supabase.com") and "." not in user:
        return problem(
            name,
            f"{where}, as {user}.",
            f"The pooler wants the project in the name: {LOGIN}.PROJECT-REF.",
        )
    if url.port == postgres.TRANSACTION_POOLER_PORT:
        return ok(name, f"{where}, a pooler in transaction mode.")
    kind = "a pooler in session mode" if host.endswith("pooler.supabase.com") else "directly"
    return ok(name, f"{where}, {kind}.")


def _connection(engine: Engine) -> Finding:
    name = "database connection"
    times: list[float] = []
    with bare(engine) as connection:
        version = str(connection.execute(text("SHOW server_version")).scalar_one()).split()[0]
        for _ in range(5):
            began = time.perf_counter()
            connection.execute(text("SELECT 1"))
            times.append((time.perf_counter() - began) * 1_000)
    took = statistics.median(times)
    found = f"PostgreSQL {version} answers in {took:.1f} ms."
    if took > SLOW_MS:
        return warning(
            name,
            found,
            "Run the app in the region of the database: each screen asks several times.",
        )
    return ok(name, found)


def _encryption(engine: Engine, tls: str) -> Finding:
    name = "database encryption"
    host = engine.url.host or ""
    with bare(engine) as connection:
        wire = connection.connection.driver_connection
        encrypted = bool(wire and wire.pgconn.ssl_in_use)
        server = connection.execute(
            text("SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl")
        ).scalar_one_or_none()
    if encrypted:
        checked = "and the certificate is checked" if tls == "verify-full" else ""
        return ok(name, f"TLS ({server or 'to the pooler'}) {checked}".strip() + ".")
    if host in postgres.LOCAL or host.startswith("/"):
        return ok(name, "None, on this machine.")
    return warning(
        name,
        "None: passwords and answers travel in the open.",
        "Remove DATABASE_TLS=off unless the network between the two is yours alone.",
    )


def _login(engine: Engine) -> Finding:
    name = "database login"
    with bare(engine) as connection:
        role = connection.execute(
            text(
                "SELECT rolname, rolsuper, rolbypassrls, rolinherit, rolcreaterole, rolcreatedb "
                "FROM pg_roles WHERE rolname = session_user"
            )
        ).one()
    powers = {
        "is a superuser": role.rolsuper,
        "bypasses row-level security": role.rolbypassrls,
        "inherits the rights of its roles": role.rolinherit,
        "may make roles": role.rolcreaterole,
        "may make databases": role.rolcreatedb,
    }
    too_much = [power for power, has in powers.items() if has]
    if not too_much:
        return ok(name, f"{role.rolname} has no power of its own.")
    return problem(
        name,
        f"{role.rolname} {', '.join(too_much)}.",
        f"Use {LOGIN} in DATABASE_URL. As the owner: ALTER ROLE {LOGIN} NOINHERIT NOCREATEROLE NOCREATEDB; "
        "then run `python -m services.upgrade`.",
    )


def _may_become(engine: Engine) -> Finding:
    name = "database roles"
    with bare(engine) as connection:
        roles = set(
            connection.execute(
                text(
                    "SELECT rolname FROM pg_roles WHERE pg_has_role(session_user, oid, 'MEMBER') "
                    "AND rolname <> session_user"
                )
            ).scalars()
        )
    if missing := ROLES - roles:
        return problem(
            name,
            f"The login may not become {' and '.join(sorted(missing))}.",
            f"As the owner: GRANT {', '.join(sorted(ROLES))} TO {LOGIN};",
        )
    if more := roles - ROLES:
        return problem(
            name,
            f"The login may also become {', '.join(sorted(more)[:5])}.",
            f"As the owner: REVOKE that role FROM {LOGIN};",
        )
    return ok(name, "The login may become one candidate or the chores, and nobody else.")


def _revision(engine: Engine) -> Finding:
    with reading(engine, SERVICE) as db:
        table = db.scalar(text(f"SELECT to_regclass('{PRIVATE}.alembic_version')::text"))
        found = table and db.scalar(text(f"SELECT version_num FROM {PRIVATE}.alembic_version"))
    return _judged(str(found or ""))


def _tables_of_file(case: Case) -> Finding:
    name = "database tables"
    file = Path(make_url(case.settings.database).database or "")
    if not file.exists():
        return ok(name, "They are made at the first start.")
    engine = create_engine(f"sqlite:///file:{file}?mode=ro&uri=true")
    try:
        with in_our_words(), engine.connect() as connection:
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    finally:
        engine.dispose()
    if found and found != migrating.newest() and migrating.knows(str(found)):
        return ok(name, f"Of version {found}; the next start brings them to {migrating.newest()}.")
    return _judged(str(found or ""))


def _judged(found: str) -> Finding:
    name = "database tables"
    if found == migrating.newest():
        return ok(name, f"Up to date ({found}).")
    if found and not migrating.knows(found):
        raise DatabaseUnusable(
            f"They are of a newer version ({found}) than this program ({migrating.newest()}).",
            "Update the program.",
        )
    return problem(
        name,
        f"They are of version {found}, not {migrating.newest()}." if found else "There are none.",
        "Run `DATABASE_OWNER_URL=... python -m services.upgrade` with the owner's address.",
    )
