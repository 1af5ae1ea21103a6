"""What PostgreSQL itself says about our schemas: who may do what, and which rows they see.

`faults` asks for all of it, also about tables that the code does not know. Nothing here is told which
tables there are: the catalogue is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg

SCHEMAS = ("public", "app_private")
NOBODY = ("anon",)  # who has not signed in
CANDIDATE = "authenticated"
SERVICE = "app_service"
LOGIN = "app_backend"
# What a candidate may do with tables of their own: not to truncate, to refer to or to put triggers on them.
CANDIDATES_VERBS = {"SELECT", "INSERT", "UPDATE", "DELETE"}
# Functions of ours, and who may call each; a new one must be thought about.
FUNCTIONS = {
    "app_private.is_my_question(uuid)": {CANDIDATE},
    "app_private.forget_auth_user(uuid)": {SERVICE},
}
# Texts of candidates' tables that the chores need: whose, which and where, never what was said.
SERVICE_MAY_READ = {
    "answers": {
        *("state", "rating_state", "recording_key", "recording_media_type", "recording_gone"),
        *("video_key", "video_media_type", "thumbnail_key"),
    },
    "consents": {"kind", "version"},
    "shares": {"token_hash"},
    "users": {"name", "email"},
}
_WORDY = ("text", "character varying", "json", "jsonb", "bytea")


@dataclass(frozen=True)
class Looked:
    """`checks` things were looked at; `faults` says what is wrong, empty when nothing is."""

    tables: int
    checks: int
    faults: tuple[str, ...]


def look(owner_url: str) -> Looked:
    """Read the catalogue as the owner of the database."""
    with psycopg.connect(owner_url, autocommit=True) as db:
        found = [
            *_tables(db),
            *_policies(db),
            *_table_rights(db),
            *_column_rights(db),
            *_others(db),
            *_functions(db),
            *_roles(db),
        ]
        tables = db.execute(
            "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace "
            "WHERE nspname = ANY(%s) AND relkind IN ('r', 'p')",
            [list(SCHEMAS)],
        ).fetchone()
    faults = tuple(fault for fault in found if fault)
    return Looked(tables[0] if tables else 0, len(found), faults)


def _rows(db: psycopg.Connection[Any], query: str, *parameters: Any) -> Iterator[tuple[Any, ...]]:
    yield from db.execute(query, parameters or [list(SCHEMAS)])


def _tables(db: psycopg.Connection[Any]) -> Iterator[str]:
    """Every table has row security, forced also on its owner, and a policy; and there is nothing but tables."""
    for name, kind, enabled, forced, policies in _rows(
        db,
        "SELECT nspname || '.' || relname, relkind, relrowsecurity, relforcerowsecurity, "
        "(SELECT count(*) FROM pg_policy WHERE polrelid = c.oid) FROM pg_class c "
        "JOIN pg_namespace n ON n.oid = relnamespace "
        "WHERE nspname = ANY(%s) AND relkind IN ('r', 'p', 'v', 'm', 'f')",
    ):
        if kind not in ("r", "p"):
            yield f"{name} is a view or a foreign table, which row security does not guard by itself"
            continue
        yield "" if enabled else f"{name} has no row security"
        yield "" if forced else f"{name} does not force row security on its owner"
        yield "" if policies else f"{name} has no policy"


def _policies(db: psycopg.Connection[Any]) -> Iterator[str]:
    """Policies are for the two roles only, and only the chores' may be open."""
    for table, policy, permissive, command, roles, using, check in _rows(
        db,
        "SELECT schemaname || '.' || tablename, policyname, permissive, cmd, roles, qual, with_check "
        "FROM pg_policies WHERE schemaname = ANY(%s)",
    ):
        label = f"the policy {policy} of {table}"
        strangers = set(roles) - {CANDIDATE, SERVICE}
        yield f"{label} is for {', '.join(sorted(strangers))}" if strangers else ""
        if CANDIDATE not in roles or permissive != "PERMISSIVE":
            continue
        # For INSERT there is no USING; without a WITH CHECK, USING stands for it.
        clauses = [using] if command in ("SELECT", "DELETE") else [using or check, check or using]
        for clause in clauses:
            fine = clause is not None and "request.jwt.claims" in clause
            yield "" if fine else f"{label} does not ask whose a row is: {clause}"


def _table_rights(db: psycopg.Connection[Any]) -> Iterator[str]:
    for schema, table, role, verb in _rows(
        db,
        "SELECT nspname, relname, coalesce(rolname, 'PUBLIC'), privilege_type FROM pg_class c "
        "JOIN pg_namespace n ON n.oid = relnamespace "
        "CROSS JOIN aclexplode(coalesce(relacl, acldefault('r', relowner))) "
        "LEFT JOIN pg_roles r ON r.oid = grantee "
        "WHERE nspname = ANY(%s) AND relkind IN ('r', 'p', 'v', 'm', 'f')",
    ):
        if role in ("PUBLIC", LOGIN, *NOBODY) or (
            role == CANDIDATE and (schema != "public" or verb not in CANDIDATES_VERBS)
        ):
            yield f"{role} may {verb} on {schema}.{table}"
        else:
            yield ""


