"""What every keeper of accounts promises, in our own database and at Supabase Auth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine

from services.accounts.throttle import ADDRESS_LIMIT, EMAIL_LIMIT, GUESTS
from services.adapters.local_accounts import LocalAccounts
from services.adapters.supabase_accounts import SupabaseAccounts
from services.domain import User
from services.errors import (
    CodeInvalid,
    EmailTaken,
    InvalidInput,
    SignInFailed,
    TooManyAttempts,
)
from services.ports import Accounts, CodeSent
from services.storage.database import open_database
from tests.services.accounts.cheap import CountingHasher, cheap_hash
from tests.services.storage.stored import Clock, a_database
from tests.standins import postgres
from tests.standins.auth_people import People
from tests.standins.auth_server import KEY, AuthServer, auth_server

PASSWORD = "correct horse battery"
OTHER = "another long password"
ADA, EVE = "ada@example.com", "eve@example.com"


@dataclass
class Place:
    """Accounts somewhere, and how often a password has been checked there."""

    accounts: Accounts
    engine: Engine
    clock: Clock
    hasher: CountingHasher
    server: AuthServer | None = None

    def sign_up(self, name: str = "Ada", email: str = ADA, password: str = PASSWORD) -> User:
        """All the way to an account."""
        made = self.accounts.create_account(name, email, password)
        if isinstance(made, CodeSent):
            made = self.accounts.confirm(made.email, self.code(made.email), "", password)
        self.clock.advance(minutes=20)  # as the next person would come later
        return made

    def code(self, email: str, kind: str = "") -> str:
        assert self.server is not None
        return self.server.people.code(email, kind)

    def checks(self) -> int:
        if self.server is None:
            return self.hasher.checked
        return self.server.asked("token")


@pytest.fixture(scope="module")
def server() -> Iterator[AuthServer]:
    with auth_server() as running:
        yield running


@pytest.fixture(params=["local, SQLite", "local, PostgreSQL", "Supabase"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    clock, hasher = Clock(), CountingHasher()
    if request.param == "local, SQLite":
        engine = a_database(tmp_path)
        yield Place(LocalAccounts(engine, clock, cheap_hash(hasher)), engine, clock, hasher)
        return
    here, name = postgres.server(), postgres.new_database()
    engine = open_database(here.backend(name))
    if request.param == "Supabase":
        auth: AuthServer = request.getfixturevalue("server")
        auth.people, auth.outage = People(clock, here.owner(name)), ""
        auth.calls.clear()
        accounts = SupabaseAccounts(engine, auth.url, KEY, clock)
        yield Place(accounts, engine, clock, hasher, auth)
    else:
        yield Place(LocalAccounts(engine, clock, cheap_hash(hasher)), engine, clock, hasher)
    engine.dispose()
    postgres.drop_database(name)


def test_who_signs_up_can_sign_in(place: Place) -> None:
    made = place.sign_up("  Ada Lovelace ", "Ada@Example.COM")
    assert (made.name, made.email, made.guest) == ("Ada Lovelace", ADA, False)
    assert made.email_verified == place.accounts.sends_codes
    assert place.accounts.verify(" ADA@example.com ", PASSWORD, "10.0.0.1") == made


def test_a_wrong_password_and_an_unknown_email_are_one_refusal(place: Place) -> None:
    place.sign_up()
    said = set()
    for email in (ADA, EVE, "no e-mail at all", "", "\ud800@x\x00", "a" * 5000):
        for password in ("a wrong password", "", "x" * 5000, "\ud800"):
            with pytest.raises(SignInFailed) as refused:
                place.accounts.verify(email, password)
            said.add(str(refused.value))
    assert len(said) == 1


@pytest.mark.parametrize(
    ("field", "name", "email", "password"),
    [
        ("name", "  ", ADA, PASSWORD),
        ("name", "\x00\r\n", ADA, PASSWORD),
        ("name", "x" * 81, ADA, PASSWORD),
        ("email", "Ada", "ada", PASSWORD),
        ("email", "Ada", "", PASSWORD),
        ("email", "Ada", "a\ud800@example.com", PASSWORD),
        ("email", "Ada", "ada@example.com\r\nBcc: eve@example.com", PASSWORD),
        ("email", "Ada", "ada@example.com,eve@example.com", PASSWORD),
        ("password", "Ada", ADA, "x" * 9),
        ("password", "Ada", ADA, "x" * 1025),
    ],
)
def test_what_breaks_a_rule_is_refused_by_its_field(
    place: Place, field: str, name: str, email: str, password: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        place.accounts.create_account(name, email, password)
    assert refused.value.field == field
    if place.server is not None:
        assert place.server.calls == []


def test_a_name_cannot_write_into_the_head_of_an_email(place: Place) -> None:
    made = place.sign_up("Ada\r\nBcc: eve@example.com\x00\u2028x")
    assert made.name == "Ada Bcc: eve@example.com x"
    if place.server is not None:
        assert place.server.people.known[0].data == {"name": made.name}
    assert place.accounts.rename(made, "A\nB\x1b[31m").name == "A B [31m"


def test_names_and_passwords_of_any_script_work(place: Place) -> None:
    for number, (name, password) in enumerate(
        [
            ("李 雷 💡", "pässwörd-ß-長い"),
            ("x" * 80, "x" * 72),
            ("a\ud800b", "a\x00bc\ud800 and more"),
        ]
    ):
        made = place.sign_up(name, f"user{number}@example.com", password)
        made.name.encode()
        assert place.accounts.verify(f"user{number}@example.com", password) == made


def test_a_password_is_the_same_however_the_keyboard_spells_it(place: Place) -> None:
    made = place.sign_up(password="Zoe\u0308 and her dog")
    assert place.accounts.verify(ADA, "Zo\u00eb and her dog") == made


def test_no_more_of_a_password_is_taken_than_is_checked(place: Place) -> None:
    place.sign_up(password="x" * 72)
    with pytest.raises(SignInFailed):
        place.accounts.verify(ADA, "x" * 73)


def test_a_second_sign_up_with_an_email_changes_nothing(place: Place) -> None:
    ada = place.sign_up()
    if place.accounts.sends_codes:
        mails = len(place.server.people.mails) if place.server else 0
        assert place.accounts.create_account("Eve", "ADA@example.com", OTHER) == CodeSent(ADA)
        assert place.accounts.create_account("Eve", EVE, OTHER) == CodeSent(EVE)
        assert place.server is not None
        assert [mail.to for mail in place.server.people.mails[mails:]] == [EVE]
    else:
        with pytest.raises(EmailTaken):
            place.accounts.create_account("Eve", "ADA@example.com", OTHER)
    assert place.accounts.verify(ADA, PASSWORD) == ada


def test_a_changed_password_counts_and_the_old_one_does_not(place: Place) -> None:
    ada = place.sign_up()
    with pytest.raises(SignInFailed):
        place.accounts.change_password(ada, "a wrong password", OTHER)
    with pytest.raises(InvalidInput):
        place.accounts.change_password(ada, PASSWORD, "short")
    place.accounts.change_password(ada, PASSWORD, OTHER)
    assert place.accounts.verify(ADA, OTHER) == ada
    with pytest.raises(SignInFailed):
        place.accounts.verify(ADA, PASSWORD)


def test_a_changed_email_counts_once_it_is_shown_to_be_theirs(place: Place) -> None:
    ada = place.sign_up()
    with pytest.raises(SignInFailed):
        place.accounts.change_email(ada, "a wrong password", "lovelace@example.com")
    changed = place.accounts.change_email(ada, PASSWORD, "Lovelace@example.com")
    if isinstance(changed, CodeSent):
        assert place.accounts.verify(ADA, PASSWORD) == ada
        code = place.code("lovelace@example.com")
        with pytest.raises(CodeInvalid):
            place.accounts.confirm_email(ada, changed.email, "000000")
        changed = place.accounts.confirm_email(ada, changed.email, code)
    assert (changed.id, changed.email) == (ada.id, "lovelace@example.com")
    assert place.accounts.verify("lovelace@example.com", PASSWORD) == changed
    with pytest.raises(SignInFailed):
        place.accounts.verify(ADA, PASSWORD)


def test_nobody_gets_the_email_of_another_account(place: Place) -> None:
    ada = place.sign_up()
    eve = place.sign_up("Eve", EVE, OTHER)
    try:
        assert place.accounts.change_email(eve, OTHER, ADA) == CodeSent(ADA)
    except EmailTaken:
        assert not place.accounts.sends_codes
    assert place.accounts.verify(ADA, PASSWORD) == ada
    assert place.accounts.verify(EVE, OTHER) == eve


def test_a_new_name_is_still_there_after_the_next_sign_in(place: Place) -> None:
    ada = place.sign_up()
    renamed = place.accounts.rename(ada, " Countess ")
    assert (renamed.id, renamed.name) == (ada.id, "Countess")
    assert place.accounts.verify(ADA, PASSWORD) == renamed
    with pytest.raises(InvalidInput):
        place.accounts.rename(ada, " ")


def test_a_guest_has_no_password_to_change_anything_with(place: Place) -> None:
    guest = place.accounts.create_guest("10.0.0.1")
    assert guest.guest
    for change in (
        lambda: place.accounts.change_password(guest, PASSWORD, OTHER),
        lambda: place.accounts.change_email(guest, PASSWORD, EVE),
    ):
        with pytest.raises(SignInFailed):
            change()
    assert place.accounts.delete(guest)


def test_one_address_gets_so_many_guests_and_others_get_theirs(place: Place) -> None:
    for _ in range(GUESTS.email_limit):
        place.accounts.create_guest("10.0.0.1")
    with pytest.raises(TooManyAttempts) as slowed:
        place.accounts.create_guest("10.0.0.1")
    assert place.accounts.create_guest("10.0.0.2").guest
    assert place.accounts.create_guest().guest
    place.clock.advance(seconds=slowed.value.wait_s)
    assert place.accounts.create_guest("10.0.0.1").guest


def test_who_is_deleted_can_be_deleted_again_and_sign_up_again(place: Place) -> None:
    ada = place.sign_up()
    eve = place.sign_up("Eve", EVE, OTHER)
    assert place.accounts.delete(ada)
    assert place.accounts.delete(ada)
    if place.server is not None:
        with pytest.raises(SignInFailed):
            place.accounts.verify(ADA, PASSWORD)
        assert [person.email for person in place.server.people.known] == [EVE]
        assert isinstance(place.accounts.create_account("Ada", ADA, OTHER), CodeSent)
        assert place.server.people.mails[-1].to == ADA
    assert place.accounts.verify(EVE, OTHER) == eve


def test_a_forgotten_password_is_replaced_by_a_code_where_codes_are_sent(place: Place) -> None:
    ada = place.sign_up()
    if not place.accounts.sends_codes:
        for ask in (
            lambda: place.accounts.send_reset(ADA),
            lambda: place.accounts.send_again(ADA),
            lambda: place.accounts.confirm(ADA, "123456"),
            lambda: place.accounts.reset_password(ADA, "123456", OTHER),
            lambda: place.accounts.confirm_email(ada, EVE, "123456"),
        ):
            with pytest.raises(InvalidInput, match="sends no e-mails"):
                ask()
        return
    place.accounts.send_reset(ADA)
    code = place.code(ADA, "recovery")
    for wrong in ("000000", "999999"):
        with pytest.raises(CodeInvalid):
            place.accounts.reset_password(ADA, wrong, OTHER)
    spaced = f" {code[:3]}-{code[3:]} "
    assert place.accounts.reset_password(ADA, spaced, OTHER) == ada
    assert place.accounts.verify(ADA, OTHER) == ada
    with pytest.raises(CodeInvalid):
        place.accounts.reset_password(ADA, code, PASSWORD)


@pytest.mark.parametrize("place", ["local, SQLite", "Supabase"], indirect=True)
@pytest.mark.parametrize(
    ("email", "address", "limit"),
    [
        (ADA, "10.0.0.1", EMAIL_LIMIT),
        (ADA, "10.0.{n}.1", EMAIL_LIMIT),
        ("user{n}@example.com", "10.0.0.1", ADDRESS_LIMIT),
    ],
    ids=["one e-mail", "many addresses", "many e-mails"],
)
def test_of_1000_wrong_passwords_in_a_minute_few_are_checked(
    place: Place, email: str, address: str, limit: int
) -> None:
    place.sign_up()
    before, refused = place.checks(), 0
    for number in range(1000):
        try:
            place.accounts.verify(
                email.format(n=number), f"wrong password {number}", address.format(n=number)
            )
        except TooManyAttempts:
            refused += 1
        except SignInFailed:
            pass
        place.clock.advance(seconds=0.06)
    checked = place.checks() - before
    assert checked <= limit + 2
    assert refused == 1000 - checked
    place.clock.advance(minutes=15)
    assert place.accounts.verify(ADA, PASSWORD, "10.0.0.1").email == ADA


def test_no_refusal_repeats_what_was_typed(place: Place) -> None:
    for name, email, password in (
        ("Eve", "mistyped@example", "a secret password"),
        ("Eve", "mistyped@example.com", "secret"),
        ("mistyped" * 20, EVE, "a secret password"),
    ):
        with pytest.raises(InvalidInput) as refused:
            place.accounts.create_account(name, email, password)
        assert "mistyped" not in str(refused.value)
        assert "secret" not in str(refused.value)
    with pytest.raises(SignInFailed) as failed:
        place.accounts.verify("mistyped@example.com", "a secret password")
    assert "mistyped" not in str(failed.value)
    assert failed.value.__cause__ is None
