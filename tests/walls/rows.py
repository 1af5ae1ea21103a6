"""Rows of two candidates in every table, made from the tables' own columns.

A table that is new gets rows without anybody thinking of it; one of a kind that cannot be filled here stops
the walk, so that no table is ever left out of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb
from sqlalchemy import JSON, Boolean, Column, Date, DateTime, Float, Integer, Table, Text, Uuid

from services.storage.tables import PRIVATE, Base

OUR_OWN = ("alembic_version",)  # Alembic's, in no metadata; it is nobody's
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
_numbers = count(1_000)

Row = dict[str, Any]


@dataclass(frozen=True)
class Person:
    """Somebody with a row in every table. Every text of theirs holds `mark`."""

    id: UUID
    mark: str
    rows: dict[str, Row] = field(default_factory=dict)  # by the table's full name

    def row(self, table: Table) -> Row:
        return self.rows[full_name(table)]


def a_person(name: str) -> Person:
    return Person(uuid4(), f"{name}-{uuid4().hex}")


def full_name(table: Table) -> str:
    return f"{table.schema or 'public'}.{table.name}"


def tables() -> tuple[Table, ...]:
    """Parents before children."""
    return tuple(Base.metadata.sorted_tables)


def owner_column(table: Table) -> str | None:
    """The column that says whose a row is; None for a table of nobody's."""
    if table.name == "users":
        return "id"
    return "user_id" if "user_id" in table.columns else None


def is_private(table: Table) -> bool:
    return table.schema == PRIVATE


def foreign_keys(table: Table) -> dict[str, Table]:
    """Columns that point at a row of another kind than the owner's."""
    found = {}
    for column in table.columns:
        for key in column.foreign_keys:
            if column.name != owner_column(table):
                found[column.name] = key.column.table
    return found


def key_of(table: Table, row: Row) -> Row:
    return {column.name: row[column.name] for column in table.primary_key.columns}


def a_row(table: Table, person: Person, parents: Mapping[str, Person] | None = None) -> Row:
    """A row of this person that is not stored. `parents` says for some columns whose parent to take."""
    row: Row = {}
    for column in table.columns:
        if column.name == owner_column(table):
            row[column.name] = person.id
        elif column.foreign_keys:
            of = (parents or {}).get(column.name, person)
            row[column.name] = _parent_key(table, column, of)
        else:
            row[column.name] = _value(column, person)
    return row


def store_rows(owner_url: str, *people: Person, among: Sequence[Table] = ()) -> None:
    """Give each of them a row in every table, as the one who owns the tables."""
    with psycopg.connect(owner_url) as db:
        for person in people:
            for table in among or tables():
                row = a_row(table, person)
                insert(db, table, row)
                person.rows[full_name(table)] = row
        db.commit()
        db.execute("ANALYZE")


def insert(db: psycopg.Connection[Any], table: Table, row: Row) -> None:
    db.execute(insertion(table, row), list(row.values()))


def insertion(table: Table, row: Row) -> sql.Composed:
    return sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        named(table),
        sql.SQL(", ").join(map(sql.Identifier, row)),
        sql.SQL(", ").join(sql.Placeholder() * len(row)),
    )


def named(table: Table) -> sql.Composed:
    return sql.SQL("{}.{}").format(
        sql.Identifier(table.schema or "public"), sql.Identifier(table.name)
    )


def _parent_key(table: Table, column: Column[Any], person: Person) -> Any:
    [key] = column.foreign_keys
    parent = person.rows.get(full_name(key.column.table))
    if parent is None:  # a table that points at itself: its first row has no parent
        if key.column.table is not table or not column.nullable:
            raise LookupError(f"no row yet for {full_name(table)}.{column.name} to point at")
        return None
    return parent[key.column.name]


def _value(column: Column[Any], person: Person) -> Any:
    for kind, made in _VALUES.items():
        if isinstance(column.type, kind) or isinstance(getattr(column.type, "impl", None), kind):
            return made(column, person)
    raise LookupError(f"no value for {column.table.name}.{column.name}: {column.type!r}")


def _text(column: Column[Any], person: Person) -> str:
    return f"{column.table.name}.{column.name} of {person.mark} {next(_numbers)}"


_VALUES: dict[type, Callable[[Column[Any], Person], Any]] = {
    JSON: lambda column, person: Jsonb([_text(column, person)]),
    Text: _text,
    Uuid: lambda _column, _person: uuid4(),
    DateTime: lambda _column, _person: NOW,
    Date: lambda _column, _person: date.fromordinal(NOW.toordinal() + next(_numbers)),
    Boolean: lambda _column, _person: False,
    Integer: lambda _column, _person: next(_numbers),
    Float: lambda _column, _person: 1.5,
}
