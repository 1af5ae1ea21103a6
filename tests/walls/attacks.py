"""What somebody who should not might try with a table, as plain SQL.

Each attack is one statement against somebody else's rows. It fails if it is refused, finds nothing, or
touches no more than the attacker's own row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from psycopg import sql
from sqlalchemy import Table

from tests.walls.rows import Person, Row, a_row, foreign_keys, key_of, named, owner_column

OWN = 1  # rows that each person has in every table


@dataclass(frozen=True)
class Attack:
    """`own` rows of the attacker's may come of it. `exactly`: they must, or the wall has no door.
    What `returns` to the state before is not kept even where it succeeds."""

    verb: str
    label: str
    statement: sql.Composed
    own: int = 0
    exactly: bool = False
    returns: bool = False
    copy_in: str | None = None  # what COPY FROM STDIN is fed
    before: sql.SQL | None = None


def on_table(table: Table, attacker: Person, victim: Person) -> Iterator[Attack]:
    """Everything that one person may try with another's rows in this table."""
    yield from _looking(table, victim)
    yield from _putting(table, attacker, victim)
    yield from _changing(table, attacker, victim)
    yield from _removing(table, victim)
    yield from _rebuilding(table)


def _say(text: str, **parts: sql.Composable) -> sql.Composed:
    return sql.SQL(text).format(**parts)


def _where(row: Row) -> sql.Composed:
    return sql.SQL(" AND ").join(
        _say("{c} = {v}", c=sql.Identifier(name), v=sql.Literal(value))
        for name, value in row.items()
    )


def _theirs(table: Table, victim: Person) -> sql.Composed:
    """The victim's rows, or row where a table does not say whose it is."""
    owner = owner_column(table)
    return _where(key_of(table, victim.row(table)) if owner is None else {owner: victim.id})


def _looking(table: Table, victim: Person) -> Iterator[Attack]:
    t, their, key = named(table), _theirs(table, victim), _where(key_of(table, victim.row(table)))
    seen = {
        "by its key": "SELECT * FROM {t} WHERE {key}",
        "counted": "SELECT 1 FROM {t} WHERE {their} HAVING count(*) > 0",
        "whether there is one": "SELECT 1 WHERE EXISTS (SELECT 1 FROM {t} WHERE {their})",
        "locked": "SELECT * FROM {t} WHERE {key} FOR UPDATE",
        "key locked": "SELECT * FROM {t} WHERE {key} FOR KEY SHARE",
        "by a join with itself": "SELECT b.* FROM {t} a JOIN {t} b ON true WHERE b.{their}",
        "by a failure that tells": "SELECT 1 FROM {t} WHERE {their} AND 1 / (random() * 0)::int > 0",
        "by a text that is no number": "SELECT 1 FROM {t} x WHERE {their} AND x::text::int > 0",
        "by statistics": "SELECT * FROM pg_stats WHERE {schema} = schemaname AND {name} = tablename",
    }
    parts = {
        "t": t,
        "their": their,
        "key": key,
        "schema": sql.Literal(table.schema or "public"),
        "name": sql.Literal(table.name),
    }
    for label, text in seen.items():
        yield Attack("SELECT", label, _say(text, **parts))
    whole = {
        "without a WHERE": "SELECT * FROM {t}",
        "or true": "SELECT * FROM {t} WHERE {key} OR true",
        "as a row": "SELECT x::text FROM {t} x",
        "as a union": "SELECT x::text FROM {t} x UNION SELECT x::text FROM {t} x",
        "as JSON": "SELECT to_jsonb(x) FROM {t} x",
    }
    for label, text in whole.items():
        yield Attack("SELECT", label, _say(text, **parts), own=OWN, exactly=True)
    yield Attack(
        "SELECT",
        "with row security off",
        _say("SELECT * FROM {t}", t=t),
        before=sql.SQL("SET LOCAL row_security = off"),
    )
    yield Attack(
        "SELECT",
        "into a table of one's own",
        _say("CREATE TEMP TABLE taken ON COMMIT DROP AS SELECT * FROM {t}", t=t),
        own=OWN,
    )
    yield Attack("COPY", "out", _say("COPY {t} TO STDOUT", t=t), own=OWN)
    yield Attack("COPY", "a query out", _say("COPY (SELECT * FROM {t}) TO STDOUT", t=t), own=OWN)
    yield Attack("COPY", "to a program", _say("COPY {t} TO PROGRAM 'cat'", t=t))
    yield Attack("COPY", "from a file", _say("COPY {t} FROM '/etc/hostname'", t=t))


