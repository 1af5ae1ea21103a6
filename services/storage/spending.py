"""What calls to language models cost today, and whether there is anything left. Days are in UTC.

Every user has a daily limit, and all users together have one; a call counts against both. Calls on a
candidate's own key are counted for the candidate, but cost us nothing, so no limit applies to them.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Engine,
    Select,
    delete,
    insert,
    literal,
    select,
    union_all,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.errors import NotFound, SpendLimitReached
from services.ports import Owner, Spend
from services.storage.clock import Clock, utc_now
from services.storage.database import SERVICE, reading, rows_changed, writing
from services.storage.tables import SpendingRow, SpendingTotalRow

KEPT = timedelta(days=60)  # how long a day's figures stay

_Table = type[SpendingRow] | type[SpendingTotalRow]


@dataclass(frozen=True, slots=True)
class Limits:
    """Calls and tokens (in and out together) a day: of one user, and of all together."""

    calls_per_user: int
    tokens_per_user: int
    calls: int
    tokens: int


@dataclass(frozen=True, slots=True)
class SpentToday:
    """`share` is what is used (0-1) of the limit that will be reached first, whosever it is."""

    calls: int
    calls_limit: int
    tokens: int
    tokens_limit: int
    share: float
    resets_at: datetime


class Spending:
    """Any thread may call, in any process on this database."""

    def __init__(self, engine: Engine, limits: Limits, now: Clock = utc_now) -> None:
        self._engine = engine
        self._limits = limits
        self._now = now

    def of(self, owner: Owner, *, own_key: bool) -> Spend:
        """Who pays for this owner's calls: the deployment, or the owner with a key of their own."""
        return _Account(self, owner, own_key)

    def today(self, owner: Owner) -> SpentToday:
        """What this owner has used today; `share` looks at the limits of all users together as well."""
        limits, day = self._limits, self._day()
        both = union_all(
            _figures(SpendingRow, day, owner, "own"), _figures(SpendingTotalRow, day, None, "all")
        )
        with reading(self._engine, SERVICE) as db:
            used = {row.whose: (row.calls, row.tokens) for row in db.execute(both)}
        calls, tokens = used.get("own", (0, 0))
        all_calls, all_tokens = used.get("all", (0, 0))
        return SpentToday(
            calls=calls,
            calls_limit=limits.calls_per_user,
            tokens=tokens,
            tokens_limit=limits.tokens_per_user,
            share=max(
                _share(calls, limits.calls_per_user),
                _share(tokens, limits.tokens_per_user),
                _share(all_calls, limits.calls),
                _share(all_tokens, limits.tokens),
            ),
            resets_at=_midnight_after(day),
        )

    def total_today(self) -> SpentToday:
        """What all users together have used today on the deployment's key."""
        limits, day = self._limits, self._day()
        with reading(self._engine, SERVICE) as db:
            calls, tokens = _used(db, SpendingTotalRow, day)
        share = max(_share(calls, limits.calls), _share(tokens, limits.tokens))
        resets_at = _midnight_after(day)
        return SpentToday(calls, limits.calls, tokens, limits.tokens, share, resets_at)

    def count_call(self, owner: Owner, own_key: bool) -> None:
        """See `Spend.allow`. Tokens are known only afterwards, so calls in flight may pass their limit."""
        now, limits = self._now(), self._limits
        day = now.astimezone(UTC).date()
        # Always the user before the total, so that no two transactions wait for each other.
        with writing(self._engine, SERVICE) as db:
            one_more: dict[str, Any] = {"calls": SpendingRow.calls + 1}
            if own_key:
                if not _change(db, SpendingRow, day, one_more, owner):
                    raise NotFound("This account no longer exists.", "Sign in again.")
                return
            within = _within(SpendingRow, limits.calls_per_user, limits.tokens_per_user)
            if not _change(db, SpendingRow, day, one_more, owner, within):
                raise self._refusal(db, now, owner)
            within = _within(SpendingTotalRow, limits.calls, limits.tokens)
            one_more = {"calls": SpendingTotalRow.calls + 1}
            if not _change(db, SpendingTotalRow, day, one_more, None, within):
                raise self._refusal(db, now)  # which takes the user's call back

    def count_tokens(self, owner: Owner, own_key: bool, tokens_in: int, tokens_out: int) -> None:
        """See `Spend.used`. An account that has gone meanwhile still counts in the total."""
        day = self._day()
        tables: Sequence[tuple[_Table, Owner | None]] = [(SpendingRow, owner)]
        if not own_key:
            tables = [*tables, (SpendingTotalRow, None)]
        with writing(self._engine, SERVICE) as db:
            for table, whose in tables:
                values = {
                    "tokens_in": table.tokens_in + tokens_in,
                    "tokens_out": table.tokens_out + tokens_out,
                }
                _change(db, table, day, values, whose)

    def _day(self) -> date:
        return self._now().astimezone(UTC).date()

    def _refusal(
        self, db: Session, now: datetime, owner: Owner | None = None
    ) -> SpendLimitReached | NotFound:
        day, limits = now.astimezone(UTC).date(), self._limits
        if owner is None:
            calls, _ = _used(db, SpendingTotalRow, day)
            what = _used_up(calls, limits.calls, limits.tokens) + " of all users together"
        elif not _there(db, SpendingRow, day, owner):
            return NotFound("This account no longer exists.", "Sign in again.")
        else:
            calls, _ = _used(db, SpendingRow, day, owner)
            what = "Your " + _used_up(calls, limits.calls_per_user, limits.tokens_per_user)
        return SpendLimitReached(
            f"{what[0].upper()}{what[1:]} are used up for today.",
            "Your answers are kept; the language model goes on after midnight UTC.",
            wait_s=(_midnight_after(day) - now).total_seconds(),
        )


