"""What a probe reads: how listening does, about nobody, and never the insides of a failure."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.testclient import TestClient

from pages.account.routes import routes
from pages.ui.coach_figures import CoachFigures
from services.speech.figures import SpeechFigures
from tests.pages.conftest import Site, tab_on


def probe() -> TestClient:
    return TestClient(Starlette(routes=routes), raise_server_exceptions=False)


def test_health_gives_the_figures_of_the_status_page(guest: Site) -> None:
    guest.interview(answered=1, position="Their secret job")
    answer = probe().get("/api/health")
    told = answer.json()
    assert answer.status_code == 200
    assert (told["status"], told["speech_model"]) == ("ok", "absent")
    ours = {"status", "speech_model", "coach"}
    assert set(told) == ours | {f.name for f in fields(SpeechFigures)}
    assert set(told["coach"]) == {f.name for f in fields(CoachFigures)}
    assert (told["coach"]["provider"], told["coach"]["waiting"]) == ("offline", 0)
    assert datetime.fromisoformat(told["coach"]["today"]["resets_at"]).utcoffset() == timedelta(0)
    assert told["engine"] is None
    assert told["interim"].keys() == {"count", "p50_s", "p95_s"}
    assert "secret" not in answer.text
    assert str(guest.owner) not in answer.text


def test_services_that_are_broken_are_503_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    (tmp_path / "interviews.db").write_bytes(b"this was a database once" * 200)
    st.cache_resource.clear()
    answer = probe().get("/api/health")
    assert answer.status_code == 503
    assert answer.json()["status"] == "failing"
    assert "Traceback" not in answer.text


def test_no_key_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with tab_on(tmp_path, monkeypatch, GEMINI_API_KEY="a-secret-key"):
        answer = probe().get("/api/health")
    assert answer.json()["coach"]["provider"] == "gemini"
    assert "secret" not in answer.text
