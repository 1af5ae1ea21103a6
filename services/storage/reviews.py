"""One interview whole: its questions with the answers that count, what was heard in them, and their ratings.

Two queries, however long the interview is and however often it was rated: one for the rows of which there is
one for each answer or rating, one for those of which there are many (segments and scores).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Row,
    ScalarSelect,
    Select,
    and_,
    func,
    literal,
    null,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from services.domain import (
    AnswerState,
    Rating,
    RatingState,
    Review,
    ReviewedQuestion,
    Score,
    Segment,
)
from services.ports import Owner
from services.storage import answers, interviews, ratings
from services.storage.tables import (
    AnswerRow,
    InterviewRow,
    QuestionRow,
    RatingRow,
    ScoreRow,
    SegmentRow,
)


def review(db: Session, owner: Owner, interview_id: UUID) -> Review:
    """An interview with the answers that count and their ratings. Raises `NotFound`."""
    rows = db.execute(_rows(owner, InterviewRow.id == interview_id, rated=True)).all()
    heard, scores = details(
        db,
        owner,
        {row.AnswerRow.id for row in rows if row.AnswerRow is not None},
        {row.RatingRow.id for row in rows if row.RatingRow is not None},
    )
    return _review(rows, heard, scores)


def at_work(db: Session, owner: Owner, interview_id: UUID | None) -> Review:
    """The same for who is still answering, without ratings, and of answers that are submitted or skipped
    without what was heard. None: the newest interview that is not finished. Raises `NotFound`.

    One query, and another when something of an answer is there.
    """
    newest = interviews.newest_open(owner)
    which = InterviewRow.id == (newest if interview_id is None else interview_id)
    rows = db.execute(_rows(owner, which, rated=False)).all()
    given = {
        row.AnswerRow.id
        for row in rows
        if row.AnswerRow and row.AnswerRow.state not in answers.DECIDED
    }
    heard, _ = details(db, owner, given, set())
    return _review(rows, heard, {})


def _rows(owner: Owner, which: ColumnElement[bool], *, rated: bool) -> Select[Any]:
    """A row for each question, answer that counts or may count, and rating of it."""
    answered = and_(
        AnswerRow.question_id == QuestionRow.id,
        AnswerRow.user_id == owner,
        AnswerRow.state != AnswerState.REPLACED,
    )
    beside = (AnswerRow, RatingRow) if rated else (AnswerRow,)
    found = interviews.asked(owner, *beside).outerjoin(AnswerRow, answered)
    if rated:
        judged = and_(RatingRow.answer_id == AnswerRow.id, RatingRow.user_id == owner)
        found = found.outerjoin(RatingRow, judged).add_columns(_others().label("others"))
    return found.where(which).order_by(AnswerRow.attempt)


def _others() -> ScalarSelect[int]:
    """Submitted attempts at a question that do not count."""
    other = aliased(AnswerRow)
    return (
        select(func.count())
        .where(
            other.question_id
            == QuestionRow.id,  # the owner's; naming the owner again misleads SQLite
            other.state == AnswerState.REPLACED,
            other.rating_state != RatingState.NONE,
        )
        .scalar_subquery()
    )


def _review(
    rows: Sequence[Row[Any]],
    heard: dict[UUID, list[Segment]],
    scores: dict[UUID, list[Score]],
) -> Review:
    if not rows:
        raise interviews.not_there()
    interview = interviews.of_rows(rows)
    there = [row for row in rows if row.AnswerRow is not None]
    decided = {r.QuestionRow.id: r.AnswerRow for r in there if r.AnswerRow.state in answers.DECIDED}
    given = {
        r.QuestionRow.id: r.AnswerRow for r in there if r.AnswerRow.state not in answers.DECIDED
    }
    counting = given | decided  # a retake that is being given does not count yet
    others = {r.QuestionRow.id: r._mapping.get("others", 0) for r in there}
    made: dict[UUID, dict[UUID, RatingRow]] = defaultdict(dict)
    for row in there:
        if row._mapping.get("RatingRow") is not None:
            made[row.AnswerRow.id][row.RatingRow.id] = row.RatingRow
    items = []
    for question in interview.questions:
        answer = counting.get(question.id)
        if answer is None:
            items.append(ReviewedQuestion(question=question))
            continue
        retake = given.get(question.id)
        newest_first = sorted(made[answer.id].values(), key=lambda r: r.created_at, reverse=True)
        items.append(
            ReviewedQuestion(
                question=question,
                answer=answers.of_row(answer, tuple(heard[answer.id])),
                rating=next(_ratings(newest_first, scores, superseded=False), None),
                earlier=tuple(_ratings(newest_first, scores, superseded=True)),
                retake=None
                if retake in (None, answer)
                else answers.of_row(retake, tuple(heard[retake.id])),
                others=others[question.id],
            )
        )
    return Review(interview=interview, items=tuple(items))


def _ratings(
    rows: Iterable[RatingRow], scores: dict[UUID, list[Score]], *, superseded: bool
) -> Iterator[Rating]:
    return (
        ratings.of_row(row, tuple(scores[row.id])) for row in rows if row.superseded is superseded
    )


def details(
    db: Session, owner: Owner, answer_ids: set[UUID], rating_ids: set[UUID]
) -> tuple[dict[UUID, list[Segment]], dict[UUID, list[Score]]]:
    """Segments by answer and scores by rating, in their orders."""
    heard: dict[UUID, list[Segment]] = defaultdict(list)
    scores: dict[UUID, list[Score]] = defaultdict(list)
    if answer_ids or rating_ids:
        for row in db.execute(_many(owner, answer_ids, rating_ids)):
            of, kind, _, start, end, text, quoted, sure, criterion, level, other = row
            if kind == "segment":
                heard[of].append(answers.segment(start, end, text, quoted, sure))
            else:
                scores[of].append(ratings.score(criterion, level, other, text, quoted, sure))
    return heard, scores


def _many(owner: Owner, answer_ids: set[UUID], rating_ids: set[UUID]) -> CompoundSelect[Any]:
    """Segments and scores in one list; each leaves empty what only the other has."""
    segments = select(
        SegmentRow.answer_id.label("of"),
        literal("segment").label("kind"),
        SegmentRow.number.label("number"),
        SegmentRow.start_s.label("start_s"),
        SegmentRow.end_s,
        SegmentRow.text,
        SegmentRow.words,
        SegmentRow.certain,
        type_coerce(null(), ScoreRow.criterion.type),
        type_coerce(null(), ScoreRow.level.type),
        type_coerce(null(), ScoreRow.other.type),
    ).where(SegmentRow.answer_id.in_(answer_ids), SegmentRow.user_id == owner)
    scores = select(
        ScoreRow.rating_id,
        literal("score"),
        ScoreRow.number,
        null(),
        null(),
        ScoreRow.reason,
        ScoreRow.evidence,
        ScoreRow.evidenced,
        ScoreRow.criterion,
        ScoreRow.level,
        ScoreRow.other,
    ).where(ScoreRow.rating_id.in_(rating_ids), ScoreRow.user_id == owner)
    return union_all(segments, scores).order_by("of", "start_s", "number")
