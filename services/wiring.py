"""Builds the product from its settings: the one place that names an adapter."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from services.accounts.logins import Logins
from services.adapters.local_accounts import LocalAccounts
from services.adapters.model_hub import download_model
from services.adapters.whisper import WhisperEngine
from services.coach.offline import OfflineCoach
from services.interviews import Interviews
from services.settings import Settings
from services.speech.ears import Ears
from services.speech.model import SpeechModel
from services.storage.database import open_database
from services.storage.recordings import Recordings
from services.storage.store import Store


@dataclass(frozen=True)
class Services:
    """Everything that a screen or a route may use."""

    settings: Settings
    interviews: Interviews
    accounts: LocalAccounts
    logins: Logins
    model: SpeechModel


def build(settings: Settings) -> Services:
    """Open the database, start the speech threads and begin to load a model that is already here.

    Raises `DatabaseUnusable`. Downloads nothing.
    """
    engine = open_database(settings.database_url)
    store = Store(engine)
    model = SpeechModel(
        settings.speech_model,
        cache_dir=settings.data_dir / "models",
        load=WhisperEngine,
        download=lambda name, folder, report: download_model(
            name, folder, report, endpoint=settings.hub_endpoint
        ),
    )
    interviews = Interviews(
        store,
        Recordings(settings.data_dir / "recordings"),
        OfflineCoach(),
        Ears(model, settings.data_dir / "spool"),
        speech_model_name=lambda: model.status().name,
    )
    # Late transcripts wait for the model, late ratings do not: one pass now, one when it is ready.
    model.on_ready(interviews.catch_up)
    threading.Thread(target=interviews.catch_up, name="catch-up", daemon=True).start()
    model.load_if_here()
    return Services(settings, interviews, LocalAccounts(engine), Logins(engine), model)
