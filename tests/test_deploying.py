"""What people deploy with: files that must fit the settings, each other, and what a server takes."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from dotenv import dotenv_values

from services.doctor.setup import COMPOSED, OTHERS, names_of_settings
from services.settings import Settings
from tests.standins import postgres

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
KNOWN = names_of_settings() | OTHERS | COMPOSED
# What no line of ours imports, and who does.
LOADED_BY_OTHERS = {
    "psycopg": "SQLAlchemy, by the address of the database",
    "Authlib": "st.login",
    "aiortc": "streamlit-webrtc",
    "uharfbuzz": "fpdf2, for text that it shapes",
}


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """.env.example with every line switched on."""
    text = (ROOT / ".env.example").read_text()
    file = tmp_path_factory.mktemp("example") / ".env"
    file.write_text(re.sub(r"^#(?=[A-Z_]+=)", "", text, flags=re.M))
    return {name: value or "" for name, value in dotenv_values(file, interpolate=False).items()}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded = yaml.safe_load((ROOT / "compose.yaml").read_text())
    assert isinstance(loaded, dict)
    return loaded


@pytest.fixture(scope="module")
def secrets() -> dict[str, Any]:
    return tomllib.loads((ROOT / ".streamlit" / "secrets.example.toml").read_text())


# --- names --------------------------------------------------------------------------------------


def test_every_setting_is_in_the_readme_and_in_the_example(example: dict[str, str]) -> None:
    second_names = {"GOOGLE_API_KEY"}
    for name in names_of_settings():
        assert f"`{name}`" in README, name
        assert name in example or name in second_names, name


def test_every_name_that_is_told_is_one_that_something_reads(
    example: dict[str, str], compose: dict[str, Any], secrets: dict[str, Any]
) -> None:
    table = re.findall(r"^\| (`[A-Z_`, ()or]+`)[^|]*\|", README, re.M)
    told = {name for row in table for name in re.findall(r"[A-Z][A-Z_]{2,}", row)}
    assert len(told) > 30
    told |= set(example)
    told |= set(compose["x-app"]["environment"])
    told |= set(compose["services"]["upgrade"]["environment"])
    told |= {name for name in secrets if name != "auth"}
    assert told - KNOWN == set()


def test_what_only_others_read_is_told_too(example: dict[str, str]) -> None:
    for name in OTHERS | COMPOSED:
        assert name in README or name in example, name


def test_the_example_shows_the_defaults_and_can_be_loaded(
    example: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a default is empty, an example of a value stands there; it must be one that is accepted."""
    defaults = Settings(_env_file=None)
    given = {name: value for name, value in example.items() if name in names_of_settings()}
    for field, description in Settings.model_fields.items():
        alias = description.validation_alias
        name = str(getattr(alias, "choices", [alias or field])[0]).upper()
        default = getattr(defaults, field)
        if isinstance(default, bool | int | float) or (isinstance(default, str) and default):
            assert given[name].lower() == str(default).lower().removesuffix(".0"), name
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert Settings(_env_file=None).supabase_url.startswith("https://")


def test_secrets_are_texts_that_streamlit_makes_variables_of(secrets: dict[str, Any]) -> None:
    auth = secrets.pop("auth")
    assert all(type(value) is str for value in secrets.values())
    assert auth["redirect_uri"] == f"{secrets['PUBLIC_URL']}/oauth2callback"
    assert {"client_id", "client_secret", "server_metadata_url"} <= set(auth["google"])


def test_no_secret_is_in_the_repository() -> None:
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert {".env", ".streamlit/secrets.toml"} <= set(ignored)


# --- packages -----------------------------------------------------------------------------------


def test_the_app_installs_only_what_it_imports() -> None:
    """What tests alone need belongs to requirements-dev.txt."""
    modules: dict[str, set[str]] = {}
    for module, packages in packages_distributions().items():
        for package in packages:
            modules.setdefault(_spelled(package), set()).add(module)
    imported = set(_imports([ROOT / "app.py", *_sources("services"), *_sources("pages")]))
    for line in (ROOT / "requirements.txt").read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        name = re.split(r"[\[=]", line)[0]
        if name not in LOADED_BY_OTHERS:
            assert modules[_spelled(name)] & imported, f"nothing imports {name}"


def _spelled(package: str) -> str:
    return re.sub(r"[-_.]+", "-", package).lower()


