"""Brings the tables to the newest revision with Alembic, configured in code: any folder, no ini file."""

from __future__ import annotations

import logging
import threading
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

_upgrading = threading.Lock()  # Alembic keeps the migration that runs in a module-level place


def config(engine: Engine | None = None) -> Config:
    """Alembic's settings; `engine` is what the migrations run on."""
    made = Config()
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
    """Run the missing migrations in one transaction: all of them, or none on a failure."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    with _upgrading:
        command.upgrade(config(engine), "head")
