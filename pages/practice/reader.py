"""Who reads the feedback, in which language, and which coach they have now."""

from __future__ import annotations

from dataclasses import dataclass

from pages.ui.phrases import Phrases
from services.domain import OFFLINE, Rating, User
from services.ports import Coach


@dataclass(frozen=True)
class Reader:
    """What every part of the feedback screen is drawn for."""

    user: User
    say: Phrases
    coach: Coach

    @property
    def has_model(self) -> bool:
        """Whether a language model would rate for them now."""
        return self.coach.name != OFFLINE

    def rater(self, rating: Rating) -> str:
        """Who made a rating, in words; may be the name of a model, so it wants escaping."""
        if rating.is_estimate:
            return self.say("offline_estimate")
        return self.say("rated_by", name=rating.provenance.coach)
