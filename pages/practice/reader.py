"""Who reads the feedback, in which language, and which coach they have now."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from pages.ui.phrases import Phrases
from services.domain import OFFLINE, Rating, User, Views
from services.ports import Coach
from services.report.saying import rater


@dataclass(frozen=True)
class Reader:
    """What every part of the feedback screen is drawn for."""

    user: User
    say: Phrases
    coach: Coach
    views: Views = field(default_factory=Views)  # what they and their mentors think themselves
    hidden: frozenset[UUID] = frozenset()  # answers whose rating is not to be seen yet
    language: str = ""  # of the interview; `say` is English for those that we have no phrases in

    @property
    def has_model(self) -> bool:
        """Whether a language model would rate for them now."""
        return self.coach.name != OFFLINE

    def rater(self, rating: Rating) -> str:
        """Who made a rating, in words; may be the name of a model, so it wants escaping."""
        return rater(rating, self.say)
