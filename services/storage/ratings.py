"""Ratings and their scores, in one transaction of the caller's."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from services.domain import Criterion, Evidence, Provenance, Rating, RatingState, Score
from services.errors import NotFound
from services.ports import Owner
from services.storage.answering import set_values
from services.storage.tables import AnswerRow, InterviewRow, QuestionRow, RatingRow, ScoreRow


def add(db: Session, owner: Owner, answer_id: UUID, rating: Rating, now: datetime) -> None:
    place = db.execute(
        select(AnswerRow.interview_id, InterviewRow.created_at, QuestionRow.kind)
        .join(InterviewRow, InterviewRow.id == AnswerRow.interview_id)
        .join(QuestionRow, QuestionRow.id == AnswerRow.question_id)
        .where(AnswerRow.id == answer_id, AnswerRow.user_id == owner)
    ).one_or_none()
    if place is None:
        raise NotFound("There is no such answer.", "Its interview may have been deleted.")
    _supersede(db, owner, answer_id)
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
            superseded=False,
            created_at=now,
            **rating.provenance.model_dump(),
        )
    )
    scores = [
        {
            "rating_id": rating.id,
            "number": number,
            "user_id": owner,
            "criterion_id": score.criterion.id,
            "criterion_name": score.criterion.name,
            "criterion": score.criterion.model_dump(mode="json"),
            "level": score.level,
            "reason": score.reason,
            "evidence": [[e.start, e.end, e.quote] for e in score.evidence],
            "superseded": False,
            "asked_at": place.created_at,
        }
        for number, score in enumerate(rating.scores)
    ]
    db.execute(insert(ScoreRow), scores)
    rated = {"rating_state": RatingState.RATED, "rating_problem": ""}
    set_values(db, owner, answer_id, rated)


def latest(db: Session, owner: Owner, answer_ids: Iterable[UUID]) -> dict[UUID, Rating]:
    """The newest rating of each of these answers that has one: two queries, however many."""
    rows = db.scalars(
        select(RatingRow).where(
            RatingRow.answer_id.in_(tuple(answer_ids)),
            RatingRow.user_id == owner,
            ~RatingRow.superseded,
        )
    ).all()
    scores: dict[UUID, list[Score]] = {row.id: [] for row in rows}
    found = db.scalars(
        select(ScoreRow)
        .where(ScoreRow.rating_id.in_(scores), ScoreRow.user_id == owner)
        .order_by(ScoreRow.rating_id, ScoreRow.number)
    )
    for stored in found:
        scores[stored.rating_id].append(_score(stored))
    return {row.answer_id: _rating(row, tuple(scores[row.id])) for row in rows}


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


def _rating(row: RatingRow, scores: tuple[Score, ...]) -> Rating:
    return Rating(
        id=row.id,
        scores=scores,
        strengths=tuple(row.strengths),
        improvements=tuple(row.improvements),
        next_action=row.next_action,
        provenance=Provenance(
            coach=row.coach,
            coach_version=row.coach_version,
            rubric_version=row.rubric_version,
            speech_model=row.speech_model,
        ),
    )


def _score(row: ScoreRow) -> Score:
    return Score(
        criterion=Criterion.model_validate(row.criterion),
        level=row.level,
        reason=row.reason,
        evidence=tuple(
            Evidence(start=start, end=end, quote=quote) for start, end, quote in row.evidence
        ),
    )
