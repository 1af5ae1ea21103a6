"""Changes to the plan of an interview that is already stored, in one transaction of the caller's.

Numbers of an interview's questions are unique and without gaps. A change locks the interview's row,
so that the coach that still writes and the candidate who edits take their turns.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from services.domain import (
    MOST_FOLLOW_UPS,
    OWN,
    InterviewState,
    PlanState,
    Question,
)
from services.errors import InvalidInput
from services.ports import Owner
from services.storage import interviews, questions
from services.storage.database import rows_changed
from services.storage.tables import AnswerRow, InterviewRow, QuestionRow

MOST_QUESTIONS = 15  # planned ones, the candidate's own among them; ten is the most a coach plans


def add_questions(db: Session, owner: Owner, interview_id: UUID, more: Sequence[Question]) -> None:
    """Put further questions after the last one, in the order given. Raises `NotFound`."""
    _locked(db, owner, interview_id)
    _append(db, owner, interview_id, more)


def complete_plan(
    db: Session,
    owner: Owner,
    interview_id: UUID,
    more: Sequence[Question],
    count: int,
    problem: str,
) -> None:
    """Put as many of these questions at the end as are missing to `count`, and the plan is READY.

    A plan that is READY already stays as it is. Raises `NotFound`.
    """
    _locked(db, owner, interview_id)
    if not _is_writing(db, owner, interview_id):
        return
    there = questions.of_interview(db, owner, interview_id)
    planned = sum(q.parent_id is None and q.source != OWN for q in there)
    missing = more[: max(0, count - planned)]
    _append(db, owner, interview_id, missing)
    set_plan(db, owner, interview_id, PlanState.READY, problem if missing else "")


def _is_writing(db: Session, owner: Owner, interview_id: UUID) -> bool:
    state = db.scalar(
        select(InterviewRow.plan_state).where(
            InterviewRow.id == interview_id, InterviewRow.user_id == owner
        )
    )
    return state == PlanState.WRITING


def _append(db: Session, owner: Owner, interview_id: UUID, more: Sequence[Question]) -> None:
    there = questions.of_interview(db, owner, interview_id)
    questions.add(db, owner, interview_id, more, first=_after_last(there))


def set_plan(
    db: Session, owner: Owner, interview_id: UUID, state: PlanState, problem: str = ""
) -> None:
    """Say whether more questions are on their way, and why some are not the coach's own."""
    changed = rows_changed(
        db,
        update(InterviewRow)
        .where(InterviewRow.id == interview_id, InterviewRow.user_id == owner)
        .values(plan_state=state, plan_problem=problem),
    )
    if changed == 0:
        raise interviews.not_there()


def add_follow_up(db: Session, owner: Owner, parent_id: UUID, question: Question) -> bool:
    """Ask on after a planned question and its other follow-ups; later questions move up by one.

    False, and nothing is added: the interview is over, the parent is a follow-up itself, or it has
    `MOST_FOLLOW_UPS` already. Raises `NotFound`.
    """
    interview_id = questions.interview_of(db, owner, parent_id)
    state = _locked(db, owner, interview_id)
    there = questions.of_interview(db, owner, interview_id)
    family = [q for q in there if parent_id in (q.id, q.parent_id)]
    planned = any(q.id == parent_id and q.parent_id is None for q in family)
    if state is not InterviewState.OPEN or not planned or len(family) > MOST_FOLLOW_UPS:
        return False
    after = family[-1].number
    _shift(db, owner, interview_id, after, by=1)
    asked = question.model_copy(update={"parent_id": parent_id, "shown": False})
    questions.add(db, owner, interview_id, [asked], first=after + 1)
    return True


def drop(db: Session, owner: Owner, interview_id: UUID, question_id: UUID) -> None:
    """Take a question out that has not been shown; one has to stay. Raises `InvalidInput`."""
    there, movable = _editable(db, owner, interview_id)
    dropped = _one_of(movable, there, question_id)
    if len(there) == 1:
        raise InvalidInput("question", "An interview needs at least one question.")
    db.execute(
        delete(QuestionRow).where(QuestionRow.id == dropped.id, QuestionRow.user_id == owner)
    )
    _shift(db, owner, interview_id, dropped.number, by=-1)