def _column_rights(db: psycopg.Connection[Any]) -> Iterator[str]:
    """By the effective right, however it came about."""
    for table, schema, column, kind, nobody, candidate, service, login in _rows(
        db,
        "WITH verbs (verb) AS (VALUES ('SELECT'), ('INSERT'), ('UPDATE'), ('REFERENCES')) "
        "SELECT c.relname, nspname, attname, format_type(atttypid, NULL), "
        "(SELECT bool_or(has_column_privilege('anon', c.oid, attnum, verb)) FROM verbs), "
        "(SELECT bool_or(has_column_privilege('authenticated', c.oid, attnum, verb)) FROM verbs), "
        "has_column_privilege('app_service', c.oid, attnum, 'SELECT'), "
        "(SELECT bool_or(has_column_privilege('app_backend', c.oid, attnum, verb)) FROM verbs) "
        "FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace "
        "JOIN pg_attribute a ON attrelid = c.oid AND attnum > 0 AND NOT attisdropped "
        "WHERE nspname = ANY(%s) AND relkind IN ('r', 'p')",
    ):
        label = f"{schema}.{table}.{column}"
        yield f"anon has a right on {label}" if nobody else ""
        yield f"{LOGIN} itself has a right on {label}" if login else ""
        yield f"{CANDIDATE} has a right on {label}" if candidate and schema != "public" else ""
        wordy = schema == "public" and kind in _WORDY
        told = wordy and service and column not in SERVICE_MAY_READ.get(table, ())
        yield f"{SERVICE} may read {label}, which may hold what somebody said" if told else ""


def _others(db: psycopg.Connection[Any]) -> Iterator[str]:
    """Sequences and schemas, and rights that new tables would be born with."""
    strangers = ["PUBLIC", LOGIN, CANDIDATE, *NOBODY]
    for sequence, role in _rows(
        db,
        "SELECT nspname || '.' || relname, coalesce(rolname, 'PUBLIC') FROM pg_class c "
        "JOIN pg_namespace n ON n.oid = relnamespace "
        "CROSS JOIN aclexplode(coalesce(relacl, acldefault('s', relowner))) "
        "LEFT JOIN pg_roles r ON r.oid = grantee WHERE nspname = ANY(%s) AND relkind = 'S'",
    ):
        yield f"{role} has a right on the sequence {sequence}" if role in strangers else ""
    for role in (LOGIN, CANDIDATE, *NOBODY):
        [(use, make, make_public)] = _rows(
            db,
            "SELECT has_schema_privilege(%s, 'app_private', 'USAGE'), "
            "has_schema_privilege(%s, 'app_private', 'CREATE'), "
            "has_schema_privilege(%s, 'public', 'CREATE')",
            *(role, role, role),
        )
        yield f"{role} may use the schema app_private" if use else ""
        yield f"{role} may create in app_private" if make else ""
        yield f"{role} may create in public" if make_public else ""
    for (role,) in _rows(
        db,
        "SELECT coalesce(rolname, 'PUBLIC') FROM pg_default_acl d "
        "JOIN pg_namespace n ON n.oid = defaclnamespace CROSS JOIN aclexplode(defaclacl) "
        "LEFT JOIN pg_roles r ON r.oid = grantee WHERE nspname = 'app_private' AND %s",
        True,
    ):
        yield f"{role} gets rights on new things in app_private" if role in strangers else ""
    for table, publication in _rows(
        db,
        "SELECT schemaname || '.' || tablename, pubname FROM pg_publication_tables "
        "WHERE schemaname = ANY(%s)",
    ):
        yield f"{table} is published by {publication}"


def _functions(db: psycopg.Connection[Any]) -> Iterator[str]:
    """Each may be called by who needs it; those with their owner's rights are not led astray by a path."""
    for oid, name, definer, config in _rows(
        db,
        "SELECT p.oid, nspname || '.' || proname || '(' || oidvectortypes(proargtypes) || ')', "
        "prosecdef, coalesce(array_to_string(proconfig, ','), '') FROM pg_proc p "
        "JOIN pg_namespace n ON n.oid = pronamespace WHERE nspname = ANY(%s)",
    ):
        yield "" if name in FUNCTIONS else f"{name} is a function that nobody thought about"
        fine = not definer or config.startswith("search_path=")
        yield (
            "" if fine else f"{name} runs with its owner's rights and a search path of the caller's"
        )
        for role in (CANDIDATE, SERVICE, LOGIN, *NOBODY):
            [(may,)] = _rows(db, "SELECT has_function_privilege(%s, %s, 'EXECUTE')", role, oid)
            yield f"{role} may call {name}" if may and role not in FUNCTIONS.get(name, ()) else ""


def _roles(db: psycopg.Connection[Any]) -> Iterator[str]:
    for role, superuser, bypasses, inherits, makes, logs_in, owns, groups in _rows(
        db,
        "SELECT rolname, rolsuper, rolbypassrls, rolinherit, rolcreaterole OR rolcreatedb, rolcanlogin, "
        "(SELECT count(*) FROM pg_class WHERE relowner = r.oid), "
        "ARRAY(SELECT g.rolname::text FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid "
        "WHERE m.member = r.oid ORDER BY 1) FROM pg_roles r WHERE rolname = ANY(%s)",
        [*NOBODY, CANDIDATE, SERVICE, LOGIN],
    ):
        yield f"{role} is above row security" if superuser or bypasses else ""
        yield f"{role} may make roles or databases" if makes else ""
        yield f"{role} owns tables" if owns else ""
        if role == LOGIN:
            yield f"{role} has rights without becoming anybody" if inherits else ""
            fine = set(groups) == {CANDIDATE, SERVICE}
            yield "" if fine else f"{role} may become {', '.join(groups)}"
        else:
            yield f"{role} may sign in" if logs_in else ""
            yield f"{role} may become {', '.join(groups)}" if groups else ""
