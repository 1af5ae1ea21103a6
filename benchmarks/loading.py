"""Fills an empty database with many candidates' interviews, fast: COPY on PostgreSQL, plain inserts on SQLite.

Rows are lean (a rubric of a few hundred bytes, four words in a segment) and come as they would over the
months: interview by interview over all candidates, so that what is one candidate's lies scattered. Indexes and
constraints are put aside meanwhile and made afterwards. Needs the owner of the tables.
"""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import psycopg

from benchmarks.measuring import tell
from services.domain import Category, Criterion, Difficulty, Job, Kind, Rubric, Setup

QUESTIONS = 5  # of each interview
SEGMENTS = 2  # of each answer
BATCH = 4_000  # interviews in memory at a time
START = datetime(2024, 1, 1, 8, tzinfo=UTC)

Value = str | None
Row = tuple[Value, ...]

_COLUMNS = {
    "users": "id name email email_verified created_at",
    "cvs": "user_id text kept_at",
    "interviews": "id user_id setup position category difficulty state created_at finished_at",
    "questions": "id user_id interview_id number text kind competency difficulty model_answer "
    "key_points rubric source shown",
    "answers": "id user_id interview_id question_id attempt mode state sound_s pending "
    "rating_state rating_problem started_at finished_at",
    "segments": "answer_id number user_id start_s end_s text words",
    "ratings": "id user_id interview_id answer_id kind overall strengths improvements next_action "
    "coach coach_version rubric_version speech_model superseded created_at",
    "scores": "rating_id number user_id criterion_id criterion_name criterion level reason "
    "evidence superseded asked_at",
}
_CRITERIA = tuple(
    Criterion(id=name.lower(), name=name, description=f"{name}.", levels=("1", "2", "3", "4", "5"))
    for name in ("Relevance", "Structure", "Specificity", "Coverage", "Reasoning")
)
_CRITERION_JSON = tuple(json.dumps(c.model_dump(mode="json")) for c in _CRITERIA)
_RUBRIC = json.dumps(Rubric(version="lean", criteria=_CRITERIA).model_dump(mode="json"))
_WORDS = json.dumps(
    [[n * 0.4, n * 0.4 + 0.3, w, 0.9] for n, w in enumerate("I asked the team".split())]
)
_KEY_POINTS = json.dumps(["what was promised", "what came of it"])
_QUOTE = json.dumps([[0, 7, "I asked", 0.0, 0.7]])
_SAID = json.dumps(["You said what you did."])
_CV = "Ward nurse since 2019; before that, three years in a practice. " * 30
_POSITIONS = ("Nurse", "Data engineer", "Shop manager", "Architect", "Teacher")


@dataclass(frozen=True, slots=True)
class Loaded:
    """`owners` are the candidates; `rows` counts by table."""

    owners: tuple[UUID, ...]
    rows: dict[str, int]


def load_postgres(owner_url: str, users: int, interviews: int) -> Loaded:
    """Raises psycopg's errors; the database is to be thrown away then."""
    with psycopg.connect(owner_url, autocommit=True) as db:
        db.execute("SET session_replication_role = replica; SET timezone = 'UTC'")
        db.execute("SET maintenance_work_mem = '1GB'; SET statement_timeout = 0")
        again = _put_aside(db)
        made = _Candidates(users, interviews)
        counts = dict.fromkeys(_COLUMNS, 0)
        for table, rows in made.rows():
            columns = ", ".join(_COLUMNS[table].split())
            counts[table] += len(rows)
            with db.cursor().copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                copy.write("".join(map(_line, rows)))
        tell("indexes")
        for statement in again:
            db.execute(statement)
        for table in _COLUMNS:  # as autovacuum would; without it no index suffices by itself
            db.execute(f"VACUUM (ANALYZE) {table}")
    return Loaded(made.owners, counts)


def load_sqlite(path: Path, users: int, interviews: int) -> Loaded:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        # Thrown away after a crash, so nothing has to survive one; in its own log it would be there twice.
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -4000000"):
            db.execute(f"PRAGMA {pragma}")
        made = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql <> ''")
        indexes = {
            name: sql
            for name, sql in made.fetchall()
            if sql.split(" ON ")[1].split()[0].strip('"') in _COLUMNS
        }
        for name in indexes:
            db.execute(f'DROP INDEX "{name}"')
        candidates = _Candidates(users, interviews)
        counts = dict.fromkeys(_COLUMNS, 0)
        db.execute("BEGIN")
        for table, rows in candidates.rows():
            columns = _COLUMNS[table].split()
            counts[table] += len(rows)
            places = ", ".join("?" * len(columns))
            db.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", rows)
        db.execute("COMMIT")
        tell("indexes")
        for sql in indexes.values():
            db.execute(sql)
        db.execute("PRAGMA journal_mode = WAL")
    return Loaded(candidates.owners, counts)


def _put_aside(db: psycopg.Connection) -> list[str]:
    """Drop what would be kept up to date row by row; the statements that make it again, in order."""
    names = ", ".join(f"'{table}'::regclass" for table in _COLUMNS)
    constraints = db.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), contype "
        f"FROM pg_constraint WHERE conrelid IN ({names}) AND contype IN ('f', 'p', 'u') "
        f"OR contype = 'f' AND confrelid IN ({names}) AND confrelid <> 'users'::regclass "
        "ORDER BY contype = 'f' DESC, contype = 'u' DESC"
    ).fetchall()
    # Others point at the users, whose primary key stays.
    dropped = [c for c in constraints if not (c[0] == "users" and c[3] == "p")]
    for table, name, _, _ in dropped:
        db.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    again = []
    for table, name, definition, kind in reversed(dropped):
        # What is there is known to be right: looking at all of it again would take minutes.
        unchecked = " NOT VALID" if kind == "f" else ""
        again.append(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}{unchecked}")
    indexes = db.execute(
        f"SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index "
        f"WHERE indrelid IN ({names}) AND NOT indisprimary"
    ).fetchall()
    for name, _ in indexes:
        db.execute(f"DROP INDEX {name}")
    keys = [statement for statement in again if "FOREIGN KEY" not in statement]
    foreign = [statement for statement in again if "FOREIGN KEY" in statement]
    return [*keys, *(definition for _, definition in indexes), *foreign]


