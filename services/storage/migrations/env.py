"""Runs the migrations on the engine that services/storage/migrating.py hands over, or prints them as SQL
for PostgreSQL when it hands over none."""

from alembic import context
from sqlalchemy import text

from services.storage.tables import PRIVATE, Base, without_schemas

UPGRADE_LOCK = 4_207_849_133  # any number that nobody else locks; of two processes one waits


def _ours(name: str | None, kind: str, _parents: object) -> bool:
    """On PostgreSQL only two schemas concern us; a database host has many more."""
    return kind != "schema" or name in (None, PRIVATE)


engine = context.config.attributes["engine"]
if engine is None:
    context.configure(
        dialect_name="postgresql",
        target_metadata=Base.metadata,
        literal_binds=True,
        version_table_schema=PRIVATE,
    )
    with context.begin_transaction():
        context.execute(f"CREATE SCHEMA IF NOT EXISTS {PRIVATE}")
        context.run_migrations()
elif engine.dialect.name == "postgresql":
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": UPGRADE_LOCK})
        connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {PRIVATE}"))
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            version_table_schema=PRIVATE,
            include_schemas=True,
            include_name=_ours,
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()
else:
    with engine.execution_options(writing=True).begin() as connection:
        context.configure(
            connection=connection,
            target_metadata=without_schemas(),
            render_as_batch=True,
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()
