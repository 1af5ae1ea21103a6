"""The cards at the end of the Account page: the term of recordings, the download, leaving."""

from __future__ import annotations

import pytest

from pages.account.your_data import WORD, farewell
from pages.ui.context import services
from pages.ui.terms import term, until_when
from services.privacy.consent import TERMS
from services.privacy.leaving import Left
from tests.pages.conftest import Site

DELETE = "Delete everything about me"
PASSWORD = "correct horse staple"


def account(site: Site) -> Site:
    site.open("account/account.py")
    return site


def choose(site: Site, days: int | None) -> None:
    field = next(s for s in site.tab.selectbox if s.label.startswith("Keep the recordings"))
    field.set_value(TERMS.index(days))
    site.tab.run()
    assert not site.tab.exception


def leave(site: Site, typed: str) -> None:
    form = next(f for f in site.tab.form if any(b.label == DELETE for b in f.button))
    form.text_input[0].set_value(typed)
    next(b for b in form.button if b.label == DELETE).click()
    site.tab.run()
    assert not site.tab.exception


def days_of(site: Site) -> int | None:
    login = services().logins.find(site.tab.session_state["tab"].secret)
    assert login is not None
    return login.user.media_days


def test_every_term_can_be_chosen_and_what_it_means_is_said(guest: Site) -> None:
    account(guest)
    assert days_of(guest) == 90
    for days in (30, None, 0, 7, 90):
        choose(guest, days)
        assert days_of(guest) == days
        assert ":material/check:" in guest.words
    choose(guest, 7)
    assert "Older ones are deleted within the next minutes" in guest.words


def test_terms_in_words() -> None:
    assert [term(days) for days in TERMS] == [
        *("90 days", "30 days", "7 days", "Until I delete them", "Do not keep recordings")
    ]
    assert "Older ones" in until_when(None, 90)
    assert "Older ones" in until_when(90, 7)
    assert "Older ones" not in until_when(7, 90)
    assert "only your words" in until_when(90, 0)
    assert until_when(7, 7) == "Kept as it was."


def test_without_the_word_nothing_is_deleted(guest: Site) -> None:
    guest.interview()
    account(guest)
    owner = guest.owner
    for typed in ("", "delete", "DELETE!"):
        leave(guest, typed)
        assert WORD in guest.words
    assert guest.past.count(owner) == 1


def test_a_guest_who_types_the_word_is_gone_and_told_so(guest: Site) -> None:
    guest.interview(answered=1)
    account(guest)
    owner = guest.owner
    leave(guest, f" {WORD} ")
    assert services().leaving.what_is_left(owner).nothing
    assert guest.tab.session_state["tab"].secret == ""
    assert "Everything about you is deleted" in str(guest.tab.toast[0].value)
    assert "Try without an account" in guest.labels


def test_an_account_with_a_password_asks_for_it(site: Site) -> None:
    site.tab.run()
    site.fill("Create account", name="Ada", email="ada@example.com", password=PASSWORD)
    owner = site.owner
    account(site)
    leave(site, WORD)
    assert "The password is not right" in site.words
    assert site.past.count(owner) == 0
    leave(site, PASSWORD)
    assert services().leaving.what_is_left(owner).nothing
    site.fill("Sign in", email="ada@example.com", password=PASSWORD)
    assert "is not right" in site.words


def test_where_no_cookie_is_kept_the_zip_passes_through_the_tab(guest: Site) -> None:
    account(guest)  # a plain script has no routes, as a host that strips cookies
    [button] = guest.tab.get("download_button")
    assert button.proto.label == "Download my data"


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (Left({"users": 0, "removals": 0}, 0, 0), "0 rows of yours in 2 tables"),
        (Left({"users": 0, "removals": 0}, 0, 0, known_elsewhere=True), "ask whoever runs it"),
        (
            Left({"users": 0, "removals": 0}, 0, 0, known_elsewhere=True),
            "about you on this site is",
        ),
        (Left({"users": 0, "removals": 1}, None, 0), "cannot be reached just now"),
        (Left({"users": 0, "removals": 1}, 3, 0), "cannot be reached just now"),
        (Left({"users": 1, "removals": 0}, 0, 0), "1 in users"),
        (Left({"users": 0, "removals": 0}, 0, 1), "not everything was gone"),
    ],
)
def test_the_farewell_says_what_the_count_found(left: Left, said: str) -> None:
    assert said in farewell(left)