def _putting(table: Table, attacker: Person, victim: Person) -> Iterator[Attack]:
    owner = owner_column(table)
    as_victim = a_row(table, victim)
    yield Attack("INSERT", "for somebody else", _insert(table, as_victim))
    yield Attack("INSERT", "and read it back", _insert(table, as_victim, " RETURNING *"))
    yield Attack("INSERT", "as a part of a query", _say(
        "WITH put AS ({insert}) SELECT * FROM put",
        insert=_insert(table, as_victim, " RETURNING *"),
    ))  # fmt: skip
    columns = sql.SQL(", ").join(map(sql.Identifier, as_victim))
    yield Attack("COPY", "in", _say("COPY {t} ({c}) FROM STDIN", t=named(table), c=columns),
                 copy_in="\t".join(["\\N"] * len(as_victim)) + "\n")  # fmt: skip
    if owner is not None:
        yield Attack("INSERT", "for nobody", _insert(table, as_victim | {owner: None}))
        mine = a_row(table, attacker) | {owner: victim.id}
        yield Attack("INSERT", "of one's own parents for somebody else", _insert(table, mine))
        yield Attack("INSERT", "of what somebody else has", _take(table, attacker, victim, owner))
    for column in foreign_keys(table):
        row = a_row(table, attacker, {column: victim})
        yield Attack("INSERT", f"under somebody else's {column}", _insert(table, row))
    hit = a_row(table, attacker) | key_of(table, victim.row(table))
    plain = _plain_column(table)
    yield Attack(
        "INSERT", "on top, nothing done", _insert(table, hit, " ON CONFLICT DO NOTHING RETURNING *")
    )
    key = sql.SQL(", ").join(sql.Identifier(c.name) for c in table.primary_key.columns)
    for column in {plain, owner or plain}:
        upsert = _say(
            " ON CONFLICT ({key}) DO UPDATE SET {c} = excluded.{c} RETURNING *",
            key=key,
            c=sql.Identifier(column),
        )
        yield Attack("INSERT", f"on top, {column} changed", _insert(table, hit) + upsert)
    merge = (
        "MERGE INTO {t} m USING (VALUES (1)) v ON {key} WHEN MATCHED THEN {do} "
        "WHEN NOT MATCHED THEN DO NOTHING"
    )
    target = _where(key_of(table, victim.row(table)))
    change = _say("UPDATE SET {c} = {c2}", c=sql.Identifier(plain), c2=_say("m.{c}", c=sql.Identifier(plain)))  # fmt: skip
    for label, do in (("changed", change), ("deleted", sql.SQL("DELETE"))):
        yield Attack("MERGE", label, _say(merge, t=named(table), key=target, do=do))


