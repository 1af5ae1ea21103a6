"""Where an interview stands, and what of it waits to be stored: told from what is there of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.domain import (
    Answer,
    AnswerState,
    Interview,
    InterviewState,
    PlanState,
    Question,
    RatingState,
    Review,
)
from services.storage.steps import Said, Step, Submitted


@dataclass(frozen=True)
class Standing:
    """Where an interview stands: the question to answer now and what is there of it.

    No question: all are done, or `writing`: the next one is still being written. `again`: the candidate
    chose the question, to answer it once more; without one, there is no such attempt (any more).
    """

    interview: Interview
    question: Question | None = None
    answer: Answer | None = None
    writing: bool = False
    considered: frozenset[UUID] = frozenset()  # answers that the coach is at work on
    again: bool = False


@dataclass(frozen=True)
class Waiting:
    """What waits to be stored of an interview, kept on this machine meanwhile."""

    anything: bool = False
    words: int = 0  # that were heard
    submitted: int = 0  # answers
    recordings: int = 0  # of whomever this process heard: their store is away


def again_of(review: Review, question_id: UUID) -> Standing:
    """The attempt that is being given to this question beside the interview's own course."""
    item = next((one for one in review.items if one.question.id == question_id), None)
    under_way = (AnswerState.OPEN, AnswerState.HEARD)
    answers = item.answers if item is not None else ()
    given = next((answer for answer in answers if answer.state in under_way), None)
    if item is None or given is None:
        return Standing(review.interview, again=True)
    return Standing(review.interview, item.question, given, again=True)


def standing_of(review: Review) -> Standing:
    """The question on show, or else the first that is not done."""
    interview = review.interview
    given = [i.answer for i in review.items if i.answer is not None]
    considered = frozenset(a.id for a in given if a.rating_state is RatingState.RUNNING)
    if interview.state is InterviewState.FINISHED:
        return Standing(interview, considered=considered)
    done = (AnswerState.SUBMITTED, AnswerState.SKIPPED)
    left = [i for i in review.items if i.answer is None or i.answer.state not in done]
    if not left:
        writing = interview.plan_state is PlanState.WRITING
        return Standing(interview, writing=writing, considered=considered)
    # A follow-up that arrives meanwhile must not take away what the candidate is reading.
    item = next((i for i in left if i.question.shown), left[0])
    return Standing(interview, item.question, item.answer, considered=considered)


def waiting_of(steps: Sequence[Step], recordings: int) -> Waiting:
    """`steps` were taken and are not in the database yet."""
    words = sum(len(step.segment.text.split()) for step in steps if isinstance(step, Said))
    submitted = sum(isinstance(step, Submitted) for step in steps)
    return Waiting(bool(steps or recordings), words, submitted, recordings)
