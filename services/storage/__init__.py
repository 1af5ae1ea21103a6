"""Where everything is kept: tables, migrations, the store, and recordings beside it."""