def _changing(table: Table, attacker: Person, victim: Person) -> Iterator[Attack]:
    t, their, plain = named(table), _theirs(table, victim), sql.Identifier(_plain_column(table))
    key = _where(key_of(table, victim.row(table)))
    yield Attack("UPDATE", "by its key", _say("UPDATE {t} SET {c} = {c} WHERE {key}", t=t, c=plain, key=key))  # fmt: skip
    yield Attack("UPDATE", "and read it back", _say(
        "UPDATE {t} SET {c} = {c} WHERE {their} RETURNING *", t=t, c=plain, their=their
    ))  # fmt: skip
    yield Attack("UPDATE", "without a WHERE", _say(
        "UPDATE {t} SET {c} = {c} RETURNING *", t=t, c=plain
    ), own=OWN, returns=True)  # fmt: skip
    yield Attack("UPDATE", "through another row", _say(
        "UPDATE {t} SET {c} = o.{c} FROM {t} o WHERE o.{their}", t=t, c=plain, their=their
    ))  # fmt: skip
    owner = owner_column(table)
    if owner is not None:
        o = sql.Identifier(owner)
        mine = _where(key_of(table, attacker.row(table)))
        yield Attack("UPDATE", "taken over", _say(
            "UPDATE {t} SET {o} = {me} WHERE {their}",
            t=t, o=o, me=sql.Literal(attacker.id), their=their,
        ))  # fmt: skip
        yield Attack("UPDATE", "given away", _say(
            "UPDATE {t} SET {o} = {them} WHERE {mine}",
            t=t, o=o, them=sql.Literal(victim.id), mine=mine,
        ))  # fmt: skip
        for column, parent in foreign_keys(table).items():
            [to] = (k.column.name for k in table.columns[column].foreign_keys)
            yield Attack("UPDATE", f"moved under somebody else's {column}", _say(
                "UPDATE {t} SET {c} = {parent} WHERE {mine}",
                t=t, c=sql.Identifier(column), parent=sql.Literal(victim.row(parent)[to]), mine=mine,
            ))  # fmt: skip


def _removing(table: Table, victim: Person) -> Iterator[Attack]:
    t, their = named(table), _theirs(table, victim)
    key = _where(key_of(table, victim.row(table)))
    yield Attack("DELETE", "by its key", _say("DELETE FROM {t} WHERE {key}", t=t, key=key))
    yield Attack("DELETE", "and read it back", _say("DELETE FROM {t} WHERE {their} RETURNING *", t=t, their=their))  # fmt: skip
    yield Attack("DELETE", "without a WHERE", _say("DELETE FROM {t} RETURNING *", t=t), own=OWN, returns=True)  # fmt: skip
    yield Attack("DELETE", "through another row", _say(
        "DELETE FROM {t} x USING {t} o WHERE o.{their}", t=t, their=their
    ))  # fmt: skip
    yield Attack("TRUNCATE", "alone", _say("TRUNCATE {t}", t=t))
    yield Attack("TRUNCATE", "with what hangs on it", _say("TRUNCATE {t} CASCADE", t=t))


def _rebuilding(table: Table) -> Iterator[Attack]:
    t = named(table)
    for label, text in {
        "walls taken down": "ALTER TABLE {t} DISABLE ROW LEVEL SECURITY",
        "walls not for the owner": "ALTER TABLE {t} NO FORCE ROW LEVEL SECURITY",
        "a policy added": "CREATE POLICY mine ON {t} USING (true)",
        "a policy dropped": "DROP POLICY chores ON {t}",
        "a trigger added": "CREATE TRIGGER mine BEFORE UPDATE ON {t} "
        "FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        "a rule added": "CREATE RULE mine AS ON INSERT TO {t} DO ALSO NOTHING",
        "another owner": "ALTER TABLE {t} OWNER TO CURRENT_USER",
        "dropped": "DROP TABLE {t} CASCADE",
        "given to all": "GRANT ALL ON {t} TO PUBLIC, anon",  # a mere warning, to who has some right
        "an heir": "CREATE TABLE public.heir () INHERITS ({t})",
    }.items():
        yield Attack("DDL", label, _say(text, t=t))


