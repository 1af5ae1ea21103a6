"""What all tables share: names of constraints, types of columns, rows that go with their parent."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BLANK_SCHEMA, Boolean, Date, Float, ForeignKey, Integer, MetaData, Uuid
from sqlalchemy.orm import DeclarativeBase, mapped_column

from services.storage.columns import CleanJson, CleanText, UTCDateTime

# Tables that no candidate reaches, not even through an interface of the database host's. Only PostgreSQL
# has schemas; on SQLite all tables lie in one place (`without_schemas`).
PRIVATE = "app_private"


class Base(DeclarativeBase):
    metadata = MetaData(
        # Named constraints, because a later migration can only drop what has a name.
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012  SQLAlchemy reads it as a plain dict
        str: CleanText,
        datetime: UTCDateTime,
        date: Date,
        UUID: Uuid(),
        bool: Boolean,
        int: Integer,
        float: Float,
        dict[str, Any]: CleanJson,
        list[Any]: CleanJson,
    }


def private(*arguments: Any) -> Any:
    """`__table_args__` of a table in the schema that is exposed to nobody."""
    return (*arguments, {"schema": PRIVATE})


def part_of(column: str, **options: Any) -> Any:
    """A column whose row goes when the row it points at goes."""
    return mapped_column(ForeignKey(column, ondelete="CASCADE"), **options)


def without_schemas() -> MetaData:
    """The same tables for a database that has no schemas, as migrations compare them."""
    plain = MetaData(naming_convention=Base.metadata.naming_convention)
    for table in Base.metadata.sorted_tables:
        table.to_metadata(
            plain,
            schema=None,  # type: ignore[arg-type]  # no schema; its types have forgotten that
            referred_schema_fn=lambda *_: BLANK_SCHEMA,  # type: ignore[arg-type]
        )
    return plain
