"""Other views of an answer: the candidate's own, and that of a mentor who was sent a link."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.domain.answers import Recording, Video
from services.domain.interview import Category, Criterion, Difficulty, FollowUp, Kind
from services.domain.ratings import Level, Rating

MENTOR_NAME_LIMIT = 80  # characters
NOTE_LIMIT = 2_000  # characters of what a mentor writes about one answer
SHARE_DAYS = (1, 7, 30)  # that a link may work
MOST_SHARES = 10  # links of one interview that work at the same time

Levels = dict[str, Level]  # by the criterion's id


class SharePart(StrEnum):
    """What a link shows besides the questions, which it always shows."""

    WORDS = "words"
    RECORDING = "recording"
    RATINGS = "ratings"
    DELIVERY = "delivery"


class Share(BaseModel, frozen=True, hide_input_in_errors=True):
    """A link to one interview. Its secret is only in the link itself; we keep a hash."""

    id: UUID
    interview_id: UUID
    name: str  # whom it is for, in the candidate's words
    includes: tuple[SharePart, ...] = ()
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    opened_at: datetime | None = None  # for the last time

    def works(self, now: datetime) -> bool:
        return self.revoked_at is None and self.expires_at > now


class MentorNote(BaseModel, frozen=True, hide_input_in_errors=True):
    """What a mentor said about one answer. It belongs to the candidate."""

    id: UUID
    share_id: UUID
    answer_id: UUID
    mentor: str  # the name that the mentor gave
    levels: Levels = {}
    note: str = ""
    noted_at: datetime


class SelfRating(BaseModel, frozen=True, hide_input_in_errors=True):
    """The levels that candidates gave their own answer before they saw the coach's; none: they chose not to."""

    answer_id: UUID
    levels: Levels
    rated_at: datetime


class SharedAnswer(BaseModel, frozen=True, hide_input_in_errors=True):
    """An answer as far as a link includes it; what it does not include is None here."""

    id: UUID
    words: str | None = None
    recording: Recording | None = None
    video: Video | None = None
    rating: Rating | None = None
    spoken: bool = False  # how it was spoken is included
    note: MentorNote | None = None  # by whoever has this link


class SharedQuestion(BaseModel, frozen=True, hide_input_in_errors=True):
    """A question as a link shows it, without what the coach listened for. No answer: none was submitted."""

    id: UUID
    parent_id: UUID | None = None  # of a follow-up
    text: str
    kind: Kind
    follow_up: FollowUp | None = None
    criteria: tuple[Criterion, ...]
    answer: SharedAnswer | None = None


class Shared(BaseModel, frozen=True, hide_input_in_errors=True):
    """All that a link shows."""

    share: Share
    position: str
    category: Category
    difficulty: Difficulty
    language: str
    items: tuple[SharedQuestion, ...]


class View(BaseModel, frozen=True, hide_input_in_errors=True):
    """A mentor's mean level of a criterion."""

    name: str
    level: Annotated[float, Field(ge=1, le=5)]


class Gap(BaseModel, frozen=True, hide_input_in_errors=True):
    """How a criterion is seen from several sides: mean levels (1-5); None where nobody has looked.

    `difference` is own minus coach, over the answers that both rated.
    """

    criterion_id: str
    name: str
    coach: float | None = None
    own: float | None = None
    mentors: tuple[View, ...] = ()
    difference: float | None = None


class Views(BaseModel, frozen=True, hide_input_in_errors=True):
    """What candidate and mentors think of the answers of an interview, beside the coach.

    `own` is by answer; `asks` says whether candidates want to be asked before they see the coach's view.
    """

    own: dict[UUID, SelfRating] = {}
    notes: tuple[MentorNote, ...] = ()
    asks: bool = False
