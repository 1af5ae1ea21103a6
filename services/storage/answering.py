"""The steps of an answer, in one transaction of the caller's.

They are compare-and-set: each names the states it may start from, so that of two tabs exactly one
takes the step.
"""

from __future__ import annotations

from collections.abc import Sequence
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
from services.storage import answers, attempts, questions
from services.storage.columns import clean
from services.storage.database import rows_changed
from services.storage.tables import AnswerRow, SegmentRow

_UNDECIDED = (AnswerState.OPEN, AnswerState.HEARD)


def open_or_resume(
    db: Session, owner: Owner, question_id: UUID, mode: AnswerMode, now: datetime
) -> Answer:
    interview_id = questions.interview_of(db, owner, question_id)
    rows = answers.attempts(db, owner, question_id)
    if (under_way := _first(rows, _UNDECIDED)) is not None:
        if under_way.state == AnswerState.OPEN:
            _step(db, owner, under_way.id, (AnswerState.OPEN,), {"mode": mode})
        return answers.one(db, owner, under_way.id)
    if (decided := _first(rows, answers.DECIDED)) is not None:
        raise _already(AnswerState(decided.state))
    return _add(db, owner, interview_id, question_id, rows, mode, AnswerState.OPEN, now)


def open_again(db: Session, owner: Owner, question_id: UUID, now: datetime) -> Answer:
    """The attempt that is being given, or else the next one, in the mode of the one before; what counted
    until now goes on counting. Raises `NotFound`."""
    interview_id = questions.interview_of(db, owner, question_id)
    rows = answers.attempts(db, owner, question_id)
    if (under_way := _first(rows, _UNDECIDED)) is not None:
        return answers.one(db, owner, under_way.id)
    mode = AnswerMode(rows[-1].mode) if rows else AnswerMode.SPOKEN
    return _add(db, owner, interview_id, question_id, rows, mode, AnswerState.OPEN, now)


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
    values = {"edited": _edit(db, owner, answer_id, text)}
    if not _step(db, owner, answer_id, _UNDECIDED, values):
        _refuse(db, owner, answer_id)


def submit(db: Session, owner: Owner, answer_id: UUID, text: str | None, now: datetime) -> Answer:
    retaken = attempts.hold_for(db, owner, answer_id)
    edited = None if text is None else _edit(db, owner, answer_id, text)
    values = {
        "state": AnswerState.SUBMITTED,
        "edited": edited,
        "rating_state": RatingState.WAITING,
        "finished_at": now,
    }
    if not _step(db, owner, answer_id, _UNDECIDED, values):
        _refuse(db, owner, answer_id)
    if retaken is not None:
        attempts.replace_others(db, owner, retaken, answer_id)
    return answers.one(db, owner, answer_id)


def skip(db: Session, owner: Owner, question_id: UUID, now: datetime) -> Answer:
    interview_id = questions.interview_of(db, owner, question_id)
    rows = answers.attempts(db, owner, question_id)
    if (decided := _first(rows, answers.DECIDED)) is not None:
        if decided.state == AnswerState.SUBMITTED:
            raise _already(AnswerState.SUBMITTED)
        return answers.one(db, owner, decided.id)  # it was skipped before
    if (under_way := _first(rows, _UNDECIDED)) is not None:
        values = {"state": AnswerState.SKIPPED, "finished_at": now}
        _step(db, owner, under_way.id, _UNDECIDED, values)
        return answers.one(db, owner, under_way.id)
    mode = AnswerMode.SPOKEN
    return _add(db, owner, interview_id, question_id, rows, mode, AnswerState.SKIPPED, now)


def replace(db: Session, owner: Owner, answer_id: UUID, now: datetime) -> None:
    values = {"state": AnswerState.REPLACED, "finished_at": now}
    if (
        not _step(db, owner, answer_id, _UNDECIDED, values)
        and not answers.one(db, owner, answer_id).put_aside
    ):
        _refuse(db, owner, answer_id)


def record_again(db: Session, owner: Owner, answer_id: UUID, now: datetime) -> None:
    """Put this attempt aside; at a question that is decided already, another retake is opened."""
    question_id, _ = attempts.place_of(db, owner, answer_id)
    replace(db, owner, answer_id, now)
    if _first(answers.attempts(db, owner, question_id), answers.DECIDED) is not None:
        open_again(db, owner, question_id, now)


def keep_recording(
    db: Session, owner: Owner, answer_id: UUID, recording: Recording, now: datetime
) -> None:
    """Raises `NotFound` also where none is wanted any more: put aside, or its time is over."""
    values = {f"recording_{name}": value for name, value in recording.model_dump().items()}
    changed = rows_changed(
        db,
        update(AnswerRow)
        .where(
            AnswerRow.id == answer_id,
            AnswerRow.user_id == owner,
            answers.WANTED,
            AnswerRow.recording_gone == "",
        )
        .values(values | {"recorded_at": now}),
    )
    if changed == 0:
        raise answers.not_there()


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


def edit_of(answer: Answer, text: str) -> str | None:
    """What to keep as the candidate's edit: nothing when it is what was heard.

    So words that are still being recognised join the answer unless the candidate changed something.
    """
    text = clean(text)
    return None if text.strip() == answer.raw.strip() else text


def _edit(db: Session, owner: Owner, answer_id: UUID, text: str) -> str | None:
    if len(text) > ANSWER_LIMIT:
        raise InvalidInput(
            "answer",
            f"The answer has {len(text):,} characters; {ANSWER_LIMIT:,} fit.",
            "Shorten it; nothing has been lost.",
        )
    return edit_of(answers.one(db, owner, answer_id), text)


def _first(rows: Sequence[AnswerRow], states: tuple[AnswerState, ...]) -> AnswerRow | None:
    return next((row for row in rows if row.state in states), None)


def _add(
    db: Session,
    owner: Owner,
    interview_id: UUID,
    question_id: UUID,
    before: Sequence[AnswerRow],
    mode: AnswerMode,
    state: AnswerState,
    now: datetime,
) -> Answer:
    """The next attempt after these."""
    row: dict[str, Any] = {
        "id": uuid4(),
        "user_id": owner,
        "interview_id": interview_id,
        "question_id": question_id,
        "attempt": before[-1].attempt + 1 if before else 1,
        "mode": mode,
        "state": state,
        "sound_s": 0.0,
        "pending": False,
        "rating_state": RatingState.NONE,
        "rating_problem": "",
        "started_at": now,
        "finished_at": None if state == AnswerState.OPEN else now,
    }
    db.execute(insert(AnswerRow).values(row))
    return answers.one(db, owner, row["id"])
