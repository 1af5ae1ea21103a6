"""Ratings and their scores, in one transaction of the caller's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session, aliased

from services.domain import (
    OFFLINE,
    AnswerState,
    Criterion,
    Evidence,
    LastAction,
    Provenance,
    Rating,
    Score,
    Star,
)
from services.ports import Owner
from services.storage import answers
from services.storage.tables import AnswerRow, InterviewRow, QuestionRow, RatingRow, ScoreRow


def lock(db: Session, owner: Owner, answer_id: UUID) -> None:
    """Of several that rate an answer at once the others wait until this transaction ends."""
    db.execute(
        select(AnswerRow.id)
        .where(AnswerRow.id == answer_id, AnswerRow.user_id == owner)
        .with_for_update()  # SQLite has one writer anyway
    )


def add(db: Session, owner: Owner, answer_id: UUID, rating: Rating, now: datetime) -> bool:
    """Keep a rating in the place of the one that counted. Raises `NotFound`.

    False: it is an offline estimate and a language model has rated this answer before, so it is not kept.
    """
    place = db.execute(
        select(AnswerRow.interview_id, AnswerRow.state, InterviewRow.created_at, QuestionRow.kind)
        .join(InterviewRow, InterviewRow.id == AnswerRow.interview_id)
        .join(QuestionRow, QuestionRow.id == AnswerRow.question_id)
        .where(AnswerRow.id == answer_id, AnswerRow.user_id == owner)
    ).one_or_none()
    if place is None:
        raise answers.not_there()
    if rating.is_estimate and _rated_by_a_model(db, owner, answer_id):
        return False
    _supersede(db, owner, answer_id)
    set_aside = place.state == AnswerState.REPLACED  # another attempt counts by now
    db.execute(
        insert(RatingRow).values(
            id=rating.id,
            user_id=owner,
            interview_id=place.interview_id,
            answer_id=answer_id,
            kind=place.kind,
            overall=rating.overall,
            strengths=list(rating.strengths),
            improvements=list(rating.improvements),
            next_action=rating.next_action,
            improved_answer=rating.improved_answer,
            star=None if rating.star is None else rating.star.model_dump(),
            last_action=None if rating.last_action is None else rating.last_action.model_dump(),
            unsure=rating.unsure,
            superseded=False,
            set_aside=set_aside,
            created_at=now,
            **rating.provenance.model_dump(),
        )
    )
    whole = {
        "rating_id": rating.id,
        "user_id": owner,
        "superseded": False,
        "unsure": rating.unsure,
        "set_aside": set_aside,
        "asked_at": place.created_at,
    }
    scores = [whole | _values(number, score) for number, score in enumerate(rating.scores)]
    db.execute(insert(ScoreRow), scores)
    return True


def earlier(db: Session, owner: Owner, answer_id: UUID) -> tuple[Rating, ...]:
    """Ratings of an answer that a newer one took the place of, newest first. Raises `NotFound`."""
    answers.must_exist(db, owner, answer_id)
    rows = db.scalars(
        select(RatingRow)
        .where(
            RatingRow.answer_id == answer_id,
            RatingRow.user_id == owner,
            RatingRow.superseded,
        )
        .order_by(RatingRow.created_at.desc())
    ).all()
    return _with_scores(db, owner, rows) if rows else ()


def last_next_action(db: Session, owner: Owner, competency: str, before: UUID) -> str:
    """The advice that the answer `before` could have followed: of another attempt at the same question what
    the rating of the last attempt before it says, or else what the newest rating says that counts for an
    earlier answer on this competency. Empty when there is none. Raises `NotFound`.
    """
    answers.must_exist(db, owner, before)
    return _of_earlier_attempt(db, owner, before) or _on_competency(db, owner, competency, before)


def _of_earlier_attempt(db: Session, owner: Owner, before: UUID) -> str:
    this = aliased(AnswerRow)
    found = db.scalar(
        select(RatingRow.next_action)
        .join(AnswerRow, AnswerRow.id == RatingRow.answer_id)
        .join(this, this.question_id == AnswerRow.question_id)
        .where(
            this.id == before,
            this.user_id == owner,
            AnswerRow.attempt < this.attempt,
            answers.GIVEN,
            RatingRow.user_id == owner,
            ~RatingRow.superseded,
        )
        .order_by(AnswerRow.attempt.desc())
        .limit(1)
    )
    return found or ""


def _on_competency(db: Session, owner: Owner, competency: str, before: UUID) -> str:
    if not competency:
        return ""
    submitted = (
        select(AnswerRow.finished_at)
        .where(AnswerRow.id == before, AnswerRow.user_id == owner)
        .scalar_subquery()
    )
    asked = select(QuestionRow.id).where(
        QuestionRow.user_id == owner, QuestionRow.competency == competency
    )
    given = select(AnswerRow.id).where(
        AnswerRow.question_id.in_(asked),  # the owner's; naming the owner again misleads SQLite
        AnswerRow.id != before,
        AnswerRow.state == AnswerState.SUBMITTED,
        AnswerRow.finished_at < submitted,
    )
    found = db.scalar(
        select(RatingRow.next_action)
        .where(
            RatingRow.answer_id.in_(given),
            RatingRow.user_id == owner,
            ~RatingRow.superseded,
        )
        .order_by(RatingRow.created_at.desc())
        .limit(1)
    )
    return found or ""


def of_row(row: RatingRow, scores: tuple[Score, ...]) -> Rating:
    return Rating(
        id=row.id,
        scores=scores,
        strengths=tuple(row.strengths),
        improvements=tuple(row.improvements),
        next_action=row.next_action,
        improved_answer=row.improved_answer,
        star=None if row.star is None else Star.model_validate(row.star),
        last_action=None if row.last_action is None else LastAction.model_validate(row.last_action),
        provenance=Provenance(
            coach=row.coach,
            coach_version=row.coach_version,
            rubric_version=row.rubric_version,
            speech_model=row.speech_model,
            passes=row.passes,
        ),
        rated_at=row.created_at,
    )


def score(
    criterion: dict[str, Any],
    level: int,
    other: int | None,
    reason: str,
    evidence: list[Any],
    evidenced: bool,
) -> Score:
    """Of what a row of `ScoreRow` holds."""
    return Score(
        criterion=Criterion.model_validate(criterion),
        level=level,
        other=other,
        reason=reason,
        evidence=tuple(_evidence(*stored) for stored in evidence),
        evidenced=evidenced,
    )


def _rated_by_a_model(db: Session, owner: Owner, answer_id: UUID) -> bool:
    coach = db.scalar(
        select(RatingRow.coach).where(
            RatingRow.answer_id == answer_id, RatingRow.user_id == owner, ~RatingRow.superseded
        )
    )
    return coach not in (None, OFFLINE)


def _supersede(db: Session, owner: Owner, answer_id: UUID) -> None:
    older = select(RatingRow.id).where(
        RatingRow.answer_id == answer_id, RatingRow.user_id == owner, ~RatingRow.superseded
    )
    db.execute(
        update(ScoreRow)
        .where(ScoreRow.rating_id.in_(older), ScoreRow.user_id == owner)
        .values(superseded=True)
        .execution_options(synchronize_session=False)
    )
    db.execute(
        update(RatingRow)
        .where(RatingRow.answer_id == answer_id, RatingRow.user_id == owner)
        .values(superseded=True)
    )


def _with_scores(db: Session, owner: Owner, rows: Sequence[RatingRow]) -> tuple[Rating, ...]:
    """The ratings of these rows, in their order; one query for all scores."""
    scores: dict[UUID, list[Score]] = {row.id: [] for row in rows}
    found = db.scalars(
        select(ScoreRow)
        .where(ScoreRow.rating_id.in_(scores), ScoreRow.user_id == owner)
        .order_by(ScoreRow.rating_id, ScoreRow.number)
    )
    for stored in found:
        scores[stored.rating_id].append(
            score(
                stored.criterion,
                *(stored.level, stored.other, stored.reason),
                *(stored.evidence, stored.evidenced),
            )
        )
    return tuple(of_row(row, tuple(scores[row.id])) for row in rows)


def _values(number: int, score: Score) -> dict[str, Any]:
    return {
        "number": number,
        "criterion_id": score.criterion.id,
        "criterion_name": score.criterion.name,
        "criterion": score.criterion.model_dump(mode="json"),
        "level": score.level,
        "other": score.other,
        "reason": score.reason,
        "evidence": [[e.start, e.end, e.quote, e.start_s, e.end_s] for e in score.evidence],
        "evidenced": score.evidenced,
    }


def _evidence(
    start: int, end: int, quote: str, start_s: float | None = None, end_s: float | None = None
) -> Evidence:
    """Times are missing in what was stored before there were any."""
    return Evidence(start=start, end=end, quote=quote, start_s=start_s, end_s=end_s)