def _sources(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def _imports(files: list[Path]) -> Iterator[str]:
    """The first name of everything that is imported; `google.genai` counts as `google`."""
    for file in files:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                yield from (alias.name.split(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.module.split(".")[0]


# --- containers ---------------------------------------------------------------------------------


def test_the_image_holds_the_app_and_nothing_else() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    copied = [line.split()[1] for line in lines if line.startswith("COPY")]
    assert all((ROOT / source).exists() for source in copied)
    assert "." not in copied
    assert {"app.py", "pages", "services", "static", ".streamlit/config.toml"} <= set(copied)
    assert "USER interview" in lines
    assert lines.index("USER interview") < next(
        i for i, x in enumerate(lines) if x.startswith("CMD")
    )
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert {".env", ".env.*", ".streamlit/secrets*.toml", ".git", "data"} <= set(ignored)


def test_the_image_installs_only_what_was_locked() -> None:
    text = (ROOT / "Dockerfile").read_text()
    installs = re.findall(r"^RUN pip install (.*)$", text, re.M)
    assert installs == ["--require-hashes --requirement requirements-run.lock"]
    assert "COPY requirements-run.lock ./" in text


def test_the_probe_of_the_image_asks_a_route_that_exists() -> None:
    asked = re.search(r"127\.0\.0\.1:8501(/[\w/]+)", (ROOT / "Dockerfile").read_text())
    assert asked is not None
    assert f'Route("{asked[1]}"' in (ROOT / "pages" / "account" / "routes.py").read_text()


def test_compose_mounts_files_that_exist_and_volumes_that_it_makes(
    compose: dict[str, Any],
) -> None:
    for service in compose["services"].values():
        for mount in service.get("volumes", []):
            source = mount.split(":")[0]
            if source.startswith("."):
                assert (ROOT / source).exists(), source
            else:
                assert source in compose["volumes"], source


def test_everything_that_compose_asks_for_is_in_the_example(example: dict[str, str]) -> None:
    text = (ROOT / "compose.yaml").read_text()
    asked = set(re.findall(r"\$\{([A-Z_]+)", text))
    assert asked == COMPOSED | {"STREAMLIT_SERVER_COOKIE_SECRET"}
    assert asked <= set(example)
    assert set(re.findall(r"\$\{[^}]*[^?}]\}", text)) == set(), "one that may be left out"


def test_every_setting_of_the_example_reaches_every_process_of_the_app(
    compose: dict[str, Any],
) -> None:
    libraries = {"CLOUDFLARE_TURN_KEY_API_TOKEN", "TWILIO_AUTH_TOKEN"}
    wanted = names_of_settings() | libraries
    for name, service in compose["services"].items():
        if name.startswith("app-"):
            given = service["environment"]
            assert wanted - set(given) == set()
            fixed = {name for name in wanted if given[name] is not None}
            told = re.search(r"gives itself: ([^.]*)\.", README)
            assert told is not None
            assert fixed <= set(re.findall(r"`([A-Z_]+)`", told[1]))


def test_providers_of_sign_in_work_in_the_container_and_need_not_be_there(
    compose: dict[str, Any],
) -> None:
    """The folder is mounted, which is in the repository; the file in it may be absent. A file that is
    mounted by itself and absent becomes an empty folder, which Streamlit does not start with."""
    for name, service in compose["services"].items():
        if name.startswith("app-"):
            assert "./.streamlit:/app/.streamlit:ro" in service["volumes"]
    assert (ROOT / ".streamlit" / "config.toml").is_file()
    assert "secrets.toml" not in (ROOT / "Dockerfile").read_text()


def test_the_app_never_gets_the_password_of_the_owner(compose: dict[str, Any]) -> None:
    apps = {name: s for name, s in compose["services"].items() if name.startswith("app-")}
    assert len(apps) == 2
    for service in apps.values():
        assert "POSTGRES_PASSWORD" not in str(service)
        assert "env_file" not in service
        assert service["depends_on"]["upgrade"]["condition"] == "service_completed_successfully"
    assert "POSTGRES_PASSWORD" in str(compose["services"]["upgrade"])


def test_only_the_proxy_and_the_relay_can_be_reached_from_outside(compose: dict[str, Any]) -> None:
    open_ones = {
        name
        for name, service in compose["services"].items()
        if "ports" in service or service.get("network_mode") == "host"
    }
    assert open_ones == {"caddy", "coturn"}


def test_the_proxy_knows_every_process_and_is_believed_by_them(compose: dict[str, Any]) -> None:
    caddy = (ROOT / "deploy" / "Caddyfile").read_text()
    for name in compose["services"]:
        if name.startswith("app-"):
            assert f"{name}:8501" in caddy
    assert "lb_policy cookie" in caddy
    trusted = compose["x-app"]["environment"]["FORWARDED_ALLOW_IPS"]
    assert trusted == compose["networks"]["inside"]["ipam"]["config"][0]["subnet"]


def test_settings_of_compose_are_accepted(
    compose: dict[str, Any], example: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    filled = example | {"TURN_PASSWORD": "p1", "APP_BACKEND_PASSWORD": "p2"}
    for name, value in compose["x-app"]["environment"].items():
        if value is not None:
            text = re.sub(r"\$\{([A-Z_]+)[^}]*\}", lambda m: filled[m[1]], str(value))
            monkeypatch.setenv(name, text)
    settings = Settings(_env_file=None)
    assert settings.secure_cookies
    assert settings.database_url.get_secret_value().endswith(
        "app_backend:p2@postgres:5432/interviews"
    )
    assert [server.get("credential") for server in settings.ice_servers] == [None, "p1"]


def test_the_ports_of_the_relay_are_those_that_the_readme_opens() -> None:
    conf = (ROOT / "deploy" / "turnserver.conf").read_text()
    ports = dict(re.findall(r"^(min|max)-port=(\d+)$", conf, re.M))
    assert f"{ports['min']}-{ports['max']}" in README
    assert "lt-cred-mech" in conf  # nobody relays without a password


# --- the login of the app -----------------------------------------------------------------------


@pytest.fixture
def database() -> Iterator[str]:
    name = postgres.new_database()
    yield name
    postgres.drop_database(name)


def _role(name: str) -> tuple[Any, ...] | None:
    """What it may: log in, inherit, be a superuser; and whether it has a password."""
    with psycopg.connect(postgres.server().owner("postgres")) as db:
        return db.execute(
            "select rolcanlogin, rolinherit, rolsuper, rolpassword is not null "
            "from pg_authid where rolname = %s",
            (name,),
        ).fetchone()


def _forget_role(name: str) -> None:
    with psycopg.connect(postgres.server().owner("postgres"), autocommit=True) as db:
        db.execute(f"drop role if exists {name}")


def test_the_script_for_a_server_of_ones_own_makes_the_login_and_may_run_again(
    database: str,
) -> None:
    # Under another name, because the stand-in has this login already.
    script = (ROOT / "deploy" / "postgres.sh").read_text().replace("app_backend", "new_backend")
    environment = os.environ | {
        "PGHOST": "127.0.0.1",
        "PGPORT": str(postgres.server().port),
        "POSTGRES_DB": database,
        "APP_BACKEND_PASSWORD": 'it\'s \\ "quoted"; drop table users',
    }
    for _ in range(2):
        done = subprocess.run(
            ["sh"], input=script, env=environment, capture_output=True, text=True, timeout=30
        )
        assert done.returncode == 0, done.stderr
    assert _role("new_backend") == (True, False, False, True)
    _forget_role("new_backend")


def test_a_password_that_is_not_given_stops_the_script(database: str) -> None:
    environment = os.environ | {"POSTGRES_DB": database}
    environment.pop("APP_BACKEND_PASSWORD", None)
    done = subprocess.run(
        ["sh", str(ROOT / "deploy" / "postgres.sh")], env=environment, capture_output=True
    )
    assert done.returncode != 0


def test_the_sql_for_supabase_makes_the_login_and_may_run_again(database: str) -> None:
    sql = (
        (ROOT / "supabase" / "app_backend.sql").read_text().replace("app_backend", "other_backend")
    )
    with psycopg.connect(postgres.server().owner(database), autocommit=True) as db:
        for _ in range(2):
            db.execute(sql)
    assert _role("other_backend") == (True, False, False, True)
    _forget_role("other_backend")


def test_shell_scripts_can_be_read_by_a_plain_shell() -> None:
    scripts = sorted((ROOT / "deploy").glob("*.sh"))
    assert scripts
    for script in scripts:
        assert subprocess.run(["sh", "-n", str(script)], check=False).returncode == 0
        assert os.access(script, os.X_OK)
