"""The steps of an answer, in one transaction of the caller's.

They are compare-and-set: each names the states it may start from, so that of two tabs exactly one
takes the step.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NoReturn
from uuid import UUID, uuid4

from sqlalchemy import and_, func, insert, select, update
from sqlalchemy.orm import Session

from services.domain import (
    ANSWER_LIMIT,
    Answer,
    AnswerMode,
    AnswerState,
    RatingState,
    Recording,
    Segment,
)
from services.errors import AlreadyAnswered, InvalidInput
from services.ports import Owner
from services.storage import answers, questions
from services.storage.columns import clean
from services.storage.database import rows_changed
from services.storage.tables import AnswerRow, SegmentRow

_UNDECIDED = (AnswerState.OPEN, AnswerState.HEARD)
_DECIDED = (AnswerState.SUBMITTED, AnswerState.SKIPPED)


def open_or_resume(
    db: Session, owner: Owner, question_id: UUID, mode: AnswerMode, now: datetime
) -> Answer:
    interview_id = questions.interview_of(db, owner, question_id)
    last = answers.last(db, owner, question_id)
    if last is not None and last.state in _DECIDED:
        raise _already(AnswerState(last.state))
    if last is not None and last.state in _UNDECIDED:
        if last.state == AnswerState.OPEN:
            _step(db, owner, last.id, (AnswerState.OPEN,), {"mode": mode})
        return answers.one(db, owner, last.id)
    attempt = 1 if last is None else last.attempt + 1
    row = _new(owner, interview_id, question_id, attempt, mode, AnswerState.OPEN, now)
    db.execute(insert(AnswerRow).values(row))
    return answers.one(db, owner, row["id"])


def append_segment(
    db: Session, owner: Owner, answer_id: UUID, index: int, segment: Segment
) -> None:
    """Keep a settled segment as number `index` (from 0), or behind the last where another one has that
    number: of an answer that moved, two places count. The same segment again changes nothing."""
    _lock(db, owner, answer_id)
    of_it = (SegmentRow.answer_id == answer_id, SegmentRow.user_id == owner)
    same = and_(
        SegmentRow.start_s == segment.start,
        SegmentRow.end_s == segment.end,
        SegmentRow.text == segment.text,
    )
    last, told, taken = db.execute(
        select(
            func.max(SegmentRow.number),
            func.count().filter(same),
            func.count().filter(SegmentRow.number == index),
        ).where(*of_it)
    ).one()
    if told:
        return  # a settled segment never changes
    db.add(
        SegmentRow(
            answer_id=answer_id,
            number=last + 1 if taken else index,
            user_id=owner,
            start_s=segment.start,
            end_s=segment.end,
            text=segment.text,
            words=[[w.start, w.end, w.text, w.probability] for w in segment.words],
            certain=segment.certain,
        )
    )


def set_values(db: Session, owner: Owner, answer_id: UUID, values: dict[str, Any]) -> None:
    """Change columns whatever the state. Raises `NotFound`."""
    changed = rows_changed(
        db,
        update(AnswerRow)
        .where(AnswerRow.id == answer_id, AnswerRow.user_id == owner)
        .values(values),
    )
    if changed == 0:
        raise answers.not_there()


def set_sound(db: Session, owner: Owner, answer_id: UUID, seconds: float, pending: bool) -> None:
    """How much sound is kept (seconds of samples) and whether some of it is not words yet."""
    set_values(db, owner, answer_id, {"sound_s": seconds, "pending": pending})


def heard(db: Session, owner: Owner, answer_id: UUID, pending: bool) -> None:
    """OPEN -> HEARD; in any other state only `pending` is kept."""
    _step(db, owner, answer_id, (AnswerState.OPEN,), {"state": AnswerState.HEARD})
    # Other states stay as they are, but a late transcript still settles `pending`.
    set_values(db, owner, answer_id, {"pending": pending})


def save_draft(db: Session, owner: Owner, answer_id: UUID, text: str) -> None:
    """Keep the candidate's edit. Raises `AlreadyAnswered` once submitted, skipped or replaced."""
    values = {"edited": _edit_of(answers.one(db, owner, answer_id), text)}
    if not _step(db, owner, answer_id, _UNDECIDED, values):
        _refuse(db, owner, answer_id)


