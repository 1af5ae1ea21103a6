"""The doctor at the speech model and the language models, all on the loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.doctor import models
from services.doctor.case import Case
from services.doctor.findings import State
from tests.services.doctor.cases import Said, a_case, a_server, named, worries

KEY = "key-of-the-tests"
NAMES = ("gemini-3.8-flash", "gemini-3.5-flash-lite", "gemini-flash-latest")
FIXTURE = Path(__file__).parents[2] / "fixtures" / "speech-model"


@pytest.fixture
def provider() -> Iterator[Said]:
    with a_server() as said:
        for name in NAMES:
            said.replies[f"GET /v1/models/{name}"] = (200, {"name": f"models/{name}"})
            said.replies[f"POST /v1/models/{name}:generateContent"] = (200, {"candidates": []})
        said.replies["GET /v1/models"] = (200, {"data": [{"id": "first"}, {"id": "second"}]})
        said.replies["POST /v1/chat/completions"] = (200, {"choices": []})
        yield said


def gemini(provider: Said, folder: Path, *, calls: bool = False) -> Case:
    case = a_case(folder, GEMINI_API_KEY=KEY, gemini_base_url=provider.url)
    return Case(case.settings, {}, case.root, calls)


def server(provider: Said, folder: Path, *, calls: bool = False, **settings: Any) -> Case:
    case = a_case(folder, openai_base_url=f"{provider.url}/v1", openai_api_key=KEY, **settings)
    return Case(case.settings, {}, case.root, calls)


def language(case: Case) -> list[Any]:
    return [found for found in models.examine(case) if found.name.startswith("language model")]


def test_every_model_of_gemini_is_asked_for_and_none_is_called(
    provider: Said, tmp_path: Path
) -> None:
    found = language(gemini(provider, tmp_path))
    assert [finding.name for finding in found] == [f"language model {name}" for name in NAMES]
    assert worries(found) == []
    assert {what.split()[0] for what, _headers in provider.asked} == {"GET"}


def test_only_a_wish_makes_calls(provider: Said, tmp_path: Path) -> None:
    assert worries(language(gemini(provider, tmp_path, calls=True))) == []
    assert worries(language(server(provider, tmp_path, calls=True))) == []
    assert sum(what.startswith("POST") for what, _headers in provider.asked) == 4


@pytest.mark.parametrize(
    ("status", "state", "word"),
    [
        (400, State.PROBLEM, "GEMINI_API_KEY"),
        (403, State.PROBLEM, "GEMINI_API_KEY"),
        (404, State.PROBLEM, "GEMINI_RATING_MODEL"),
        (429, State.WARNING, "quota"),
        (500, State.PROBLEM, "again"),
    ],
)
def test_each_refusal_of_gemini_says_what_to_do(
    provider: Said, tmp_path: Path, status: int, state: State, word: str
) -> None:
    provider.replies[f"GET /v1/models/{NAMES[0]}"] = (status, {"error": {"code": status}})
    found = language(gemini(provider, tmp_path))
    assert worries(found) == [f"language model {NAMES[0]}"]
    assert found[0].state is state
    assert word in found[0].remedy
    assert KEY not in str(found)


def test_a_server_that_does_not_have_the_model_lists_what_it_has(
    provider: Said, tmp_path: Path
) -> None:
    assert worries(language(server(provider, tmp_path, openai_model="second"))) == []
    (found,) = language(server(provider, tmp_path, openai_model="third"))
    assert found.state is State.PROBLEM
    assert "first, second" in found.remedy
    provider.replies["GET /v1/models"] = (401, {})
    (refused,) = language(server(provider, tmp_path))
    assert "OPENAI_API_KEY" in refused.remedy


def test_a_server_that_is_away_is_a_problem(tmp_path: Path) -> None:
    with a_server() as gone:
        pass
    (found,) = language(server(gone, tmp_path))
    assert "does not answer" in found.found


def test_who_insists_on_a_coach_must_have_a_key(tmp_path: Path) -> None:
    assert worries(language(a_case(tmp_path))) == []
    (found,) = language(a_case(tmp_path, coach="gemini"))
    assert found.state is State.PROBLEM


def test_a_speech_model_may_be_here_downloadable_or_neither(provider: Said, tmp_path: Path) -> None:
    def speech(**settings: Any) -> State:
        case = a_case(tmp_path, HF_ENDPOINT=provider.url, **settings)
        return named("speech model", models.examine(case)).state

    assert speech() is State.PROBLEM  # the hub knows no such model
    provider.replies["GET /api/models/Systran/faster-whisper-base.en"] = (200, {})
    assert speech() is State.WARNING
    assert speech(speech_model="no-such-model") is State.PROBLEM
    assert speech(speech_model=str(tmp_path / "nowhere")) is State.PROBLEM
    assert speech(speech_model=str(FIXTURE)) is State.OK
    downloaded = tmp_path / "data" / "models" / "base.en"
    downloaded.parent.mkdir(parents=True)
    downloaded.symlink_to(FIXTURE)
    assert speech() is State.OK