def on_the_house(victim: Person) -> Iterator[Attack]:
    """What may be tried without any table of ours."""
    question = victim.rows["public.questions"]["id"]
    for label, text in {
        "become the owner": "SELECT set_config('role', 'postgres', true)",
        "become the owner from the start": "SET SESSION AUTHORIZATION postgres",
        "above all": "ALTER ROLE app_backend SUPERUSER BYPASSRLS",
        "a role more": "CREATE ROLE intruder LOGIN SUPERUSER",
        "a member of the owner": "GRANT postgres TO app_backend",
        "a member of the chores": "GRANT app_service TO authenticated",
        "a counter": "SELECT nextval('app_private.throttles_id_seq')",
        "ask for a question": "SELECT app_private.is_my_question({question})",
        "accounts of the provider": "SELECT * FROM auth.users",
        "a file of the server": "SELECT pg_read_file('/etc/hostname')",
        "a file as a large object": "SELECT lo_import('/etc/hostname')",
        "a table": "CREATE TABLE public.mine (words text)",
        "a function": "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "a function before ours": "CREATE FUNCTION app_private.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "a language that reads files": "CREATE EXTENSION plpython3u",
        "all rights to come": "ALTER DEFAULT PRIVILEGES FOR ROLE postgres GRANT ALL ON TABLES TO anon",
    }.items():
        yield Attack("ESCAPE", label, _say(text, question=sql.Literal(question)))


def on_words(table: Table, words: str, victim: Person) -> Iterator[Attack]:
    """How the chores might come to a column that holds what somebody said."""
    parts = {
        "t": named(table),
        "c": sql.Identifier(words),
        "o": sql.Identifier(owner_column(table) or words),
        "their": _theirs(table, victim),
    }
    for verb, label, text in (
        ("SELECT", "read", "SELECT {c} FROM {t}"),
        ("SELECT", "as a row", "SELECT x::text FROM {t} x"),
        ("SELECT", "all columns", "SELECT * FROM {t}"),
        ("SELECT", "guessed", "SELECT 1 FROM {t} WHERE {c}::text LIKE '%'"),
        ("SELECT", "ordered by", "SELECT 1 FROM {t} ORDER BY {c}"),
        ("SELECT", "counted", "SELECT count({c}) FROM {t}"),
        ("SELECT", "by statistics", "SELECT s.* FROM pg_stats s WHERE attname = {name} AND "
         "tablename = {table}"),
        ("COPY", "out", "COPY {t} ({c}) TO STDOUT"),
        ("UPDATE", "given back", "UPDATE {t} SET {o} = {o} WHERE {their} RETURNING {c}"),
        ("UPDATE", "overwritten", "UPDATE {t} SET {c} = NULL WHERE {their}"),
        ("DELETE", "given back", "DELETE FROM {t} WHERE {their} RETURNING {c}"),
    ):  # fmt: skip
        named_parts = {"name": sql.Literal(words), "table": sql.Literal(table.name)}
        yield Attack(verb, f"{words} {label}", _say(text, **parts, **named_parts))


def _insert(table: Table, row: Row, then: str = "") -> sql.Composed:
    return _say(
        "INSERT INTO {t} ({columns}) VALUES ({values})",
        t=named(table),
        columns=sql.SQL(", ").join(map(sql.Identifier, row)),
        values=sql.SQL(", ").join(map(sql.Literal, row.values())),
    ) + sql.SQL(then)


def _take(table: Table, attacker: Person, victim: Person, owner: str) -> sql.Composed:
    """Copy the victim's rows as one's own."""
    kept = [c.name for c in table.columns if c.name != owner]
    return _say(
        "INSERT INTO {t} ({o}, {columns}) SELECT {me}, {columns} FROM {t} WHERE {o} = {them}",
        t=named(table),
        o=sql.Identifier(owner),
        columns=sql.SQL(", ").join(map(sql.Identifier, kept)),
        me=sql.Literal(attacker.id),
        them=sql.Literal(victim.id),
    )


def _plain_column(table: Table) -> str:
    """A column that is neither key nor owner nor points anywhere, if there is one."""
    fixed = {c.name for c in table.primary_key.columns} | {owner_column(table)}
    plain = [c.name for c in table.columns if c.name not in fixed and not c.foreign_keys]
    return plain[0] if plain else next(iter(table.columns)).name
