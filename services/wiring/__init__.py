"""Builds the product from its settings: the one place that names an adapter."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from services.accounts.logins import Logins
from services.accounts.own_keys import OwnKeys
from services.adapters.cv import read_cv
from services.adapters.local_accounts import LocalAccounts
from services.adapters.model_hub import download_model
from services.adapters.whisper import WhisperEngine
from services.afterwards import Afterwards
from services.coach.offline import OfflineCoach
from services.coaches import Coaches
from services.interviews import Interviews
from services.judging import Judging
from services.plans import Plans
from services.settings import Settings
from services.speech.ears import Ears
from services.speech.model import SpeechModel
from services.storage.database import open_database
from services.storage.recordings import Recordings
from services.storage.spending import Limits, Spending
from services.storage.store import Store
from services.wiring.language_models import LanguageModels


@dataclass(frozen=True)
class Services:
    """Everything that a screen or a route may use."""

    settings: Settings
    interviews: Interviews
    accounts: LocalAccounts
    logins: Logins
    model: SpeechModel
    own_keys: OwnKeys
    spending: Spending
    language_models: LanguageModels
    read_cv: Callable[[bytes, str], str]  # a file and its name -> its text; raises `UnreadableFile`


def build(settings: Settings) -> Services:
    """Open the database, start the threads and begin to load a speech model that is already here.

    Raises `DatabaseUnusable`. Downloads nothing.
    """
    engine = open_database(settings.database, tls=settings.database_tls)
    store = Store(engine)
    model = SpeechModel(
        settings.speech_model,
        cache_dir=settings.data_dir / "models",
        load=WhisperEngine,
        download=lambda name, folder, report: download_model(
            name, folder, report, endpoint=settings.hub_endpoint
        ),
    )
    recordings = Recordings(settings.data_dir / "recordings")
    own_keys = OwnKeys()
    limits = Limits(
        settings.daily_calls_per_user,
        settings.daily_tokens_per_user,
        settings.daily_calls,
        settings.daily_tokens,
    )
    spending = Spending(engine, limits)
    language_models = LanguageModels(settings, own_keys, spending)
    coaches = Coaches(OfflineCoach(), language_models.coach)
    ears = Ears(model, settings.data_dir / "spool")
    judging = Judging(store, coaches, lambda: model.status().name)
    afterwards = Afterwards(store, recordings, judging, ears)
    # Late transcripts wait for the model: one pass now, one when it is ready.
    model.on_ready(lambda: _in_background(afterwards.catch_up))
    _in_background(afterwards.catch_up)
    model.load_if_here()
    plans = Plans(store, coaches)
    interviews = Interviews(store, recordings, coaches, ears, afterwards, plans, judging)
    _in_background(interviews.forget_lost_guests)
    return Services(
        settings,
        interviews,
        LocalAccounts(engine),
        Logins(engine),
        model,
        own_keys,
        spending,
        language_models,
        read_cv,
    )


def _in_background(work: Callable[[], None]) -> None:
    threading.Thread(target=work, name="catch-up", daemon=True).start()