@dataclass(frozen=True, slots=True)
class _Account:
    """The port `Spend` of one owner."""

    spending: Spending
    owner: Owner
    own_key: bool

    def allow(self) -> None:
        self.spending.count_call(self.owner, self.own_key)

    def used(self, tokens_in: int, tokens_out: int) -> None:
        self.spending.count_tokens(self.owner, self.own_key, tokens_in, tokens_out)


def _change(
    db: Session,
    table: _Table,
    day: date,
    values: dict[str, Any],
    owner: Owner | None,
    *where: ColumnElement[bool],
) -> bool:
    """Update a day's row if it meets `where`, after adding it if it is not there; says whether it did.

    One UPDATE both checks and counts, so calls at the same moment cannot pass a limit together.
    """
    statement = update(table).where(*_key(table, day, owner), *where).values(values)
    if rows_changed(db, statement) == 1:
        return True
    if _there(db, table, day, owner):
        return False
    _begin_day(db, table, day, owner)
    return rows_changed(db, statement) == 1


def _begin_day(db: Session, table: _Table, day: date, owner: Owner | None) -> None:
    db.execute(delete(table).where(table.day < day - KEPT))
    row = {"day": day, "calls": 0, "tokens_in": 0, "tokens_out": 0}
    if owner is not None:
        row["user_id"] = owner
    # Another process may have added it meanwhile, or the account is gone: the next UPDATE tells.
    with suppress(IntegrityError), db.begin_nested():
        db.execute(insert(table).values(row))


def _key(table: _Table, day: date, owner: Owner | None) -> list[ColumnElement[bool]]:
    whose = [SpendingRow.user_id == owner] if owner is not None else []
    return [table.day == day, *whose]


def _within(table: _Table, calls: int, tokens: int) -> ColumnElement[bool]:
    return (table.calls < calls) & (table.tokens_in + table.tokens_out < tokens)


def _there(db: Session, table: _Table, day: date, owner: Owner | None) -> bool:
    return db.scalar(select(table.calls).where(*_key(table, day, owner))) is not None


def _used(db: Session, table: _Table, day: date, owner: Owner | None = None) -> tuple[int, int]:
    """Calls and tokens of a day."""
    found = db.execute(_figures(table, day, owner)).one_or_none()
    return (0, 0) if found is None else (found.calls, found.tokens)


def _figures(
    table: _Table, day: date, owner: Owner | None, whose: str = ""
) -> Select[str, int, int]:
    tokens = (table.tokens_in + table.tokens_out).label("tokens")
    return select(literal(whose).label("whose"), table.calls.label("calls"), tokens).where(
        *_key(table, day, owner)
    )


def _used_up(calls: int, calls_limit: int, tokens_limit: int) -> str:
    if calls >= calls_limit:
        return f"{calls_limit:,} calls to the language model"
    return f"{tokens_limit:,} tokens of the language model"


def _share(used: int, limit: int) -> float:
    return min(1.0, used / limit) if limit > 0 else 1.0


def _midnight_after(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), UTC)
