"""The front door, and who gets past it."""

import pytest

from pages.ui.places import PROTECTED
from tests.pages.conftest import Site

ADA = {"name": "Ada", "email": "ada@example.com", "password": "correct horse staple"}


@pytest.mark.parametrize("place", PROTECTED, ids=lambda place: place.url)
def test_every_protected_address_shows_the_way_in(site: Site, place: object) -> None:
    site.tab.run()
    assert "Rehearse the interview" in site.words
    site.tab.switch_page("pages/account/sign_in.py").run()
    assert "Rehearse the interview" in site.words
    with pytest.raises(ValueError, match="not"):
        site.tab.switch_page(f"pages/{place.script}")  # type: ignore[attr-defined]


def test_a_guest_comes_in_with_one_press(site: Site) -> None:
    site.enter()
    assert "Set up your interview" in site.words


def test_a_new_account_comes_in_and_can_sign_out_and_in_again(site: Site) -> None:
    site.tab.run()
    site.fill("Create account", **ADA)
    assert "Set up your interview" in site.words
    site.open("account/account.py")
    assert "Signed in as **Ada**" in site.words
    site.press("Sign out")
    assert "Rehearse the interview" in site.words
    site.fill("Sign in", **ADA)
    site.open("account/account.py")
    assert "Signed in as **Ada**" in site.words


def test_an_unknown_email_takes_the_same_answer_as_a_wrong_password(site: Site) -> None:
    site.tab.run()
    site.fill("Create account", **ADA)
    site.open("account/account.py")
    site.press("Sign out")
    answers = []
    for email in (ADA["email"], "nobody@example.com"):
        site.fill("Sign in", email=email, password="not this one at all")
        answers.append([error.value for error in site.tab.error])
    assert answers[0] == answers[1] != []


def test_a_short_password_is_said_and_the_rest_stays_typed(site: Site) -> None:
    site.tab.run()
    site.fill("Create account", name="Ada", email="ada@example.com", password="short")
    assert len(site.tab.error) == 1
    assert [field.value for field in site.tab.text_input if field.label == "Name"] == ["Ada"]


def test_a_guest_is_offered_an_account_first_and_keeps_the_work(guest: Site) -> None:
    interview = guest.interview(position="Nurse")
    guest.open("account/sign_in.py")
    assert "everything you have done so far moves along" in guest.words
    assert "Try without an account" not in guest.labels
    guest.fill("Create account", **ADA)
    assert guest.past.review(guest.owner, interview.id).interview.id == interview.id


def test_a_guest_can_move_the_work_into_an_account_that_exists(site: Site) -> None:
    site.tab.run()
    site.fill("Create account", **ADA)
    site.open("account/account.py")
    site.press("Sign out")
    site.press("Try without an account")
    interview = site.interview()
    site.open("account/sign_in.py")
    site.fill("Sign in", **ADA)
    assert site.past.review(site.owner, interview.id).interview.id == interview.id


def test_a_name_of_ten_thousand_characters_is_refused_and_the_email_stays_typed(site: Site) -> None:
    site.tab.run()
    site.fill("Create account", **{**ADA, "name": "x" * 10_000})
    assert "A name can have up to" in site.tab.error[0].value
    assert [field.value for field in site.tab.text_input if field.label == "Email"] == [
        ADA["email"]
    ]
    site.fill("Create account", **ADA)
    assert "Set up your interview" in site.words


def test_a_taken_email_is_said_with_the_way_on(site: Site) -> None:
    site.tab.run()
    site.fill("Create account", **ADA)
    site.open("account/account.py")
    site.press("Sign out")
    site.fill("Create account", **{**ADA, "name": "Another Ada", "email": "ADA@example.com"})
    assert "already an account" in site.tab.error[0].value
    assert "Sign in instead" in site.words