def _line(row: Row) -> str:
    """As COPY reads it; nothing of ours has a tab, a line break or a backslash in it."""
    return "\t".join(["\\N" if value is None else value for value in row]) + "\n"


class _Candidates:
    """Makes the rows, always the same ones."""

    def __init__(self, users: int, interviews: int) -> None:
        self._dice = random.Random(11)
        self._interviews = interviews
        self.owners = tuple(UUID(int=self._dice.getrandbits(128), version=4) for _ in range(users))
        self._bits = self._dice.getrandbits
        self._setups = [
            (
                json.dumps(setup.model_dump(mode="json")),
                *(setup.job.position, setup.category.value, setup.difficulty.value),
            )
            for position in _POSITIONS
            for category in Category
            for difficulty in Difficulty
            for setup in [
                Setup(job=Job(position=position), category=category, difficulty=difficulty)
            ]
        ]

    def rows(self) -> Iterator[tuple[str, list[Row]]]:
        """Parents before children, so many interviews at a time."""
        start = _at(START)
        names = [owner.hex for owner in self.owners]
        yield (
            "users",
            [(o, f"User {n}", f"{n}@example.com", "1", start) for n, o in enumerate(names)],
        )
        yield "cvs", [(owner, _CV, start) for owner in names[::3]]
        tables: dict[str, list[Row]] = {name: [] for name in list(_COLUMNS)[2:]}
        for number in range(self._interviews):
            tell(f"interview {number} of {self._interviews}") if number % 20 == 0 else None
            for place, owner in enumerate(names):
                at = START + timedelta(hours=8 * number, seconds=place)
                self._interview(tables, owner, at, last=number == self._interviews - 1)
                if len(tables["interviews"]) >= BATCH:
                    yield from tables.items()
                    tables = {name: [] for name in tables}
        yield from tables.items()

    def _interview(
        self, tables: dict[str, list[Row]], owner: str, at: datetime, *, last: bool
    ) -> None:
        """The last one of everybody is open: two questions are answered, the third is being reviewed."""
        dice = self._dice
        setup, position, category, difficulty = dice.choice(self._setups)
        interview, began, ended = self._id(), _at(at), _at(at + timedelta(minutes=30))
        state = "open" if last else "finished"
        tables["interviews"].append(
            (
                interview,
                owner,
                setup,
                position,
                category,
                difficulty,
                state,
                began,
                None if last else ended,
            )
        )
        for number in range(1, QUESTIONS + 1):
            question, kind = self._id(), dice.choice(_KINDS)
            competency, source = f"competency {dice.randrange(12)}", f"bank:{dice.randrange(400)}"
            tables["questions"].append(
                (
                    *(question, owner, interview, str(number), f"Question {source}?", kind),
                    *(competency, difficulty, "A model answer of some length. " * 4, _KEY_POINTS),
                    *(_RUBRIC, source, "1"),
                )
            )
            if last and number > 3:
                continue
            skipped, heard = dice.randrange(7) == 0, last and number == 3
            given = "heard" if heard else "skipped" if skipped else "submitted"
            rated = "rated" if given == "submitted" else "none"
            answer, mode = self._id(), "typed" if dice.randrange(4) == 0 else "spoken"
            tables["answers"].append(
                (
                    *(answer, owner, interview, question, "1", mode, given),
                    *(f"{dice.uniform(30, 150):.3f}", "0", rated, "", began),
                    None if heard else ended,
                )
            )
            if given != "skipped":
                for n in range(SEGMENTS):
                    tables["segments"].append(
                        (
                            answer,
                            str(n),
                            owner,
                            f"{n * 6}.0",
                            f"{n * 6 + 5}.0",
                            "I asked the team",
                            _WORDS,
                        )
                    )
            if given == "submitted":
                self._rating(tables, (owner, interview, answer), kind, began)

    def _rating(
        self, tables: dict[str, list[Row]], place: tuple[str, str, str], kind: str, began: str
    ) -> None:
        rating, owner = self._id(), place[0]
        levels = self._dice.choices(range(1, 6), k=len(_CRITERIA))
        overall = (sum(levels) / len(levels) - 1) * 2.5
        tables["ratings"].append(
            (
                *(rating, *place, kind, repr(overall), _SAID, _SAID, "End with one figure."),
                *("seed", "1", "lean", "", "0", began),
            )
        )
        for n, (criterion, level) in enumerate(zip(_CRITERIA, levels, strict=True)):
            tables["scores"].append(
                (
                    *(rating, str(n), owner, criterion.id, criterion.name, _CRITERION_JSON[n]),
                    *(str(level), "You said what you did.", _QUOTE, "0", began),
                )
            )

    def _id(self) -> str:
        return f"{self._bits(128):032x}"


def _at(moment: datetime) -> str:
    """As SQLite keeps it and PostgreSQL reads it, in UTC."""
    return moment.strftime("%Y-%m-%d %H:%M:%S.000000")


_KINDS = tuple(kind.value for kind in Kind)
