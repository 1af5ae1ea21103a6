"""How the coach does on this server, for its operator and for probes. Nothing in it is about anybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pages.ui.context import services
from services.settings import Settings
from services.storage.spending import SpentToday


@dataclass(frozen=True)
class CoachFigures:
    """`models` are named with what they do; `next_try` is None when nothing waits for a time."""

    provider: str  # gemini | openai | offline
    models: dict[str, str]
    today: SpentToday  # of all candidates together, without those on a key of their own
    waiting: int  # answers without their rating
    next_try: datetime | None
    notes: tuple[str, ...]


def coach_figures() -> CoachFigures:
    """Read now; a few small queries. Any thread may ask. Raises `StorageError`."""
    ours = services()
    waiting, next_try = ours.interviews.waiting_ratings()
    return CoachFigures(
        provider=ours.language_models.provider,
        models=_models(ours.settings, ours.language_models.provider),
        today=ours.spending.total_today(),
        waiting=waiting,
        next_try=next_try,
        notes=ours.language_models.notes,
    )


def _models(settings: Settings, provider: str) -> dict[str, str]:
    """What each model is for; an OpenAI-compatible server chooses one itself if none is named."""
    if provider == "gemini":
        return {
            "rating": settings.gemini_rating_model,
            "planning": settings.gemini_planning_model,
            "fallback": settings.gemini_fallback_model,
        }
    if provider == "openai":
        return {"everything": settings.openai_model or "the first that the server lists"}
    return {}
