"""Brings the tables to the newest revision with Alembic, configured in code: any folder, no ini file."""

from __future__ import annotations

import logging
import threading
from functools import cache
from io import StringIO
from pathlib import Path
from typing import TextIO

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

_upgrading = threading.Lock()  # Alembic keeps the migration that runs in a module-level place


def config(engine: Engine | None = None, output: TextIO | None = None) -> Config:
    """Alembic's settings; `engine` is what the migrations run on, `output` where they are printed to."""
    made = Config(output_buffer=output)
    folder = Path(__file__).parent / "migrations"
    made.set_main_option("script_location", str(folder).replace("%", "%%"))
    made.attributes["engine"] = engine
    return made


@cache
def _revisions() -> tuple[str, ...]:
    """Newest first."""
    scripts = ScriptDirectory.from_config(config())
    return tuple(script.revision for script in scripts.walk_revisions())


def newest() -> str:
    """The revision that this version of the program works with."""
    return _revisions()[0]


def knows(revision: str) -> bool:
    """Whether this version of the program can upgrade from that revision."""
    return revision in _revisions()


def upgrade(engine: Engine) -> None:
    """Run the missing migrations in one transaction: all of them, or none on a failure. Of several
    processes one does it while the others wait."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    with _upgrading:
        command.upgrade(config(engine), "head")


def as_sql() -> dict[str, str]:
    """{file name: SQL for PostgreSQL} of every migration in order, as `supabase db push` takes them."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    scripts = ScriptDirectory.from_config(config())
    files: dict[str, str] = {}
    with _upgrading:
        for script in reversed(list(scripts.walk_revisions())):
            printed = StringIO()
            before = script.down_revision or "base"
            command.upgrade(config(output=printed), f"{before}:{script.revision}", sql=True)
            # Supabase orders by the number and wants the digits of a time.
            name = f"2026110100{script.revision}_{Path(script.path).stem.split('_', 1)[1]}.sql"
            files[name] = printed.getvalue()
    return files
