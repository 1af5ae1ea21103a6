"""Whose language model answers: the candidate's own key, the deployment's, or none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from benchmarks.loopback_model import LoopbackModel, loopback_model
from benchmarks.scripted_coach import answer
from services.accounts.own_keys import OwnKeys
from services.adapters.local_accounts import LocalAccounts
from services.domain import Job, Setup
from services.errors import ModelKeyRefused, SpendLimitReached
from services.ports import Brief
from services.settings import Settings
from services.storage.database import open_database
from services.storage.spending import Limits, Spending
from services.wiring.language_models import LanguageModels

BRIEF = Brief(Setup(job=Job(position="Nurse"), question_count=1))


class Deployment:
    """Language models with the settings of a test, and people who use them."""

    def __init__(self, folder: Path, limits: Limits, **settings: object) -> None:
        database = open_database(f"sqlite:///{folder / 'interviews.db'}")
        self.accounts = LocalAccounts(database)
        self.keys = OwnKeys()
        self.spending = Spending(database, limits)
        told = Settings(_env_file=None, data_dir=folder, **settings)  # type: ignore[arg-type]
        self.models = LanguageModels(told, self.keys, self.spending)

    def guest(self) -> UUID:
        return self.accounts.create_guest().id


PLENTY = Limits(100, 1_000_000, 100, 1_000_000)


@pytest.fixture
def model() -> Iterator[LoopbackModel]:
    with loopback_model(answer) as running:
        yield running


def plan(here: Deployment, owner: UUID) -> None:
    coach = here.models.coach(owner)
    assert coach is not None
    assert len(tuple(coach.plan(BRIEF))) == 1


@pytest.mark.parametrize(
    ("settings", "provider"),
    [
        ({}, "offline"),
        ({"GEMINI_API_KEY": "k"}, "gemini"),
        ({"GOOGLE_API_KEY": "k"}, "gemini"),
        ({"openai_base_url": "http://127.0.0.1:1/v1"}, "openai"),
        ({"GEMINI_API_KEY": "k", "openai_base_url": "http://127.0.0.1:1/v1"}, "gemini"),
        (
            {
                "GEMINI_API_KEY": "k",
                "openai_base_url": "http://127.0.0.1:1/v1",
                "coach": "openai",
            },
            "openai",
        ),
        ({"GEMINI_API_KEY": "k", "coach": "offline"}, "offline"),
        ({"coach": "gemini"}, "offline"),
    ],
)
def test_the_settings_say_who_answers(
    tmp_path: Path, settings: dict[str, str], provider: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GEMINI_API_KEY")  # empty it would go before the other name
    here = Deployment(tmp_path, PLENTY, **settings)
    assert here.models.provider == provider
    assert (here.models.coach(here.guest()) is None) == (provider == "offline")


def test_an_own_key_is_used_for_its_owner_alone(tmp_path: Path, model: LoopbackModel) -> None:
    here = Deployment(
        tmp_path, PLENTY, GEMINI_API_KEY="deployment", gemini_base_url=model.gemini_url
    )
    ada, bob = here.guest(), here.guest()
    here.keys.keep(ada, "adas-own")
    plan(here, ada)
    plan(here, bob)
    here.keys.forget(ada)
    plan(here, ada)
    assert [asked.key for asked in model.log] == ["adas-own", "deployment", "deployment"]


def test_keys_of_their_own_can_be_switched_off(tmp_path: Path, model: LoopbackModel) -> None:
    here = Deployment(tmp_path, PLENTY, own_keys=False, gemini_base_url=model.gemini_url)
    ada = here.guest()
    here.keys.keep(ada, "adas-own")
    assert here.models.coach(ada) is None


def test_a_key_is_checked_before_it_is_taken(tmp_path: Path, model: LoopbackModel) -> None:
    here = Deployment(tmp_path, PLENTY, gemini_base_url=model.gemini_url)
    here.models.check("good")
    model.revoked.add("bad")
    for bad in ("bad", "", "not\na key"):
        with pytest.raises(ModelKeyRefused):
            here.models.check(bad)


def test_limits_bind_who_lives_on_the_deployments_key_and_not_who_brings_one(
    tmp_path: Path, model: LoopbackModel
) -> None:
    here = Deployment(
        tmp_path,
        Limits(1, 1_000_000, 100, 1_000_000),
        GEMINI_API_KEY="deployment",
        gemini_base_url=model.gemini_url,
    )
    ada = here.guest()
    plan(here, ada)
    with pytest.raises(SpendLimitReached):
        plan(here, ada)
    assert len(model.log) == 1, "nothing is sent once the limit is reached"
    here.keys.keep(ada, "adas-own")
    plan(here, ada)


def test_a_key_that_cannot_be_one_leaves_the_offline_coach_and_a_note(tmp_path: Path) -> None:
    here = Deployment(tmp_path, PLENTY, GEMINI_API_KEY="not\na key")
    assert here.models.coach(here.guest()) is None
    assert "GEMINI_API_KEY cannot be used" in here.models.notes[0]
    assert "not\na key" not in here.models.notes[0]


def test_the_key_of_a_server_that_cannot_be_one_leaves_the_offline_coach_too(
    tmp_path: Path,
) -> None:
    here = Deployment(
        tmp_path, PLENTY, openai_base_url="http://127.0.0.1:1/v1", openai_api_key="not a key"
    )
    assert here.models.coach(here.guest()) is None
    assert "OPENAI_API_KEY cannot be used" in here.models.notes[0]


def test_a_model_that_is_gone_is_told_to_the_operator_once(
    tmp_path: Path, model: LoopbackModel
) -> None:
    here = Deployment(
        tmp_path, PLENTY, GEMINI_API_KEY="deployment", gemini_base_url=model.gemini_url
    )
    model.lost.add("gemini-3.5-flash-lite")
    plan(here, here.guest())
    plan(here, here.guest())
    assert here.models.notes == (
        "The model gemini-3.5-flash-lite is gone (404); gemini-flash-latest answers instead.",
    )
