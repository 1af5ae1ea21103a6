"""Which language model answers for whom: the candidate's own key, the deployment's, or none."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Literal

from services.accounts.own_keys import OwnKeys
from services.adapters.openai_compatible import OpenAICompatible
from services.coach.language_model.coach import LanguageCoach
from services.errors import ModelKeyRefused
from services.ports import Coach, Owner, Spend
from services.settings import Settings
from services.storage.spending import Spending

# Google's library is imported when somebody needs it: it takes 0.2 s and 19 MB, and many do without.
if TYPE_CHECKING:
    from services.adapters.gemini import Gemini

Provider = Literal["gemini", "openai", "offline"]


def provider(settings: Settings) -> Provider:
    """Who these settings pay."""
    if settings.gemini_api_key.get_secret_value() and settings.coach in ("auto", "gemini"):
        return "gemini"
    if settings.openai_base_url and settings.coach in ("auto", "openai"):
        return "openai"
    return "offline"


class LanguageModels:
    """Any thread may call. Nothing is connected to before the first call of a coach."""

    def __init__(self, settings: Settings, own_keys: OwnKeys, spending: Spending) -> None:
        self._settings = settings
        self._own_keys = own_keys
        self._spending = spending
        self._lock = threading.Lock()
        self._gemini: dict[str, Gemini] = {}  # by key; one for all who use it
        self._server: OpenAICompatible | None = None
        self._notes: dict[str, str] = {}

    @property
    def provider(self) -> Provider:
        """What this deployment pays for; candidates may still bring a key."""
        return provider(self._settings)

    def coach(self, owner: Owner) -> Coach | None:
        """The coach on a language model for this candidate, None when nobody pays for one."""
        own = self._own_keys.of(owner) if self._settings.own_keys else ""
        if own:
            return self._on_gemini(own, owner, own_key=True)
        if self.provider == "gemini":
            key = self._settings.gemini_api_key.get_secret_value()
            return self._on_gemini(key, owner, own_key=False)
        if self.provider == "openai":
            return self._on_server(owner)
        return None

    def check(self, key: str) -> None:
        """Raises `ModelKeyRefused` or `ModelUnreachable` for a key that a candidate brings."""
        from services.adapters.gemini import check_key

        check_key(key, self._settings.gemini_base_url)

    @property
    def notes(self) -> tuple[str, ...]:
        """What the operator should know, in sentences."""
        return tuple(self._notes.values())

    def _on_gemini(self, key: str, owner: Owner, *, own_key: bool) -> Coach | None:
        spend = self._spending.of(owner, own_key=own_key)
        try:
            model = self._gemini_for(key, spend).paid_by(spend)
        except ModelKeyRefused as refused:  # not even the form of a key
            if not own_key:
                self._notes["key"] = f"GEMINI_API_KEY cannot be used: {refused.message}"
            return None
        label = "Rated by Gemini, on your key" if own_key else "Rated by Gemini"
        return LanguageCoach(model, label, self._settings.rating_passes)

    def _gemini_for(self, key: str, spend: Spend) -> Gemini:
        from services.adapters.gemini import Gemini, gemini_client

        settings = self._settings
        with self._lock:
            in_use = {settings.gemini_api_key.get_secret_value(), *self._own_keys.in_use(), key}
            self._gemini = {k: model for k, model in self._gemini.items() if k in in_use}
            if key not in self._gemini:
                self._gemini[key] = Gemini(
                    gemini_client(key, settings.gemini_base_url, settings.model_timeout_s),
                    rating_model=settings.gemini_rating_model,
                    planning_model=settings.gemini_planning_model,
                    fallback_model=settings.gemini_fallback_model,
                    spend=spend,
                    on_fallback=self._fell_back,
                )
            return self._gemini[key]

    def _on_server(self, owner: Owner) -> Coach | None:
        spend = self._spending.of(owner, own_key=False)
        try:
            model = self._server_for(spend).paid_by(spend)
        except ModelKeyRefused as refused:
            self._notes["key"] = f"OPENAI_API_KEY cannot be used: {refused.message}"
            return None
        return LanguageCoach(model, "Rated by a language model", self._settings.rating_passes)

    def _server_for(self, spend: Spend) -> OpenAICompatible:
        settings = self._settings
        with self._lock:
            if self._server is None:
                self._server = OpenAICompatible(
                    settings.openai_base_url,
                    key=settings.openai_api_key.get_secret_value(),
                    model=settings.openai_model,
                    timeout_s=settings.model_timeout_s,
                    spend=spend,
                )
            return self._server

    def _fell_back(self, gone: str, instead: str) -> None:
        self._notes[gone] = f"The model {gone} is gone (404); {instead} answers instead."
