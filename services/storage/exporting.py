"""Reads all that is stored of one user, a page at a time, in one transaction of the caller's.

Rows come with every column that their table has, so that a new column is never forgotten; what is left
out is the owner's id, which all of them share, and secrets.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select, tuple_
from sqlalchemy.orm import Session

from services.ports import Owner
from services.storage.tables import (
    AnswerRow,
    Base,
    ConsentRow,
    CvRow,
    IdentityRow,
    InterviewRow,
    LoginRow,
    MentorNoteRow,
    PasswordRow,
    PreferencesRow,
    QuestionRow,
    RatingRow,
    ScoreRow,
    SegmentRow,
    SelfRatingRow,
    ShareRow,
    SoundFiguresRow,
    SpendingRow,
    UserRow,
)

PAGE = 8  # interviews at a time: some hundred rows, a few MB of words
_UNSAID = {"user_id", "token_hash", "tab_hash"}  # the last two let somebody sign in

Row = dict[str, Any]
Place = tuple[datetime, UUID]  # after which interview the next page begins


def account(db: Session, owner: Owner) -> Row | None:
    """The account, how it signs in and what it spent; in a transaction of the service's. None: it is
    gone."""
    found = _rows(db, UserRow, UserRow.id == owner)
    if not found:
        return None
    password = db.scalar(select(PasswordRow.user_id).where(PasswordRow.user_id == owner))
    return {
        "account": found[0] | {"has_password": password is not None},
        "identities": _rows(db, IdentityRow, IdentityRow.user_id == owner),
        "logins": _rows(db, LoginRow, LoginRow.user_id == owner),
        "spending": _rows(db, SpendingRow, SpendingRow.user_id == owner),
    }


def papers(db: Session, owner: Owner) -> Row:
    """The kept CV and what was agreed to."""
    kept = _rows(db, CvRow, CvRow.user_id == owner)
    return {
        "cv": kept[0] if kept else None,
        "consents": _rows(db, ConsentRow, ConsentRow.user_id == owner),
        "preferences": _rows(db, PreferencesRow, PreferencesRow.user_id == owner),
    }


def interviews(
    db: Session, owner: Owner, after: Place | None, limit: int = PAGE
) -> tuple[list[Row], Place | None]:
    """The next interviews, oldest first, each with its questions, their answers with `segments` and
    `ratings`, and these with `scores`; and where the page after this one begins, None after the last."""
    place = tuple_(InterviewRow.created_at, InterviewRow.id)
    query = select(*_columns(InterviewRow)).where(InterviewRow.user_id == owner)
    if after is not None:
        query = query.where(place > after)
    query = query.order_by(InterviewRow.created_at, InterviewRow.id).limit(limit)
    page = [_told(row) for row in db.execute(query).mappings()]
    questions = _below(db, QuestionRow, QuestionRow.interview_id, owner, page)
    answers = _below(db, AnswerRow, AnswerRow.interview_id, owner, page)
    segments = _below(db, SegmentRow, SegmentRow.answer_id, owner, answers)
    ratings = _below(db, RatingRow, RatingRow.answer_id, owner, answers)
    scores = _below(db, ScoreRow, ScoreRow.rating_id, owner, ratings)
    shares = _below(db, ShareRow, ShareRow.interview_id, owner, page)
    for name, table, order in (
        ("sound_figures", SoundFiguresRow, "answer_id"),
        ("self_ratings", SelfRatingRow, "rated_at"),
        ("mentor_notes", MentorNoteRow, "noted_at"),
    ):
        added = _below(db, table, table.answer_id, owner, answers)
        _hang(answers, name, added, "answer_id", order)
    _hang(page, "shares", shares, "interview_id", "created_at")
    _hang(ratings, "scores", scores, "rating_id", "number")
    _hang(answers, "segments", segments, "answer_id", "number")
    _hang(answers, "ratings", ratings, "answer_id", "created_at")
    _hang(questions, "answers", answers, "question_id", "attempt")
    _hang(page, "questions", questions, "interview_id", "number")
    more = len(page) == limit
    return page, (page[-1]["created_at"], page[-1]["id"]) if more else None


def _below(
    db: Session, table: type[Base], link: ColumnElement[UUID] | Any, owner: Owner, above: list[Row]
) -> list[Row]:
    """The owner's rows of a table that hang on these."""
    if not above:
        return []
    mine: Any = table.__table__.c["user_id"]
    return _rows(db, table, mine == owner, link.in_([row["id"] for row in above]))


def _hang(above: list[Row], name: str, below: list[Row], link: str, order: str) -> None:
    by_id: dict[UUID, list[Row]] = {row["id"]: [] for row in above}
    for row in sorted(below, key=lambda row: row[order]):
        by_id[row[link]].append(row)
    for row in above:
        row[name] = by_id[row["id"]]


def _rows(db: Session, table: type[Base], *where: ColumnElement[bool]) -> list[Row]:
    found = db.execute(select(*_columns(table)).where(*where)).mappings()
    return [_told(row) for row in found]


def _columns(table: type[Base]) -> Iterable[Any]:
    return [column for column in table.__table__.c if column.name not in _UNSAID]


def _told(row: Any) -> Row:
    return dict(row)
