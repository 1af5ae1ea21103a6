"""Several processes and many owners: logins with two secrets, consents, locks, and on PostgreSQL
row-level security for every table.

On PostgreSQL two roles work with the tables, and the login role of the app may only become one of them:
`authenticated` is one candidate, named by the claims of the transaction, and sees that candidate's rows;
`app_service` keeps accounts and does the chores, and sees of interviews who owns what and what waits, but
nothing that anybody said. Whoever owns the tables must be able to bypass row-level security.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_TIME = sa.DateTime(timezone=True)
_PRIVATE = "app_private"
_OLD_PRIVATE = ("logins", "tickets", "throttles", "spending", "spending_total")
_NEW_PRIVATE = ("passwords", "identities", "locks", "places", "removals")

# The candidate of this transaction: nobody, if no claims were set. In a select of its own, so that it
# is found once for a query and not for every row.
_ME = "(select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid"
# A candidate's tables, and the parents that a row must share its owner with.
_OWNED = {
    "interviews": {},
    "questions": {"interview_id": "interviews"},  # and its parent question, see below
    "answers": {"interview_id": "interviews", "question_id": "questions"},
    "segments": {"answer_id": "answers"},
    "ratings": {"interview_id": "interviews", "answer_id": "answers"},
    "scores": {"rating_id": "ratings"},
    "cvs": {},
    "consents": {},
}
_KEPT = ("consents",)  # may be added to, not changed
# Columns that the chores read; and change, when a guest's work moves into an account.
_SERVICE_READS = {
    "interviews": "id, user_id",
    "questions": "id, user_id",
    "answers": "id, user_id, interview_id, state, pending, started_at, finished_at, rating_state, "
    "rating_due, rating_until, place_id, recording_key, recording_media_type, recording_seconds, "
    "recording_size, recorded_at, recording_gone",
    "segments": "answer_id, number, user_id",
    "ratings": "id, user_id",
    "scores": "rating_id, number, user_id",
    "cvs": "user_id, kept_at",
    "consents": "user_id, kind, version, agreed_at",
}
_SERVICE_CHANGES = dict.fromkeys(_OWNED, "user_id") | {
    "answers": "user_id, pending, place_id, recording_key, recording_media_type, recording_seconds, "
    "recording_size, recorded_at, recording_gone"
}


def upgrade() -> None:
    postgres = op.get_context().dialect.name == "postgresql"
    if postgres:
        for table in _OLD_PRIVATE:
            op.execute(f"ALTER TABLE public.{table} SET SCHEMA {_PRIVATE}")
    private = _PRIVATE if postgres else None
    _accounts(private)
    _chores(private)
    _answers()
    if postgres:
        _roles()
        _secure()


def _accounts(private: str | None) -> None:
    op.add_column(
        "users",
        sa.Column("email_verified", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column(
        "users", sa.Column("media_days", sa.Integer(), nullable=True, server_default=sa.text("90"))
    )
    passwords = op.create_table(
        "passwords",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        _to_user("passwords"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_passwords")),
        schema=private,
    )
    users = sa.table("users", sa.column("id", sa.Uuid()), sa.column("password_hash", sa.Text()))
    kept = sa.select(users.c.id, users.c.password_hash).where(users.c.password_hash.is_not(None))
    op.execute(passwords.insert().from_select(["user_id", "hash"], kept))
    op.drop_column("users", "password_hash")
    op.create_table(
        "identities",
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("linked_at", _TIME, nullable=False),
        _to_user("identities"),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_identities")),
        schema=private,
    )
    op.create_index(op.f("ix_identities_user_id"), "identities", ["user_id"], schema=private)
    op.create_table(
        "consents",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("agreed_at", _TIME, nullable=False),
        _to_user("consents"),
        sa.PrimaryKeyConstraint("user_id", "kind", "version", name=op.f("pk_consents")),
    )
    with op.batch_alter_table("logins", schema=private) as logins:
        logins.alter_column("token_hash", existing_type=sa.Text(), nullable=True)
        logins.add_column(sa.Column("tab_hash", sa.Text(), nullable=True))
        logins.add_column(sa.Column("device", sa.Text(), nullable=False, server_default=""))
        logins.create_unique_constraint(op.f("uq_logins_tab_hash"), ["tab_hash"])
    op.drop_table("tickets", schema=private)  # they live for seconds
    _tickets(private, "login_id", "logins")


def _tickets(private: str | None, column: str, parent: str) -> None:
    whose = f"{private}.{parent}.id" if private and parent == "logins" else f"{parent}.id"
    op.create_table(
        "tickets",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column(column, sa.Uuid(), nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            [column], [whose], name=op.f(f"fk_tickets_{column}_{parent}"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_tickets")),
        schema=private,
    )
    for indexed in (column, "expires_at"):
        op.create_index(op.f(f"ix_tickets_{indexed}"), "tickets", [indexed], schema=private)


def _chores(private: str | None) -> None:
    op.create_table(
        "locks",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("holder", sa.Uuid(), nullable=False),
        sa.Column("until", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_locks")),
        schema=private,
    )
    op.create_table(
        "places",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("seen_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_places")),
        schema=private,
    )
    op.create_table(
        "removals",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("moved_to", sa.Text(), nullable=True),
        sa.Column("asked_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_removals")),
        schema=private,
    )


def _answers() -> None:
    for column in (
        sa.Column("rating_claim", sa.Uuid(), nullable=True),
        sa.Column("place_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", _TIME, nullable=True),
        sa.Column("recording_gone", sa.Text(), nullable=False, server_default=""),
    ):
        op.add_column("answers", column)
    answers = sa.table(
        "answers",
        *(
            sa.column(name)
            for name in ("recorded_at", "recording_key", "finished_at", "started_at")
        ),
    )
    when = sa.func.coalesce(answers.c.finished_at, answers.c.started_at)
    recorded = answers.c.recording_key.is_not(None)
    op.execute(answers.update().where(recorded).values(recorded_at=when))
    op.create_index(op.f("ix_answers_recorded_at"), "answers", ["recorded_at"])


def _to_user(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["user_id"], ["users.id"], name=op.f(f"fk_{table}_user_id_users"), ondelete="CASCADE"
    )


# --- PostgreSQL alone -------------------------------------------------------------------------


def _roles() -> None:
    """Supabase has the first two; a server of one's own gets them here. `app_backend` may exist already,
    as it needs a password, which no migration should hold."""
    for role in ("anon", "authenticated", "app_service", "app_backend"):
        how = "LOGIN NOINHERIT" if role == "app_backend" else "NOLOGIN"
        op.execute(
            f"DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{role}') "
            f"THEN CREATE ROLE {role} {how}; END IF; END $$"
        )
    op.execute("ALTER ROLE app_backend NOINHERIT")
    op.execute("GRANT authenticated, app_service TO app_backend")


def _secure() -> None:
    op.execute("GRANT USAGE ON SCHEMA public TO authenticated, app_service")
    op.execute(f"REVOKE ALL ON SCHEMA {_PRIVATE} FROM PUBLIC, anon, authenticated")
    op.execute(f"GRANT USAGE ON SCHEMA {_PRIVATE} TO app_service")
    for table in ("users", *_OWNED):
        _guard(f"public.{table}")
    for table in (*_OLD_PRIVATE, *_NEW_PRIVATE, "alembic_version"):
        _guard(f"{_PRIVATE}.{table}")
        rights = "SELECT" if table == "alembic_version" else "SELECT, INSERT, UPDATE, DELETE"
        op.execute(f"GRANT {rights} ON {_PRIVATE}.{table} TO app_service")
    # They came from the schema where a host may have granted them to everybody.
    op.execute(f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA {_PRIVATE} FROM PUBLIC, anon, authenticated")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {_PRIVATE} TO app_service")
    op.execute("GRANT SELECT ON public.users TO authenticated")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON public.users TO app_service")
    op.execute(f"CREATE POLICY own ON public.users FOR SELECT TO authenticated USING (id = {_ME})")
    # A policy of a table cannot look into the same table; a function with its owner's rights can.
    op.execute(
        f"CREATE FUNCTION {_PRIVATE}.is_my_question(question uuid) RETURNS boolean "
        "LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$ SELECT EXISTS "
        f"(SELECT 1 FROM public.questions q WHERE q.id = question AND q.user_id = {_ME}) $$"
    )
    op.execute(f"REVOKE ALL ON FUNCTION {_PRIVATE}.is_my_question(uuid) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {_PRIVATE}.is_my_question(uuid) TO authenticated")
    # Accounts at Supabase Auth go with ours: its schema, where there is one, is closed to the app. Tells
    # whether somebody was deleted (`EXECUTE` sets no FOUND).
    op.execute(
        f"CREATE FUNCTION {_PRIVATE}.forget_auth_user(person uuid) RETURNS boolean "
        "LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$ DECLARE gone bigint; BEGIN "
        "IF to_regclass('auth.users') IS NULL THEN RETURN false; END IF; "
        "EXECUTE 'DELETE FROM auth.users WHERE id = $1' USING person; "
        "GET DIAGNOSTICS gone = ROW_COUNT; RETURN gone > 0; END $$"
    )
    op.execute(f"REVOKE ALL ON FUNCTION {_PRIVATE}.forget_auth_user(uuid) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {_PRIVATE}.forget_auth_user(uuid) TO app_service")
    for table, parents in _OWNED.items():
        mine = f"{table}.user_id = {_ME}"
        within = "".join(
            f" AND ({table}.{column} IS NULL OR EXISTS (SELECT 1 FROM public.{parent} p "
            f"WHERE p.id = {table}.{column} AND p.user_id = {_ME}))"
            for column, parent in parents.items()
        )
        if table == "questions":
            within += f" AND (parent_id IS NULL OR {_PRIVATE}.is_my_question(parent_id))"
        if table in _KEPT:
            op.execute(f"GRANT SELECT, INSERT ON public.{table} TO authenticated")
        else:
            op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON public.{table} TO authenticated")
        op.execute(
            f"CREATE POLICY own ON public.{table} FOR ALL TO authenticated "
            f"USING ({mine}) WITH CHECK ({mine}{within})"
        )
        reads, changes = _SERVICE_READS[table], _SERVICE_CHANGES[table]
        op.execute(f"GRANT SELECT ({reads}), UPDATE ({changes}) ON public.{table} TO app_service")
    op.execute("GRANT DELETE ON public.cvs, public.consents TO app_service")


def _guard(table: str) -> None:
    """Nobody may do anything with it but by a policy."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    # A database host may grant everything on new tables to everybody who can sign in.
    op.execute(f"REVOKE ALL ON {table} FROM PUBLIC, anon, authenticated")
    op.execute(
        f"CREATE POLICY chores ON {table} FOR ALL TO app_service USING (true) WITH CHECK (true)"
    )


