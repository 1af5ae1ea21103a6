"""What the screens of an interview saw last, so that they stay while the database is away.

Memory only, and of this process; used only while the database cannot be asked. What waits in the outbox is
laid over everything that is read, so that a step which was taken shows whether it is stored already or not.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from uuid import UUID

from services.domain import Answer, AnswerState, InterviewState, Review, ReviewedQuestion
from services.errors import DatabaseAway
from services.ports import Owner
from services.storage.outbox import Outbox
from services.storage.steps import Step, overlaid

KEPT_S = 15 * 60.0  # as long as a sign-in is remembered
_MOST = 500  # interviews; one takes about 100 kB


class LastKnown:
    """Any thread may call."""

    def __init__(self, outbox: Outbox, clock: Callable[[], float] = time.monotonic) -> None:
        self._outbox = outbox
        self._clock = clock
        self._lock = threading.Lock()
        self._reviews: OrderedDict[UUID, tuple[float, Owner, Review]] = OrderedDict()

    def review(self, owner: Owner, interview_id: UUID | None, read: Callable[[], Review]) -> Review:
        """What `read` gets from the database of this interview, or without one of the newest that is
        open; or else what it got last. Raises `DatabaseAway` when nothing is known, and what `read` raises.
        """
        waiting = self._outbox.all_waiting()  # first: what is stored meanwhile is then in both
        try:
            review = read()
        except DatabaseAway:
            known = self._known(owner, interview_id)
            if known is None:
                raise
            return _overlaid(known, self._outbox.lately)
        self._keep(owner, review)
        return (
            _overlaid(review, lambda answer_id: waiting.get(answer_id, ())) if waiting else review
        )

    def answer(self, owner: Owner, answer_id: UUID, read: Callable[[], Answer]) -> Answer:
        """As `review`."""
        waiting = self._outbox.waiting(answer_id)
        try:
            return overlaid(read(), waiting)
        except DatabaseAway:
            known = self._answer(owner, lambda answer: answer.id == answer_id)
            if known is None:
                raise
            return known

    def answer_to(self, owner: Owner, question_id: UUID) -> Answer | None:
        """The answer to this question as it was known, with what was done to it since."""
        return self._answer(owner, lambda answer: answer.question_id == question_id)

    def forget(self, owner: Owner) -> None:
        """Everything of theirs."""
        with self._lock:
            self._reviews = OrderedDict(
                (key, kept) for key, kept in self._reviews.items() if kept[1] != owner
            )

    def is_of(self, owner: Owner, interview_id: UUID, answer_id: UUID) -> bool:
        """Whether it is an answer of this interview of theirs."""
        review = self._known(owner, interview_id)
        return review is not None and any(
            answer.id == answer_id for item in review.items for answer in item.answers
        )

    def is_theirs(self, owner: Owner, answer_id: UUID) -> bool:
        """Whether the database said lately that this answer is this owner's."""
        return self._answer(owner, lambda answer: answer.id == answer_id) is not None

    def _known(self, owner: Owner, interview_id: UUID | None) -> Review | None:
        known = self._of(owner)
        if interview_id is not None:
            return next((one for one in known if one.interview.id == interview_id), None)
        unfinished = [one for one in known if one.interview.state is InterviewState.OPEN]
        return max(unfinished, key=lambda one: one.interview.created_at, default=None)

    def _answer(self, owner: Owner, wanted: Callable[[Answer], bool]) -> Answer | None:
        answers = (
            answer
            for review in self._of(owner)
            for item in review.items
            for answer in reversed(item.answers)  # first the one that is being given
        )
        found = next((answer for answer in answers if wanted(answer)), None)
        return overlaid(found, self._outbox.lately(found.id)) if found else None

    def _keep(self, owner: Owner, review: Review) -> None:
        with self._lock:
            self._reviews.pop(review.interview.id, None)
            self._reviews[review.interview.id] = (self._clock(), owner, review)
            while len(self._reviews) > _MOST:
                self._reviews.popitem(last=False)

    def _of(self, owner: Owner) -> list[Review]:
        """The newest first."""
        oldest = self._clock() - KEPT_S
        with self._lock:
            kept = reversed(list(self._reviews.values()))
        return [review for at, whose, review in kept if whose == owner and at >= oldest]


def _overlaid(review: Review, steps_of: Callable[[UUID], tuple[Step, ...]]) -> Review:
    items = []
    for item in review.items:
        changed: dict[str, object] = {}
        for name, answer in (("answer", item.answer), ("retake", item.retake)):
            if answer and (steps := steps_of(answer.id)):
                changed[name] = overlaid(answer, steps)
        items.append(_submitted(item.model_copy(update=changed)) if changed else item)
    return review.model_copy(update={"items": tuple(items)})


def _submitted(item: ReviewedQuestion) -> ReviewedQuestion:
    """A retake that has been submitted is the answer that counts."""
    if item.retake is None or item.retake.state is not AnswerState.SUBMITTED:
        return item
    return item.model_copy(update={"answer": item.retake, "retake": None, "rating": None})
