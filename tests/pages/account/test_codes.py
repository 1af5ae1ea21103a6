"""The front door where e-mails are confirmed: codes, forgotten passwords, a provider that is away."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pages.account.codes import kept_door
from pages.ui.context import Door, services
from tests.pages.account.test_providers import introduce
from tests.pages.conftest import Site, tab_on
from tests.standins.auth_server import KEY, AuthServer, auth_server

ADA = {"name": "Ada", "email": "ada@example.com", "password": "correct horse staple"}
NEW = "another horse staple"


@dataclass
class Mailed:
    """A tab before the door, and the mailbox."""

    site: Site
    auth: AuthServer

    def code(self) -> str:
        return self.auth.people.code(ADA["email"])

    def give(self, button: str, **fields: str) -> None:
        """Fill in the one form of a step."""
        form = next(f for f in self.site.tab.form if any(b.label == button for b in f.button))
        for field in form.text_input:
            if field.label.lower() in fields:
                field.set_value(fields[field.label.lower()])
        next(b for b in form.button if b.label == button).click()
        self.site.tab.run()
        assert not self.site.tab.exception

    def sign_up(self) -> None:
        self.site.tab.run()
        self.site.fill("Create account", **ADA)
        self.give("Confirm", code=self.code())

    @property
    def errors(self) -> str:
        return " ".join(error.value for error in self.site.tab.error)

    @property
    def labels(self) -> list[str]:
        return [field.label for field in self.site.tab.text_input]


@pytest.fixture
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailed]:
    with (
        auth_server() as auth,
        tab_on(tmp_path, monkeypatch, SUPABASE_URL=auth.url, SUPABASE_KEY=KEY) as site,
    ):
        auth.people.mail_every_s = 0
        yield Mailed(site, auth)


def test_a_new_account_is_there_when_its_code_is(door: Mailed) -> None:
    door.site.tab.run()
    door.site.fill("Create account", **ADA)
    assert "Check your e-mail" in "".join(s.value for s in door.site.tab.subheader)
    assert "ada" in door.site.words
    assert door.labels == ["Code"]
    for wrong in ("", "12345", "abcdef"):
        door.give("Confirm", code=wrong)
        assert "six digits" in door.errors
    door.give("Confirm", code="000000")
    assert door.errors != ""
    assert "Set up your interview" not in door.site.words
    code = door.code()
    door.give("Confirm", code=f" {code[:3]} {code[3:]}")
    assert "Set up your interview" in door.site.words
    assert door.site.tab.session_state["tab"].door == Door()


def test_a_code_may_have_as_many_digits_as_the_project_sends(door: Mailed) -> None:
    door.auth.people.numbers = itertools.count(10_000_000)
    door.sign_up()
    assert "Set up your interview" in door.site.words


def test_who_came_through_a_provider_is_not_sent_for_a_password_that_is_not_there(
    door: Mailed,
) -> None:
    introduce(door.site)
    door.site.open("account/account.py")
    assert "another service" in door.site.words
    assert "Forgot your password" not in door.site.words


def test_who_leaves_is_told_what_stays_known_at_supabase_auth(door: Mailed) -> None:
    door.sign_up()
    owner = door.site.owner
    door.site.open("account/account.py")
    door.give("Delete everything about me", **{"your password": ADA["password"]})
    assert services().leaving.what_is_left(owner).nothing
    assert "known at Supabase Auth still" in door.site.tab.toast[0].value


def test_a_new_code_can_be_sent_and_another_email_be_taken(door: Mailed) -> None:
    door.site.tab.run()
    door.site.fill("Create account", **ADA)
    first = door.code()
    door.site.press("Send a new code")
    assert "new code is on its way" in door.site.words
    assert door.code() != first
    door.site.press("Use another e-mail")
    assert "Try without an account" in door.site.labels


def test_signing_in_before_the_email_is_confirmed_leads_to_the_code(door: Mailed) -> None:
    door.site.tab.run()
    door.site.fill("Create account", **ADA)
    door.site.press("Use another e-mail")
    door.site.fill("Sign in", **ADA)
    door.give("Confirm", code=door.code())
    assert "Set up your interview" in door.site.words


def test_after_a_reload_the_code_is_asked_for_with_the_password(door: Mailed) -> None:
    door.site.tab.run()
    door.site.fill("Create account", **ADA)
    door.site.tab.session_state["tab"].door = kept_door(
        '{"step": "confirm", "email": "ada@example.com"}'
    )
    door.site.tab.run()
    assert door.labels == ["Code", "Password"]
    door.give("Confirm", code=door.code())
    assert "password that you chose" in door.errors
    door.give("Confirm", code=door.code(), password=ADA["password"])
    assert "Set up your interview" in door.site.words


@pytest.mark.parametrize(
    "kept",
    ["", "nonsense", "[]", '{"step": "door", "email": "a@b.example"}', '{"step": "reset"}',
     '{"step": "confirm", "email": ""}', '{"step": "confirm", "email": "' + "x" * 400 + '"}'],
)  # fmt: skip
def test_what_a_browser_kept_and_is_no_step_is_the_first_door(kept: str) -> None:
    assert kept_door(kept) == Door()


def test_a_forgotten_password_is_replaced_by_a_code_and_ends_every_login(door: Mailed) -> None:
    door.sign_up()
    owner = door.site.owner
    elsewhere = services().logins.open(owner, "Firefox on Windows")
    door.site.open("account/account.py")
    door.site.press("Sign out")
    door.site.press("Forgot your password?")
    door.give("Send code", email=ADA["email"])
    assert "If there is an account" in door.site.words
    door.give("Set password and sign in", code=door.code(), **{"new password": NEW})
    assert door.site.owner == owner
    assert services().logins.find(elsewhere) is None


def test_an_unknown_email_looks_like_a_known_one_when_a_password_is_forgotten(door: Mailed) -> None:
    door.sign_up()
    door.site.open("account/account.py")
    door.site.press("Sign out")
    seen = []
    for email in (ADA["email"], "stranger@example.com"):
        door.site.press("Forgot your password?")
        door.give("Send code", email=email)
        seen.append(door.site.words.replace(email.split("@")[0], "somebody"))
        door.site.press("Use another e-mail")
    assert seen[0] == seen[1]


def test_a_provider_that_is_away_is_told_apart_and_who_is_in_goes_on(door: Mailed) -> None:
    door.sign_up()
    door.auth.outage = "503"
    door.site.open("progress/history.py")
    assert "No interviews yet" in door.site.words
    door.site.open("account/account.py")
    door.site.press("Sign out")
    door.site.fill("Sign in", **ADA)
    away = door.errors
    door.auth.outage = ""
    door.site.fill("Sign in", **{**ADA, "password": "not this one at all"})
    assert away != ""
    assert away != door.errors
    assert "right" not in away


def test_a_guest_who_confirms_an_account_keeps_the_work(door: Mailed) -> None:
    door.site.enter()
    guest, interview = door.site.owner, door.site.interview()
    planted = door.site.tab.session_state["tab"].secret
    door.site.open("account/sign_in.py")
    door.site.fill("Create account", **ADA)
    door.give("Confirm", code=door.code())
    assert door.site.owner != guest
    assert door.site.past.review(door.site.owner, interview.id).interview.id == interview.id
    assert services().logins.find(planted) is None


def test_an_email_is_changed_by_the_code_sent_to_the_new_one(door: Mailed) -> None:
    door.sign_up()
    door.site.open("account/account.py")
    door.give(
        "Change e-mail", **{"new e-mail": "ada@new.example", "current password": ADA["password"]}
    )
    assert door.site.tab.session_state["tab"].new_email == "ada@new.example"
    code = door.auth.people.code("ada@new.example")
    form = next(f for f in door.site.tab.form if f.button[0].label == "Confirm e-mail")
    assert [field.label for field in form.text_input] == ["Code"]
    door.give("Confirm e-mail", code=code)
    assert "ada\u2060@new" in door.site.words or "ada@new" in door.site.words.replace("\u2060", "")