def downgrade() -> None:
    postgres = op.get_context().dialect.name == "postgresql"
    private = _PRIVATE if postgres else None
    if postgres:
        for table in (
            *(f"public.{name}" for name in ("users", *_OWNED)),
            *(f"{_PRIVATE}.{name}" for name in (*_OLD_PRIVATE, *_NEW_PRIVATE, "alembic_version")),
        ):
            op.execute(f"DROP POLICY IF EXISTS own ON {table}")
            op.execute(f"DROP POLICY IF EXISTS chores ON {table}")
            op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        op.execute(f"DROP FUNCTION {_PRIVATE}.is_my_question(uuid)")
        op.execute(f"DROP FUNCTION {_PRIVATE}.forget_auth_user(uuid)")
    op.drop_index("ix_answers_recorded_at", "answers")
    for column in ("rating_claim", "place_id", "recorded_at", "recording_gone"):
        op.drop_column("answers", column)
    op.drop_table("tickets", schema=private)
    with op.batch_alter_table("logins", schema=private) as logins:
        logins.drop_constraint("uq_logins_tab_hash", type_="unique")
        logins.drop_column("tab_hash")
        logins.drop_column("device")
    _tickets(private, "user_id", "users")
    op.add_column("users", sa.Column("password_hash", sa.Text(), nullable=True))
    users = sa.table("users", sa.column("id", sa.Uuid()), sa.column("password_hash", sa.Text()))
    passwords = sa.table("passwords", sa.column("user_id"), sa.column("hash"), schema=private)
    kept = sa.select(passwords.c.hash).where(passwords.c.user_id == users.c.id).scalar_subquery()
    op.execute(users.update().values(password_hash=kept))
    for table in ("passwords", "identities", "locks", "places", "removals"):
        op.drop_table(table, schema=private)
    op.drop_table("consents")
    for column in ("email_verified", "media_days"):
        op.drop_column("users", column)
    if postgres:
        for table in _OLD_PRIVATE:
            op.execute(f"ALTER TABLE {_PRIVATE}.{table} SET SCHEMA public")
