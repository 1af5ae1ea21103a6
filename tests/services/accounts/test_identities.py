"""Coming in through an OpenID Connect provider, and whose account that opens."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Engine, select

from services.accounts.identities import SUPABASE, Identities
from services.adapters.local_accounts import LocalAccounts
from services.domain import User
from services.errors import AccountError, EmailTaken, NotFound, SignInFailed
from services.storage import users
from services.storage.database import SERVICE, open_database, reading, writing
from services.storage.tables import IdentityRow, UserRow
from tests.services.accounts.cheap import cheap_hash
from tests.services.storage.stored import Clock, a_database
from tests.standins import postgres

GOOGLE, OTHER = "https://accounts.google.com", "https://login.example"
ADA, PASSWORD = "ada@example.com", "correct horse battery"


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "sqlite":
        yield a_database(tmp_path)
        return
    name = postgres.new_database()
    made = open_database(postgres.server().backend(name))
    yield made
    made.dispose()
    postgres.drop_database(name)


@pytest.fixture
def identities(engine: Engine) -> Identities:
    return Identities(engine, Clock())


@pytest.fixture
def accounts(engine: Engine) -> LocalAccounts:
    return LocalAccounts(engine, Clock(), cheap_hash())


def shown(engine: Engine, user: User) -> User:
    """The same user, once the e-mail was shown to be theirs."""
    with writing(engine, SERVICE) as db:
        return users.change(db, user.id, email_verified=True)


def test_who_comes_again_is_the_same_whatever_e_mail_they_have_by_then(
    identities: Identities,
) -> None:
    made = identities.enter(GOOGLE, "1", "Ada@Example.com", True, " Ada\r\nLovelace ")
    assert (made.name, made.email, made.email_verified) == ("Ada Lovelace", ADA, True)
    assert identities.enter(GOOGLE, "1", "new@example.com", True, "A") == made
    assert identities.enter(GOOGLE, "1", "", False, "") == made
    assert identities.of(made.id) == (GOOGLE,)


def test_the_same_subject_elsewhere_is_somebody_else(identities: Identities) -> None:
    ada = identities.enter(GOOGLE, "1", ADA, True, "Ada")
    eve = identities.enter(OTHER, "1", "eve@example.com", True, "Eve")
    assert ada.id != eve.id
    with pytest.raises(SignInFailed):
        identities.enter(GOOGLE, "", ADA, True, "Eve")
    with pytest.raises(SignInFailed):
        identities.enter(SUPABASE, str(ada.id), ADA, True, "Eve")


def test_a_verified_e_mail_opens_the_account_that_has_verified_it(
    identities: Identities, accounts: LocalAccounts, engine: Engine
) -> None:
    ada = accounts.create_account("Ada", ADA, PASSWORD)
    assert isinstance(ada, User)
    ada = shown(engine, ada)
    assert identities.enter(GOOGLE, "1", ADA, True, "Ada L.") == ada
    assert accounts.verify(ADA, PASSWORD) == ada


def test_who_claimed_a_strangers_e_mail_does_not_get_the_stranger_into_the_account(
    identities: Identities, accounts: LocalAccounts, engine: Engine
) -> None:
    accounts.create_account("Eve", ADA, PASSWORD)  # nobody has shown that it is hers
    with pytest.raises(EmailTaken, match="Account page"):
        identities.enter(GOOGLE, "1", ADA, True, "Ada")
    with reading(engine, SERVICE) as db:
        assert db.scalars(select(IdentityRow)).all() == []


@pytest.mark.parametrize(("email", "verified"), [(ADA, False), ("", True), ("no e-mail", True)])
def test_an_e_mail_that_the_provider_did_not_verify_opens_nothing(
    identities: Identities, engine: Engine, email: str, verified: bool
) -> None:
    with pytest.raises(SignInFailed, match="not verified"):
        identities.enter(GOOGLE, "1", email, verified, "Ada")
    with reading(engine, SERVICE) as db:
        assert db.scalars(select(UserRow)).all() == []


def test_a_guest_becomes_the_account_unless_there_is_one(
    identities: Identities, accounts: LocalAccounts
) -> None:
    guest, later = accounts.create_guest(), accounts.create_guest()
    ada = identities.enter(GOOGLE, "1", ADA, True, "Ada", guest.id)
    assert (ada.id, ada.email, ada.created_at) == (guest.id, ADA, guest.created_at)
    assert identities.enter(GOOGLE, "1", ADA, True, "Ada", later.id) == ada
    assert identities.enter(OTHER, "1", ADA, True, "Ada", later.id) == ada
    eve = identities.enter(GOOGLE, "2", "eve@example.com", True, "Eve", ada.id)
    assert eve.id != ada.id  # an account is no guest


def test_many_tabs_at_once_make_one_account(identities: Identities) -> None:
    def enter(number: int) -> UUID:
        issuer = (GOOGLE, OTHER)[number % 2]
        return identities.enter(issuer, "1", ADA, True, "Ada").id

    with ThreadPoolExecutor(6) as threads:
        entered = list(threads.map(enter, range(6)))
    assert len(set(entered)) == 1
    assert identities.of(entered[0]) == (GOOGLE, OTHER)


def test_a_name_that_is_none_is_taken_from_the_e_mail(identities: Identities) -> None:
    assert identities.enter(GOOGLE, "1", ADA, True, "\x00").name == "ada"
    assert len(identities.enter(GOOGLE, "2", "b@example.com", True, "x" * 500).name) == 80


def test_an_identity_is_linked_to_one_account_alone(
    identities: Identities, accounts: LocalAccounts
) -> None:
    ada = accounts.create_account("Ada", ADA, PASSWORD)
    eve = accounts.create_account("Eve", "eve@example.com", PASSWORD)
    identities.link(ada, GOOGLE, "1")
    identities.link(ada, GOOGLE, "1")
    with pytest.raises(AccountError, match="another account"):
        identities.link(eve, GOOGLE, "1")
    assert (identities.of(ada.id), identities.of(eve.id)) == ((GOOGLE,), ())
    assert identities.enter(GOOGLE, "1", "whatever@example.com", True, "A").id == ada.id
    with pytest.raises(AccountError, match="guest"):
        identities.link(accounts.create_guest(), OTHER, "1")
    with pytest.raises(NotFound):
        identities.link(ada.model_copy(update={"id": UUID(int=7)}), OTHER, "1")


def test_the_only_way_in_is_not_taken_away(identities: Identities, accounts: LocalAccounts) -> None:
    ada = identities.enter(GOOGLE, "1", ADA, True, "Ada")
    with pytest.raises(AccountError, match="only way"):
        identities.unlink(ada.id, GOOGLE)
    identities.link(ada, OTHER, "1")
    identities.unlink(ada.id, GOOGLE)
    assert identities.of(ada.id) == (OTHER,)
    with pytest.raises(AccountError, match="only way"):
        identities.unlink(ada.id, OTHER)
    eve = accounts.create_account("Eve", "eve@example.com", PASSWORD)
    identities.link(eve, GOOGLE, "2")
    identities.unlink(eve.id, GOOGLE)
    assert identities.of(eve.id) == ()


def test_both_ways_in_given_up_at_once_leave_one(identities: Identities) -> None:
    ada = identities.enter(GOOGLE, "1", ADA, True, "Ada")

    def give_up(issuer: str) -> bool:
        try:
            identities.unlink(ada.id, issuer)
        except AccountError:
            return False
        return True

    for _ in range(10):
        identities.link(ada, GOOGLE, "1")
        identities.link(ada, OTHER, "1")
        with ThreadPoolExecutor(2) as threads:
            assert sum(threads.map(give_up, (GOOGLE, OTHER))) == 1
        assert len(identities.of(ada.id)) == 1
