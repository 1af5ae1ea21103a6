"""What progress is drawn from: sums and means over all that a candidate has done, taken by the database.

In two queries: what has been done, and how well by criterion and kind, whose halves depend on the first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Float,
    Select,
    Subquery,
    Text,
    case,
    cast,
    func,
    literal,
    null,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from services.domain import (
    AnswerMode,
    AnswerState,
    Category,
    CriterionFigure,
    InterviewState,
    Kind,
    KindFigure,
    TrendPoint,
)
from services.ports import Owner
from services.storage import periods, self_ratings
from services.storage.history import COUNTS, SHOWN
from services.storage.periods import Period
from services.storage.tables import AnswerRow, InterviewRow, RatingRow, ScoreRow

Halves = Callable[[Sequence[TrendPoint]], datetime | None]  # when the recent half begins


@dataclass(frozen=True, slots=True)
class Done:
    """What a candidate has done, and how the rated interviews went."""

    interviews: int  # finished
    answers: int  # submitted
    minutes: float  # spoken in submitted spoken answers
    trend: tuple[TrendPoint, ...]
    # Oldest first, a point per rated interview; one rated by two coaches has two.


@dataclass(frozen=True, slots=True)
class Means:
    """Mean levels and figures of what a candidate has done."""

    criteria: tuple[CriterionFigure, ...]
    kinds: tuple[KindFigure, ...]
    unrated: frozenset[UUID] = frozenset()  # answers that their candidate has yet to rate


def figures(
    db: Session,
    owner: Owner,
    recent_from: Halves,
    within: Period | None = None,
    asked_since: datetime | None = None,
) -> tuple[Done, Means]:
    """All of one moment. `recent_from` parts earlier from recent interviews; None gives neither. `within`
    leaves out the interviews of other times."""
    so_far = done(db, owner, within)
    return so_far, means(db, owner, recent_from(so_far.trend), within, asked_since)


def done(db: Session, owner: Owner, within: Period | None = None) -> Done:
    """One query."""
    sums, points = _sums(owner, within), _points(owner, within)
    everything = (
        select(sums, points)
        .select_from(sums.outerjoin(points, true()))
        .order_by(points.c.created_at)
    )
    rows = db.execute(everything).all()
    first = rows[0]  # there is one without any point as well
    return Done(
        interviews=first.finished,
        answers=first.submitted,
        minutes=float(first.seconds or 0.0) / 60,
        trend=tuple(
            TrendPoint(
                interview_id=row.id,
                at=row.created_at,
                position=row.position,
                category=Category(row.category),
                coach=row.coach,
                overall=row.overall,
                answers=row.answers,
            )
            for row in rows
            if row.id is not None
        ),
    )


def means(
    db: Session,
    owner: Owner,
    recent_from: datetime | None,
    within: Period | None = None,
    asked_since: datetime | None = None,
) -> Means:
    """By criterion and by kind of question, in one query. Levels of two passes count as their mean."""
    parts = [_by_criterion(owner, recent_from, within), _by_kind(owner, within)]
    if asked_since is not None:
        parts.append(_unrated(owner, asked_since))
    rows = db.execute(union_all(*parts).order_by("part", "of")).all()
    criteria = tuple(
        CriterionFigure(
            criterion_id=row.of,
            name=row.name,
            mean=row.mean,
            answers=row.answers,
            earlier=row.earlier,
            recent=row.recent,
        )
        for row in rows
        if row.part == "criterion"
    )
    kinds = tuple(
        KindFigure(kind=Kind(row.of), overall=row.mean, answers=row.answers)
        for row in rows
        if row.part == "kind"
    )
    return Means(criteria, kinds, frozenset(UUID(row.of) for row in rows if row.part == "unrated"))


def _in(
    interview_id: InstrumentedAttribute[UUID], owner: Owner, within: Period | None
) -> tuple[ColumnElement[bool], ...]:
    """A condition on the interview that a row belongs to; none without a period."""
    return () if within is None else (interview_id.in_(periods.ids(owner, within)),)


def _sums(owner: Owner, within: Period | None) -> Subquery:
    submitted = (
        AnswerRow.user_id == owner,
        AnswerRow.state == AnswerState.SUBMITTED,
        *_in(AnswerRow.interview_id, owner, within),
    )
    finished = (
        InterviewRow.user_id == owner,
        InterviewRow.state == InterviewState.FINISHED,
        *_in(InterviewRow.id, owner, within),
    )
    spoken = AnswerRow.mode == AnswerMode.SPOKEN
    return select(
        select(func.count()).where(*finished).scalar_subquery().label("finished"),
        select(func.count()).where(*submitted).scalar_subquery().label("submitted"),
        select(func.sum(AnswerRow.sound_s))
        .where(*submitted, spoken)
        .scalar_subquery()
        .label("seconds"),
    ).subquery("sums")


def _points(owner: Owner, within: Period | None) -> Subquery:
    return (
        select(
            InterviewRow.id,
            InterviewRow.created_at,
            InterviewRow.position,
            InterviewRow.category,
            RatingRow.coach,
            func.avg(RatingRow.overall).label("overall"),
            func.count().label("answers"),
        )
        .join(RatingRow, RatingRow.interview_id == InterviewRow.id)
        .where(
            InterviewRow.user_id == owner,
            RatingRow.user_id == owner,
            *COUNTS,
            SHOWN,
            *_in(InterviewRow.id, owner, within),
        )
        .group_by(InterviewRow.id, RatingRow.coach)
        .subquery("points")
    )


def _by_criterion(owner: Owner, recent_from: datetime | None, within: Period | None) -> Select[Any]:
    level = cast(ScoreRow.level + func.coalesce(ScoreRow.other, ScoreRow.level), Float) / 2.0
    earlier: ColumnElement[float | None] = cast(null(), Float)
    recent = earlier
    if recent_from is not None:
        earlier = case((ScoreRow.asked_at < recent_from, level))
        recent = case((ScoreRow.asked_at >= recent_from, level))
    return (
        select(
            literal("criterion").label("part"),
            ScoreRow.criterion_id.label("of"),
            func.max(ScoreRow.criterion_name).label("name"),
            func.avg(level).label("mean"),
            func.count().label("answers"),
            func.avg(earlier).label("earlier"),
            func.avg(recent).label("recent"),
        )
        .where(
            ScoreRow.user_id == owner,
            ~ScoreRow.superseded,
            ~ScoreRow.unsure,
            ~ScoreRow.set_aside,
            *(() if within is None else (within.holds(ScoreRow.__table__.c.asked_at),)),
        )
        .group_by(ScoreRow.criterion_id)
    )


def _by_kind(owner: Owner, within: Period | None) -> Select[Any]:
    return (
        select(
            literal("kind"),
            RatingRow.kind,
            null(),
            func.avg(RatingRow.overall),
            func.count(),
            null(),
            null(),
        )
        .where(RatingRow.user_id == owner, *COUNTS, *_in(RatingRow.interview_id, owner, within))
        .group_by(RatingRow.kind)
    )


def _unrated(owner: Owner, since: datetime) -> Select[Any]:
    return self_ratings.unrated_since(
        owner,
        since,
        literal("unrated"),
        cast(AnswerRow.id, Text),
        null(),
        null(),
        literal(1),
        null(),
        null(),
    )
