"""The doctor at Supabase Auth and at the project's settings, both on the loopback."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.doctor import mails, supabase
from services.doctor.case import Case
from services.doctor.findings import State
from tests.services.doctor.cases import Said, a_case, a_server, named, worries

KEY = "sb_publishable_of-the-tests"
TOKEN = "sbp_of-the-tests"
AUTH = {"external": {"email": True}, "disable_signup": False, "mailer_autoconfirm": False}


@pytest.fixture
def project() -> Iterator[Said]:
    with a_server() as said:
        said.replies = {
            "GET /auth/v1/health": (200, {"name": "GoTrue", "version": "v2.180.0"}),
            "GET /auth/v1/settings": (200, AUTH),
            "GET /rest/v1/passwords": (406, {"code": "PGRST106"}),
            "GET /rest/v1/users": (401, {"code": "42501"}),
        }
        yield said


def of(project: Said, folder: Path, key: str = KEY, **environment: str) -> Case:
    return a_case(
        folder,
        environment,
        supabase_url=project.url,
        supabase_key=key,
        database_url="postgresql://app_backend:p@127.0.0.1/x",
    )


def a_jwt(role: str) -> str:
    claims = base64.urlsafe_b64encode(json.dumps({"role": role}).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJIUzI1NiJ9.{claims}.signature"


def test_a_project_that_is_well_has_nothing_to_worry_about(project: Said, tmp_path: Path) -> None:
    found = list(supabase.examine(of(project, tmp_path)))
    assert worries(found) == []
    assert len(found) == 5
    assert all(headers["apikey"] == KEY for _what, headers in project.asked)


@pytest.mark.parametrize(
    ("what", "reply", "where", "state"),
    [
        ("GET /auth/v1/health", (401, {"message": "Invalid API key"}), "supabase auth", State.PROBLEM),
        ("GET /auth/v1/settings", (503, "<html>"), "supabase auth", State.PROBLEM),
        ("GET /auth/v1/settings", (200, "<html>"), "supabase auth", State.PROBLEM),
        ("GET /auth/v1/settings", (200, AUTH | {"mailer_autoconfirm": True}), "sign-up", State.PROBLEM),
        ("GET /auth/v1/settings", (200, AUTH | {"external": {"email": False}}), "sign-up", State.PROBLEM),
        ("GET /auth/v1/settings", (200, AUTH | {"external": None}), "sign-up", State.PROBLEM),
        ("GET /auth/v1/settings", (200, AUTH | {"disable_signup": True}), "sign-up", State.WARNING),
        ("GET /rest/v1/passwords", (200, []), "web interface of the database", State.PROBLEM),
        ("GET /rest/v1/passwords", (401, {"code": "42501"}), "web interface of the database", State.PROBLEM),
        ("GET /rest/v1/users", (200, []), "web interface of the database", State.PROBLEM),
    ],
)  # fmt: skip
def test_each_thing_that_is_wrong_is_found(
    project: Said, tmp_path: Path, what: str, reply: tuple[int, Any], where: str, state: State
) -> None:
    project.replies[what] = reply
    found = list(supabase.examine(of(project, tmp_path)))
    assert worries(found) == [where]
    assert named(where, found).state is state
    assert named(where, found).remedy
    assert KEY not in str(found)


@pytest.mark.parametrize("key", ["sb_secret_x", a_jwt("service_role"), a_jwt("anon"), "a.b.c", "?"])
def test_every_other_kind_of_key_is_a_warning(project: Said, tmp_path: Path, key: str) -> None:
    found = list(supabase.examine(of(project, tmp_path, key)))
    assert worries(found) == ["kind of key"]
    assert key not in named("kind of key", found).found


def test_a_project_without_that_interface_is_fine(project: Said, tmp_path: Path) -> None:
    for reply in ((404, "<html>"), (503, {"message": "off"})):
        project.replies["GET /rest/v1/passwords"] = project.replies["GET /rest/v1/users"] = reply
        assert worries(supabase.examine(of(project, tmp_path))) == []


def test_half_of_the_settings_and_an_open_line_are_problems(tmp_path: Path) -> None:
    for settings in (
        {"supabase_url": "https://ref.supabase.co"},
        {"supabase_key": KEY},
        {"supabase_url": "http://ref.supabase.co", "supabase_key": KEY},
    ):
        assert worries(supabase.examine(a_case(tmp_path, **settings))) == ["accounts"]


def test_a_provider_that_is_away_is_told_apart(tmp_path: Path) -> None:
    with a_server() as gone:
        pass
    found = list(supabase.examine(of(gone, tmp_path)))
    assert worries(found) == ["supabase auth"]
    assert "does not answer" in named("supabase auth", found).found


def test_own_accounts_need_nothing(tmp_path: Path) -> None:
    case = a_case(tmp_path)
    assert worries([*supabase.examine(case), *mails.examine(case)]) == []


GOOD_MAILS = {
    "mailer_templates_confirmation_content": "<p>{{ .Token }}</p>",
    "mailer_templates_recovery_content": "<p>{{.Token}}</p>",
    "mailer_templates_email_change_content": "<p>{{ .Token }}</p>",
    "mailer_otp_length": 6,
    "mailer_otp_exp": 3600,
    "smtp_host": "smtp.example.com",
    "rate_limit_email_sent": 30,
    "site_url": "https://interviews.example.com/",
}
MANAGED = (
    "GET /v1/projects/127/config/auth"  # the project's reference is the first part of its host
)


def test_without_a_token_it_says_how_to_check_the_mails(project: Said, tmp_path: Path) -> None:
    (found,) = mails.examine(of(project, tmp_path))
    assert found.state is State.WARNING
    assert "{{ .Token }}" in found.remedy


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({}, ""),
        ({"mailer_templates_recovery_content": "{{ .ConfirmationURL }}"}, "e-mail templates"),
        ({"mailer_templates_recovery_content": "{{ .TokenHash }}"}, "e-mail templates"),
        ({"mailer_templates_confirmation_content": None}, "e-mail templates"),
        ({"mailer_otp_length": 8}, "e-mail codes"),
        ({"mailer_otp_exp": 86_400}, "e-mail codes"),
        ({"smtp_host": None}, "e-mail sender"),
        ({"rate_limit_email_sent": 2}, "e-mail sender"),
        ({"site_url": "http://localhost:3000"}, "site address"),
    ],
)
def test_with_a_token_it_reads_the_mails(
    project: Said, tmp_path: Path, wrong: dict[str, Any], where: str
) -> None:
    project.replies[MANAGED] = (200, GOOD_MAILS | wrong)
    case = of(project, tmp_path, SUPABASE_ACCESS_TOKEN=TOKEN)
    public = case.settings.model_copy(update={"public_url": "https://interviews.example.com"})
    case = Case(public, case.environment, case.root)
    found = list(mails.examine(case, management=project.url))
    assert worries(found) == ([where] if where else [])
    assert len(found) == 5
    assert TOKEN not in str(found)


def test_a_token_of_somebody_else_is_a_problem(project: Said, tmp_path: Path) -> None:
    project.replies[MANAGED] = (401, {"message": "Unauthorized"})
    case = of(project, tmp_path, SUPABASE_ACCESS_TOKEN=TOKEN)
    assert worries(mails.examine(case, management=project.url)) == ["e-mail settings"]


def test_the_mails_that_ship_hold_the_code_and_no_link() -> None:
    folder = Path(__file__).parents[3] / "supabase" / "mail"
    shipped = {path.stem: path.read_text() for path in folder.glob("*.html")}
    assert set(shipped) == {"confirmation", "recovery", "email_change"}
    for text in shipped.values():
        assert text.count(mails.CODE) == 2  # the subject and the body
        assert "ConfirmationURL" not in text
        assert "http" not in text
