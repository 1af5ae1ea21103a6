"""The Account page: name, e-mail, password, and every browser that is signed in."""

from __future__ import annotations

import pytest

from pages.account.device import device_of
from pages.ui.context import AttachedCV, TabState, services
from services.errors import SignInFailed
from tests.pages.account.test_sign_in import ADA
from tests.pages.conftest import Site, database_away

NEW = "another horse staple"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0"
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
EDGE = f"{CHROME.replace('X11; Linux x86_64', 'Windows NT 10.0; Win64; x64')} Edg/142.0.0.0"


@pytest.fixture
def ada(site: Site) -> Site:
    site.tab.run()
    site.fill("Create account", **ADA)
    site.open("account/account.py")
    return site


def give(site: Site, button: str, **fields: str) -> None:
    form = next(f for f in site.tab.form if any(b.label == button for b in f.button))
    for field in form.text_input:
        field.set_value(fields.get(field.label.lower(), ""))
    next(b for b in form.button if b.label == button).click()
    site.tab.run()
    assert not site.tab.exception


def secret(site: Site) -> str:
    return str(site.tab.session_state["tab"].secret)


def test_a_name_is_changed(ada: Site) -> None:
    give(ada, "Save name", name="Ada Lovelace")
    assert "Signed in as **Ada Lovelace**" in ada.words
    give(ada, "Save name", name="<b>x</b>*y*")
    assert "<b>x</b>*y*" in ada.words  # its signs are escaped


def test_a_new_password_ends_every_other_login_and_renews_this_one(ada: Site) -> None:
    before, elsewhere = secret(ada), services().logins.open(ada.owner)
    give(ada, "Change password", **{"current password": ADA["password"], "new password": NEW})
    assert services().logins.find(before) is None
    assert services().logins.find(elsewhere) is None
    assert services().logins.find(secret(ada)) is not None
    assert services().accounts.verify(ADA["email"], NEW).id == ada.owner
    assert not any(field.value for field in ada.tab.text_input if "assword" in field.label)


def test_a_wrong_current_password_changes_nothing(ada: Site) -> None:
    before = secret(ada)
    give(ada, "Change password", **{"current password": "not it at all", "new password": NEW})
    assert len(ada.tab.error) == 1
    assert secret(ada) == before
    with pytest.raises(SignInFailed):
        services().accounts.verify(ADA["email"], NEW)


def test_without_codes_an_email_changes_at_once_with_the_password(ada: Site) -> None:
    give(ada, "Change e-mail", **{"new e-mail": "ada@new.example", "current password": "wrong one"})
    assert len(ada.tab.error) == 1
    give(
        ada,
        "Change e-mail",
        **{"new e-mail": "ada@new.example", "current password": ADA["password"]},
    )
    assert services().accounts.verify("ada@new.example", ADA["password"]).id == ada.owner


def test_each_browser_is_listed_and_can_be_signed_out(ada: Site) -> None:
    other = services().logins.open(ada.owner, "Firefox on Windows")
    services().logins.open(services().accounts.create_guest().id, "Somebody else's phone")
    ada.tab.run()
    assert "Firefox on Windows" in ada.words
    assert "this browser" in ada.words
    assert "Somebody else" not in ada.words
    login = services().logins.find(other)
    assert login is not None
    ada.tab.button(key=f"sign-out-{login.id}").click().run()
    assert services().logins.find(other) is None
    assert services().logins.find(secret(ada)) is not None
    assert "Firefox on Windows" not in ada.words


def test_signing_out_ends_this_login_only_and_everywhere_all(ada: Site) -> None:
    owner, other = ada.owner, services().logins.open(ada.owner)
    ada.press("Sign out")
    assert len(services().logins.of(owner)) == 1
    ada.fill("Sign in", **ADA)
    ada.open("account/account.py")
    ada.press("Sign out everywhere")
    assert services().logins.of(owner) == ()
    assert services().logins.find(other) is None
    assert "Rehearse the interview" in ada.words


@pytest.mark.parametrize(
    ("button", "said"),
    [
        ("Sign out", "other open tabs of this browser may still"),
        ("Sign out everywhere", "other browsers are not signed out yet"),
    ],
)
def test_while_the_database_is_away_signing_out_leaves_this_tab(
    ada: Site, button: str, said: str
) -> None:
    services().logins.open(ada.owner)
    ada.tab.run()
    with database_away():
        ada.press(button)
    assert secret(ada) == ""
    assert said in ada.tab.toast[0].value
    assert "Rehearse the interview" in ada.words
    ada.tab.run()
    assert "Rehearse the interview" in ada.words


def test_a_tab_that_is_left_keeps_nothing_of_who_was_in_it(ada: Site) -> None:
    state = ada.tab.session_state["tab"]
    state.new_email, state.cookieless = "ada@new.example", True
    state.cv = AttachedCV(ada.owner, "cv.pdf", "I was a nurse.")
    ada.press("Sign out")
    assert ada.tab.session_state["tab"] == TabState(
        signed_out=True, cookieless=True, identity_used=True
    )


def test_a_tab_whose_login_was_ended_elsewhere_keeps_nothing_either(ada: Site) -> None:
    ada.tab.session_state["tab"].new_email = "ada@new.example"
    services().logins.revoke_all(ada.owner)
    ada.tab.run()
    assert ada.tab.session_state["tab"] == TabState(signed_out=True)


def test_a_changed_password_is_told_even_where_other_sign_ins_could_not_be_ended(
    ada: Site,
) -> None:
    elsewhere = services().logins.open(ada.owner)
    with database_away("DELETE FROM main.logins"):
        give(ada, "Change password", **{"current password": ADA["password"], "new password": NEW})
    assert "Your password is changed" in ada.words
    assert "could not be ended yet" in ada.words
    assert services().logins.find(elsewhere) is not None
    assert services().accounts.verify(ADA["email"], NEW).id == ada.owner


def test_a_login_that_was_ended_elsewhere_ends_here_with_a_word(ada: Site) -> None:
    services().logins.revoke_all(ada.owner)
    ada.tab.run()
    assert "Rehearse the interview" in ada.words
    assert any("ended somewhere else" in toast.value for toast in ada.tab.toast)


def test_a_secret_that_was_known_before_signing_in_is_worth_nothing_after(guest: Site) -> None:
    planted = secret(guest)
    guest.open("account/sign_in.py")
    guest.fill("Create account", **ADA)
    assert services().logins.find(planted) is None
    login = services().logins.find(secret(guest))
    assert login is not None
    assert login.user.email == ADA["email"]


def test_where_no_emails_are_sent_a_forgotten_password_is_met_with_words(site: Site) -> None:
    site.tab.run()
    site.press("Forgot your password?")
    assert "sends no e-mails" in site.words
    site.press("Back to sign in")
    assert "Try without an account" in site.labels


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (FIREFOX, "Firefox on Windows"),
        (CHROME, "Chrome on Linux"),
        (SAFARI, "Safari on iPhone"),
        (EDGE, "Edge on Windows"),
        ("<script>alert(1)</script>", ""),
        ("", ""),
    ],
)
def test_a_device_has_a_short_name_made_of_known_words(header: str, name: str) -> None:
    assert device_of(header) == name
