"""Who goes on while the database is away: never who was ended, and nobody is dropped for others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from services.accounts.last_seen import REMEMBERED_S, LastSeen
from services.domain import Login, User

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def a_login() -> Login:
    user = User(id=uuid4(), name="Ada", created_at=NOW)
    return Login(
        id=uuid4(),
        user=user,
        device="",
        created_at=NOW,
        last_seen_at=NOW,
        expires_at=NOW + timedelta(days=1),
    )


def test_a_login_is_remembered_for_some_minutes() -> None:
    time = [0.0]
    seen, login = LastSeen(lambda: time[0]), a_login()
    seen.remember("ada", login, seen.moment())
    time[0] = REMEMBERED_S
    assert seen.find("ada", NOW) == login
    assert seen.find("ada", login.expires_at) is None
    time[0] += 1
    assert seen.find("ada", NOW) is None


def test_what_was_asked_before_a_login_ended_is_not_remembered_and_drops_nobody() -> None:
    seen, ada, eve = LastSeen(), a_login(), a_login()
    seen.remember("ada", ada, seen.moment())
    before = seen.moment()
    seen.end(lambda key, _login: key == "eve")
    seen.remember("eve", eve, before)
    seen.remember("ada", ada, before)
    assert seen.find("eve", NOW) is None
    assert seen.find("ada", NOW) == ada


def test_who_is_forgotten_is_so_alone() -> None:
    seen, ada, eve = LastSeen(), a_login(), a_login()
    seen.remember("eve", eve, seen.moment())
    before = seen.moment()
    seen.forget("eve")
    seen.remember("ada", ada, before)
    assert (seen.find("eve", NOW), seen.find("ada", NOW)) == (None, ada)
