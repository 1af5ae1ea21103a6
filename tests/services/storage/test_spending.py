"""Limits of a day hold for one user and for all together, also when many call at the same moment."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, select

from services.errors import NotFound, SpendLimitReached
from services.storage.database import SERVICE, reading
from services.storage.spending import KEPT, Limits, Spending
from services.storage.store import Store
from services.storage.tables import SpendingRow, SpendingTotalRow
from tests.services.storage.stored import Clock, a_database, a_user

ROOMY = Limits(calls_per_user=10, tokens_per_user=1_000, calls=40, tokens=4_000)


@pytest.fixture
def spending(engine: Engine, clock: Clock) -> Spending:
    return Spending(engine, ROOMY, clock)


def limited(engine: Engine, clock: Clock, **limits: int) -> Spending:
    whole = {"calls_per_user": 99, "tokens_per_user": 9_999, "calls": 999, "tokens": 99_999}
    return Spending(engine, Limits(**(whole | limits)), clock)


def test_a_day_begins_with_nothing_spent(spending: Spending, ada: UUID) -> None:
    today = spending.today(ada)
    assert (today.calls, today.tokens, today.share) == (0, 0, 0.0)
    assert (today.calls_limit, today.tokens_limit) == (10, 1_000)
    assert today.resets_at == datetime(2026, 11, 3, tzinfo=UTC)
    assert spending.total_today().share == 0.0


def test_calls_and_tokens_count_for_the_user_and_for_all(
    spending: Spending, ada: UUID, eve: UUID
) -> None:
    for owner in (ada, ada, eve):
        spend = spending.of(owner, own_key=False)
        spend.allow()
        spend.used(100, 50)
    assert (spending.today(ada).calls, spending.today(ada).tokens) == (2, 300)
    assert (spending.today(eve).calls, spending.today(eve).tokens) == (1, 150)
    total = spending.total_today()
    assert (total.calls, total.calls_limit, total.tokens, total.tokens_limit) == (3, 40, 450, 4_000)
    assert spending.today(ada).share == pytest.approx(0.3)  # tokens: 300 of 1,000
    assert total.share == pytest.approx(450 / 4_000)


def test_a_user_whose_calls_are_used_up_is_told_when_it_goes_on(
    engine: Engine, clock: Clock, ada: UUID, eve: UUID
) -> None:
    spending = limited(engine, clock, calls_per_user=2)
    spend = spending.of(ada, own_key=False)
    spend.allow()
    spend.allow()
    clock.time = datetime(2026, 11, 2, 22, 0, tzinfo=UTC)
    with pytest.raises(SpendLimitReached, match=r"Your 2 calls .* used up .* kept") as refused:
        spend.allow()
    assert refused.value.wait_s == pytest.approx(2 * 3600, abs=1)
    assert (spending.today(ada).calls, spending.total_today().calls) == (2, 2)
    spending.of(eve, own_key=False).allow()
    clock.advance(hours=2)
    spend.allow()
    assert spending.today(ada).calls == 1


def test_tokens_have_a_limit_of_their_own(engine: Engine, clock: Clock, ada: UUID) -> None:
    spending = limited(engine, clock, tokens_per_user=1_000)
    spend = spending.of(ada, own_key=False)
    spend.allow()
    spend.used(900, 99)
    spend.allow()  # one token is left, and what a call takes is known only afterwards
    spend.used(100, 0)
    with pytest.raises(SpendLimitReached, match="Your 1,000 tokens"):
        spend.allow()
    assert spending.today(ada).share == 1.0


def test_what_all_users_have_used_up_stops_everybody_and_takes_no_call_from_them(
    engine: Engine, clock: Clock, ada: UUID, eve: UUID
) -> None:
    by_calls = limited(engine, clock, calls=1)
    by_calls.of(ada, own_key=False).allow()
    with pytest.raises(SpendLimitReached, match=r"1 calls .* of all users together"):
        by_calls.of(eve, own_key=False).allow()
    assert by_calls.today(eve).calls == 0
    assert by_calls.today(eve).share == 1.0
    by_calls.of(ada, own_key=False).used(500, 0)
    with pytest.raises(SpendLimitReached, match=r"500 tokens .* of all users together"):
        limited(engine, clock, tokens=500).of(eve, own_key=False).allow()


def test_a_limit_of_nothing_allows_nothing(engine: Engine, clock: Clock, ada: UUID) -> None:
    spending = limited(engine, clock, calls_per_user=0)
    with pytest.raises(SpendLimitReached):
        spending.of(ada, own_key=False).allow()
    assert spending.today(ada).share == 1.0


def test_a_key_of_ones_own_is_counted_and_never_stopped(
    engine: Engine, clock: Clock, ada: UUID
) -> None:
    spending = limited(engine, clock, calls_per_user=1, calls=1)
    spend = spending.of(ada, own_key=True)
    for _ in range(3):
        spend.allow()
        spend.used(1_000_000, 1)
    assert (spending.today(ada).calls, spending.today(ada).tokens) == (3, 3_000_003)
    assert (spending.total_today().calls, spending.total_today().tokens) == (0, 0)


def test_an_account_that_is_gone_spends_nothing_more(
    engine: Engine, clock: Clock, store: Store, ada: UUID
) -> None:
    spending = limited(engine, clock)
    for own_key in (False, True):
        with pytest.raises(NotFound):
            spending.of(uuid4(), own_key=own_key).allow()
    spend = spending.of(ada, own_key=False)
    spend.allow()
    store.remove_user(ada)
    spend.used(10, 5)  # the answer to its last call comes after it
    assert spending.today(ada).tokens == 0
    assert (spending.total_today().calls, spending.total_today().tokens) == (1, 15)


def test_days_long_past_are_forgotten(
    engine: Engine, spending: Spending, clock: Clock, ada: UUID
) -> None:
    for days in (0, 1, KEPT.days):
        clock.advance(days=days)
        spending.of(ada, own_key=False).allow()
    today = clock.time.date()
    with reading(engine, SERVICE) as db:
        for table in (SpendingRow, SpendingTotalRow):
            days_kept = db.scalars(select(table.day).order_by(table.day)).all()
            assert days_kept == [today - timedelta(days=KEPT.days), today]


@pytest.mark.parametrize(
    ("limits", "fit"), [({"calls_per_user": 5}, 10), ({"calls": 7}, 7)], ids=["user", "all"]
)
def test_calls_at_the_same_moment_never_pass_a_limit(
    tmp_path: Path, engine: Engine, clock: Clock, ada: UUID, limits: dict[str, int], fit: int
) -> None:
    eve = a_user(engine, "Eve")
    start = threading.Barrier(8)

    def call(n: int) -> int:
        spending = limited(a_database(tmp_path), clock, **limits)  # a connection of its own
        spend = spending.of((ada, eve)[n % 2], own_key=False)
        start.wait(10)
        allowed = 0
        for _ in range(4):
            try:
                spend.allow()
            except SpendLimitReached:
                continue
            spend.used(2, 1)
            allowed += 1
        return allowed

    with ThreadPoolExecutor(8) as threads:
        allowed = sum(threads.map(call, range(8)))
    spending = limited(engine, clock)
    total = spending.total_today()
    assert (allowed, total.calls, total.tokens) == (fit, fit, 3 * fit)
    assert spending.today(ada).calls + spending.today(eve).calls == fit
