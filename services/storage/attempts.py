"""Attempts at a question, in one transaction of the caller's: which there are, and which one counts.

At most one attempt is decided (SUBMITTED or SKIPPED) and counts. Whoever makes another one count holds the
question until the transaction ends, so that two tabs never leave two, or none; always before any answer to
it, so that no two wait for each other. Ratings of the others are set aside: figures, history and progress
pass over them.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlalchemy.orm import Session

from services.domain import AnswerState, Attempt, QuestionAttempts, RatingState
from services.errors import AlreadyAnswered, InvalidInput
from services.ports import Owner
from services.storage import answers, interviews, questions, ratings, reviews
from services.storage.database import rows_changed
from services.storage.tables import AnswerRow, QuestionRow, RatingRow, ScoreRow, SegmentRow

# Why there is no rating of an attempt, as its candidate is told.
NO_WORDS = "No words were heard."
SKIPPED = "You had skipped it."
# There are words, written or heard, or sound that will be.
_SAID = or_(
    AnswerRow.pending,
    AnswerRow.sound_s > 0,
    AnswerRow.edited.is_not(None),
    exists().where(SegmentRow.answer_id == AnswerRow.id, SegmentRow.user_id == AnswerRow.user_id),
)


def of_question(db: Session, owner: Owner, question_id: UUID) -> QuestionAttempts:
    """What was submitted to a question, or said before it was skipped; what was put aside to be recorded
    again, or is being given, is no attempt. Two queries. Raises `NotFound`."""
    given = and_(AnswerRow.question_id == QuestionRow.id, AnswerRow.user_id == owner, answers.GIVEN)
    judged = and_(
        RatingRow.answer_id == AnswerRow.id, RatingRow.user_id == owner, ~RatingRow.superseded
    )
    rows = db.execute(
        interviews.asked(owner, AnswerRow, RatingRow)
        .outerjoin(AnswerRow, given)
        .outerjoin(RatingRow, judged)
        .where(QuestionRow.id == question_id)
        .order_by(AnswerRow.attempt)
    ).all()
    if not rows:
        raise questions.not_there()
    there = [row for row in rows if row.AnswerRow is not None]
    heard, scores = reviews.details(
        db,
        owner,
        {row.AnswerRow.id for row in there},
        {row.RatingRow.id for row in there if row.RatingRow is not None},
    )
    interview = interviews.of_rows(rows)
    (question,) = interview.questions
    return QuestionAttempts(
        interview_id=interview.id,
        state=interview.state,
        setup=interview.setup,
        question=question,
        attempts=tuple(
            Attempt(
                answer=answers.of_row(row.AnswerRow, tuple(heard[row.AnswerRow.id])),
                rating=None
                if row.RatingRow is None
                else ratings.of_row(row.RatingRow, tuple(scores[row.RatingRow.id])),
                counts=row.AnswerRow.state == AnswerState.SUBMITTED,
            )
            for row in there
        ),
    )


def let_count(db: Session, owner: Owner, answer_id: UUID, instead_of: UUID) -> None:
    """From now on this attempt counts; no change when it does already. One that was skipped is submitted
    by that, and due to be rated.

    Raises `AlreadyAnswered` when another one than `instead_of` counts by now, `InvalidInput` for an attempt
    that was never submitted, `NotFound`.
    """
    question_id, _ = place_of(db, owner, answer_id)
    hold(db, owner, question_id)
    rows = {row.id: row for row in answers.attempts(db, owner, question_id)}
    wanted = rows[answer_id]
    if wanted.state == AnswerState.SUBMITTED:
        return
    if wanted.state != AnswerState.REPLACED or wanted.rating_state == RatingState.NONE:
        raise InvalidInput(
            "attempt", "This attempt was not submitted.", "Choose one that was, or submit it first."
        )
    counting = next((row.id for row in rows.values() if row.state in answers.DECIDED), None)
    if counting != instead_of:
        raise AlreadyAnswered(
            "Another attempt counts by now.", "It may have been chosen in another tab; look again."
        )
    values: dict[str, Any] = {"state": AnswerState.SUBMITTED}
    if wanted.rating_problem == SKIPPED:
        values |= {"rating_state": RatingState.WAITING, "rating_problem": ""}
    _update(db, owner, [answer_id], values)
    _set_aside(db, owner, [answer_id], aside=False)
    replace_others(db, owner, question_id, answer_id)


def place_of(db: Session, owner: Owner, answer_id: UUID) -> tuple[UUID, int]:
    """The question of an answer, and the number of the attempt. Raises `NotFound`."""
    found = db.execute(
        select(AnswerRow.question_id, AnswerRow.attempt).where(
            AnswerRow.id == answer_id, AnswerRow.user_id == owner
        )
    ).one_or_none()
    if found is None:
        raise answers.not_there()
    return found.question_id, found.attempt


def hold_for(db: Session, owner: Owner, answer_id: UUID) -> UUID | None:
    """Before anything of this answer is touched by who will submit it: its question is held, and returned,
    where there was another attempt before it. Raises `NotFound`."""
    question_id, attempt = place_of(db, owner, answer_id)
    if attempt == 1:
        return None
    hold(db, owner, question_id)
    return question_id


def hold(db: Session, owner: Owner, question_id: UUID) -> None:
    """Until this transaction ends nobody else changes which attempt counts."""
    db.execute(
        select(QuestionRow.id)
        .where(QuestionRow.id == question_id, QuestionRow.user_id == owner)
        .with_for_update(key_share=True)  # SQLite has one writer anyway
    )


def replace_others(db: Session, owner: Owner, question_id: UUID, answer_id: UUID) -> None:
    """This attempt has just been decided: the one before counts no more, and nothing that was said in it is
    lost. Only with the question held."""
    others = db.scalars(
        select(AnswerRow.id).where(
            AnswerRow.question_id == question_id,
            AnswerRow.user_id == owner,
            AnswerRow.id != answer_id,
            AnswerRow.state.in_(answers.DECIDED),
        )
    ).all()
    # What has no rating, and waits for none, would be taken for put aside from now on (`answers.GIVEN`).
    unrated = AnswerRow.rating_state == RatingState.NONE
    for which, why in (
        (AnswerRow.state == AnswerState.SUBMITTED, NO_WORDS),
        (and_(AnswerRow.state == AnswerState.SKIPPED, _SAID), SKIPPED),
    ):
        failed = {"rating_state": RatingState.FAILED, "rating_problem": why}
        _update(db, owner, others, failed, which, unrated)
    # First the answer: who stores a rating of it just now holds it, and reads its state again.
    _update(db, owner, others, {"state": AnswerState.REPLACED})
    _set_aside(db, owner, others, aside=True)


def _update(
    db: Session, owner: Owner, answer_ids: Any, values: dict[str, Any], *which: ColumnElement[bool]
) -> None:
    mine = (AnswerRow.id.in_(answer_ids), AnswerRow.user_id == owner)
    rows_changed(db, update(AnswerRow).where(*mine, *which).values(values))


def _set_aside(db: Session, owner: Owner, answer_ids: Any, *, aside: bool) -> None:
    made = select(RatingRow.id).where(RatingRow.answer_id.in_(answer_ids))
    db.execute(
        update(ScoreRow)
        .where(ScoreRow.rating_id.in_(made), ScoreRow.user_id == owner)
        .values(set_aside=aside)
        .execution_options(synchronize_session=False)
    )
    db.execute(
        update(RatingRow)
        .where(RatingRow.answer_id.in_(answer_ids), RatingRow.user_id == owner)
        .values(set_aside=aside)
        .execution_options(synchronize_session=False)
    )
