"""Supabase Auth's own ways: its outages, its refusals, its limits, and what it leaves to its client."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import get_args
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import Engine, select
from supabase_auth.errors import AuthApiError, ErrorCode

from services.accounts.identities import Identities
from services.accounts.throttle import EMAIL_LIMIT, SENDS
from services.adapters.supabase_accounts import SupabaseAccounts
from services.adapters.supabase_accounts.refusals import told
from services.domain import User
from services.errors import (
    AccountError,
    AccountsAway,
    AppError,
    CodeInvalid,
    EmailNotConfirmed,
    EmailTaken,
    InvalidInput,
    SignInFailed,
    TooManyAttempts,
)
from services.ports import CodeSent
from services.storage.database import SERVICE, open_database, reading
from services.storage.tables import UserRow
from tests.services.storage.stored import Clock, a_database
from tests.standins import postgres
from tests.standins.auth_people import People
from tests.standins.auth_server import KEY, OUTAGES, AuthServer, auth_server

PASSWORD = "correct horse battery"
OTHER = "another long password"
ADA, EVE = "ada@example.com", "eve@example.com"
PATIENCE_S = 0.3  # where nothing will come

Operation = Callable[[SupabaseAccounts, User], object]
OPERATIONS: dict[str, Operation] = {
    "create_account": lambda a, _: a.create_account("Eve", EVE, OTHER),
    "confirm": lambda a, _: a.confirm(ADA, "123456"),
    "send_again": lambda a, _: a.send_again(ADA),
    "verify": lambda a, _: a.verify(ADA, PASSWORD),
    "send_reset": lambda a, _: a.send_reset(ADA),
    "reset_password": lambda a, _: a.reset_password(ADA, "123456", OTHER),
    "change_password": lambda a, ada: a.change_password(ada, PASSWORD, OTHER),
    "change_email": lambda a, ada: a.change_email(ada, PASSWORD, EVE),
    "confirm_email": lambda a, ada: a.confirm_email(ada, EVE, "123456"),
}


@pytest.fixture(scope="module")
def running() -> Iterator[AuthServer]:
    with auth_server() as server:
        yield server


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server(running: AuthServer, clock: Clock) -> AuthServer:
    running.people, running.outage, running.refuse = People(clock), "", {}
    running.calls.clear()
    running.headers.clear()
    return running


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return a_database(tmp_path)


@pytest.fixture
def accounts(engine: Engine, server: AuthServer, clock: Clock) -> SupabaseAccounts:
    return SupabaseAccounts(engine, server.url, KEY, clock)


@pytest.fixture
def ada(accounts: SupabaseAccounts, server: AuthServer, clock: Clock) -> User:
    accounts.create_account("Ada", ADA, PASSWORD)
    made = accounts.confirm(ADA, server.people.code(ADA), "", PASSWORD)
    clock.advance(minutes=20)
    server.calls.clear()
    return made


# --- Away is not wrong ------------------------------------------------------------------------


@pytest.mark.parametrize("outage", [outage for outage in OUTAGES if outage != "slow"])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_outage_is_told_apart_from_anything_typed(
    accounts: SupabaseAccounts, server: AuthServer, ada: User, outage: str, operation: str
) -> None:
    server.outage = outage
    if outage in ("garbage", "wrong shape") and operation in ("send_reset", "send_again"):
        return  # what comes back says nothing: any 200 is a yes
    with pytest.raises(AccountsAway):
        OPERATIONS[operation](accounts, ada)
    assert len(server.calls) == 1  # no password goes to where a redirect points, or goes twice
    server.outage = ""
    assert accounts.verify(ADA, PASSWORD) == ada


def test_a_provider_that_is_silent_or_not_there_is_away(
    server: AuthServer, engine: Engine, clock: Clock
) -> None:
    server.outage = "slow"
    with pytest.raises(AccountsAway):
        SupabaseAccounts(engine, server.url, KEY, clock, PATIENCE_S).verify(ADA, PASSWORD)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        nowhere = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(AccountsAway):
            SupabaseAccounts(engine, nowhere, KEY, clock).verify(ADA, PASSWORD)


def test_what_needs_no_provider_goes_on_without_it(
    accounts: SupabaseAccounts, server: AuthServer, ada: User
) -> None:
    server.outage = "503"
    assert accounts.create_guest().guest
    assert accounts.rename(ada, "Countess").name == "Countess"


def test_a_key_that_is_refused_is_the_operators_matter(
    engine: Engine, server: AuthServer, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(AccountsAway):
        SupabaseAccounts(engine, server.url, "sb_wrong_secret", clock).verify(ADA, PASSWORD)
    assert "SUPABASE_KEY" in caplog.text
    assert "sb_wrong_secret" not in caplog.text


# --- Refusals in our words --------------------------------------------------------------------


@pytest.mark.parametrize(
    "code", [*get_args(ErrorCode), "current_password_invalid", "session_expired"]
)
@pytest.mark.parametrize("status", [400, 403, 422, 429, 500])
def test_every_code_of_auth_has_a_sentence(code: ErrorCode, status: int) -> None:
    error = told(AuthApiError("Internal text about ada@example.com", status, code))
    assert error.message.endswith(".")
    assert error.remedy.endswith(".")
    assert "ada@example.com" not in str(error)
    # None falls through to the sentence for what we do not know.
    assert error.message != "This was not accepted."


def test_a_code_that_is_new_gets_a_general_sentence(
    accounts: SupabaseAccounts, server: AuthServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.refuse["token"] = (422, {"error_code": "invented_tomorrow", "msg": ADA})
    with pytest.raises(AccountError, match="not accepted"):
        accounts.verify(ADA, PASSWORD)
    server.refuse["token"] = (422, {"error_code": "Ada\nsaid <b>" + ADA, "msg": ADA})
    with pytest.raises(AccountError, match="not accepted"):
        accounts.verify(ADA, PASSWORD)
    assert ADA not in caplog.text


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("invalid_credentials", 400, SignInFailed),
        ("email_not_confirmed", 400, EmailNotConfirmed),
        ("over_request_rate_limit", 429, TooManyAttempts),
        ("signup_disabled", 422, AccountError),
        ("captcha_failed", 400, AccountError),
        ("request_timeout", 504, AccountsAway),
    ],
)
def test_a_refusal_comes_through_the_wire_as_ours(
    accounts: SupabaseAccounts,
    server: AuthServer,
    code: str,
    status: int,
    kind: type[AppError],
) -> None:
    server.refuse["token"] = (status, {"code": status, "error_code": code, "msg": "x"})
    with pytest.raises(kind) as refused:
        accounts.verify(ADA, PASSWORD)
    assert type(refused.value) is kind
    assert refused.value.__cause__ is None  # it would show in a log, with what was typed
    assert refused.value.__suppress_context__


def test_a_password_that_leaked_is_refused_by_its_field(
    accounts: SupabaseAccounts, server: AuthServer, ada: User
) -> None:
    weak = server.people.weak
    accounts.send_reset(ADA)
    for change in (
        lambda: accounts.create_account("Eve", EVE, weak),
        lambda: accounts.change_password(ada, PASSWORD, weak),
        lambda: accounts.change_password(ada, PASSWORD, PASSWORD),
        lambda: accounts.reset_password(ADA, server.people.code(ADA), weak),
        lambda: accounts.create_account("Eve", EVE, "x" * 73),
        lambda: accounts.create_account("Eve", EVE, "長" * 25),
    ):
        with pytest.raises(InvalidInput) as refused:
            change()
        assert refused.value.field == "password"
    assert server.people.sessions == {}
    assert accounts.verify(ADA, PASSWORD) == ada


# --- Who is who -------------------------------------------------------------------------------


def test_the_account_has_its_id_from_auth_and_guests_keep_theirs(
    accounts: SupabaseAccounts, server: AuthServer
) -> None:
    guest = accounts.create_guest()
    assert accounts.create_account("Ada", ADA, PASSWORD, guest.id) == CodeSent(ADA)
    made = accounts.confirm(ADA, server.people.code(ADA))
    assert str(made.id) == server.people.known[0].id
    assert made.id != guest.id


def test_an_account_waits_for_its_code_and_says_so_only_to_who_has_the_password(
    accounts: SupabaseAccounts, server: AuthServer, clock: Clock
) -> None:
    accounts.create_account("Ada", ADA, PASSWORD)
    with pytest.raises(EmailNotConfirmed):
        accounts.verify(ADA, PASSWORD)
    with pytest.raises(SignInFailed):
        accounts.verify(ADA, "a wrong password")
    clock.advance(minutes=2)
    accounts.send_again(ADA)
    first, second = (mail.code for mail in server.people.mails)
    with pytest.raises(CodeInvalid):
        accounts.confirm(ADA, first)
    clock.advance(minutes=61)
    with pytest.raises(CodeInvalid):
        accounts.confirm(ADA, second)
    accounts.send_again(ADA)
    assert accounts.confirm(ADA, server.people.code(ADA)).email_verified


def test_who_begins_an_account_with_a_strangers_email_cannot_wait_inside(
    accounts: SupabaseAccounts, server: AuthServer, clock: Clock
) -> None:
    accounts.create_account("Eve", ADA, OTHER)
    clock.advance(minutes=2)
    accounts.create_account("Ada", ADA, PASSWORD)
    ada = accounts.confirm(ADA, server.people.code(ADA), "", PASSWORD)
    assert accounts.verify(ADA, PASSWORD) == ada
    with pytest.raises(SignInFailed):
        accounts.verify(ADA, OTHER)


def test_where_auth_asks_for_the_strangers_password_the_owner_is_sent_to_a_reset(
    accounts: SupabaseAccounts, server: AuthServer, clock: Clock
) -> None:
    server.people.wants_current_password = True
    accounts.create_account("Eve", ADA, OTHER)
    clock.advance(minutes=2)
    accounts.create_account("Ada", ADA, PASSWORD)
    with pytest.raises(SignInFailed, match="somebody else"):
        accounts.confirm(ADA, server.people.code(ADA), "", PASSWORD)
    assert server.people.sessions == {}


def test_a_password_shows_nobodys_email_to_be_theirs(
    accounts: SupabaseAccounts, server: AuthServer, engine: Engine, clock: Clock
) -> None:
    server.people.wants_current_password = True
    accounts.create_account("Eve", ADA, OTHER)
    clock.advance(minutes=2)
    with pytest.raises(SignInFailed):
        accounts.confirm(ADA, server.people.code(ADA), "", PASSWORD)
    assert not accounts.verify(ADA, OTHER).email_verified  # she chose the password
    with pytest.raises(EmailTaken):  # so that its owner is not let in beside her
        Identities(engine).enter("https://id.example", "1", ADA, True, "Ada")
    clock.advance(minutes=2)
    server.people.wants_current_password = False  # a code to reset it is enough
    accounts.send_reset(ADA)
    theirs = accounts.reset_password(ADA, server.people.code(ADA), PASSWORD)
    assert theirs.email_verified
    assert Identities(engine).enter("https://id.example", "1", ADA, True, "Ada") == theirs


def test_a_project_that_sends_no_codes_shows_nobodys_email_to_be_theirs(
    accounts: SupabaseAccounts, server: AuthServer, clock: Clock
) -> None:
    server.people.confirms = False
    made = accounts.create_account("Ada", ADA, PASSWORD)
    assert isinstance(made, User)
    assert not made.email_verified
    assert not accounts.verify(ADA, PASSWORD).email_verified
    with pytest.raises(EmailTaken):
        accounts.create_account("Eve", ADA, OTHER)
    accounts.send_reset(ADA)
    assert accounts.reset_password(ADA, server.people.code(ADA), OTHER).email_verified


def test_an_account_made_elsewhere_in_the_project_gets_a_row_at_its_first_sign_in(
    accounts: SupabaseAccounts, server: AuthServer
) -> None:
    server.people.sign_up({"email": ADA, "password": PASSWORD, "data": {"name": ["no\nname"]}})
    server.people.known[0].confirmed = True
    entered = accounts.verify(ADA, PASSWORD)
    assert (str(entered.id), entered.email_verified) == (server.people.known[0].id, False)
    assert accounts.verify(ADA, PASSWORD) == entered


def test_first_sign_ins_at_once_make_one_row(project: str, server: AuthServer) -> None:
    engine = open_database(postgres.server().backend(project))
    accounts = SupabaseAccounts(engine, server.url, KEY)
    server.people.sign_up({"email": ADA, "password": PASSWORD})
    server.people.known[0].confirmed = True
    with ThreadPoolExecutor(6) as threads:
        entered = set(threads.map(lambda _: accounts.verify(ADA, PASSWORD).id, range(6)))
    assert len(entered) == 1
    with reading(engine, SERVICE) as db:
        assert len(db.scalars(select(UserRow)).all()) == 1
    engine.dispose()


def test_candidates_at_once_are_never_taken_for_each_other(
    accounts: SupabaseAccounts, server: AuthServer
) -> None:
    for number in range(8):
        server.people.sign_up(
            {"email": f"user{number}@example.com", "password": PASSWORD + str(number)}
        )
        server.people.known[number].confirmed = True

    def sign_in(number: int) -> str | None:
        return accounts.verify(f"user{number}@example.com", PASSWORD + str(number)).email

    with ThreadPoolExecutor(8) as threads:
        emails = list(threads.map(sign_in, [n % 8 for n in range(24)]))
    assert emails == [f"user{n % 8}@example.com" for n in range(24)]


def test_an_account_that_came_through_a_provider_is_not_taken_over(
    accounts: SupabaseAccounts, server: AuthServer, engine: Engine
) -> None:
    first = Identities(engine).enter("https://id.example", "1", ADA, True, "Ada")
    accounts.create_account("Ada", ADA, PASSWORD)
    with pytest.raises(EmailTaken):
        accounts.confirm(ADA, server.people.code(ADA))
    with reading(engine, SERVICE) as db:
        assert db.scalars(select(UserRow.id)).all() == [first.id]
    assert not Identities(engine).ways_in(first.id).auth


def test_nobody_changes_to_the_email_of_an_account_that_came_through_a_provider(
    accounts: SupabaseAccounts, server: AuthServer, engine: Engine, ada: User
) -> None:
    Identities(engine).enter("https://id.example", "1", EVE, True, "Eve")
    with pytest.raises(SignInFailed):
        accounts.change_email(ada, "a wrong password", EVE)
    assert accounts.change_email(ada, PASSWORD, EVE) == CodeSent(EVE)  # as for one that is free
    assert server.asked("user") == 0
    assert accounts.verify(ADA, PASSWORD) == ada


def test_both_codes_are_asked_for_where_both_addresses_get_one(
    accounts: SupabaseAccounts, server: AuthServer, ada: User
) -> None:
    server.people.both_addresses = True
    new = "lovelace@example.com"
    assert accounts.change_email(ada, PASSWORD, new) == CodeSent(new)
    with pytest.raises(CodeInvalid, match="one more is needed"):
        accounts.confirm_email(ada, new, server.people.code(ADA, "email_change"))
    changed = accounts.confirm_email(ada, new, server.people.code(new))
    assert (changed.id, changed.email, changed.email_verified) == (ada.id, new, True)


def test_a_code_for_somebody_elses_change_changes_nobody_here(
    accounts: SupabaseAccounts, server: AuthServer, ada: User, clock: Clock
) -> None:
    accounts.create_account("Eve", EVE, OTHER)
    eve = accounts.confirm(EVE, server.people.code(EVE))
    clock.advance(minutes=20)
    accounts.change_email(eve, OTHER, "new@example.com")
    with pytest.raises(CodeInvalid):
        accounts.confirm_email(ada, "new@example.com", server.people.code("new@example.com"))
    assert accounts.verify(ADA, PASSWORD) == ada


# --- What cannot be found out -----------------------------------------------------------------


def test_nothing_tells_whether_an_email_has_an_account(
    accounts: SupabaseAccounts, server: AuthServer, ada: User, clock: Clock
) -> None:
    accounts.create_account("Half", "half@example.com", PASSWORD)  # waits for its code
    clock.advance(minutes=20)

    def answers(email: str) -> list[object]:
        said: list[object] = []
        for ask in (
            lambda: accounts.create_account("Eve", email, OTHER),
            lambda: accounts.create_account("Eve", email, OTHER),
            lambda: accounts.send_again(email),
            lambda: accounts.send_reset(email),
            lambda: accounts.confirm(email, "000000"),
            lambda: accounts.reset_password(email, "000000", OTHER),
            lambda: accounts.verify(email, "a wrong password"),
        ):
            try:
                said.append(type(ask()))
            except AppError as refused:
                said.append(str(refused))
        return said

    known, new, half = (answers(e) for e in (ADA, EVE, "half@example.com"))
    assert known == new == half


@pytest.mark.parametrize(
    "refusal", ["email rate limit exceeded", "only request this after 59 seconds."]
)
def test_a_limit_of_e_mails_does_not_tell_who_would_have_got_one(
    accounts: SupabaseAccounts,
    server: AuthServer,
    ada: User,
    refusal: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    body = {"code": 429, "error_code": "over_email_send_rate_limit", "msg": refusal}
    server.refuse = {"recover": (429, body), "resend": (429, body)}
    accounts.send_reset(ADA)
    accounts.send_again(ADA)
    assert ADA not in caplog.text


def test_a_sign_up_says_when_the_project_has_no_e_mails_left(
    accounts: SupabaseAccounts, server: AuthServer
) -> None:
    server.people.mails_left = 0
    with pytest.raises(TooManyAttempts, match="60 minutes") as limit:
        accounts.create_account("Ada", ADA, PASSWORD)
    assert limit.value.wait_s == 3600


def test_a_blocked_account_looks_like_a_wrong_password(
    accounts: SupabaseAccounts, server: AuthServer, ada: User
) -> None:
    server.people.known[0].banned = True
    said = set()
    for email, password in ((ADA, PASSWORD), (ADA, "a wrong password"), (EVE, PASSWORD)):
        with pytest.raises(SignInFailed) as refused:
            accounts.verify(email, password)
        said.add(str(refused.value))
    assert len(said) == 1


# --- How often --------------------------------------------------------------------------------


def test_codes_are_guessed_no_more_often_than_passwords(
    accounts: SupabaseAccounts, server: AuthServer, ada: User, clock: Clock
) -> None:
    for guess in range(200):
        try:
            accounts.reset_password(ADA, f"{guess:06}", OTHER, f"10.0.{guess}.1")
        except (CodeInvalid, TooManyAttempts):
            clock.advance(seconds=0.06)
    assert server.asked("verify") == EMAIL_LIMIT
    assert accounts.verify(ADA, PASSWORD) == ada  # codes are counted apart


def test_nobodys_mailbox_is_filled_by_others(
    accounts: SupabaseAccounts, server: AuthServer, ada: User, clock: Clock
) -> None:
    for number in range(200):
        try:
            accounts.send_reset(ADA, f"10.0.{number}.1")
        except TooManyAttempts:
            clock.advance(seconds=0.3)
    assert server.asked("recover") <= SENDS.email_limit + 1
    assert accounts.verify(ADA, PASSWORD) == ada


# --- What is left behind ----------------------------------------------------------------------


def test_no_session_no_token_and_no_thread_stays(
    accounts: SupabaseAccounts,
    server: AuthServer,
    ada: User,
    clock: Clock,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    threads = set(threading.enumerate())
    accounts.verify(ADA, PASSWORD)
    accounts.change_password(ada, PASSWORD, OTHER)
    accounts.send_reset(ADA)
    accounts.reset_password(ADA, server.people.code(ADA), PASSWORD)
    clock.advance(minutes=20)
    accounts.change_email(ada, PASSWORD, EVE)
    accounts.confirm_email(ada, EVE, server.people.code(EVE))
    assert server.people.sessions == {}
    assert "HTTP Request" not in caplog.text
    assert set(threading.enumerate()) <= threads
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for secret in ("secret-access-", "secret-refresh-", PASSWORD, OTHER, KEY):
        assert secret.encode() not in stored
        assert secret not in caplog.text
    assert ADA not in caplog.text
    assert EVE not in caplog.text


def test_the_key_goes_in_its_header_alone(
    accounts: SupabaseAccounts, server: AuthServer, ada: User
) -> None:
    accounts.verify(ADA, PASSWORD)
    for headers in server.headers:
        assert headers["apikey"] == KEY
        assert KEY not in headers.get("authorization", "")


def test_a_password_is_checked_even_if_the_session_cannot_be_ended(
    accounts: SupabaseAccounts, server: AuthServer, ada: User
) -> None:
    server.refuse["logout"] = (500, {"code": 500, "error_code": "unexpected_failure", "msg": "x"})
    assert accounts.verify(ADA, PASSWORD) == ada


def test_where_auth_is_out_of_reach_it_says_so_and_goes_on_asking_for_the_password(
    accounts: SupabaseAccounts, engine: Engine, ada: User
) -> None:
    assert not accounts.delete(ada)
    assert Identities(engine).ways_in(ada.id).auth
    assert accounts.verify(ADA, PASSWORD) == ada


@pytest.fixture
def project() -> Iterator[str]:
    name = postgres.new_database()
    yield name
    postgres.drop_database(name)


def test_only_the_service_role_can_delete_from_auth(project: str) -> None:
    ada, eve = uuid4(), uuid4()
    forget = "select app_private.forget_auth_user(%s)"
    with psycopg.connect(postgres.server().owner(project), autocommit=True) as db:
        db.cursor().executemany("insert into auth.users (id) values (%s)", [(ada,), (eve,)])
        for role in ("anon", "authenticated", "app_backend"):
            db.execute(f"set role {role}")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                db.execute(forget, (ada,))
            db.execute("reset role")
        db.execute("set role app_service")
        assert db.execute(forget, (ada,)).fetchone() == (True,)
        assert db.execute(forget, (ada,)).fetchone() == (False,)  # nobody was there to be deleted
        db.execute("reset role")
        assert db.execute("select id from auth.users").fetchall() == [(eve,)]


@pytest.mark.parametrize("other", ["drop schema auth cascade", "delete from auth.users"])
def test_a_database_that_is_not_the_projects_says_so(
    project: str, server: AuthServer, clock: Clock, other: str
) -> None:
    with psycopg.connect(postgres.server().owner(project), autocommit=True) as db:
        db.execute(other)
    engine = open_database(postgres.server().backend(project))
    accounts = SupabaseAccounts(engine, server.url, KEY, clock)
    accounts.create_account("Ada", ADA, PASSWORD)
    ada = accounts.confirm(ADA, server.people.code(ADA))
    assert not accounts.delete(ada)
    engine.dispose()
