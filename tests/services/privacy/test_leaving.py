"""Delete my account: afterwards nothing of this user is anywhere, and everything of others still is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from psycopg import sql

from services.accounts.identities import Identities
from services.accounts.logins import Logins
from services.accounts.own_keys import OwnKeys
from services.adapters.local_accounts import LocalAccounts
from services.adapters.supabase_accounts import SupabaseAccounts
from services.domain import AnswerMode, User
from services.errors import AccountsAway, DatabaseAway, SignInFailed
from services.ports import Accounts
from services.privacy.consent import Consents
from services.privacy.leaving import Leaving
from services.storage import remaining
from services.storage.clock import utc_now
from services.storage.database import SERVICE, reading, writing
from services.storage.object_store import Access
from services.storage.recordings import Recordings
from services.storage.removals import Removals
from services.storage.tables import Base, IdentityRow, SpendingRow
from tests.services.accounts.cheap import cheap_hash
from tests.services.filmed import film
from tests.services.privacy.conftest import Kept
from tests.services.rehearsal import Rehearsal, running
from tests.services.storage.stored import current_answer
from tests.standins import postgres
from tests.standins.auth_server import KEY, auth_server

PASSWORD = "correct horse battery"


@dataclass
class Site:
    """A process with its services, and somebody who has something in every table."""

    here: Rehearsal
    kept: Kept
    folder: Path
    own_keys: OwnKeys
    database: str  # its name on the PostgreSQL server, empty for a file

    def leaving(
        self, accounts: Accounts | None = None, recordings: Recordings | None = None
    ) -> Leaving:
        return Leaving(
            self.here.database,
            self.here.belongings,
            accounts or LocalAccounts(self.here.database, hasher=cheap_hash()),
            self.own_keys,
            recordings or self.here.recordings,
            self.folder / "spool",
        )

    def somebody(self, name: str, email: str | None) -> User:
        """A user with something in every table."""
        user = self.kept.user(name, email)
        self.kept.everything(user)
        Consents(self.here.database).give(user.id, 30)
        with writing(self.here.database, SERVICE) as db:
            now = utc_now()
            db.add(
                IdentityRow(issuer="https://id.test", subject=name, user_id=user.id, linked_at=now)
            )
            spent = {"calls": 1, "tokens_in": 2, "tokens_out": 3}
            db.add(SpendingRow(user_id=user.id, day=now.date(), **spent))
        self.own_keys.keep(user.id, "a key of their own")
        return user

    def rows(self, owner: UUID) -> dict[str, int]:
        with reading(self.here.database, SERVICE) as db:
            return remaining.rows_of(db, owner)


@contextmanager
def a_site(tmp_path: Path, kind: str) -> Iterator[Site]:
    name = postgres.new_database() if kind == "postgres" else ""
    address = postgres.server().backend(name) if name else ""
    try:
        with running(tmp_path, address=address) as here:
            kept = Kept(here.database, here.recordings, tmp_path)
            yield Site(here, kept, tmp_path, OwnKeys(), name)
            here.database.dispose()
    finally:
        if name:
            postgres.drop_database(name)


@pytest.fixture(params=["sqlite", "postgres"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    with a_site(tmp_path, request.param) as opened:
        yield opened


def test_every_table_is_counted_or_is_about_nobody() -> None:
    counted = {table.__tablename__ for table in remaining.tables()}
    for mapper in Base.registry.mappers:
        table = mapper.class_
        name = table.__tablename__
        known = name in counted or name in ("users", "tickets", "removals")
        assert known != (table in remaining.NAMELESS), name
        if "user_id" in table.__table__.c:
            assert name in counted, name


def test_nothing_is_left_of_who_leaves_and_everything_of_who_stays(site: Site) -> None:
    ada, eve = site.somebody("Ada", "ada@example.com"), site.somebody("Eve", "eve@example.com")
    before, eves = site.rows(ada.id), site.rows(eve.id)
    empty = {table for table, count in before.items() if not count}
    assert empty == {"removals"}, "the test has to put something into every table"

    left = site.leaving().leave(ada)

    assert left.nothing
    assert not any(left.rows.values())
    assert (left.recordings, left.sound) == (0, 0)
    assert site.own_keys.of(ada.id) == ""
    assert site.rows(eve.id) == eves
    assert len(site.here.recordings.keys(eve.id)) == 3  # sound, video, and the still of that
    assert site.own_keys.of(eve.id) != ""
    assert len(Logins(site.here.database).of(eve.id)) == 2


def test_the_owner_of_the_database_finds_nothing_in_any_table(tmp_path: Path) -> None:
    with a_site(tmp_path, "postgres") as site:
        ada = site.somebody("Ada", "ada@example.com")
        address = postgres.server().owner(site.database)
        assert mentions(address, ada.id) > 10
        site.leaving().leave(ada)
        assert mentions(address, ada.id) == 0


def mentions(address: str, user_id: UUID) -> int:
    """Rows of all tables of all our schemas in which this id stands anywhere, as text."""
    with psycopg.connect(address) as db:
        names = db.execute(
            "select table_schema, table_name from information_schema.tables "
            "where table_schema in ('public', 'app_private', 'auth') and table_type = 'BASE TABLE'"
        ).fetchall()
        found = 0
        for name in names:
            query = sql.SQL("select count(*) from {} t where t::text like %s").format(
                sql.Identifier(*name)
            )
            row = db.execute(query, (f"%{user_id}%",)).fetchone()
            found += row[0] if row else 0
    return found


def test_a_guest_can_leave_as_well(site: Site) -> None:
    guest = site.somebody("Guest", None)
    assert site.leaving().leave(guest).nothing


def test_an_answer_that_is_being_given_ends_and_leaves_no_sound(site: Site) -> None:
    user = site.kept.user()
    interview = site.kept.interview(user.id)
    live = site.here.spoken.listen(user.id, interview.questions[0])
    assert live is not None
    answer = current_answer(site.here.store, user.id, interview.questions[0].id)
    assert answer is not None
    assert answer.mode is AnswerMode.SPOKEN
    film(site.here.ears.spool_path(answer.id))
    assert site.leaving().what_is_left(user.id, (answer.id,)).sound == 2
    left = site.leaving().leave(user)
    assert left.nothing
    assert site.here.ears.get(answer.id) is None
    assert not list(site.folder.rglob(f"{answer.id}*"))


class AccountsOut(LocalAccounts):
    """A provider of accounts that cannot be reached."""

    def delete(self, user: User) -> bool:
        raise AccountsAway("The sign-in service cannot be reached.")


def test_a_provider_that_is_away_leaves_everything_as_it_is(site: Site) -> None:
    user = site.somebody("Ada", "ada@example.com")
    before = site.rows(user.id)
    accounts = AccountsOut(site.here.database, hasher=cheap_hash())
    with pytest.raises(AccountsAway):
        site.leaving(accounts).leave(user)
    assert site.rows(user.id) == before
    assert site.own_keys.of(user.id) != ""
    assert site.leaving().leave(user).nothing  # the second press does it all


def test_a_crash_in_the_middle_is_finished_by_the_second_press(site: Site) -> None:
    user = site.somebody("Ada", "ada@example.com")
    LocalAccounts(site.here.database, hasher=cheap_hash()).delete(
        user
    )  # as far as the first one came
    site.own_keys.forget(user.id)
    assert len(Logins(site.here.database).of(user.id)) == 2, "who cannot sign in cannot press again"
    assert site.leaving().leave(user).nothing
    assert site.leaving().leave(user).nothing


class BelongingsOut:
    """The database goes away between two steps."""

    def forget(self, owner: UUID) -> None:
        raise DatabaseAway("The database is away.")


def test_once_supabase_auth_has_forgotten_somebody_the_second_press_asks_for_no_password(
    tmp_path: Path,
) -> None:
    with a_site(tmp_path, "postgres") as site, auth_server() as auth:
        database = site.here.database
        auth.people.database = postgres.server().owner(site.database)
        accounts = SupabaseAccounts(database, auth.url, KEY)
        accounts.create_account("Ada", "ada@example.com", PASSWORD)
        ada = accounts.confirm("ada@example.com", auth.people.code("ada@example.com"), "", PASSWORD)
        site.kept.everything(ada)
        assert Identities(database).ways_in(ada.id).auth
        broken = site.leaving(accounts)
        broken._belongings = BelongingsOut()
        with pytest.raises(DatabaseAway):
            broken.leave(ada)
        with pytest.raises(SignInFailed):
            accounts.verify("ada@example.com", PASSWORD)
        assert not Identities(database).ways_in(ada.id).auth
        left = site.leaving(accounts).leave(ada)
        assert left.nothing
        assert not left.known_elsewhere


def test_what_auth_keeps_out_of_reach_is_told_and_all_that_is_ours_goes(tmp_path: Path) -> None:
    with a_site(tmp_path, "sqlite") as site, auth_server() as auth:
        accounts = SupabaseAccounts(site.here.database, auth.url, KEY)
        accounts.create_account("Ada", "ada@example.com", PASSWORD)
        ada = accounts.confirm("ada@example.com", auth.people.code("ada@example.com"), "", PASSWORD)
        site.kept.everything(ada)
        left = site.leaving(accounts).leave(ada)
        assert left.nothing
        assert left.known_elsewhere


def test_recordings_that_cannot_be_deleted_yet_are_told_and_written_down(site: Site) -> None:
    user = site.somebody("Ada", "ada@example.com")
    away, removals = (
        Recordings("s3://nowhere", Access("http://127.0.0.1:9", key_id="a", secret="b")),
        site.here.keeping.removals,
    )
    site.here.keeping.removals = Removals(site.here.database, away)
    left = site.leaving(recordings=away).leave(user)
    assert left.recordings is None
    assert left.only_recordings
    assert not left.nothing
    assert {table for table, count in left.rows.items() if count} == {"removals"}
    removals.sweep()
    assert site.leaving().what_is_left(user.id).nothing
