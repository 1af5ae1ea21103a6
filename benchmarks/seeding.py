"""Fills a database with interviews, fast and always the same, for benchmarks and tests of speed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, insert

from services.domain import (
    AnswerMode,
    AnswerState,
    Category,
    Criterion,
    Difficulty,
    InterviewState,
    Job,
    Kind,
    RatingState,
    Rubric,
    Setup,
    overall_figure,
)
from services.storage.tables import (
    AnswerRow,
    Base,
    InterviewRow,
    QuestionRow,
    RatingRow,
    ScoreRow,
    SegmentRow,
    UserRow,
)

QUESTIONS = 5  # of each interview
SEGMENTS = 2  # of each answer
WORDS = 12  # of each segment
BATCH = 200  # interviews inserted at a time
START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
SPOKEN = ["I", "looked", "at", "the", "numbers", "first", "and", "then", "I", "told", "the", "team"]

_LEVEL = "You describe what you did in your own words, with the reason and what came of it"
_CRITERIA = tuple(
    Criterion(
        id=name.lower(),
        name=name,
        description=f"{name} of the answer, as an interviewer hears it.",
        levels=(f"1: {_LEVEL}", f"2: {_LEVEL}", f"3: {_LEVEL}", f"4: {_LEVEL}", f"5: {_LEVEL}"),
    )
    for name in ("Relevance", "Structure", "Specificity", "Coverage", "Reasoning")
)
_RUBRIC = Rubric(version="seed", criteria=_CRITERIA).model_dump(mode="json")

Rows = dict[type[Base], list[dict[str, Any]]]


def seed(engine: Engine, users: int, interviews: int) -> tuple[UUID, ...]:
    """Add `users` users with `interviews` finished and rated interviews each; the users' ids.

    Every interview has five answers; about one in seven is skipped, one in four typed.
    """
    dice = random.Random(7)
    owners = tuple(_id(dice) for _ in range(users))
    with engine.execution_options(writing=True).begin() as connection:
        connection.execute(
            insert(UserRow),
            [
                {"id": o, "name": f"User {n}", "email": f"{n}@example.com", "created_at": START}
                for n, o in enumerate(owners)
            ],
        )
        # Interview by interview over all users, as they would arrive: a user's rows lie scattered.
        for batch in _batches(dice, owners, interviews):
            _insert(connection, batch)
    return owners


def _batches(dice: random.Random, owners: Sequence[UUID], interviews: int) -> Iterator[Rows]:
    rows: Rows = {}
    for number in range(interviews):
        for owner in owners:
            _interview(dice, rows, owner, START + timedelta(hours=8 * number))
            if len(rows[InterviewRow]) == BATCH:
                yield rows
                rows = {}
    if rows:
        yield rows


def _insert(connection: Connection, rows: Rows) -> None:
    for table in (InterviewRow, QuestionRow, AnswerRow, SegmentRow, RatingRow, ScoreRow):
        if rows.get(table):
            connection.execute(insert(table), rows[table])


def _interview(dice: random.Random, rows: Rows, owner: UUID, at: datetime) -> None:
    setup = Setup(
        job=Job(position=dice.choice(("Nurse", "Data engineer", "Shop manager", "Architect"))),
        category=dice.choice(tuple(Category)),
        difficulty=dice.choice(tuple(Difficulty)),
        question_count=QUESTIONS,
    )
    interview_id = _id(dice)
    _row(
        rows,
        InterviewRow,
        id=interview_id,
        user_id=owner,
        setup=setup.model_dump(mode="json"),
        position=setup.job.position,
        category=setup.category,
        difficulty=setup.difficulty,
        state=InterviewState.FINISHED,
        created_at=at,
        finished_at=at + timedelta(minutes=30),
    )
    for number in range(1, QUESTIONS + 1):
        question_id, kind = _id(dice), dice.choice(tuple(Kind))
        _row(
            rows,
            QuestionRow,
            id=question_id,
            user_id=owner,
            interview_id=interview_id,
            number=number,
            text="Tell me about a time when two things that you had promised were due at once.",
            kind=kind,
            competency="planning",
            difficulty=setup.difficulty,
            model_answer=" ".join(SPOKEN * 12),
            key_points=["says what was promised", "says what was chosen and why", "the outcome"],
            rubric=_RUBRIC,
            source=f"bank:{dice.randrange(400)}",
        )
        _answer(dice, rows, owner, interview_id, question_id, kind, at)


def _answer(
    dice: random.Random,
    rows: Rows,
    owner: UUID,
    interview_id: UUID,
    question_id: UUID,
    kind: Kind,
    at: datetime,
) -> None:
    answer_id, skipped = _id(dice), dice.randrange(7) == 0
    _row(
        rows,
        AnswerRow,
        id=answer_id,
        user_id=owner,
        interview_id=interview_id,
        question_id=question_id,
        attempt=1,
        mode=AnswerMode.TYPED if dice.randrange(4) == 0 else AnswerMode.SPOKEN,
        state=AnswerState.SKIPPED if skipped else AnswerState.SUBMITTED,
        sound_s=dice.uniform(30, 150),
        pending=False,
        rating_state=RatingState.NONE if skipped else RatingState.RATED,
        rating_problem="",
        started_at=at,
        finished_at=at + timedelta(minutes=5),
    )
    if skipped:
        return
    for number in range(SEGMENTS):
        words = [[n * 0.4, n * 0.4 + 0.3, word, 0.9] for n, word in enumerate(SPOKEN[:WORDS])]
        _row(
            rows,
            SegmentRow,
            answer_id=answer_id,
            number=number,
            user_id=owner,
            start_s=number * 6.0,
            end_s=number * 6.0 + 5.0,
            text=" ".join(SPOKEN[:WORDS]),
            words=words,
        )
    rating_id = _id(dice)
    levels = tuple(dice.randint(1, 5) for _ in _CRITERIA)
    _row(
        rows,
        RatingRow,
        id=rating_id,
        user_id=owner,
        interview_id=interview_id,
        answer_id=answer_id,
        kind=kind,
        overall=overall_figure(levels),
        strengths=["You said what you looked at first."],
        improvements=["Say what came of it, with a number."],
        next_action="Tell the same story again and end with its result.",
        coach="seed",
        coach_version="1",
        rubric_version="seed",
        speech_model="",
        superseded=False,
        created_at=at,
    )
    for number, (criterion, level) in enumerate(zip(_CRITERIA, levels, strict=True)):
        _row(
            rows,
            ScoreRow,
            rating_id=rating_id,
            number=number,
            user_id=owner,
            criterion_id=criterion.id,
            criterion_name=criterion.name,
            criterion=criterion.model_dump(mode="json"),
            level=level,
            reason="You said what you did and in what order.",
            evidence=[[0, 8, "I looked"]],
            superseded=False,
            asked_at=at,
        )


def _row(rows: Rows, table: type[Base], **values: Any) -> None:
    rows.setdefault(table, []).append(values)


def _id(dice: random.Random) -> UUID:
    return UUID(int=dice.getrandbits(128), version=4)
