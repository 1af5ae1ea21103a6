"""Row-level security, tried with the app's own login: what may be reached, and by whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from uuid import uuid4

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from services.doctor.connecting import bare
from services.doctor.findings import Finding, look, ok, problem
from services.storage.database import reading
from services.storage.tables import PRIVATE, Base

_REFUSED = "42501"  # insufficient privilege
_UPGRADE = "Run `python -m services.upgrade` as the owner; what remains was added by somebody else."
# Every table, ours or not: in `public` of a project at Supabase each one is on the internet.
_TABLES = text(
    "SELECT n.nspname || '.' || c.relname AS name, c.relrowsecurity AS enabled, "
    "c.relforcerowsecurity AS forced, "
    "(SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid) AS policies "
    "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    f"WHERE n.nspname IN ('public', '{PRIVATE}') AND c.relkind IN ('r', 'p') ORDER BY 1"
)
# Policies for others than the two roles: "TO public" is everybody.
_FOREIGN_POLICIES = text(
    "SELECT schemaname || '.' || tablename || ' (' || policyname || ')' FROM pg_policies "
    f"WHERE schemaname IN ('public', '{PRIVATE}') "
    "AND NOT roles <@ ARRAY['authenticated', 'app_service']::name[]"
)
_REACHED_BY = text(
    "SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    f"WHERE n.nspname IN ('public', '{PRIVATE}') AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND ("
    "has_table_privilege(:role, c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER') "
    "OR has_any_column_privilege(:role, c.oid, 'SELECT, INSERT, UPDATE, REFERENCES')) "
    "AND (:schema = '' OR n.nspname = :schema) ORDER BY 1"
)


def examine(engine: Engine) -> Iterator[Finding]:
    yield look("row-level security", _everywhere, engine)
    yield look("policies", _policies, engine)
    yield look("rights of visitors", _visitors, engine)
    yield look("rights without a role", _without_role, engine)
    yield look("rights of a stranger", _stranger, engine)
    yield look("rights of the chores", _chores, engine)


def _everywhere(engine: Engine) -> Finding:
    name = "row-level security"
    with bare(engine) as connection:
        tables = connection.execute(_TABLES).all()
    if missing := set(_ours()) - {table.name for table in tables}:
        return problem(name, f"There is no table {_some(missing)}.", _UPGRADE)
    open_ones = [t.name for t in tables if not (t.enabled and t.forced)]
    if open_ones:
        return problem(
            name,
            f"It is not enabled and forced on {_some(open_ones)}.",
            "As the owner: ALTER TABLE ... ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY; "
            "or move what is not ours to another schema.",
        )
    if without := [t.name for t in tables if not t.policies]:
        return problem(name, f"There is no policy on {_some(without)}.", _UPGRADE)
    return ok(name, f"Enabled and forced on {len(tables)} tables.")


def _policies(engine: Engine) -> Finding:
    with bare(engine) as connection:
        foreign = connection.execute(_FOREIGN_POLICIES).scalars().all()
    if foreign:
        return problem(
            "policies",
            f"Others are let in by {_some(foreign)}.",
            "As the owner: DROP POLICY ... ON ...;",
        )
    return ok("policies", "They let in one candidate at a time, and the chores.")


def _visitors(engine: Engine) -> Finding:
    """What the publishable key gives to anybody, and a signed-in visitor beside the app."""
    name = "rights of visitors"
    with bare(engine) as connection:
        anon = connection.execute(_REACHED_BY, {"role": "anon", "schema": ""}).scalars().all()
        private = connection.execute(_REACHED_BY, {"role": "authenticated", "schema": PRIVATE})
        within = private.scalars().all()
    if anon:
        return problem(
            name,
            f"The role anon has rights on {_some(anon)}.",
            "As the owner: REVOKE ALL ON ... FROM anon;",
        )
    if within:
        return problem(
            name,
            f"The role authenticated has rights on {_some(within)}.",
            "As the owner: REVOKE ALL ON ... FROM authenticated;",
        )
    return ok(name, "None for anon; none on private tables for authenticated.")


def _without_role(engine: Engine) -> Finding:
    """Each table is really asked for: rights that come by inheritance would not show otherwise."""
    name = "rights without a role"
    reached: list[str] = []
    for table in _ours():
        with bare(engine) as connection:
            try:
                connection.execute(text(f"SELECT 1 FROM {table} LIMIT 0"))
            except DBAPIError as refusal:
                if getattr(refusal.orig, "sqlstate", None) != _REFUSED:
                    raise
            else:
                reached.append(table)
    if reached:
        return problem(
            name,
            f"The login reads {_some(reached)} without becoming anybody.",
            "Use app_backend in DATABASE_URL. As the owner: ALTER ROLE app_backend NOINHERIT; and "
            "REVOKE what was granted to it or to PUBLIC.",
        )
    return ok(name, "Every table is refused to the login itself.")


def _stranger(engine: Engine) -> Finding:
    """Somebody who has no row sees none."""
    name = "rights of a stranger"
    with reading(engine, uuid4()) as db:
        seen = [t for t in _public() if db.execute(text(f"SELECT 1 FROM {t} LIMIT 1")).first()]
    if seen:
        return problem(name, f"A new candidate would see rows of {_some(seen)}.", _UPGRADE)
    return ok(name, "A new candidate sees no row of anybody.")


def _chores(engine: Engine) -> Finding:
    name = "rights of the chores"
    with bare(engine) as connection:
        read = [
            table
            for table in _public()
            if table != "public.users"
            and connection.execute(
                text("SELECT has_table_privilege('app_service', :name, 'SELECT')"), {"name": table}
            ).scalar_one()
        ]
    if read:
        return problem(
            name,
            f"They read what was said, in {_some(read)}.",
            "As the owner: REVOKE SELECT ON ... FROM app_service; then `python -m services.upgrade`.",
        )
    return ok(name, "They see who owns what and what waits, never what was said.")


def _ours() -> list[str]:
    return [f"{table.schema or 'public'}.{table.name}" for table in Base.metadata.sorted_tables]


def _public() -> list[str]:
    return [name for name in _ours() if name.startswith("public.")]


def _some(names: Iterable[str]) -> str:
    """At most five of them."""
    listed = sorted(names)
    return ", ".join(listed[:5]) + (f" and {len(listed) - 5} more" if len(listed) > 5 else "")
