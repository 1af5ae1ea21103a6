"""Ratings: an answer judged, with the words that show it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from statistics import fmean
from typing import Annotated
from uuid import UUID, uuid4

from pydantic import BaseModel, Field

from services.domain.interview import Criterion


class Evidence(BaseModel, frozen=True, hide_input_in_errors=True):
    """Words of the answer that a score relies on: `text[start:end] == quote` in the rated text.

    `start_s` and `end_s` are their seconds in the answer; None where they were typed or edited.
    """

    start: int
    end: int
    quote: str
    start_s: float | None = None
    end_s: float | None = None


OFFLINE = "offline"  # the coach that needs no language model
Level = Annotated[int, Field(ge=1, le=5)]


class Score(BaseModel, frozen=True, hide_input_in_errors=True):
    """The level (1-5) of one criterion, why, and the words that show it.

    `other` is the level of a second, independent pass. `evidenced` False: words of the answer that
    show this level were asked for twice and not found.
    """

    criterion: Criterion
    level: Level
    other: Level | None = None
    reason: str
    evidence: tuple[Evidence, ...] = ()
    evidenced: bool = True

    @property
    def levels(self) -> tuple[int, ...]:
        """One for each pass."""
        return (self.level,) if self.other is None else (self.level, self.other)

    @property
    def low(self) -> int:
        return min(self.levels)

    @property
    def high(self) -> int:
        return max(self.levels)

    @property
    def mean(self) -> float:
        return fmean(self.levels)

    @property
    def unsure(self) -> bool:
        """Two passes more than one level apart: nobody should rely on this."""
        return self.high - self.low > 1


class Star(BaseModel, frozen=True, hide_input_in_errors=True):
    """Shares (0-1) of a behavioural answer spent on each part; the rest was something else."""

    situation: float = 0.0
    task: float = 0.0
    action: float = 0.0
    result: float = 0.0


class Followed(StrEnum):
    """Whether an answer did what the last advice on this competency asked for."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


class LastAction(BaseModel, frozen=True, hide_input_in_errors=True):
    """The next action of the last rating on the same competency, checked on this answer."""

    action: str
    followed: Followed
    comment: str = ""


class Provenance(BaseModel, frozen=True, hide_input_in_errors=True):
    """What made a rating, so that points of different makers are never silently joined."""

    coach: str  # "offline", or the language model's name
    coach_version: str  # of the rules or of the prompt
    rubric_version: str
    speech_model: str = ""  # empty when the answer was typed
    passes: int = 1  # how often it was judged independently


class Rating(BaseModel, frozen=True, hide_input_in_errors=True):
    """An answer judged. `id` is new with every rating; older ones are kept."""

    id: UUID = Field(default_factory=uuid4)
    scores: tuple[Score, ...]
    strengths: tuple[str, ...] = ()
    improvements: tuple[str, ...] = ()
    next_action: str = ""
    improved_answer: str = ""  # the candidate's own answer, told better by the coach
    star: Star | None = None
    last_action: LastAction | None = None
    provenance: Provenance
    rated_at: datetime | None = None  # set by the store

    @property
    def overall(self) -> float:
        return overall_figure(tuple(s.mean for s in self.scores))

    @property
    def overall_range(self) -> tuple[float, float]:
        """The figure if the lower, or the higher, of two passes were right everywhere."""
        low, high = (s.low for s in self.scores), (s.high for s in self.scores)
        return overall_figure(tuple(low)), overall_figure(tuple(high))

    @property
    def unsure(self) -> bool:
        """Stays out of trends until it is rated again."""
        return any(s.unsure for s in self.scores)

    @property
    def is_estimate(self) -> bool:
        return self.provenance.coach == OFFLINE


class Turn(BaseModel, frozen=True, hide_input_in_errors=True):
    """One thing said in a talk with the coach about a rating."""

    by_candidate: bool
    text: str


def overall_figure(levels: Sequence[float]) -> float:
    """Levels 1-5 with equal weights -> figure out of 10: 1 is 0, 3 is 5, 5 is 10.

    Equal weights because unit weights predict as well as fitted ones out of sample
    (Dawes 1979, "The robust beauty of improper linear models").
    """
    if not levels:
        raise ValueError("an overall figure needs at least one level")
    return (fmean(levels) - 1) * 2.5
