"""Builds the product from its settings: the one place that names an adapter."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine

from services.accounts.identities import Identities
from services.accounts.logins import Logins
from services.accounts.own_keys import OwnKeys
from services.accounts.throttle import Throttle
from services.adapters.cv import read_cv
from services.adapters.local_accounts import LocalAccounts
from services.adapters.model_hub import download_model
from services.adapters.supabase_accounts import SupabaseAccounts
from services.adapters.whisper import WhisperEngine
from services.afterwards import Afterwards
from services.belongings import Belongings
from services.chores import Chore, Chores
from services.coach.offline import OfflineCoach
from services.coaches import Coaches
from services.domain import Preferences
from services.interviews import Interviews
from services.judging import Judging
from services.keeping import Keeping
from services.last_known import LastKnown
from services.looking_back import LookingBack
from services.plans import Plans
from services.ports import Accounts, Owner
from services.privacy.consent import Consents
from services.privacy.export import Export
from services.privacy.leaving import Leaving
from services.report.reports import Reports
from services.settings import Settings
from services.sharing import Sharing
from services.speech.ears import Ears
from services.speech.model import SpeechModel
from services.speech.places import take_place
from services.spoken_answers import SpokenAnswers
from services.storage.database import open_database
from services.storage.locks import Locks
from services.storage.object_store import Access
from services.storage.outbox import Outbox
from services.storage.places import Places
from services.storage.recordings import Recordings
from services.storage.spending import Limits, Spending
from services.storage.store import Store
from services.uploads import UploadLimits, Uploads
from services.wiring.language_models import LanguageModels


@dataclass(frozen=True)
class Services:
    """Everything that a screen or a route may use."""

    settings: Settings
    interviews: Interviews
    spoken: SpokenAnswers
    uploads: Uploads
    past: LookingBack
    belongings: Belongings
    accounts: Accounts
    identities: Identities
    logins: Logins
    model: SpeechModel
    own_keys: OwnKeys
    spending: Spending
    language_models: LanguageModels
    read_cv: Callable[[bytes, str], str]  # a file and its name -> its text; raises `UnreadableFile`
    preferences: Callable[[Owner], Preferences]
    keep_preferences: Callable[[Owner, Preferences], None]
    consents: Consents
    export: Export
    leaving: Leaving
    chores: Chores
    sharing: Sharing
    reports: Reports

    def shutdown(self) -> None:
        """Stop the threads; nothing is lost by it."""
        self.chores.shutdown()
        self.uploads.shutdown()
        self.interviews.shutdown()


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
    recordings = _recordings(settings)
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
    place = take_place(settings.data_dir / "spool")
    try:
        places = Places(engine, place.id, place.former, place.settled)
        outbox = Outbox(engine, place.folder, places)
        ears = Ears(model, place.folder)
        keeping = Keeping(
            *(store, recordings, ears.spool_path),
            limit_mb=settings.spool_limit_mb,
            video_limit_mb=settings.video_limit_mb,
            is_ours=places.is_ours,
        )
        judging = Judging(store, coaches, lambda: model.status().name)
        afterwards = Afterwards(store, keeping, judging, ears, outbox, places, leave=place.release)
        # Late transcripts wait for the model: one pass now, one when it is ready.
        model.on_ready(lambda: _in_background(afterwards.catch_up))
        _in_background(afterwards.catch_up)
        model.load_if_here()
        plans = Plans(store, coaches)
        last = LastKnown(outbox)
        spoken = SpokenAnswers(store, ears, afterwards, last)
        limits_of_uploads = UploadLimits(
            settings.upload_mb, 60.0 * settings.upload_minutes, settings.uploads_at_once
        )
        uploads = Uploads(spoken, store.interview, place.folder, limits_of_uploads)
        belongings = Belongings(store, afterwards, last, uploads)
        chores = Chores(
            Locks(engine),
            (
                Chore("removals", 60, keeping.removals.sweep),
                Chore("expiry", 600, keeping.removals.expire),
                Chore("guests", 600, belongings.forget_lost_guests),
            ),
        )
        chores.start()
        accounts = _accounts(settings, engine)
        return Services(
            settings,
            Interviews(store, coaches, ears, afterwards, plans, judging, spoken, last),
            spoken,
            uploads,
            LookingBack(store, coaches, afterwards, judging, uploads),
            belongings,
            accounts,
            Identities(engine),
            Logins(engine),
            model,
            own_keys,
            spending,
            language_models,
            read_cv,
            store.preferences,
            store.keep_preferences,
            Consents(engine, settings.recordings_elsewhere),
            Export(engine, recordings, keeping.removals),
            Leaving(
                engine, belongings, accounts, own_keys, recordings, settings.data_dir / "spool"
            ),
            chores,
            Sharing(store, Throttle(engine), keeping),
            Reports(store),
        )
    except BaseException:  # whoever builds anew finds the place free
        place.release()
        raise


def _recordings(settings: Settings) -> Recordings:
    access = Access(
        settings.recordings_endpoint,
        settings.recordings_region,
        settings.recordings_key_id,
        settings.recordings_secret.get_secret_value(),
    )
    return Recordings(settings.recordings_url or settings.data_dir / "recordings", access)


def _accounts(settings: Settings, engine: Engine) -> Accounts:
    key = settings.supabase_key.get_secret_value()
    if settings.supabase_url and key:
        return SupabaseAccounts(engine, settings.supabase_url, key)
    return LocalAccounts(engine)


def _in_background(work: Callable[[], None]) -> None:
    threading.Thread(target=work, name="catch-up", daemon=True).start()
