"""Whom an OpenID Connect provider introduces: let in once, connected only by consent, refused in words."""

from __future__ import annotations

import time

import pytest

from pages.account.providers import Provider, label_of, provider_of, providers_in
from pages.ui.context import services
from services.domain import User
from tests.pages.account.test_sign_in import ADA
from tests.pages.conftest import Site

GOOGLE = "https://accounts.google.com"
COMPLETE = {"client_id": "a", "client_secret": "b"}


def introduce(site: Site, **told: object) -> None:
    """As Streamlit has it after the round trip to the provider: a new session with a signed cookie."""
    site.tab.user = {
        "is_logged_in": True,
        "iss": GOOGLE,
        "sub": "1234",
        "iat": int(time.time()),
        "email": ADA["email"],
        "email_verified": True,
        "name": "Ada",
        **told,
    }
    site.tab.run()
    assert not site.tab.exception


def owner_of(site: Site) -> User | None:
    login = services().logins.find(site.tab.session_state["tab"].secret)
    return login.user if login else None


def test_who_comes_back_from_the_provider_is_in_with_a_login_of_ours(site: Site) -> None:
    introduce(site)
    user = owner_of(site)
    assert user is not None
    assert (user.email, user.email_verified) == (ADA["email"], True)
    assert "Set up your interview" in site.words


def test_signing_out_is_not_undone_by_the_introduction(site: Site) -> None:
    introduce(site)
    site.open("account/account.py")
    assert "Google" in site.words
    assert "another service" in site.words
    site.press("Sign out")
    site.tab.run()
    assert "Rehearse the interview" in site.words
    assert site.tab.user == {"is_logged_in": False}


@pytest.mark.parametrize(
    "told", [{"iat": 1}, {"iat": None}, {"iat": time.time() + 86_400}, {"sub": ""}, {"iss": None},
             {"is_logged_in": False}],
)  # fmt: skip
def test_an_introduction_that_is_old_or_incomplete_counts_for_nothing(
    site: Site, told: dict[str, object]
) -> None:
    introduce(site, **told)
    assert "Rehearse the interview" in site.words
    assert not site.tab.error


def test_an_email_that_the_provider_did_not_verify_is_refused_in_words(site: Site) -> None:
    introduce(site, email_verified="false")
    assert "not verified your e-mail" in site.tab.error[0].value.replace("\\", "")
    assert owner_of(site) is None


def test_a_guest_who_is_refused_is_told_at_the_door_and_stays_a_guest(guest: Site) -> None:
    before = owner_of(guest)
    introduce(guest, email_verified=False)
    assert owner_of(guest) == before
    assert "not verified" in guest.tab.error[0].value


def test_a_guest_becomes_the_account_and_the_old_secret_is_worth_nothing(guest: Site) -> None:
    interview, planted = guest.interview(), guest.tab.session_state["tab"].secret
    introduce(guest)
    assert guest.past.review(guest.owner, interview.id).interview.id == interview.id
    assert services().logins.find(planted) is None


def test_an_account_whose_email_nobody_confirmed_is_not_given_away(site: Site) -> None:
    services().accounts.create_account(ADA["name"], ADA["email"], ADA["password"])
    introduce(site)
    assert owner_of(site) is None
    assert "sign in with its password" in site.tab.error[0].value.replace("\\", "")


def test_who_is_signed_in_is_asked_before_anything_is_connected(site: Site) -> None:
    site.tab.run()
    site.fill("Create account", **ADA)
    account = site.owner
    introduce(site, email="ada@gmail.example")
    assert "Whoever signs in so comes into this account" in site.words
    assert services().identities.of(account) == ()
    site.press("Connect Google")
    assert services().identities.of(account) == (GOOGLE,)
    assert site.owner == account
    site.press("Disconnect")
    assert services().identities.of(account) == ()


def test_what_was_turned_down_is_not_asked_again(site: Site) -> None:
    site.tab.run()
    site.fill("Create account", **ADA)
    introduce(site)
    site.press("Do not connect")
    site.open("account/account.py")
    assert "Do not connect" not in site.labels
    assert services().identities.of(site.owner) == ()


def test_somebody_elses_identity_is_not_connected(site: Site) -> None:
    services().identities.enter(GOOGLE, "1234", "eve@example.com", True, "Eve", None)
    site.tab.run()
    site.fill("Create account", **ADA)
    account = site.owner
    introduce(site)
    site.press("Connect Google")
    assert "another account" in site.tab.error[0].value
    assert services().identities.of(account) == ()
    assert site.owner == account


def test_the_only_way_in_stays_connected(site: Site) -> None:
    introduce(site)
    site.open("account/account.py")
    site.press("Disconnect")
    assert "only way into your account" in site.tab.error[0].value
    assert services().identities.of(site.owner) == (GOOGLE,)


def test_providers_are_those_that_the_secrets_describe_completely() -> None:
    google = {**COMPLETE, "server_metadata_url": f"{GOOGLE}/.well-known/openid-configuration"}
    keycloak = {**COMPLETE, "server_metadata_url": "https://id.example/x", "label": "Our school"}
    assert providers_in(google) == (Provider("default", "Google", GOOGLE),)
    named = {"google": google, "school": keycloak, "half": COMPLETE, "cookie_secret": "x"}
    school = Provider("school", "Our school", "https://id.example/x")
    assert providers_in(named) == (Provider("google", "Google", GOOGLE), school)
    assert label_of("https://id.example/") == "id.example"


@pytest.mark.parametrize(
    ("issuer", "name"),
    [
        (GOOGLE, "work"),
        ("accounts.google.com", "work"),
        ("https://id.example/realms/b/", "b"),
        (
            "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0",
            "microsoft",
        ),
        ("https://id.elsewhere.example/", ""),
    ],
)
def test_a_connected_identity_belongs_to_the_provider_that_calls_itself_so(
    issuer: str, name: str
) -> None:
    metadata = {
        "a": "https://id.example/realms/a",
        "b": "https://id.example/realms/b",
        "work": GOOGLE,
        "microsoft": "https://login.microsoftonline.com/common/v2.0",
    }
    described = {
        part: {
            **COMPLETE,
            "label": "Our own",
            "server_metadata_url": f"{url}/.well-known/openid-configuration",
        }
        for part, url in metadata.items()
    }
    found = provider_of(issuer, providers_in(described))
    assert (found.name if found else "") == name


def test_a_provider_that_is_connected_is_not_offered_whatever_it_is_called(site: Site) -> None:
    site.tab.secrets["auth"] = {
        "redirect_uri": "http://localhost/oauth2callback",
        "cookie_secret": "x",
        "google": {
            **COMPLETE,
            "label": "Work account",
            "server_metadata_url": f"{GOOGLE}/.well-known/openid-configuration",
        },
    }
    site.tab.run()
    site.fill("Create account", **ADA)
    site.open("account/account.py")
    assert "Connect Work account" in site.labels
    user = owner_of(site)
    assert user is not None
    services().identities.link(user, GOOGLE, "1234")
    site.tab.run()
    assert "Connect Work account" not in site.labels
    assert "Work account** · connected" in site.words
