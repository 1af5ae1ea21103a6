"""Rows of several kinds in one query: each kind fills the columns that it has and leaves the others empty."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    CompoundSelect,
    Float,
    Integer,
    Select,
    Uuid,
    cast,
    literal,
    null,
    type_coerce,
    union_all,
)
from sqlalchemy.types import TypeEngine

from services.storage.columns import CleanJson, CleanText, UTCDateTime

_COLUMNS: dict[str, TypeEngine[Any]] = {
    "of": Uuid(),  # the row that it belongs to
    "number": Integer(),
    "start_s": Float(),
    "end_s": Float(),
    "text": CleanText(),
    "listed": CleanJson(),
    "sure": Boolean(),
    "named": CleanText(),
    "criterion": CleanJson(),
    "level": Integer(),
    "other": Integer(),
    "id": Uuid(),
    "share_id": Uuid(),
    "at": UTCDateTime(),
}


def columns(kind: str, **has: Any) -> tuple[ColumnElement[Any], ...]:
    """What a part of `together` selects. Empty columns have their types too: PostgreSQL would take a NULL in
    two parts that follow each other for text."""
    return (
        literal(kind).label("kind"),
        *(
            type_coerce(has[name], type_).label(name)
            if name in has
            else cast(null(), type_).label(name)
            for name, type_ in _COLUMNS.items()
        ),
    )


def together(*parts: Select[Any]) -> CompoundSelect[Any]:
    """What belongs to one row in its own order."""
    return union_all(*parts).order_by("of", "start_s", "number", "at")
