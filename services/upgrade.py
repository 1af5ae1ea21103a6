"""Brings the tables of a PostgreSQL database up to date; to be run by whoever owns them.

    DATABASE_OWNER_URL=postgresql://postgres:...@host:5432/postgres python -m services.upgrade
    python -m services.upgrade --sql supabase/migrations

The app itself works with a role that may not change tables. `--sql` writes the same steps as files for
`supabase db push` and connects to nothing.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from services.errors import AppError, DatabaseUnusable
from services.settings import Settings
from services.storage import migrating, postgres
from services.storage.database import in_our_words


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sql", type=Path, help="write the steps into this folder instead")
    chosen = options.parse_args()
    if chosen.sql:
        for name, text in migrating.as_sql().items():
            (chosen.sql / name).write_text(text)
        return 0
    try:
        _upgrade(os.environ.get("DATABASE_OWNER_URL", ""), Settings().database_tls)
    except AppError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _upgrade(url: str, tls: str) -> None:
    if not url:
        raise DatabaseUnusable(
            "DATABASE_OWNER_URL is not set.",
            "Set it to the address of the database with the user that owns it (postgres on Supabase).",
        )
    engine = postgres.owners_engine(url, tls)
    with in_our_words():
        postgres.must_own(engine)
        migrating.upgrade(engine)


if __name__ == "__main__":
    sys.exit(main())