def move(db: Session, owner: Owner, interview_id: UUID, question_id: UUID, earlier: bool) -> None:
    """Swap a question with the one before (or after) it that can be moved too.

    Raises `InvalidInput` when it cannot be moved, or not in that direction.
    """
    there, movable = _editable(db, owner, interview_id)
    moved = _one_of(movable, there, question_id)
    place = movable.index(moved) + (-1 if earlier else 1)
    if not 0 <= place < len(movable):
        end = "first" if earlier else "last"
        raise InvalidInput("question", f"This is the {end} of the questions that can be moved.")
    _renumber(db, owner, {moved.id: movable[place].number, movable[place].id: moved.number})
    _settle(db, owner, interview_id)


def add_own(db: Session, owner: Owner, interview_id: UUID, question: Question) -> None:
    """Put the candidate's own question at the end. Raises `InvalidInput` when the plan is full."""
    there, _ = _editable(db, owner, interview_id)
    if sum(q.parent_id is None for q in there) >= MOST_QUESTIONS:
        raise InvalidInput(
            "question",
            f"An interview has at most {MOST_QUESTIONS} questions.",
            "Remove one, then add yours.",
        )
    own = question.model_copy(update={"source": OWN, "parent_id": None, "shown": False})
    questions.add(db, owner, interview_id, [own], first=_after_last(there))


def _locked(db: Session, owner: Owner, interview_id: UUID) -> InterviewState:
    """Keep others from changing this interview until the transaction ends. Raises `NotFound`."""
    state = db.scalar(
        select(InterviewRow.state)
        .where(InterviewRow.id == interview_id, InterviewRow.user_id == owner)
        .with_for_update()  # SQLite has one writer anyway
    )
    if state is None:
        raise interviews.not_there()
    return InterviewState(state)


def _editable(
    db: Session, owner: Owner, interview_id: UUID
) -> tuple[tuple[Question, ...], list[Question]]:
    """All questions, and those that may still change place: planned, not shown, not answered."""
    if _locked(db, owner, interview_id) is not InterviewState.OPEN:
        raise InvalidInput("question", "This interview is over.", "Its questions stay as they are.")
    there = questions.of_interview(db, owner, interview_id)
    answered = set(
        db.scalars(
            select(AnswerRow.question_id).where(
                AnswerRow.interview_id == interview_id, AnswerRow.user_id == owner
            )
        )
    )
    return there, [q for q in there if q.parent_id is None and not q.shown and q.id not in answered]


def _one_of(movable: list[Question], there: tuple[Question, ...], question_id: UUID) -> Question:
    for question in movable:
        if question.id == question_id:
            return question
    if not any(q.id == question_id for q in there):
        raise questions.not_there()
    raise InvalidInput(
        "question",
        "This question keeps its place.",
        "Only planned questions that you have not seen yet can be moved or removed.",
    )


def _after_last(there: Sequence[Question]) -> int:
    return there[-1].number + 1 if there else 1


def _shift(db: Session, owner: Owner, interview_id: UUID, after: int, by: int) -> None:
    """Renumber all questions after a number."""
    db.execute(
        update(QuestionRow)
        .where(
            QuestionRow.interview_id == interview_id,
            QuestionRow.user_id == owner,
            QuestionRow.number > after,
        )
        .values(number=-(QuestionRow.number + by))
        .execution_options(synchronize_session=False)
    )
    _settle(db, owner, interview_id)


def _renumber(db: Session, owner: Owner, numbers: dict[UUID, int]) -> None:
    for question_id, number in numbers.items():
        db.execute(
            update(QuestionRow)
            .where(QuestionRow.id == question_id, QuestionRow.user_id == owner)
            .values(number=-number)
            .execution_options(synchronize_session=False)
        )


def _settle(db: Session, owner: Owner, interview_id: UUID) -> None:
    """The second step of every renumbering: numbers are unique at every row of an UPDATE, so new ones
    wait below zero until the old ones are gone."""
    db.execute(
        update(QuestionRow)
        .where(
            QuestionRow.interview_id == interview_id,
            QuestionRow.user_id == owner,
            QuestionRow.number < 0,
        )
        .values(number=-QuestionRow.number)
        .execution_options(synchronize_session=False)
    )
