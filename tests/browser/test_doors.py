"""Sign-in as the browser and an attacker meet it: cold servers, cookies, tabs, foreign addresses."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from dataclasses import fields
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from services.speech.figures import SpeechFigures
from tests.browser import server
from tests.browser.server import Server
from tests.browser.visitor import (
    PATIENCE,
    button,
    create_account,
    new_context,
    set_up,
    try_without_account,
)

PROTECTED = ("set-up", "interview", "feedback", "review", "history", "progress", "status")


@pytest.mark.parametrize("path", PROTECTED)
def test_the_first_visitor_of_a_cold_server_cannot_pass_sign_in_by_a_deep_link(
    browser: Browser, tmp_path: Path, path: str
) -> None:
    cold = server.start(tmp_path / "data", speech_model="base.en")
    try:
        context = new_context(browser)
        page = context.new_page()
        page.goto(f"{cold.url}/{path}")
        expect(page.get_by_role("button", name="Try without an account")).to_be_visible(
            timeout=PATIENCE
        )
        expect(page.get_by_text("Page not found")).to_have_count(0)
        assert page.url == f"{cold.url}/{path}"
        context.close()
    finally:
        cold.stop()


def test_scripts_of_screens_have_no_address_of_their_own(page: Page, app: Server) -> None:
    for path in ("set_up", "navigation", "speaking"):
        page.goto(f"{app.url}/{path}")
        expect(page.get_by_role("button", name="Try without an account").first).to_be_visible(
            timeout=PATIENCE
        )


def test_signing_in_stays_on_the_address_and_survives_reload_and_a_second_tab(
    page: Page, app: Server
) -> None:
    create_account(page, app.url, "grace@example.com")
    cookies = {c["name"]: c for c in page.context.cookies()}
    assert cookies["interview_login"]["httpOnly"]
    assert cookies["interview_login"]["sameSite"] == "Lax"
    page.reload()
    expect(page.get_by_label("Job position", exact=True)).to_be_visible(timeout=PATIENCE)
    second = page.context.new_page()
    second.goto(f"{app.url}/history")
    expect(second.get_by_role("heading", name="History")).to_be_visible(timeout=PATIENCE)

    page.goto(f"{app.url}/account")
    button(page, "Sign out")
    expect(page.get_by_role("button", name="Try without an account")).to_be_visible(
        timeout=PATIENCE
    )
    second.reload()
    expect(second.get_by_role("button", name="Try without an account")).to_be_visible(
        timeout=PATIENCE
    )
    assert second.url == f"{app.url}/history"
    second.get_by_label("Email", exact=True).filter(visible=True).fill("grace@example.com")
    second.get_by_label("Password", exact=True).filter(visible=True).fill("correct horse staple")
    second.get_by_role("button", name="Sign in", exact=True).filter(visible=True).click()
    expect(second.get_by_role("heading", name="History")).to_be_visible(timeout=PATIENCE)
    assert second.url == f"{app.url}/history"


def test_a_wrong_password_and_an_unknown_email_get_one_and_the_same_answer(
    page: Page, app: Server
) -> None:
    create_account(page, app.url, "linus@example.com")
    other = page.context.browser
    assert other is not None
    answers = []
    for email in ("linus@example.com", "nobody@example.com"):
        context = new_context(other)
        stranger = context.new_page()
        stranger.goto(f"{app.url}/sign-in")
        stranger.get_by_label("Email", exact=True).filter(visible=True).fill(email)
        stranger.get_by_label("Password", exact=True).filter(visible=True).fill("not the password")
        stranger.get_by_role("button", name="Sign in", exact=True).filter(visible=True).click()
        alert = stranger.get_by_test_id("stAlert").first
        expect(alert).to_be_visible(timeout=PATIENCE)
        answers.append(alert.inner_text())
        context.close()
    assert answers[0] == answers[1]


def test_somebody_elses_interview_looks_like_an_unknown_one(browser: Browser, app: Server) -> None:
    owner, stranger = new_context(browser), new_context(browser)
    mine, theirs = owner.new_page(), stranger.new_page()
    try_without_account(mine, app.url)
    set_up(mine, "Secret agent", questions=1)
    interview = mine.url.split("interview=")[1]
    try_without_account(theirs, app.url)
    seen = []
    way_on = {"feedback": "History", "interview": "Set up an interview"}
    nothing = {
        "feedback": "no feedback at this address",
        "interview": "could not find that interview",
    }
    for name in (interview, "00000000-0000-0000-0000-000000000000", "<script>alert(1)</script>"):
        for screen in ("feedback", "interview"):
            theirs.goto(f"{app.url}/{screen}?interview={name}")
            main = theirs.get_by_test_id("stMain")
            expect(main).to_contain_text(nothing[screen], timeout=PATIENCE)
            expect(theirs.get_by_role("button", name=way_on[screen])).to_be_visible()
            seen.append((screen, main.inner_text()))
    assert len({text for screen, text in seen if screen == "feedback"}) == 1
    assert len({text for screen, text in seen if screen == "interview"}) == 1
    owner.close()
    stranger.close()


def test_a_guest_who_creates_an_account_keeps_the_interviews(page: Page, app: Server) -> None:
    try_without_account(page, app.url)
    set_up(page, "Lighthouse keeper", questions=1)
    page.goto(f"{app.url}/sign-in")
    page.get_by_label("Name", exact=True).filter(visible=True).fill("Ida")
    page.get_by_label("Email", exact=True).filter(visible=True).fill("ida@example.com")
    page.get_by_label("Password", exact=True).filter(visible=True).fill("correct horse staple")
    page.get_by_role("button", name="Create account", exact=True).filter(visible=True).click()
    expect(page.get_by_label("Job position", exact=True)).to_be_visible(timeout=PATIENCE)
    page.goto(f"{app.url}/history")
    expect(page.get_by_text("Lighthouse keeper")).to_be_visible(timeout=PATIENCE)


def post(url: str, body: bytes, **headers: str) -> int:
    request = urllib.request.Request(
        url, body, {"content-type": "application/json", **headers}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


def test_the_exchange_takes_only_real_tickets_from_our_own_pages(app: Server) -> None:
    url, ours = f"{app.url}/auth/exchange", {"sec-fetch-site": "same-origin"}
    ticket = json.dumps({"ticket": "guessed"}).encode()
    assert post(url, ticket) == 403
    assert post(url, ticket, **{"sec-fetch-site": "cross-site"}) == 403
    assert post(url, ticket, **ours) == 403
    for broken in (b"", b"{}", b"[]", b"\xff", b"null"):
        assert post(url, broken, **ours) == 400
    assert post(url, b" " * 5_000, **ours) == 413


def test_health_says_nothing_about_anybody(app: Server) -> None:
    with urllib.request.urlopen(f"{app.url}/api/health", timeout=10) as answer:
        told = json.load(answer)
        assert told["status"] == "ok"
        assert told["speech_model"] in ("loading", "ready")
        figures = {f.name for f in fields(SpeechFigures)}
        assert set(told) == {"status", "speech_model", "coach"} | figures
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_corrupt_database_is_named_on_the_screen_and_left_as_it_is(
    page: Page, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "interviews.db").write_bytes(b"this was a database once" * 200)
    before = (data / "interviews.db").read_bytes()
    failing = server.start(data, speech_model="base.en", healthy=False)
    try:
        page.goto(failing.url)
        expect(page.get_by_test_id("stAlert").first).to_contain_text("database", timeout=PATIENCE)
        assert (data / "interviews.db").read_bytes() == before
    finally:
        failing.stop()


def test_a_host_that_keeps_no_cookie_signs_in_for_the_tab_and_says_so(
    page: Page, app: Server
) -> None:
    page.route("**/auth/known", lambda route: route.fulfill(json={"known": False}))
    try_without_account(page, app.url)
    expect(page.get_by_text("for this tab only")).to_be_visible(timeout=PATIENCE)


def test_a_body_without_a_length_is_cut_off(app: Server) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", app.port, timeout=10)
    pieces = (b" " * 1_000 for _ in range(50))
    ours = {"sec-fetch-site": "same-origin", "content-type": "application/json"}
    connection.request("POST", "/auth/exchange", pieces, ours, encode_chunked=True)
    assert connection.getresponse().status == 413
    connection.close()
