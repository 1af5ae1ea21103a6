"""Row-level security, walked: every table, every verb, every attack, as everybody who should not. And the
walk itself is tried on walls with holes."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from services.storage.database import SERVICE, open_database, reading, writing
from tests.standins.postgres import Server
from tests.walls import catalogue, walk
from tests.walls.rows import a_person, tables
from tests.walls.walk import claims_of, door

MIGRATIONS = Path(__file__).parents[2] / "supabase" / "migrations"


def execute(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as db:
        for statement in statements:
            db.execute(statement)


def test_the_catalogue_gives_nobody_a_right_too_many(here: Server, database: str) -> None:
    looked = catalogue.look(here.owner(database))
    assert looked.faults == ()
    assert looked.tables == len(tables()) + 1  # and Alembic's
    assert looked.checks > 1_000


def test_no_attack_on_any_table_by_anybody_comes_through(here: Server, database: str) -> None:
    walked = walk.walk(here, database)
    assert walked.breaches == []
    assert walked.tables == len(tables())
    assert len(walked.ways) == 10 + len(walk.BROKEN_CLAIMS)
    assert walked.total > 10_000
    # No attack has changed a right either.
    assert catalogue.look(here.owner(database)).faults == ()


def test_a_project_that_was_set_up_with_the_sql_files_is_as_safe(
    here: Server, project: str
) -> None:
    execute(here.owner(project), *(path.read_text() for path in sorted(MIGRATIONS.glob("*.sql"))))
    assert catalogue.look(here.owner(project)).faults == ()
    assert walk.walk(here, project, only=("public.answers", "app_private.logins")).breaches == []


HOLES = {
    "a table without walls": (
        "CREATE TABLE public.notes (id uuid PRIMARY KEY, words text)",
        "public.notes has no row security",
    ),
    "a table with an open door": (
        "CREATE TABLE public.notes (words text); ALTER TABLE notes ENABLE ROW LEVEL SECURITY; "
        "ALTER TABLE notes FORCE ROW LEVEL SECURITY; "
        "CREATE POLICY open ON notes TO authenticated USING (true)",
        "does not ask whose a row is",
    ),
    "a policy too many": (
        "CREATE POLICY open ON public.answers FOR SELECT TO authenticated USING (true)",
        "the policy open of public.answers does not ask whose a row is",
    ),
    "a policy for everybody": (
        "CREATE POLICY open ON public.cvs FOR SELECT USING (false)",
        "the policy open of public.cvs is for public",
    ),
    "walls taken down": (
        "ALTER TABLE public.scores DISABLE ROW LEVEL SECURITY",
        "scores has no row security",
    ),
    "walls that the owner walks through": (
        "ALTER TABLE app_private.logins NO FORCE ROW LEVEL SECURITY",
        "app_private.logins does not force",
    ),
    "no door at all": (
        "DROP POLICY own ON public.cvs; DROP POLICY chores ON public.cvs",
        "cvs has no policy",
    ),
    "a grant to those who have not signed in": (
        "GRANT SELECT ON public.cvs TO anon",
        "anon may SELECT on public.cvs",
    ),
    "a grant on one column": (
        "GRANT SELECT (text) ON public.cvs TO anon",
        "anon has a right on public.cvs.text",
    ),
    "a grant to all": (
        "GRANT INSERT ON public.consents TO PUBLIC",
        "PUBLIC may INSERT on public.consents",
    ),
    "a candidate who may truncate": (
        "GRANT TRUNCATE ON public.answers TO authenticated",
        "authenticated may TRUNCATE on public.answers",
    ),
    "a candidate among the private tables": (
        "GRANT SELECT ON app_private.logins TO authenticated",
        "authenticated may SELECT on app_private.logins",
    ),
    "a schema opened": (
        "GRANT USAGE ON SCHEMA app_private TO authenticated",
        "authenticated may use the schema app_private",
    ),
    "chores that read an answer": (
        "GRANT SELECT (edited) ON public.answers TO app_service",
        "app_service may read public.answers.edited",
    ),
    "a view, which sees with its owner's eyes": (
        "CREATE VIEW public.all_answers AS SELECT * FROM public.answers",
        "all_answers is a view",
    ),
    "a function with its owner's rights": (
        "CREATE FUNCTION public.peek() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS "
        "'SELECT count(*) FROM public.answers'",
        "public.peek() runs with its owner's rights and a search path of the caller's",
    ),
    "a function for everybody": (
        "GRANT EXECUTE ON FUNCTION app_private.is_my_question(uuid) TO anon",
        "anon may call app_private.is_my_question(uuid)",
    ),
    "a counter for everybody": (
        "GRANT USAGE ON SEQUENCE app_private.throttles_id_seq TO anon",
        "anon has a right on the sequence app_private.throttles_id_seq",
    ),
    "tables that are born with rights": (
        "ALTER DEFAULT PRIVILEGES IN SCHEMA app_private GRANT SELECT ON TABLES TO anon",
        "anon gets rights on new things in app_private",
    ),
    "a table told to the world": (
        "CREATE PUBLICATION realtime FOR TABLE public.segments",
        "public.segments is published by realtime",
    ),
}


@pytest.mark.parametrize("hole", HOLES)
def test_a_hole_in_the_catalogue_is_reported(here: Server, database: str, hole: str) -> None:
    statements, told = HOLES[hole]
    execute(here.owner(database), statements)
    assert any(told in fault for fault in catalogue.look(here.owner(database)).faults)


def test_a_login_role_that_inherits_or_may_become_anybody_else_is_reported(
    here: Server, database: str
) -> None:
    """Roles belong to the server: what is changed here is undone even if the test fails."""
    try:
        execute(here.owner(database), "ALTER ROLE app_backend INHERIT BYPASSRLS")
        execute(here.owner(database), "GRANT service_role TO app_backend")
        faults = " ".join(catalogue.look(here.owner(database)).faults)
    finally:
        execute(here.owner(database), "REVOKE service_role FROM app_backend")
        execute(here.owner(database), "ALTER ROLE app_backend NOINHERIT NOBYPASSRLS")
    assert "app_backend is above row security" in faults
    assert "app_backend has rights without becoming anybody" in faults
    assert "app_backend may become app_service, authenticated, service_role" in faults


BROKEN_WALLS = {
    "another's rows can be read": (
        "CREATE POLICY open ON public.cvs FOR SELECT TO authenticated USING (true)",
        "SELECT public.cvs without a WHERE: 2 rows",
    ),
    "another's rows can be removed": (
        "CREATE POLICY open ON public.cvs FOR DELETE TO authenticated USING (true); "
        "CREATE POLICY seen ON public.cvs FOR SELECT TO authenticated USING (true)",
        "the rows of public.cvs are others now",
    ),
    "rows can be put under another's name": (
        "CREATE POLICY open ON public.consents FOR INSERT TO authenticated WITH CHECK (true)",
        "INSERT public.consents for somebody else: 1 rows",
    ),
    "the chores can read what was said": (
        "GRANT SELECT ON public.cvs TO app_service",
        "the chores: SELECT public.cvs text read: 2 rows",
    ),
    "who has not signed in can read": (
        "GRANT SELECT ON public.cvs TO anon; CREATE POLICY o ON public.cvs TO anon USING (true)",
        "anon without claims: SELECT public.cvs without a WHERE",
    ),
    "a wall that is built too high": (
        "DROP POLICY own ON public.cvs",
        "0 rows instead of one's own",
    ),
    "a table that nobody made rows for": (
        "CREATE TABLE app_private.secrets (word text)",
        "app_private.secrets has no rows to attack",
    ),
}


@pytest.mark.parametrize("broken", BROKEN_WALLS)
def test_a_wall_that_does_not_hold_is_reported(here: Server, database: str, broken: str) -> None:
    statements, told = BROKEN_WALLS[broken]
    execute(here.owner(database), statements)
    walked = walk.walk(here, database, only=("public.cvs", "public.consents"))
    assert any(told in breach for breach in walked.breaches), walked.breaches[:5]


def test_a_connection_that_the_pooler_hands_on_is_nobodys(here: Server, database: str) -> None:
    """One connection to the server for everybody: what one visitor was must end with the transaction."""
    ada = a_person("Ada")
    who = "SELECT current_user, coalesce(current_setting('request.jwt.claims', true), '')"
    for ending in ("COMMIT", "ROLLBACK", "SELECT 1 / 0"):
        with psycopg.connect(here.pooled(database), autocommit=True, prepare_threshold=None) as one:
            one.execute("BEGIN")
            one.execute(door("authenticated", claims_of(ada)))
            assert one.execute(who).fetchone() == ("authenticated", claims_of(ada))
            try:
                one.execute(ending)
            except psycopg.Error:
                one.execute("ROLLBACK")
            with psycopg.connect(here.pooled(database), autocommit=True) as next_one:
                assert next_one.execute(who).fetchone() == ("app_backend", "")


def test_the_walk_enters_as_the_app_does(here: Server, database: str) -> None:
    ada = a_person("Ada")
    who = text("SELECT current_user, current_setting('request.jwt.claims')")
    engine = open_database(here.backend(database))
    try:
        with reading(engine, ada.id) as db:
            assert tuple(db.execute(who).one()) == ("authenticated", claims_of(ada))
        with writing(engine, SERVICE) as db:
            assert tuple(db.execute(who).one()) == ("app_service", "")
    finally:
        engine.dispose()
