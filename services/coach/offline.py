"""The coach that needs no key and no network: questions from the bank, levels from the rater."""

from __future__ import annotations

from services.coach import planning, rating
from services.domain import Job, Question, Rating, Setup


class OfflineCoach:
    """Implements `ports.Coach`. Holds no state, so any thread may call it."""

    name = rating.NAME
    label = "Offline estimate"

    def plan(self, setup: Setup, seen: frozenset[str]) -> tuple[Question, ...]:
        """Questions of the bank; what was asked before also varies the choice among equals."""
        return planning.plan(setup, seen, seed=len(seen))

    def rate(self, job: Job, question: Question, text: str, *, speech_model: str = "") -> Rating:
        """Levels with evidence, the same for the same words. Raises `RatingFailed` for no words."""
        return rating.rate(job, question, text, speech_model=speech_model)
