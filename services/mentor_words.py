"""What may be written on a shared interview: levels, a name and a note, as they are kept."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping

from services.domain import MENTOR_NAME_LIMIT, NOTE_LIMIT
from services.errors import InvalidInput

# Marks that turn the direction of what follows: a note must not turn the page around it.
_TURNS = dict.fromkeys(map(ord, "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))


def known_levels(levels: Mapping[str, int], known: Collection[str]) -> dict[str, int]:
    """Levels of the criteria that an answer is rated on. Raises `InvalidInput`."""
    if not set(levels) <= set(known):
        raise InvalidInput("levels", "This answer is rated on other criteria.", "Reload the page.")
    if any(type(level) is not int or not 1 <= level <= 5 for level in levels.values()):
        raise InvalidInput("levels", "Levels go from 1 to 5.")
    return dict(levels)


def mentor_name(text: str, wanted: str) -> str:
    """On one line. Raises `InvalidInput`, with `wanted` where there is none."""
    name = " ".join(_readable(text).split())
    if not name:
        raise InvalidInput("name", wanted)
    if len(name) > MENTOR_NAME_LIMIT:
        raise InvalidInput("name", f"A name has at most {MENTOR_NAME_LIMIT} characters.")
    return name


def note_text(text: str) -> str:
    """What they wrote, with its own line breaks. Raises `InvalidInput`."""
    clean = _readable(text).strip()
    if len(clean) > NOTE_LIMIT:
        raise InvalidInput("note", f"A note has at most {NOTE_LIMIT:,} characters.")
    return clean


def _readable(text: str) -> str:
    """Without control characters, but for line breaks and tabs, and without marks of direction."""
    kept = (c for c in text.translate(_TURNS) if c in "\n\t" or unicodedata.category(c) != "Cc")
    return "".join(kept)
