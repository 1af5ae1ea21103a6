"""GET /account/data.zip: for who is signed in and asks from a page of ours, one at a time."""

from __future__ import annotations

import http.client
import io
import json
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.testclient import TestClient

from pages.account import export
from pages.account.export import PATH, export_route
from pages.ui.context import login_cookie_name, services
from services.domain import User
from services.errors import StorageError
from services.privacy.export import Export
from tests.pages.conftest import tab_on
from tests.pages.on_a_socket import on_a_socket

OURS = {"Sec-Fetch-Site": "same-origin"}


class Visitor:
    """A guest whose browser keeps our cookie."""

    def __init__(self, *, signed_in: bool = True) -> None:
        sessions = Middleware(SessionMiddleware, secret_key="for this test")
        app = Starlette(routes=[export_route], middleware=[sessions])
        self.browser = TestClient(app, raise_server_exceptions=False)
        self.user: User | None = None
        if signed_in:
            logins = services().logins
            self.user = services().accounts.create_guest()
            secret = logins.redeem(logins.issue_ticket(logins.open(self.user.id)))
            self.browser.cookies.set(login_cookie_name(), secret)

    def get(self, **headers: str):  # type: ignore[no-untyped-def]
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.browser.get(f"/{PATH}", headers=named)


@pytest.fixture(autouse=True)
def serving(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with tab_on(tmp_path, monkeypatch):
        yield


def test_who_is_signed_in_gets_their_zip_and_nobody_may_keep_a_copy_of_it() -> None:
    visitor = Visitor()
    answer = visitor.get(Sec_Fetch_Site="same-origin")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["cache-control"] == "no-store"
    name = answer.headers["content-disposition"]
    assert name.startswith('attachment; filename="interview-mocker-20')
    assert name.isascii()
    told = json.loads(zipfile.ZipFile(io.BytesIO(answer.content)).read("data.json"))
    assert visitor.user is not None
    assert told["account"]["id"] == str(visitor.user.id)


def test_the_address_typed_by_hand_works_as_well() -> None:
    assert Visitor().get(Sec_Fetch_Site="none").status_code == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site", "nonsense", ""])
def test_a_link_on_another_site_gets_nothing(site: str) -> None:
    answer = Visitor().get(Sec_Fetch_Site=site) if site else Visitor().get()
    assert answer.status_code == 403
    assert b"PK" not in answer.content


def test_nobody_and_a_forged_cookie_get_nothing() -> None:
    nobody = Visitor(signed_in=False)
    assert nobody.get(**{"Sec_Fetch_Site": "same-origin"}).status_code == 401
    nobody.browser.cookies.set(login_cookie_name(), "forged")
    assert nobody.get(**{"Sec_Fetch_Site": "same-origin"}).status_code == 401


def test_a_cookie_that_was_stolen_is_worth_nothing_after_the_sign_out() -> None:
    visitor = Visitor()
    assert visitor.user is not None
    services().logins.revoke_all(visitor.user.id)
    assert visitor.get(Sec_Fetch_Site="same-origin").status_code == 401


def test_everybody_gets_their_own() -> None:
    for visitor in (Visitor(), Visitor()):
        content = visitor.get(Sec_Fetch_Site="same-origin").content
        told = json.loads(zipfile.ZipFile(io.BytesIO(content)).read("data.json"))
        assert visitor.user is not None
        assert told["account"]["id"] == str(visitor.user.id)


def test_asking_for_the_head_makes_no_zip() -> None:
    visitor = Visitor()
    answer = visitor.browser.head(f"/{PATH}", headers=OURS)
    assert (answer.status_code, answer.content) == (200, b"")


def test_a_second_one_at_the_same_time_is_refused_and_one_afterwards_is_not() -> None:
    visitor = Visitor()
    assert visitor.user is not None
    assert export.zips.begin(visitor.user.id)
    assert visitor.get(Sec_Fetch_Site="same-origin").status_code == 429
    export.zips.end(visitor.user.id)
    for _ in range(2):
        assert visitor.get(Sec_Fetch_Site="same-origin").status_code == 200


class BreaksOff(Export):
    """An export whose store goes away, at the first piece or in the middle."""

    def __init__(self, pieces: int) -> None:
        self._pieces = pieces

    def pieces(self, user: User, *, media: bool = True) -> Iterator[bytes]:  # type: ignore[override]
        yield from [b"PK piece"] * self._pieces
        raise StorageError("The recordings cannot be reached.", "Download again.")


def broken(monkeypatch: pytest.MonkeyPatch, pieces: int) -> Visitor:
    monkeypatch.setitem(vars(services()), "export", BreaksOff(pieces))
    return Visitor()


def test_what_fails_before_the_first_piece_is_said_in_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    visitor = broken(monkeypatch, 0)
    answer = visitor.get(Sec_Fetch_Site="same-origin")
    assert answer.status_code == 503
    assert "Download again" in answer.text
    assert visitor.get(Sec_Fetch_Site="same-origin").status_code == 503, "the turn was kept"


def test_the_turn_ends_with_a_download_that_breaks_off(monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = broken(monkeypatch, 3)
    visitor.get(Sec_Fetch_Site="same-origin")
    assert visitor.user is not None
    assert visitor.user.id not in export.zips


def asked(port: int, visitor: Visitor) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    cookie = f"{login_cookie_name()}={visitor.browser.cookies[login_cookie_name()]}"
    connection.request("GET", f"/{PATH}", headers=OURS | {"Cookie": cookie})
    return connection.getresponse()


def until_free(visitor: Visitor) -> None:
    assert visitor.user is not None
    limit = time.monotonic() + 20
    while visitor.user.id in export.zips:
        assert time.monotonic() < limit, "the turn was never given back"
        time.sleep(0.01)


def test_a_browser_sees_that_a_download_broke_off(monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = broken(monkeypatch, 3)
    with on_a_socket([export_route]) as port:
        answer = asked(port, visitor)
        assert answer.status == 200
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            answer.read()
        until_free(visitor)


def test_who_goes_away_in_the_middle_may_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = broken(monkeypatch, 10_000_000)
    with on_a_socket([export_route]) as port:
        answer = asked(port, visitor)
        assert answer.read(8) == b"PK piece"
        assert asked(port, visitor).status == 429
        answer.close()
        until_free(visitor)
