"""Tickets, secrets and expiry, by a clock that the tests turn."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, event, select

from services.accounts.logins import IDLE_LIFE, LONGEST_LIFE, TICKET_LIFE, TOUCH_EVERY, Logins
from services.errors import DatabaseAway, NotFound, TicketInvalid
from services.storage.database import SERVICE, reading
from services.storage.tables import LoginRow, TicketRow
from tests.services.storage.stored import Clock, a_database, a_user


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return a_database(tmp_path)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def logins(engine: Engine, clock: Clock) -> Logins:
    return Logins(engine, clock)


@pytest.fixture
def ada(engine: Engine) -> UUID:
    return a_user(engine)


def test_a_ticket_is_traded_once_for_the_secret_of_a_login(logins: Logins, ada: UUID) -> None:
    tab = logins.open(ada, "Firefox on Windows")
    ticket = logins.issue_ticket(tab)
    cookie = logins.redeem(ticket)
    by_cookie, by_tab = logins.find(cookie), logins.find(tab)
    assert by_cookie is not None
    assert by_cookie == by_tab  # one login, which the tab and its browser know by different secrets
    assert (by_cookie.user.id, by_cookie.device) == (ada, "Firefox on Windows")
    assert len({tab, ticket, cookie}) == 3
    with pytest.raises(TicketInvalid):
        logins.redeem(ticket)


def test_a_ticket_redeemed_by_many_at_once_opens_one_login(logins: Logins, ada: UUID) -> None:
    ticket = logins.issue_ticket(logins.open(ada))

    def redeem(_number: int) -> bool:
        try:
            return bool(logins.redeem(ticket))
        except TicketInvalid:
            return False

    with ThreadPoolExecutor(6) as threads:
        assert sum(threads.map(redeem, range(6))) == 1


def test_a_late_or_invented_ticket_opens_nothing(logins: Logins, ada: UUID, clock: Clock) -> None:
    ticket = logins.issue_ticket(logins.open(ada))
    clock.advance(seconds=TICKET_LIFE.total_seconds())
    for bad in (ticket, "", "invented", "\ud800", "é" * 5000):
        with pytest.raises(TicketInvalid):
            logins.redeem(bad)


def test_a_login_that_is_used_stays_and_one_that_is_not_ends(
    logins: Logins, ada: UUID, clock: Clock
) -> None:
    used, unused = logins.open(ada), logins.open(ada)
    clock.advance(days=13)
    assert logins.find(used) is not None
    clock.advance(days=2)
    assert logins.find(used) is not None
    assert logins.find(unused) is None


def test_no_login_lives_longer_than_its_absolute_life(
    logins: Logins, ada: UUID, clock: Clock
) -> None:
    secret, opened = logins.open(ada), clock.time
    while (login := logins.find(secret)) is not None:
        assert login.expires_at <= opened + LONGEST_LIFE
        assert clock.time < opened + LONGEST_LIFE
        clock.advance(days=7)
    assert clock.time > opened + LONGEST_LIFE - IDLE_LIFE


def test_finding_a_login_writes_at_most_once_a_minute(
    logins: Logins, ada: UUID, engine: Engine, clock: Clock
) -> None:
    secret = logins.open(ada)
    writes: list[str] = []

    @event.listens_for(engine, "before_cursor_execute")
    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("UPDATE"):
            writes.append(statement)

    for _ in range(5):
        logins.find(secret)
    assert writes == []
    clock.advance(seconds=TOUCH_EVERY.total_seconds() + 1)
    for _ in range(5):
        logins.find(secret)
    assert len(writes) == 1


def test_a_full_disk_signs_nobody_out(
    logins: Logins, ada: UUID, engine: Engine, clock: Clock, tmp_path: Path
) -> None:
    secret = logins.open(ada)
    clock.advance(hours=1)
    engine.dispose()

    @event.listens_for(engine, "connect")
    def read_only(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA query_only = ON")

    assert logins.find(secret) is not None


def test_signing_out_ends_one_login_and_everywhere_ends_all(
    logins: Logins, ada: UUID, engine: Engine
) -> None:
    eve = a_user(engine, "Eve")
    here, there, hers = logins.open(ada), logins.open(ada), logins.open(eve)
    ticket = logins.issue_ticket(logins.open(ada))
    logins.revoke(here)
    logins.revoke(here)
    assert logins.find(here) is None
    assert logins.find(there) is not None
    logins.revoke_all(ada)
    assert logins.find(there) is None
    with pytest.raises(TicketInvalid):
        logins.redeem(ticket)
    assert logins.find(hers) is not None


def test_an_unknown_secret_is_nobody_and_an_unknown_user_gets_none(logins: Logins) -> None:
    for secret in ("", "invented", "\x00", "\udfff", "x" * 100_000):
        assert logins.find(secret) is None
    with pytest.raises(NotFound):
        logins.open(uuid4())
    for ended in ("", "invented", "\ud800"):
        with pytest.raises(NotFound):
            logins.issue_ticket(ended)


def test_neither_secrets_nor_tickets_are_stored(logins: Logins, ada: UUID, tmp_path: Path) -> None:
    tab = logins.open(ada)
    secrets = [tab, logins.issue_ticket(tab), logins.redeem(logins.issue_ticket(tab))]
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for secret in secrets:
        assert len(secret) == 43
        assert secret.encode() not in stored


def test_what_has_expired_is_removed(
    logins: Logins, ada: UUID, engine: Engine, clock: Clock
) -> None:
    logins.issue_ticket(logins.open(ada))
    clock.advance(seconds=(IDLE_LIFE + timedelta(seconds=1)).total_seconds())
    kept = logins.open(ada)
    with reading(engine, SERVICE) as db:
        assert len(db.scalars(select(LoginRow.id)).all()) == 1
        assert db.scalars(select(TicketRow.token_hash)).all() == []
    assert logins.find(kept) is not None


def test_a_login_that_has_ended_gives_no_ticket_and_its_ticket_no_cookie(
    logins: Logins, ada: UUID
) -> None:
    tab = logins.open(ada)
    ticket = logins.issue_ticket(tab)
    logins.revoke(tab)
    with pytest.raises(TicketInvalid):
        logins.redeem(ticket)
    with pytest.raises(NotFound):
        logins.issue_ticket(tab)


def test_a_cookie_from_before_is_void_once_a_newer_one_was_set(logins: Logins, ada: UUID) -> None:
    tab = logins.open(ada)
    first, second = (logins.redeem(logins.issue_ticket(tab)) for _ in range(2))
    assert logins.find(first) is None
    assert logins.find(second) is not None


def test_ones_own_logins_are_listed_and_ended_and_nobody_elses(
    logins: Logins, ada: UUID, engine: Engine, clock: Clock
) -> None:
    eve = a_user(engine, "Eve")
    phone = logins.open(ada, "Safari on iPhone")
    clock.advance(minutes=5)
    desk, hers = logins.open(ada, "x" * 500), logins.open(eve)
    listed = logins.of(ada)
    assert [login.device for login in listed] == ["x" * 80, "Safari on iPhone"]
    hers_id = logins.of(eve)[0].id
    logins.end(ada, hers_id)
    logins.end(ada, listed[1].id)
    assert logins.find(hers) is not None
    assert logins.find(desk) is not None
    assert logins.find(phone) is None


def test_what_one_process_ends_is_ended_in_every_other(
    logins: Logins, ada: UUID, clock: Clock, tmp_path: Path
) -> None:
    other = Logins(a_database(tmp_path), clock)
    secret = logins.open(ada)
    assert other.find(secret) is not None
    other.revoke_all(ada)
    assert logins.find(secret) is None


def take_away(engine: Engine) -> None:
    """From now on the database cannot be reached."""

    @event.listens_for(engine, "before_cursor_execute")
    def away(*_anything: object) -> None:
        raise DatabaseAway("The database is away.")


def at_first(engine: Engine, words: str, do: Callable[[], object]) -> None:
    """Once, when a statement that begins with these words is about to run: what another thread does then."""
    waiting = [do]

    @event.listens_for(engine, "before_cursor_execute")
    def meanwhile(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith(words) and waiting:
            waiting.pop()()


def test_a_stale_cookie_makes_nobody_else_forgotten(
    logins: Logins, ada: UUID, engine: Engine
) -> None:
    secret = logins.open(ada)
    at_first(engine, "SELECT", lambda: logins.find("a stale cookie"))
    found = logins.find(secret)
    assert found is not None
    take_away(engine)
    assert logins.find(secret) == found
    with pytest.raises(DatabaseAway):
        logins.find("a stale cookie")


def test_a_login_that_has_expired_is_not_remembered(
    logins: Logins, ada: UUID, engine: Engine, clock: Clock
) -> None:
    secret = logins.open(ada)
    assert logins.find(secret) is not None
    Logins(engine, clock).revoke(secret)  # by another process
    assert logins.find(secret) is None
    take_away(engine)
    with pytest.raises(DatabaseAway):
        logins.find(secret)


@pytest.mark.parametrize("how", ["revoke", "end", "revoke_all"])
def test_a_login_that_is_found_while_it_ends_is_not_remembered(
    logins: Logins, ada: UUID, engine: Engine, how: str
) -> None:
    secret, found = logins.open(ada), []
    at_first(engine, "DELETE FROM main.logins", lambda: found.append(logins.find(secret)))
    if how == "revoke":
        logins.revoke(secret)
    elif how == "end":
        logins.end(ada, logins.of(ada)[0].id)
    else:
        logins.revoke_all(ada)
    assert found[0] is not None  # it was there still
    take_away(engine)
    with pytest.raises(DatabaseAway):
        logins.find(secret)
