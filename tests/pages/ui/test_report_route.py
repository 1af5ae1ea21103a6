"""GET /report/...: for who is signed in and asks from a page of ours, one at a time."""

from __future__ import annotations

import asyncio
import http.client
import threading
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.testclient import TestClient

from pages.ui import report_route
from pages.ui.context import login_cookie_name, services
from pages.ui.report_route import AT_ONCE, report_routes
from services.domain import Interview, Job, Setup, User
from services.errors import DatabaseAway
from services.report.reports import Made
from tests.pages.conftest import ANSWER, database_away, tab_on
from tests.pages.on_a_socket import on_a_socket

OURS = {"Sec-Fetch-Site": "same-origin"}


class Visitor:
    """A guest whose browser keeps our cookie, with an interview of one answer."""

    user: User
    interview: Interview

    def __init__(self, *, signed_in: bool = True, position: str = "Nurse") -> None:
        sessions = Middleware(SessionMiddleware, secret_key="for this test")
        app = Starlette(routes=report_routes, middleware=[sessions])
        self.browser = TestClient(app, raise_server_exceptions=False)
        if not signed_in:
            return
        ours = services()
        self.user = ours.accounts.create_guest()
        secret = ours.logins.redeem(ours.logins.issue_ticket(ours.logins.open(self.user.id)))
        self.browser.cookies.set(login_cookie_name(), secret)
        setup = Setup(job=Job(position=position), question_count=1)
        self.interview = ours.interviews.start(self.user.id, setup)
        answer = ours.interviews.type_instead(self.user.id, self.interview.questions[0])
        ours.interviews.submit(self.user.id, answer, ANSWER)

    def get(self, path: str, **headers: str):  # type: ignore[no-untyped-def]
        return self.browser.get(f"/report/{path}", headers={**OURS, **headers})


