"""Looking back: reviews, the history, and what progress is drawn from."""

from __future__ import annotations

from datetime import datetime
from statistics import fmean
from uuid import UUID

from pydantic import BaseModel

from services.domain.answers import Answer, SoundFigures
from services.domain.interview import (
    Category,
    Difficulty,
    Interview,
    InterviewState,
    Kind,
    Question,
    Setup,
)
from services.domain.ratings import Rating
from services.domain.sharing import Views


class Attempt(BaseModel, frozen=True, hide_input_in_errors=True):
    """An answer that was submitted to a question, or skipped after something had been said, with its latest
    rating. Of all attempts at a question at most one counts."""

    answer: Answer
    rating: Rating | None = None
    counts: bool = False


class QuestionAttempts(BaseModel, frozen=True, hide_input_in_errors=True):
    """A question with all that was submitted to it, the first attempt first. `state` is its interview's."""

    interview_id: UUID
    state: InterviewState
    setup: Setup
    question: Question
    attempts: tuple[Attempt, ...] = ()


class ReviewedQuestion(BaseModel, frozen=True, hide_input_in_errors=True):
    """A question with the answer that counts (or else the one being given), its latest rating, and the
    ratings that this one took the place of, newest first.

    `retake` is another attempt that is being given while `answer` goes on counting; `others` is how many
    submitted attempts there are that do not count.
    """

    question: Question
    answer: Answer | None = None
    rating: Rating | None = None
    earlier: tuple[Rating, ...] = ()
    retake: Answer | None = None
    others: int = 0

    @property
    def answers(self) -> tuple[Answer, ...]:
        """What is there of both, the one that counts first."""
        return tuple(answer for answer in (self.answer, self.retake) if answer is not None)


class Review(BaseModel, frozen=True, hide_input_in_errors=True):
    """An interview as the feedback screen shows it."""

    interview: Interview
    items: tuple[ReviewedQuestion, ...]

    @property
    def overall(self) -> float | None:
        """Mean over the rated answers, out of 10; None when nothing is rated. Skipped is not zero, and
        a rating that its coach is unsure of does not count."""
        figures = [i.rating.overall for i in self.items if i.rating and not i.rating.unsure]
        return fmean(figures) if figures else None


class Look(BaseModel, frozen=True, hide_input_in_errors=True):
    """An interview as its candidate looks back at it, with what stands beside the coach's view. `sounds` are
    the figures of the recordings that were measured, by answer."""

    review: Review
    views: Views
    sounds: dict[UUID, SoundFigures] = {}


class InterviewSummary(BaseModel, frozen=True, hide_input_in_errors=True):
    """A row of the history."""

    id: UUID
    position: str
    category: Category
    difficulty: Difficulty
    state: InterviewState
    created_at: datetime
    question_count: int
    answered_count: int
    overall: float | None = None


class TrendPoint(BaseModel, frozen=True, hide_input_in_errors=True):
    """An interview on the progress chart: mean figure (out of 10) of its rated answers."""

    interview_id: UUID
    at: datetime
    position: str
    category: Category
    coach: str
    overall: float
    answers: int


class CriterionFigure(BaseModel, frozen=True, hide_input_in_errors=True):
    """Mean level (1-5) of a criterion over `answers` answers, early half and recent half apart."""

    criterion_id: str
    name: str
    mean: float
    answers: int
    earlier: float | None = None
    recent: float | None = None


class KindFigure(BaseModel, frozen=True, hide_input_in_errors=True):
    """Mean figure (out of 10) of the answers to one kind of question."""

    kind: Kind
    overall: float
    answers: int


class Progress(BaseModel, frozen=True, hide_input_in_errors=True):
    """Everything that the progress screen draws. `unrated` are answers whose ratings count here and which
    their candidate has yet to rate (see `services.veil`)."""

    interviews_done: int
    answers_given: int
    minutes_spoken: float
    trend: tuple[TrendPoint, ...] = ()
    criteria: tuple[CriterionFigure, ...] = ()
    kinds: tuple[KindFigure, ...] = ()
    unrated: frozenset[UUID] = frozenset()
