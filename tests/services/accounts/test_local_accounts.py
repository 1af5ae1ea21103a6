"""Signing up and in with e-mail and password, on a real database and real argon2id."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, delete, select

from services.accounts.logins import Logins
from services.accounts.throttle import EMAIL_LIMIT
from services.adapters.local_accounts import LocalAccounts
from services.errors import EmailTaken, NotFound, SignInFailed, TooManyAttempts
from services.storage import users
from services.storage.database import SERVICE, reading, writing
from services.storage.store import Store
from services.storage.tables import PasswordRow, ThrottleRow, UserRow
from tests.services.accounts.cheap import CountingHasher, cheap_hash
from tests.services.storage.stored import Clock, a_database, an_interview

PASSWORD = "correct horse battery"


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return a_database(tmp_path)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def accounts(engine: Engine, clock: Clock) -> LocalAccounts:
    return LocalAccounts(engine, clock, cheap_hash())


def test_the_recommended_hash_is_argon2id_and_no_password_is_stored(engine: Engine) -> None:
    accounts = LocalAccounts(engine)
    accounts.create_account("Ada", "ada@example.com", PASSWORD)
    with reading(engine, SERVICE) as db:
        stored = db.scalars(select(PasswordRow.hash)).one()
    assert stored.startswith("$argon2id$")
    assert PASSWORD not in stored


def test_an_unknown_email_takes_the_same_answer_and_work_as_a_wrong_password(
    engine: Engine, clock: Clock
) -> None:
    hasher = CountingHasher()
    accounts = LocalAccounts(engine, clock, cheap_hash(hasher))
    accounts.create_account("Ada", "ada@example.com", PASSWORD)
    failures, checks = [], []
    for email in ("ada@example.com", "eve@example.com", "no e-mail at all", "", "\ud800@x\x00"):
        hasher.checked = 0
        with pytest.raises(SignInFailed) as failure:
            accounts.verify(email, "a wrong password", "")
        failures.append(str(failure.value))
        checks.append(hasher.checked)
    assert len(set(failures)) == 1
    assert checks == [1] * 5


def test_an_email_belongs_to_one_account_whatever_its_case(accounts: LocalAccounts) -> None:
    accounts.create_account("Ada", "ada@example.com", PASSWORD)
    with pytest.raises(EmailTaken):
        accounts.create_account("Eve", "ADA@example.com", "another password")
    assert accounts.verify("ada@example.com", PASSWORD).name == "Ada"


def test_the_longest_password_counts_to_its_end(accounts: LocalAccounts) -> None:
    made = accounts.create_account("Ada", "ada@example.com", "x" * 1024)
    assert accounts.verify("ada@example.com", "x" * 1024) == made
    for close in ("x" * 1023, "x" * 1025):
        with pytest.raises(SignInFailed):
            accounts.verify("ada@example.com", close)


def test_two_sign_ups_with_one_email_at_once_make_one_account(accounts: LocalAccounts) -> None:
    def sign_up(name: str) -> str:
        try:
            return accounts.create_account(name, "ada@example.com", PASSWORD).name
        except EmailTaken:
            return "taken"

    with ThreadPoolExecutor(4) as threads:
        results = list(threads.map(sign_up, ["Ada"] * 4))
    assert sorted(results) == ["Ada", "taken", "taken", "taken"]


def test_a_guest_becomes_the_account_and_keeps_what_was_done(
    accounts: LocalAccounts, engine: Engine
) -> None:
    guest = accounts.create_guest()
    assert guest.guest
    store = Store(engine)
    interview = an_interview(store, guest.id)
    secret = Logins(engine).open(guest.id)
    made = accounts.create_account("Ada", "ada@example.com", PASSWORD, guest.id)
    assert (made.id, made.created_at) == (guest.id, guest.created_at)
    assert store.interview(made.id, interview.id) == interview
    login = Logins(engine).find(secret)
    assert login is not None
    assert login.user == made


def test_an_account_is_never_taken_over_as_a_guest(accounts: LocalAccounts) -> None:
    ada = accounts.create_account("Ada", "ada@example.com", PASSWORD)
    for not_a_guest in (ada.id, uuid4()):
        eve = accounts.create_account("Eve", f"{not_a_guest}@example.com", PASSWORD, not_a_guest)
        assert eve.id not in (ada.id, not_a_guest)
    assert accounts.verify("ada@example.com", PASSWORD) == ada


def test_a_guest_whose_email_is_taken_stays_a_guest(accounts: LocalAccounts) -> None:
    accounts.create_account("Ada", "ada@example.com", PASSWORD)
    guest = accounts.create_guest()
    with pytest.raises(EmailTaken):
        accounts.create_account("Eve", "ada@example.com", PASSWORD, guest.id)
    assert accounts.create_account("Eve", "eve@example.com", PASSWORD, guest.id).id == guest.id


def test_a_hash_made_with_weaker_settings_is_renewed_at_sign_in(
    engine: Engine, clock: Clock
) -> None:
    LocalAccounts(engine, clock, cheap_hash()).create_account("Ada", "ada@example.com", PASSWORD)
    stronger = LocalAccounts(engine, clock, cheap_hash(CountingHasher(time_cost=2)))
    stronger.verify("ada@example.com", PASSWORD)
    with reading(engine, SERVICE) as db:
        assert "t=2" in db.scalars(select(PasswordRow.hash)).one()
    stronger.verify("ada@example.com", PASSWORD)


def test_guessing_is_slowed_down_even_with_the_right_password(
    accounts: LocalAccounts, clock: Clock
) -> None:
    ada = accounts.create_account("Ada", "ada@example.com", PASSWORD)
    for _ in range(EMAIL_LIMIT):
        with pytest.raises(SignInFailed):
            accounts.verify("ada@example.com", "a wrong password")
    with pytest.raises(TooManyAttempts) as slowed:
        accounts.verify("ada@example.com", PASSWORD)
    clock.advance(seconds=slowed.value.wait_s)
    assert accounts.verify("ada@example.com", PASSWORD) == ada


def test_guesses_at_once_cannot_slip_past_the_limit(accounts: LocalAccounts) -> None:
    def guess(_number: int) -> str:
        try:
            accounts.verify("ada@example.com", "a wrong password")
        except (SignInFailed, TooManyAttempts) as failure:
            return type(failure).__name__
        return "in"

    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(guess, range(3 * EMAIL_LIMIT)))
    assert results.count("SignInFailed") == EMAIL_LIMIT
    assert results.count("TooManyAttempts") == 2 * EMAIL_LIMIT


def test_the_sign_up_form_cannot_be_used_to_search_for_emails(
    accounts: LocalAccounts,
) -> None:
    accounts.create_account("Ada", "ada@example.com", PASSWORD)
    for _ in range(EMAIL_LIMIT):
        with pytest.raises(EmailTaken):
            accounts.create_account("Eve", "ada@example.com", PASSWORD)
    with pytest.raises(TooManyAttempts):
        accounts.create_account("Eve", "ada@example.com", PASSWORD)


def test_no_email_that_somebody_typed_is_stored_by_the_throttle(
    accounts: LocalAccounts, engine: Engine
) -> None:
    with pytest.raises(SignInFailed):
        accounts.verify("mistyped@example.com", "a wrong password", "10.0.0.1")
    with reading(engine, SERVICE) as db:
        row = db.scalars(select(ThrottleRow)).one()
        assert "mistyped" not in row.email_hash
        assert "10.0.0.1" not in (row.address_hash or "")


def test_a_tab_left_open_guesses_its_password_no_faster_than_the_door(
    accounts: LocalAccounts, clock: Clock
) -> None:
    ada = accounts.create_account("Ada", "ada@example.com", PASSWORD)
    for _ in range(EMAIL_LIMIT):
        with pytest.raises(SignInFailed):
            accounts.change_password(ada, "a wrong password", "another long password")
    with pytest.raises(TooManyAttempts):
        accounts.change_email(ada, PASSWORD, "eve@example.com")
    with pytest.raises(TooManyAttempts):
        accounts.verify("ada@example.com", PASSWORD)


def test_a_changed_email_is_nobodys_until_somebody_shows_it(
    accounts: LocalAccounts, engine: Engine
) -> None:
    ada = accounts.create_account("Ada", "ada@example.com", PASSWORD)
    with writing(engine, SERVICE) as db:
        ada = users.change(db, ada.id, email_verified=True)
    assert not accounts.change_email(ada, PASSWORD, "eve@example.com").email_verified


def test_a_deleted_account_cannot_be_given_a_password(
    accounts: LocalAccounts, engine: Engine
) -> None:
    ada = accounts.create_account("Ada", "ada@example.com", PASSWORD)
    with writing(engine, SERVICE) as db:
        db.execute(delete(UserRow))
    with pytest.raises(SignInFailed):
        accounts.change_password(ada, PASSWORD, "another long password")
    with pytest.raises(NotFound):
        accounts.rename(ada, "Countess")
