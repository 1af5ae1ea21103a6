"""The steps of an answer that may have to wait for the database, as they are written down meanwhile.

Each can be taken twice and changes nothing the second time: an entry whose commit was never confirmed is
simply written again.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, TypeAdapter
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.domain import Answer, AnswerState, RatingState, Segment
from services.errors import AlreadyAnswered
from services.ports import Owner
from services.storage import answering, interviews
from services.storage.columns import clean
from services.storage.tables import AnswerRow, SegmentRow

_UNDECIDED = (AnswerState.OPEN, AnswerState.HEARD)


class _Step(BaseModel, frozen=True, hide_input_in_errors=True):
    """What each of the steps below can do."""

    def write(self, db: Session, owner: Owner, answer_id: UUID) -> None:
        """Take the step in the database."""
        raise NotImplementedError

    def on(self, answer: Answer) -> Answer:
        """The answer as it will be."""
        return answer


class Said(_Step, frozen=True):
    """The settled segment of this number (from 0)."""

    step: Literal["said"] = "said"
    number: int
    segment: Segment

    def write(self, db: Session, owner: Owner, answer_id: UUID) -> None:
        answering.append_segment(db, owner, answer_id, self.number, self.segment)

    def on(self, answer: Answer) -> Answer:
        known = answer.segments
        if any(_same(segment, self.segment) for segment in known):
            return answer
        segments = sorted((*known, self.segment), key=lambda segment: segment.start)
        return answer.model_copy(update={"segments": tuple(segments)})


class Finished(_Step, frozen=True):
    """No more sound comes; `pending`: some of it is not words yet."""

    step: Literal["finished"] = "finished"
    sound_s: float
    pending: bool

    def write(self, db: Session, owner: Owner, answer_id: UUID) -> None:
        answering.set_sound(db, owner, answer_id, self.sound_s, self.pending)
        answering.heard(db, owner, answer_id, self.pending)

    def on(self, answer: Answer) -> Answer:
        changed = {"sound_s": self.sound_s, "pending": self.pending}
        if answer.state is AnswerState.OPEN:
            return answer.model_copy(update={**changed, "state": AnswerState.HEARD})
        return answer.model_copy(update=changed)


class Spoke(_Step, frozen=True):
    """The language that was recognised, of the interview that the answer belongs to."""

    step: Literal["spoke"] = "spoke"
    interview_id: UUID
    language: str

    def write(self, db: Session, owner: Owner, answer_id: UUID) -> None:
        interviews.set_language(db, owner, self.interview_id, self.language)


class Edited(_Step, frozen=True):
    """What the candidate has made of the answer so far."""

    step: Literal["edited"] = "edited"
    text: str

    def write(self, db: Session, owner: Owner, answer_id: UUID) -> None:
        answering.save_draft(db, owner, answer_id, self.text)

    def on(self, answer: Answer) -> Answer:
        if answer.state not in _UNDECIDED:
            return answer
        return answer.model_copy(update={"edited": answering.edit_of(answer, self.text)})


class Submitted(_Step, frozen=True):
    """The answer is given; no text: as it is heard."""

    step: Literal["submitted"] = "submitted"
    text: str | None
    at: datetime

    def write(self, db: Session, owner: Owner, answer_id: UUID) -> None:
        answering.submit(db, owner, answer_id, self.text, self.at)

    def on(self, answer: Answer) -> Answer:
        if answer.state not in _UNDECIDED:
            return answer
        changed = {
            "edited": None if self.text is None else answering.edit_of(answer, self.text),
            "state": AnswerState.SUBMITTED,
            "rating_state": RatingState.WAITING,
            "finished_at": self.at,
        }
        return answer.model_copy(update=changed)


Step = Said | Finished | Spoke | Edited | Submitted
HEARING = (Said, Finished)  # only the place that hears the answer takes these
_LINE: TypeAdapter[Step] = TypeAdapter(Annotated[Step, Field(discriminator="step")])


def line(step: Step) -> bytes:
    """A step as a line of a file."""
    return _LINE.dump_json(step) + b"\n"


def step_of(read: bytes) -> Step:
    """Raises `ValueError` for what is not a line of ours."""
    return _LINE.validate_json(read)


def overlaid(answer: Answer, steps: Iterable[Step]) -> Answer:
    """The answer as it will be once these steps are stored; those that are already change nothing."""
    for step in steps:
        answer = step.on(answer)
    return answer


def write_late(db: Session, owner: Owner, answer_id: UUID, step: Step) -> None:
    """Take a step that had to wait; one that somebody else was faster with is not taken."""
    try:
        step.write(db, owner, answer_id)
    except AlreadyAnswered:
        return


def write_from_elsewhere(db: Session, owner: Owner, answer_id: UUID, step: Step) -> None:
    """The same once another place hears the answer: words that are not there yet join it while its
    candidate can still see them; what else was heard here counts no more."""
    if not isinstance(step, Said):
        return
    open_row = select(AnswerRow.id).where(
        AnswerRow.id == answer_id, AnswerRow.user_id == owner, AnswerRow.state.in_(_UNDECIDED)
    )
    mine = (SegmentRow.answer_id == answer_id, SegmentRow.user_id == owner)
    there = select(SegmentRow.number).where(
        *mine, SegmentRow.start_s < step.segment.end, SegmentRow.end_s > step.segment.start
    )
    if db.scalar(open_row) is None or db.scalar(there.limit(1)) is not None:
        return
    step.write(db, owner, answer_id)


def _same(one: Segment, other: Segment) -> bool:
    return (one.start, one.end, clean(one.text)) == (other.start, other.end, clean(other.text))
