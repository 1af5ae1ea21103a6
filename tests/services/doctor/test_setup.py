"""The doctor at settings, data folder, addresses and Streamlit's options; and the command as a whole."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from services.doctor import setup
from services.doctor.case import environment
from services.doctor.findings import Finding, State, look, ok
from services.errors import AppError
from tests.services.doctor.cases import a_case, worries

ROOT = Path(__file__).parents[3]
PUBLIC = {"public_url": "https://interviews.example.com"}
SERVER = {"database_url": "postgresql://app_backend:p@elsewhere/x"}


def write(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)


def test_nothing_configured_is_nothing_to_worry_about(tmp_path: Path) -> None:
    found = list(setup.examine(a_case(tmp_path)))
    assert worries(found) == []
    assert list(tmp_path.iterdir()) == []  # looking has made nothing


@pytest.mark.parametrize(
    ("settings", "variables", "where"),
    [
        (PUBLIC, {}, []),
        ({"public_url": "http://interviews.example.com"}, {}, ["address of the site"]),
        ({"public_url": "http://localhost:8501"}, {}, []),
        (SERVER, {"STREAMLIT_SERVER_COOKIE_SECRET": "s" * 32}, ["address of the site"]),
        (SERVER | PUBLIC, {}, ["cookie secret"]),
        (PUBLIC, {"STREAMLIT_SERVER_COOKIE_SECRET": "short"}, ["cookie secret"]),
        (PUBLIC, {"STREAMLIT_SERVER_ENABLE_XSRF_PROTECTION": "false"}, ["streamlit protection"]),
        (PUBLIC, {"STREAMLIT_SERVER_ENABLE_CORS": "False"}, ["streamlit protection"]),
        (PUBLIC, {"STREAMLIT_SERVER_ENABLE_AGENT_API": "true"}, ["streamlit protection"]),
        ({"spool_limit_mb": 10**12}, {}, []),
    ],
)
def test_each_setting_that_does_not_fit_is_found(
    tmp_path: Path, settings: dict[str, Any], variables: dict[str, str], where: list[str]
) -> None:
    assert worries(setup.examine(a_case(tmp_path, variables, **settings))) == where


def test_what_the_config_file_turns_off_is_found_too(tmp_path: Path) -> None:
    write(tmp_path, ".streamlit/config.toml", "[server]\nenableXsrfProtection = false\n")
    assert worries(setup.examine(a_case(tmp_path))) == ["streamlit protection"]


def test_the_project_own_options_are_safe(tmp_path: Path) -> None:
    write(tmp_path, ".streamlit/config.toml", (ROOT / ".streamlit" / "config.toml").read_text())
    assert worries(setup.examine(a_case(tmp_path))) == []


def test_a_name_in_env_that_no_setting_has_is_a_warning(tmp_path: Path) -> None:
    write(tmp_path, ".env", "GEMINI_API_KEY=x\nGOOGLE_API_KEY=\nHF_ENDPOINT=y\nSITE=z\n")
    assert worries(setup.examine(a_case(tmp_path))) == []
    write(tmp_path, ".env", "GEMENI_API_KEY=a-secret\n")
    (found,) = [f for f in setup.examine(a_case(tmp_path)) if f.name == "names in .env"]
    assert "GEMENI_API_KEY" in found.found
    assert "a-secret" not in str(found)


def test_a_data_folder_that_cannot_be_written_is_a_problem(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    case = a_case(tmp_path, data_dir=file / "data")
    assert worries(setup.examine(case)) == ["data folder"]
    full = a_case(tmp_path, data_dir=Path("/proc/self/task"))  # has no room for anybody
    assert worries(setup.examine(full)) == ["data folder"]


AUTH = """[auth]
redirect_uri = "https://interviews.example.com/oauth2callback"
cookie_secret = "0123456789abcdef0123456789abcdef"
[auth.google]
client_id = "id"
client_secret = "hush"
server_metadata_url = "https://accounts.google.com/.well-known/openid-configuration"
"""


def test_sign_in_with_a_provider_must_be_complete_and_lead_back_here(tmp_path: Path) -> None:
    write(tmp_path, ".streamlit/secrets.toml", AUTH)
    assert worries(setup.examine(a_case(tmp_path, **PUBLIC))) == []
    elsewhere = a_case(tmp_path, public_url="https://other.example.com")
    assert worries(setup.examine(elsewhere)) == ["sign-in with a provider"]
    write(tmp_path, ".streamlit/secrets.toml", AUTH.replace("client_secret", "secret"))
    assert worries(setup.examine(a_case(tmp_path, **PUBLIC))) == ["sign-in with a provider"]


def test_secrets_become_variables_as_streamlit_makes_them(tmp_path: Path) -> None:
    text = 'DATA_DIR = "/x"\nRATING_PASSES = 1\nOWN_KEYS = false\nCOACH = ["a"]\n' + AUTH
    write(tmp_path, ".streamlit/secrets.toml", text)
    made = environment(tmp_path)
    assert (made["DATA_DIR"], made["RATING_PASSES"]) == ("/x", "1")
    assert made.get("OWN_KEYS") == os.environ.get("OWN_KEYS")
    assert "auth" not in made


def test_a_check_that_breaks_is_a_finding_itself() -> None:
    def broken() -> Finding:
        raise ZeroDivisionError("with a secret in it")

    def refused() -> Finding:
        raise AppError("It does not work.", "Do this.")

    found = look("one", broken)
    assert (found.name, found.state) == ("one", State.PROBLEM)
    assert "secret" not in str(found)
    assert look("two", refused) == Finding("two", State.PROBLEM, "It does not work.", "Do this.")
    assert look("three", lambda: ok("three", "Fine.")).state is State.OK


def doctor(*options: str, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "services.doctor", *options]
    return subprocess.run(
        command, cwd=ROOT, env=os.environ | variables, capture_output=True, text=True, timeout=60
    )


SECRETS = {
    "DATABASE_URL": "postgresql://app_backend:hush1@127.0.0.1:1/x",
    "SUPABASE_URL": "http://127.0.0.1:1",
    "SUPABASE_KEY": "sb_secret_hush2",
    "RECORDINGS_URL": "s3://bucket",
    "RECORDINGS_ENDPOINT": "http://127.0.0.1:1",
    "RECORDINGS_KEY_ID": "id",
    "RECORDINGS_SECRET": "hush3",
    "OPENAI_BASE_URL": "http://user:hush4@127.0.0.1:1/v1",
    "OPENAI_API_KEY": "hush5",
    "ICE_SERVERS": '[{"urls": "turn:127.0.0.1:1", "username": "u", "credential": "hush6"}]',
    "HF_ENDPOINT": "http://127.0.0.1:1",
    "SUPABASE_ACCESS_TOKEN": "hush7",
    "STREAMLIT_SERVER_COOKIE_SECRET": "hush8",
}


def test_the_command_tells_everything_but_a_secret_and_fails_where_something_is_wrong(
    tmp_path: Path,
) -> None:
    # The mails are asked for at Supabase itself, so its token is left out.
    given = {name: value for name, value in SECRETS.items() if name != "SUPABASE_ACCESS_TOKEN"}
    done = doctor("--json", DATA_DIR=str(tmp_path), **given)
    assert done.returncode == 1
    told = json.loads(done.stdout)
    problems = {f["name"] for f in told["findings"] if f["state"] == "problem"}
    assert {"database connection", "supabase auth", "recordings", "language model"} <= problems
    assert all(finding["remedy"] for finding in told["findings"] if finding["state"] != "ok")
    assert told["counts"]["problem"] == len(
        [f for f in told["findings"] if f["state"] == "problem"]
    )
    assert "hush" not in done.stdout + done.stderr


def test_settings_that_are_not_understood_are_named_without_their_value(tmp_path: Path) -> None:
    done = doctor(RATING_PASSES="hush", DATABASE_TLS="hush", DATA_DIR=str(tmp_path))
    assert done.returncode == 1
    assert "RATING_PASSES" in done.stdout
    assert "DATABASE_TLS" in done.stdout
    assert "hush" not in done.stdout + done.stderr
    broken = doctor(ICE_SERVERS="[hush", DATA_DIR=str(tmp_path))
    assert broken.returncode == 1
    assert "ice_servers" in broken.stdout
    assert "hush" not in broken.stdout + broken.stderr


def test_a_machine_that_is_well_passes(tmp_path: Path) -> None:
    fixture = ROOT / "tests" / "fixtures" / "speech-model"
    done = doctor(DATA_DIR=str(tmp_path), SPEECH_MODEL=str(fixture))
    assert done.returncode == 0, done.stdout
    assert "0 problem" in done.stdout
    assert list(tmp_path.iterdir()) == []
