"""Runs the migrations on the engine that services/storage/migrating.py hands over."""

from alembic import context

from services.storage.tables import Base

engine = context.config.attributes["engine"].execution_options(writing=True)

with engine.begin() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
