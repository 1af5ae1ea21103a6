"""Accounts at Supabase Auth and one PostgreSQL behind two processes of the app, as the browser meets them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import server
from tests.browser.server import Server
from tests.browser.visitor import (
    PATIENCE,
    at_rest,
    button,
    new_context,
    set_up,
    try_without_account,
)
from tests.standins import postgres
from tests.standins.auth_server import KEY, AuthServer, auth_server

ADA, PASSWORD, NEW = "ada@example.com", "correct horse staple", "another horse staple"
LOGIN_COOKIES = ("interview_login", "_streamlit_session")


@pytest.fixture
def auth() -> Iterator[AuthServer]:
    database = postgres.new_database()
    with auth_server(database=postgres.server().owner(database)) as running:
        running.people.mail_every_s = 0
        yield running
    postgres.drop_database(database)


@pytest.fixture
def apps(auth: AuthServer, tmp_path: Path) -> Iterator[tuple[Server, Server]]:
    """Two machines: nothing on disk in common."""
    name = auth.people.database.rsplit("/", 1)[1]
    settings = {
        "DATABASE_URL": postgres.server().backend(name),
        "DATABASE_TLS": "off",
        "SUPABASE_URL": auth.url,
        "SUPABASE_KEY": KEY,
        "speech_model": "base.en",
    }
    first = server.start(tmp_path / "one", **settings)
    try:
        second = server.start(tmp_path / "two", **settings)
        yield first, second
        second.stop()
    finally:
        first.stop()


def fill(page: Page, **fields: str) -> None:
    at_rest(page)
    for label, value in fields.items():
        field = page.get_by_label(label.replace("_", " "), exact=True).filter(visible=True)
        field.first.fill(value)


def sign_in(page: Page, url: str, password: str) -> None:
    page.goto(f"{url}/sign-in")
    fill(page, Email=ADA, Password=password)
    page.get_by_role("button", name="Sign in", exact=True).filter(visible=True).click()


def is_in(page: Page) -> None:
    expect(page.get_by_label("Job position", exact=True)).to_be_visible(timeout=PATIENCE)


def is_out(page: Page) -> None:
    way_in = page.get_by_role("button", name="Try without an account")
    expect(way_in).to_be_visible(timeout=PATIENCE)


def logins_of(context: BrowserContext) -> list[dict[str, str]]:
    """What a thief copies, or an attacker plants."""
    return [
        {"name": c["name"], "value": c["value"], "domain": c["domain"], "path": c["path"]}
        for c in context.cookies()
        if c["name"] in LOGIN_COOKIES
    ]


def is_worth_nothing(browser: Browser, app: Server, cookies: list[dict[str, str]]) -> None:
    assert {cookie["name"] for cookie in cookies} == set(LOGIN_COOKIES)
    thief = new_context(browser)
    thief.add_cookies(cookies)  # type: ignore[arg-type]
    page = thief.new_page()
    page.goto(f"{app.url}/history")
    is_out(page)
    thief.close()


@pytest.mark.timeout(300)  # one long story instead of ten starts
def test_an_account_from_the_first_code_to_a_forgotten_password(
    browser: Browser, page: Page, apps: tuple[Server, Server], auth: AuthServer
) -> None:
    one, two = apps

    # A guest creates an account, goes over to the mail and back, and keeps the work.
    try_without_account(page, one.url)
    set_up(page, "Lighthouse keeper", questions=1)
    planted = logins_of(page.context)
    page.goto(f"{one.url}/sign-in")
    fill(page, Name="Ada", Email=ADA, Password=PASSWORD)
    page.get_by_role("button", name="Create account", exact=True).filter(visible=True).click()
    expect(page.get_by_text("Check your e-mail")).to_be_visible(timeout=PATIENCE)
    page.reload()
    expect(page.get_by_text("Check your e-mail")).to_be_visible(timeout=PATIENCE)
    fill(page, Code=auth.people.code(ADA), Password=PASSWORD)
    button(page, "Confirm")
    is_in(page)
    is_worth_nothing(browser, one, planted)

    # The other machine knows the same login.
    page.goto(f"{two.url}/history")
    expect(page.get_by_text("Lighthouse keeper")).to_be_visible(timeout=PATIENCE)

    # A phone signs in at the other machine; with Auth away, it is signed out from here, and its tab ends.
    phone = new_context(browser, phone=True)
    other = phone.new_page()
    sign_in(other, two.url, PASSWORD)
    is_in(other)
    auth.outage = "503"
    page.goto(f"{one.url}/account")
    expect(page.get_by_text("· this browser")).to_be_visible(timeout=PATIENCE)
    at_rest(page)
    page.get_by_role("button", name="Sign out", exact=True).nth(1).click()
    is_out(other)
    phone.close()

    # Who signs out meanwhile takes the stolen cookie along.
    stolen = logins_of(page.context)
    button(page, "Sign out")
    is_out(page)
    is_worth_nothing(browser, two, stolen)
    sign_in(page, one.url, PASSWORD)
    expect(page.get_by_test_id("stAlert").first).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_test_id("stAlert").first).not_to_contain_text("not right")

    # Auth is back; the password is forgotten.
    auth.outage = ""
    button(page, "Forgot your password?")
    expect(page.get_by_text("We send a code")).to_be_visible(timeout=PATIENCE)
    fill(page, Email=ADA)
    button(page, "Send code")
    expect(page.get_by_text("If there is an account")).to_be_visible(timeout=PATIENCE)
    fill(page, Code=auth.people.code(ADA, "recovery"), New_password=NEW)
    button(page, "Set password and sign in")
    is_in(page)

    # A new password ends every other login; the other tabs of this browser come along by themselves.
    beside = page.context.new_page()
    beside.goto(f"{two.url}/history")
    expect(beside.get_by_text("Lighthouse keeper")).to_be_visible(timeout=PATIENCE)
    beside.evaluate("window.before = true")
    old = logins_of(page.context)
    page.goto(f"{one.url}/account")
    page.locator("summary").filter(has_text="Change password").click()
    fill(page, Current_password=NEW, New_password=PASSWORD)
    page.get_by_role("button", name="Change password", exact=True).filter(visible=True).click()
    expect(page.get_by_text("Your password is changed")).to_be_visible(timeout=PATIENCE)
    is_worth_nothing(browser, two, old)
    beside.wait_for_function("window.before === undefined", timeout=PATIENCE)
    expect(beside.get_by_text("Lighthouse keeper")).to_be_visible(timeout=PATIENCE)
