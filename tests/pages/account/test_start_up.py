"""A server that starts while its database is away: nobody need come for it to start in the end."""

from __future__ import annotations

import gc
import threading
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from pages.account.routes import lifespan, routes
from pages.ui.context import services
from tests.browser import server
from tests.pages.conftest import ROOT
from tests.services.rehearsal import eventually
from tests.standins import postgres
from tests.standins.postgres import Server


@pytest.fixture
def own_server() -> Iterator[Server]:
    """One that may be stopped: other tests need theirs."""
    made = postgres.start_server()
    yield made
    made.end()


@pytest.fixture
def database_away(
    own_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Server]:
    """The settings name a database whose server is stopped."""
    address = own_server.backend(postgres.new_database(own_server))
    own_server.stop()
    given = {"DATABASE_URL": address, "DATA_DIR": str(tmp_path), "SPEECH_MODEL": "base.en"}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    st.cache_resource.clear()
    yield own_server
    st.cache_resource.clear()


def test_the_services_start_by_themselves_once_the_database_is_there(
    own_server: Server, tmp_path: Path
) -> None:
    address = own_server.backend(postgres.new_database(own_server))
    own_server.stop()
    app = server.start(tmp_path / "data", healthy=False, DATABASE_URL=address, DATABASE_TLS="off")
    try:
        eventually(lambda: "The services start when they can." in app.log.read_text())
        own_server.start()
        eventually(lambda: "The services have started now." in app.log.read_text(), seconds=30)
        assert "Traceback" not in app.log.read_text()
    finally:
        app.stop()


def test_a_server_that_stops_before_its_database_was_there_starts_nothing(
    database_away: Server,
) -> None:
    before = set(threading.enumerate())
    with TestClient(Starlette(routes=routes, lifespan=lifespan)):
        pass
    database_away.start()
    assert not [t for t in set(threading.enumerate()) - before if t.name in ("chores", "catch-up")]


def test_what_is_loaded_is_not_looked_through_again_while_people_speak(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    st.cache_resource.clear()
    try:
        with TestClient(Starlette(routes=routes, lifespan=lifespan)):
            kept, left = gc.get_freeze_count(), len(gc.get_objects())
    finally:
        gc.unfreeze()
        st.cache_resource.clear()
    assert left < kept / 10
    settings = tomllib.loads((server.ROOT / ".streamlit" / "config.toml").read_text())
    assert settings["runner"]["postScriptGC"] is False


def test_who_signs_out_of_a_server_that_never_started_is_told_to_wait(
    database_away: Server,
) -> None:
    probe = TestClient(Starlette(routes=routes))
    answer = probe.post("/auth/sign-out", json={}, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 503


def test_a_page_waits_for_a_database_that_was_never_there_yet(
    database_away: Server, caplog: pytest.LogCaptureFixture
) -> None:
    tab = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    assert [caption.value for caption in tab.caption] == ["This page comes back by itself."]
    assert not tab.exception
    assert not [record for record in caplog.records if record.exc_info]
    database_away.start()
    tab.run()
    assert "Try without an account" in [button.label for button in tab.button]
    services().shutdown()


def test_a_database_that_cannot_be_used_is_told_without_a_traceback_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    (tmp_path / "interviews.db").write_bytes(b"this was a database once" * 200)
    st.cache_resource.clear()
    tab = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30).run()
    assert "database" in tab.error[0].value
    assert not tab.exception
    assert not [record for record in caplog.records if record.exc_info]
