"""The way to the database: encrypted, and with nothing in the address that gives that up unseen."""

from __future__ import annotations

import pytest
from sqlalchemy import make_url

from services.errors import DatabaseAway, DatabaseUnusable
from services.storage import postgres
from services.storage.database import open_database
from tests.standins.postgres import Server


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://u:p@db.example.com/d",
        "postgresql://u:p@localhost/d?host=db.example.com",
        "postgresql://u:p@/d?host=db.example.com",
        "postgresql://u:p@localhost/d?hostaddr=203.0.113.9",
        "postgresql://u:p@/d?host=localhost,db.example.com",
        "postgresql://u:p@/d?host=localhost&host=db.example.com",
        "postgresql://u:p@localhost.example.com/d",
        "postgresql://u:p@127.0.0.1.example.com/d",
        "postgresql://u:p@10.0.0.5/d",
    ],
)
def test_every_host_but_this_machine_must_encrypt_however_it_is_named(address: str) -> None:
    wanted = postgres.connecting(make_url(postgres.spelled(address)), "require")
    assert wanted["sslmode"] == "require"
    weak = f"{address}{'&' if '?' in address else '?'}sslmode=disable"
    with pytest.raises(DatabaseUnusable, match="unencrypted"):
        open_database(weak)


def test_a_server_without_tls_is_refused_and_the_password_stays_here(
    here: Server, database: str
) -> None:
    """`127.1` is this machine too, but nobody can know that from the address."""
    address = here.backend(database).replace("127.0.0.1", "127.1")
    with pytest.raises(DatabaseUnusable) as refusal:
        open_database(address)
    assert "TLS" in str(refusal.value)
    assert "backend" not in str(refusal.value)
    open_database(address, tls="off").dispose()


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "nonsense",
        "postgresql://",
        "postgresql+unknown://u:p@h/d",
        "postgresql://u:p@[",
        "://u:p@h/d",
    ],
)
def test_an_address_that_is_refused_is_not_repeated(broken: str) -> None:
    with pytest.raises((DatabaseUnusable, DatabaseAway)) as refusal:
        open_database(broken)
    assert "u:p" not in str(refusal.value)