@pytest.fixture(autouse=True)
def serving(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with tab_on(tmp_path, monkeypatch):
        yield


@pytest.mark.parametrize(
    ("form", "media_type", "begins"),
    [
        ("pdf", "application/pdf", b"%PDF-"),
        ("csv", "text/csv; charset=utf-8", b"\xef\xbb\xbfinterview_at,"),
        ("answers.csv", "text/csv; charset=utf-8", b"\xef\xbb\xbfinterview_at,"),
        ("json", "application/json", b'{\n "schema": "ai-interview-mocker/report"'),
    ],
)
def test_each_form_comes_as_a_file_that_nobody_keeps_a_copy_of(
    form: str, media_type: str, begins: bytes
) -> None:
    visitor = Visitor(position='Nurse"\r\nX-Planted: 1')
    for path in (
        f"interview/{visitor.interview.id}.{form}?tz=Europe/Berlin",
        f"period.{form}?from=2020-01-01&to=2100-01-01&tz=../../etc/passwd",
    ):
        answer = visitor.get(path)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == media_type
        assert answer.headers["cache-control"] == "no-store"
        assert "X-Planted" not in answer.headers
        name = answer.headers["content-disposition"]
        assert name.startswith('attachment; filename="interview')
        assert name.endswith(f'.{form}"')
        assert name.count('"') == 2
        assert answer.content.startswith(begins)
        head = visitor.browser.head(f"/report/{path}", headers=OURS)
        assert (head.status_code, head.content) == (200, b"")


def test_what_is_somebody_elses_looks_like_what_never_was() -> None:
    hers, mine = Visitor(), Visitor()
    unknown = "00000000-0000-0000-0000-000000000000"
    told = [
        mine.get(f"interview/{name}")
        for name in (f"{hers.interview.id}.pdf", f"{unknown}.json", "x.pdf", f"{unknown}.exe", "x")
    ]
    assert {(answer.status_code, answer.content) for answer in told} == {
        (404, b"There is no such report.")
    }
    assert mine.get("period.exe?from=2026-01-01&to=2026-01-02").status_code == 404


@pytest.mark.parametrize("site", ["cross-site", "same-site", ""])
def test_a_link_on_another_site_gets_nothing(site: str) -> None:
    visitor = Visitor()
    for path in (
        f"interview/{visitor.interview.id}.pdf",
        "period.csv?from=2026-01-01&to=2026-02-01",
    ):
        answer = visitor.get(path, **{"Sec-Fetch-Site": site})
        assert answer.status_code == 403


def test_nobody_gets_nothing_and_a_program_is_told_in_json() -> None:
    interview = Visitor().interview
    nobody = Visitor(signed_in=False)
    assert nobody.get(f"interview/{interview.id}.pdf").status_code == 401
    told = nobody.get(f"interview/{interview.id}.pdf", Accept="application/json")
    assert told.json() == {"error": "You are not signed in here. Sign in, then try again."}


@pytest.mark.parametrize(
    "query",
    ["", "?from=2026-01-01", "?from=x&to=y", "?from=2026-02-01&to=2026-01-01",
     "?from=0001-01-01&to=9999-12-31"],
)  # fmt: skip
def test_days_that_are_none_are_a_bad_request(query: str) -> None:
    assert Visitor().get(f"period.pdf{query}").status_code == 400


def test_while_the_database_is_away_it_says_so_and_gives_the_turn_back() -> None:
    visitor = Visitor()
    with database_away():
        assert visitor.get(f"interview/{visitor.interview.id}.pdf").status_code == 503
    assert visitor.get(f"interview/{visitor.interview.id}.pdf").status_code == 200


def test_one_report_at_a_time_for_each_candidate(monkeypatch: pytest.MonkeyPatch) -> None:
    visitor, other = Visitor(), Visitor()
    path = f"interview/{visitor.interview.id}.pdf"
    made, go_on = threading.Event(), threading.Event()
    reports = services().reports
    wait_for, before = visitor.user.id, type(reports).interview

    def slowly(self, owner, *args):  # type: ignore[no-untyped-def]
        if owner == wait_for:
            made.set()
            assert go_on.wait(20)
        return before(self, owner, *args)

    monkeypatch.setattr(type(reports), "interview", slowly)
    answers = []
    first = threading.Thread(target=lambda: answers.append(visitor.get(path)))
    first.start()
    assert made.wait(20)
    assert visitor.get(path).status_code == 429
    assert other.get(f"interview/{other.interview.id}.csv").status_code == 200
    go_on.set()
    first.join(20)
    assert [answer.status_code for answer in answers] == [200]
    assert visitor.get(path).status_code == 200
    assert visitor.user.id not in report_route._reports


@pytest.mark.parametrize("form", ["csv", "answers.csv", "json", "pdf"])
def test_a_period_that_cannot_be_read_is_said_in_words_and_is_no_broken_file(form: str) -> None:
    visitor = Visitor()
    path = f"period.{form}?from=2020-01-01&to=2100-01-01"
    with database_away("SELECT interviews"):
        assert visitor.get(path).status_code == 503
    assert visitor.get(path).status_code == 200


def in_pieces(monkeypatch: pytest.MonkeyPatch, pieces: Callable[[], Generator[bytes]]) -> None:
    """Every report of a period is made of these."""
    monkeypatch.setattr(
        type(services().reports),
        "period",
        lambda *_args: Made("interviews.csv", "text/csv", pieces()),
    )


PERIOD = "/report/period.csv?from=2020-01-01&to=2100-01-01"


def headers(visitor: Visitor) -> dict[str, str]:
    secret = visitor.browser.cookies[login_cookie_name()]
    return OURS | {"Cookie": f"{login_cookie_name()}={secret}"}


def test_no_more_than_two_are_made_at_once_whatever_their_form(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lock, too_many, at_work = threading.Lock(), threading.Event(), [0]

    def pieces() -> Generator[bytes]:
        for _ in range(3):
            with lock:
                at_work[0] += 1
                if at_work[0] > AT_ONCE:
                    too_many.set()
            too_many.wait(0.1)  # time for one too many to come
            with lock:
                at_work[0] -= 1
            yield b"piece"

    in_pieces(monkeypatch, pieces)
    visitors = [Visitor() for _ in range(AT_ONCE + 2)]

    async def all_at_once() -> list[int]:
        way = httpx.ASGITransport(app=visitors[0].browser.app)
        async with httpx.AsyncClient(transport=way, base_url="http://testserver") as client:
            asked = (client.get(PERIOD, headers=headers(visitor)) for visitor in visitors)
            return [answer.status_code for answer in await asyncio.gather(*asked)]

    assert asyncio.run(all_at_once()) == [200] * len(visitors)
    assert not too_many.is_set()


def asked(port: int, visitor: Visitor) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", PERIOD, headers=headers(visitor))
    return connection.getresponse()


def test_who_goes_away_in_the_middle_ends_the_reading_and_may_come_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    closed, visitor = threading.Event(), Visitor()

    def pieces() -> Generator[bytes]:
        try:
            while True:
                yield b"piece" * 1000
        finally:
            closed.set()

    in_pieces(monkeypatch, pieces)
    with on_a_socket(report_routes) as port:
        answer = asked(port, visitor)
        assert answer.read(5) == b"piece"
        assert asked(port, visitor).status == 429
        answer.close()
        assert closed.wait(20)
        until_free(visitor)


def test_a_browser_sees_that_a_report_broke_off(monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = Visitor()

    def pieces() -> Generator[bytes]:
        yield b"piece"
        raise DatabaseAway("The database is away.")

    in_pieces(monkeypatch, pieces)
    with on_a_socket(report_routes) as port:
        answer = asked(port, visitor)
        assert answer.status == 200
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            answer.read()
        until_free(visitor)


def until_free(visitor: Visitor) -> None:
    limit = time.monotonic() + 20
    while visitor.user.id in report_route._reports:
        assert time.monotonic() < limit, "the turn was never given back"
        time.sleep(0.01)
