"""A guest's CV and spending move into the account, and go with a user who leaves."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import Engine, select

from services.errors import NotFound
from services.storage.database import SERVICE, reading
from services.storage.spending import Limits, Spending
from services.storage.store import Store
from services.storage.tables import CvRow, SpendingRow
from tests.services.storage.stored import Clock

LIMITS = Limits(calls_per_user=10, tokens_per_user=1_000, calls=40, tokens=4_000)


def test_a_cv_is_kept_once_and_forgotten_on_demand(store: Store, ada: UUID, eve: UUID) -> None:
    assert store.cv(ada) == ""
    store.keep_cv(ada, "Nurse")
    store.keep_cv(ada, "Nurse,\x00 since 2019")
    assert store.cv(ada) == "Nurse, since 2019"
    assert store.cv(eve) == ""
    store.forget_cv(eve)
    assert store.cv(ada) == "Nurse, since 2019"
    for _ in range(2):
        store.forget_cv(ada)
    assert store.cv(ada) == ""


def test_no_cv_is_kept_for_an_account_that_is_gone(store: Store, ada: UUID) -> None:
    store.remove_user(ada)
    with pytest.raises(NotFound):
        store.keep_cv(ada, "Nurse")


def test_of_two_cvs_the_one_that_was_kept_last_moves_or_stays(
    store: Store, ada: UUID, eve: UUID
) -> None:
    store.keep_cv(eve, "a guest's")
    store.move_everything(eve, ada)
    assert (store.cv(eve), store.cv(ada)) == ("", "a guest's")
    store.keep_cv(eve, "a newer one")
    store.move_everything(eve, ada)
    assert store.cv(ada) == "a newer one"
    store.keep_cv(eve, "an older one")
    store.keep_cv(ada, "the account's")
    store.move_everything(eve, ada)
    assert (store.cv(eve), store.cv(ada)) == ("", "the account's")


def test_what_a_guest_has_spent_counts_for_the_account(
    store: Store, engine: Engine, clock: Clock, ada: UUID, eve: UUID
) -> None:
    spending = Spending(engine, LIMITS, clock)
    for owners in ((eve,), (eve, eve, ada)):
        clock.advance(days=1)
        for owner in owners:
            spend = spending.of(owner, own_key=False)
            spend.allow()
            spend.used(100, 10)
    total = spending.total_today()
    store.move_everything(eve, ada)
    assert (spending.today(ada).calls, spending.today(ada).tokens) == (3, 330)
    assert (spending.today(eve).calls, spending.today(eve).tokens) == (0, 0)
    assert spending.total_today() == total
    with reading(engine, SERVICE) as db:
        rows = db.execute(select(SpendingRow.user_id, SpendingRow.calls).order_by(SpendingRow.day))
        assert [tuple(row) for row in rows] == [(ada, 1), (ada, 3)]


def test_a_user_who_leaves_takes_cv_and_spending_along_but_not_the_total(
    store: Store, engine: Engine, clock: Clock, ada: UUID
) -> None:
    spending = Spending(engine, LIMITS, clock)
    spending.of(ada, own_key=False).allow()
    store.keep_cv(ada, "Nurse")
    store.remove_user(ada)
    with reading(engine, SERVICE) as db:
        assert db.scalars(select(CvRow.user_id)).all() == []
        assert db.scalars(select(SpendingRow.user_id)).all() == []
    assert spending.total_today().calls == 1
