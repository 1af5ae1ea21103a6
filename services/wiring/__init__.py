"""Builds the product from its settings: the one place that names an adapter."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from services.accounts.logins import Logins
from services.adapters.local_accounts import LocalAccounts
from services.adapters.model_hub import download_model
from services.adapters.whisper import WhisperEngine
from services.afterwards import Afterwards
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
    recordings = Recordings(settings.data_dir / "recordings")
    coach = OfflineCoach()
    ears = Ears(model, settings.data_dir / "spool")
    afterwards = Afterwards(store, recordings, coach, ears, model)
    # Late transcripts wait for the model, late ratings do not: one pass now, one when it is ready.
    model.on_ready(lambda: _in_background(afterwards.catch_up))
    _in_background(afterwards.catch_up)
    model.load_if_here()
    interviews = Interviews(store, recordings, coach, ears, afterwards)
    _in_background(interviews.forget_lost_guests)
    return Services(settings, interviews, LocalAccounts(engine), Logins(engine), model)


def _in_background(work: Callable[[], None]) -> None:
    threading.Thread(target=work, name="catch-up", daemon=True).start()
