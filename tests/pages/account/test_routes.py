"""Our routes as a browser, and as somebody else's page, meets them."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from pages.account.routes import middleware, routes
from pages.ui.context import services
from tests.pages.conftest import Site, database_away, tab_on

OURS = {"sec-fetch-site": "same-origin"}
POSTS = ("/auth/exchange", "/auth/sign-out", "/auth/arrived")


def browser(**options: object) -> TestClient:
    sessions = Middleware(
        SessionMiddleware, secret_key="a test's", session_cookie="_streamlit_session"
    )
    app = Starlette(routes=routes, middleware=[*middleware, sessions])
    return TestClient(app, **options)  # type: ignore[arg-type]


@pytest.fixture
def ticket(guest: Site) -> str:
    return services().logins.issue_ticket(guest.tab.session_state["tab"].secret)


def test_a_ticket_is_traded_once_for_a_cookie_that_scripts_cannot_read(ticket: str) -> None:
    visitor = browser()
    answer = visitor.post("/auth/exchange", json={"ticket": ticket}, headers=OURS)
    cookie = next(
        c for c in answer.headers.get_list("set-cookie") if c.startswith("interview_login=")
    )
    parts = {part.strip().lower() for part in cookie.split(";")}
    assert {"httponly", "samesite=lax", "path=/"} <= parts
    assert not any(part.startswith("domain") for part in parts)
    assert ticket not in cookie
    assert answer.headers["cache-control"] == "no-store"
    assert visitor.get("/auth/known", headers=OURS).json() == {"known": True}
    assert (
        browser().post("/auth/exchange", json={"ticket": ticket}, headers=OURS).status_code == 403
    )


def test_over_https_the_cookie_is_bound_to_this_very_host(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tab_on(tmp_path, monkeypatch, PUBLIC_URL="https://mock.example") as site:  # type: ignore[arg-type]
        site.enter()
        ticket = services().logins.issue_ticket(site.tab.session_state["tab"].secret)
        answer = browser(base_url="https://mock.example").post(
            "/auth/exchange", json={"ticket": ticket}, headers=OURS
        )
    cookie = next(c for c in answer.headers.get_list("set-cookie") if "login=" in c.split(";")[0])
    assert cookie.startswith("__Host-login=")
    assert {"secure", "path=/"} <= {part.strip().lower() for part in cookie.split(";")}


def test_a_cookie_that_was_stolen_before_signing_out_is_worth_nothing(ticket: str) -> None:
    visitor, thief = browser(), browser()
    visitor.post("/auth/exchange", json={"ticket": ticket}, headers=OURS)
    for name in ("interview_login", "_streamlit_session"):
        thief.cookies.set(name, visitor.cookies[name])
    assert thief.get("/auth/known", headers=OURS).json() == {"known": True}
    assert visitor.post("/auth/sign-out", json={}, headers=OURS).status_code == 200
    assert thief.get("/auth/known", headers=OURS).json() == {"known": False}
    assert "interview_login" not in visitor.cookies


def test_the_cookies_go_even_while_the_database_is_away(ticket: str) -> None:
    visitor = browser()
    visitor.post("/auth/exchange", json={"ticket": ticket}, headers=OURS)
    with database_away():
        assert visitor.post("/auth/sign-out", json={}, headers=OURS).status_code == 503
    assert "interview_login" not in visitor.cookies
    assert visitor.get("/auth/known", headers=OURS).json() == {"known": False}


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("sender", ["cross-site", "same-site", "none", ""])
def test_a_page_elsewhere_can_do_nothing(guest: Site, ticket: str, path: str, sender: str) -> None:
    headers = {"sec-fetch-site": sender} if sender else {}
    assert browser().post(path, json={"ticket": ticket}, headers=headers).status_code == 403
    assert services().logins.of(guest.owner) != ()
    assert services().logins.redeem(ticket)


@pytest.mark.parametrize("path", POSTS)
def test_a_form_is_no_json_and_other_verbs_are_none(guest: Site, path: str) -> None:
    assert browser().post(path, data={"ticket": "x"}, headers=OURS).status_code == 415
    assert browser().get(path, headers=OURS).status_code == 405


def test_a_ticket_that_is_guessed_broken_or_huge_is_refused(guest: Site) -> None:
    kind = {**OURS, "content-type": "application/json"}
    visitor = browser()
    for body in (b"", b"{}", b"[]", b"\xff", b"null"):
        assert visitor.post("/auth/exchange", content=body, headers=kind).status_code == 400
    for guess in ("", "guessed", "' OR 1=1 --", "\x00", "x" * 3_000):
        answer = visitor.post("/auth/exchange", json={"ticket": guess}, headers=kind)
        assert answer.status_code == 403
    assert visitor.post("/auth/exchange", content=b" " * 5_000, headers=kind).status_code == 413


@pytest.mark.parametrize("path", ["/auth/exchange", "/auth/arrived", "/auth/sign-out"])
def test_an_introduction_leaves_with_its_cookies_in_all_their_pieces(
    ticket: str, path: str
) -> None:
    visitor = browser()
    for name in (
        "_streamlit_user",
        "_streamlit_user__1",
        "_streamlit_user_tokens",
        "_streamlit_xsrf",
    ):
        visitor.cookies.set(name, "x", domain="testserver.local", path="/")
    answer = visitor.post(path, json={"ticket": ticket}, headers=OURS)
    gone = {c.split("=")[0] for c in answer.headers.get_list("set-cookie") if "Max-Age=0" in c}
    assert {"_streamlit_user", "_streamlit_user__1", "_streamlit_user_tokens"} <= gone
    assert "_streamlit_xsrf" not in gone


def test_every_answer_says_who_may_frame_it_and_guesses_no_type(guest: Site) -> None:
    for answer in (browser().get("/api/health"), browser().get("/nowhere")):
        assert answer.headers["x-frame-options"] == "SAMEORIGIN"
        assert answer.headers["content-security-policy"] == "frame-ancestors 'self'"
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path", ["//evil.example", "/\\evil.example", "/auth/known", "/auth/sign-out/"]
)
def test_nothing_leads_to_another_site(guest: Site, path: str) -> None:
    elsewhere = quote("https://evil.example", safe="")
    visitor = browser(follow_redirects=False)
    answer = visitor.get(
        f"http://testserver{path}?next={elsewhere}&redirect={elsewhere}", headers=OURS
    )
    assert urlsplit(answer.headers.get("location", "")).hostname in (None, "testserver")


def test_what_is_streamed_is_not_held_up_by_the_headers() -> None:
    async def stream(_request: Request) -> StreamingResponse:
        return StreamingResponse(iter([b"a", b"b"]))

    app = Starlette(routes=[Route("/", stream)], middleware=middleware)
    answer = TestClient(app).get("/")
    assert answer.content == b"ab"
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"
