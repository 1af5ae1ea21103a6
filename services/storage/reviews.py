"""One interview whole: its questions with the answers that count, what was heard in them, and their ratings.

Two queries, however long the interview is and however often it was rated: one for the rows of which there is
one for each answer or rating, one for those of which there are many (segments, scores, what others think).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    ScalarSelect,
    Select,
    and_,
    func,
    select,
)
from sqlalchemy.orm import Session, aliased

from services.domain import (
    AnswerState,
    Look,
    Rating,
    RatingState,
    Review,
    ReviewedQuestion,
    Score,
    Segment,
)
from services.ports import Owner
from services.storage import answers, interviews, ratings, self_ratings, sound_figures
from services.storage.tables import (
    AnswerRow,
    InterviewRow,
    QuestionRow,
    RatingRow,
    ScoreRow,
    SegmentRow,
)
from services.storage.together import columns, together


def review(db: Session, owner: Owner, interview_id: UUID) -> Review:
    """An interview with the answers that count and their ratings. Raises `NotFound`."""
    rows = db.execute(_rows(owner, InterviewRow.id == interview_id, rated=True)).all()
    return _review(rows, *details(db, owner, *_ids(rows)))


def look(db: Session, owner: Owner, interview_id: UUID) -> Look:
    """The same with all that stands beside it: what candidate and mentors said of it, and how its sound was.
    Raises `NotFound`."""
    rows = db.execute(_rows(owner, InterviewRow.id == interview_id, rated=True)).all()
    if not rows:
        raise interviews.not_there()
    beside = (*self_ratings.said(owner, interview_id), sound_figures.measured(owner, interview_id))
    many = db.execute(together(*_many(owner, *_ids(rows)), *beside)).all()
    return Look(
        review=_review(rows, *_details(many)),
        views=self_ratings.views_of(many),
        sounds=sound_figures.of_rows(many),
    )


def _ids(rows: Sequence[Row[Any]]) -> tuple[set[UUID], set[UUID]]:
    """Of answers and of ratings."""
    return (
        {row.AnswerRow.id for row in rows if row.AnswerRow is not None},
        {row.RatingRow.id for row in rows if row.RatingRow is not None},
    )


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
    if not answer_ids and not rating_ids:
        return _details(())
    return _details(db.execute(together(*_many(owner, answer_ids, rating_ids))).all())


def _details(
    rows: Iterable[Row[Any]],
) -> tuple[dict[UUID, list[Segment]], dict[UUID, list[Score]]]:
    heard: dict[UUID, list[Segment]] = defaultdict(list)
    scores: dict[UUID, list[Score]] = defaultdict(list)
    for row in rows:
        if row.kind == "segment":
            heard[row.of].append(
                answers.segment(row.start_s, row.end_s, row.text, row.listed, row.sure)
            )
        elif row.kind == "score":
            scores[row.of].append(
                ratings.score(row.criterion, row.level, row.other, row.text, row.listed, row.sure)
            )
    return heard, scores


def _many(
    owner: Owner, answer_ids: set[UUID], rating_ids: set[UUID]
) -> tuple[Select[Any], Select[Any]]:
    segments = select(
        *columns(
            "segment",
            of=SegmentRow.answer_id,
            number=SegmentRow.number,
            start_s=SegmentRow.start_s,
            end_s=SegmentRow.end_s,
            text=SegmentRow.text,
            listed=SegmentRow.words,
            sure=SegmentRow.certain,
        )
    ).where(SegmentRow.answer_id.in_(answer_ids), SegmentRow.user_id == owner)
    scores = select(
        *columns(
            "score",
            of=ScoreRow.rating_id,
            number=ScoreRow.number,
            text=ScoreRow.reason,
            listed=ScoreRow.evidence,
            sure=ScoreRow.evidenced,
            criterion=ScoreRow.criterion,
            level=ScoreRow.level,
            other=ScoreRow.other,
        )
    ).where(ScoreRow.rating_id.in_(rating_ids), ScoreRow.user_id == owner)
    return segments, scores
