"""Everything that is logged while the tests run, searched for what must never be logged.

Tests say what is `secret` (passwords, keys, tickets, cookies, codes) and what candidates `said`, where they
make it. Every record that any logger of the process makes goes into one file, whatever becomes of it
otherwise, and the logs of app servers are looked at as well. What was found is told by place and rule,
never by itself.
"""

from __future__ import annotations

import json
import logging
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, quote_plus

# Loggers of libraries that have a level of their own, or would take their parent's.
TALKATIVE = (
    *("sqlalchemy", "sqlalchemy.engine", "sqlalchemy.pool", "sqlalchemy.orm", "psycopg"),
    *("psycopg.pool", "httpx", "httpx2", "httpcore", "httpcore2", "hpack", "urllib3", "botocore"),
    *("streamlit", "starlette", "uvicorn", "aiortc", "aioice", "websockets", "google_genai"),
    *("supabase_auth", "authlib", "obstore", "asyncio", "interview"),
)
_TO_HANDLERS = logging.Logger.callHandlers
SHORTEST = 8  # characters; a secret that is shorter is found by chance
SENTENCE = 20  # and so are words of everybody's
CODE = re.compile(r"\d{4,8}")
# What no line may look like, whoever wrote it.
SHAPES = {
    "a hashed password": re.compile(r"\$argon2id?\$v="),
    "an address with a password": re.compile(r"\b[a-z+]+://[^\s/:@'\"]+:(?!\*\*\*)[^\s/@'\"*]+@"),
    "a key of Gemini": re.compile(r"\bAIza[\w-]{35}"),
    "a key of Supabase": re.compile(r"\bsb_(?:secret|publishable)_\w{8,}"),
    "a signed token": re.compile(r"\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*"),
}


@dataclass
class Watch:
    """What to look for and where. Any thread may add to it."""

    secrets: dict[str, str] = field(default_factory=dict)  # the text -> the rule it breaks
    files: set[Path] = field(default_factory=set)

    def add(self, text: str, rule: str) -> None:
        if len(text) >= SHORTEST or CODE.fullmatch(text):
            self.secrets.setdefault(text, rule)

    def search(self) -> list[str]:
        """`file:line: rule` of everything that was found."""
        found = []
        for path in sorted(path for path in self.files if path.exists()):
            first: dict[str, int] = {}  # most lines are said again and again
            for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1):
                first.setdefault(line, number)
            logged = "\n".join(first)
            for text, rule in self.secrets.copy().items():
                if any(way in logged for way in _ways(text)):
                    found += _where(path, first, _anyhow_written(text), rule)
            for shape, pattern in SHAPES.items():
                if pattern.search(logged):
                    found += _where(path, first, pattern, shape)
        return found


OURS = Watch()


def secret(text: str) -> str:
    """Watch for it from now on; the same text."""
    OURS.add(text, "a secret")
    return text


def said(text: str) -> str:
    """Words of a candidate, distinctive enough to be found; the same text."""
    if len(text) >= SENTENCE:
        OURS.add(text, "what a candidate said")
    return text


def also_in(path: Path) -> None:
    """The log of another process."""
    OURS.files.add(path)


@contextmanager
def everything_into(path: Path, watch: Watch = OURS) -> Iterator[None]:
    """Write to the file whatever any logger hands on meanwhile, and let all of them be as talkative as
    they can. One within another takes all for itself."""
    before, writing = logging.Logger.callHandlers, threading.RLock()
    form = logging.Formatter("%(name)s %(levelname)s %(message)s")
    watch.files.add(path)

    with path.open("a", buffering=1, encoding="utf-8", errors="backslashreplace") as file:

        def write(logger: logging.Logger, record: logging.LogRecord) -> None:
            """Instead of a handler, as some loggers keep what they say from the root's handlers."""
            try:
                line = form.format(record)
            except (TypeError, ValueError, KeyError):
                line = f"{record.name} {record.msg!r} {record.args!r}"
            with writing:
                if not file.closed:
                    file.write(f"{line}\n")
            _TO_HANDLERS(logger, record)

        levels = {name: logging.getLogger(name).level for name in ("", *TALKATIVE)}
        logging.Logger.callHandlers = write  # type: ignore[method-assign, assignment]
        for name in levels:
            logging.getLogger(name).setLevel(logging.DEBUG)
        try:
            yield
        finally:
            logging.Logger.callHandlers = before  # type: ignore[method-assign]
            for name, level in levels.items():
                logging.getLogger(name).setLevel(level)


def switched_off() -> list[str]:
    """Loggers of ours that say nothing any more, as `logging.config.dictConfig` leaves them."""
    known = logging.Logger.manager.loggerDict
    ours = [name for name in known if name.startswith(("services", "pages"))]
    return [name for name in ours if getattr(known[name], "disabled", False)]


def _ways(text: str) -> set[str]:
    """As it is, as Python or JSON quotes it, or as part of an address."""
    return {text, repr(text)[1:-1], json.dumps(text)[1:-1], quote(text, safe=""), quote_plus(text)}


def _anyhow_written(text: str) -> re.Pattern[str]:
    if CODE.fullmatch(text):  # six digits are part of many a number
        return re.compile(rf"(?<![\w.:,+-]){text}(?![\w.:,+-])")
    return re.compile("|".join(map(re.escape, _ways(text))))


def _where(path: Path, lines: dict[str, int], pattern: re.Pattern[str], rule: str) -> list[str]:
    """The first line of it."""
    for line, number in lines.items():
        if pattern.search(line):
            return [f"{path}:{number}: {rule}"]
    across_lines = "\\n" in pattern.pattern
    return [f"{path}: {rule}"] if across_lines else []