def submit(db: Session, owner: Owner, answer_id: UUID, text: str | None, now: datetime) -> Answer:
    edited = None if text is None else _edit_of(answers.one(db, owner, answer_id), text)
    values = {
        "state": AnswerState.SUBMITTED,
        "edited": edited,
        "rating_state": RatingState.WAITING,
        "finished_at": now,
    }
    if not _step(db, owner, answer_id, _UNDECIDED, values):
        _refuse(db, owner, answer_id)
    return answers.one(db, owner, answer_id)


def skip(db: Session, owner: Owner, question_id: UUID, now: datetime) -> Answer:
    interview_id = questions.interview_of(db, owner, question_id)
    last = answers.last(db, owner, question_id)
    if last is not None and last.state == AnswerState.SUBMITTED:
        raise _already(AnswerState.SUBMITTED)
    if last is not None and last.state != AnswerState.REPLACED:
        values = {"state": AnswerState.SKIPPED, "finished_at": now}
        _step(db, owner, last.id, _UNDECIDED, values)  # no step when it was skipped before
        return answers.one(db, owner, last.id)
    attempt = 1 if last is None else last.attempt + 1
    row = _new(
        owner, interview_id, question_id, attempt, AnswerMode.SPOKEN, AnswerState.SKIPPED, now
    )
    db.execute(insert(AnswerRow).values(row | {"finished_at": now}))
    return answers.one(db, owner, row["id"])


def replace(db: Session, owner: Owner, answer_id: UUID, now: datetime) -> None:
    values = {"state": AnswerState.REPLACED, "finished_at": now}
    if (
        not _step(db, owner, answer_id, _UNDECIDED, values)
        and answers.one(db, owner, answer_id).state in _DECIDED
    ):
        _refuse(db, owner, answer_id)


def keep_recording(
    db: Session, owner: Owner, answer_id: UUID, recording: Recording, now: datetime
) -> None:
    values = {f"recording_{name}": value for name, value in recording.model_dump().items()}
    set_values(db, owner, answer_id, values | {"recorded_at": now, "recording_gone": ""})


def _lock(db: Session, owner: Owner, answer_id: UUID) -> None:
    """Until this transaction ends nobody else adds words to the answer. Raises `NotFound`."""
    mine = select(AnswerRow.id).where(AnswerRow.id == answer_id, AnswerRow.user_id == owner)
    if db.scalar(mine.with_for_update(key_share=True)) is None:
        raise answers.not_there()


def _step(
    db: Session,
    owner: Owner,
    answer_id: UUID,
    from_states: tuple[AnswerState, ...],
    values: dict[str, Any],
) -> bool:
    """Change an answer if it is in one of `from_states`; says whether it was."""
    changed = rows_changed(
        db,
        update(AnswerRow)
        .where(
            AnswerRow.id == answer_id,
            AnswerRow.user_id == owner,
            AnswerRow.state.in_(from_states),
        )
        .values(values),
    )
    return changed == 1


def _refuse(db: Session, owner: Owner, answer_id: UUID) -> NoReturn:
    raise _already(answers.one(db, owner, answer_id).state)


def _already(state: AnswerState) -> AlreadyAnswered:
    what = {
        AnswerState.SUBMITTED: "This question has been answered already.",
        AnswerState.SKIPPED: "This question was skipped already.",
        AnswerState.REPLACED: "This answer was put aside to be recorded again.",
    }
    return AlreadyAnswered(what[state], "It may have happened in another tab; reload to go on.")


def _edit_of(answer: Answer, text: str) -> str | None:
    """What to keep as the candidate's edit: nothing when it is what was heard.

    So words that are still being recognised join the answer unless the candidate changed something.
    """
    if len(text) > ANSWER_LIMIT:
        raise InvalidInput(
            "answer",
            f"The answer has {len(text):,} characters; {ANSWER_LIMIT:,} fit.",
            "Shorten it; nothing has been lost.",
        )
    text = clean(text)
    return None if text.strip() == answer.raw.strip() else text


def _new(
    owner: Owner,
    interview_id: UUID,
    question_id: UUID,
    attempt: int,
    mode: AnswerMode,
    state: AnswerState,
    now: datetime,
) -> dict[str, Any]:
    return {
        "id": uuid4(),
        "user_id": owner,
        "interview_id": interview_id,
        "question_id": question_id,
        "attempt": attempt,
        "mode": mode,
        "state": state,
        "sound_s": 0.0,
        "pending": False,
        "rating_state": RatingState.NONE,
        "rating_problem": "",
        "started_at": now,
    }
