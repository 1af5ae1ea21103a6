"""The store: everything that is kept of interviews, answers and ratings, behind one object.

Every method that takes an owner sees the rows of that owner only: somebody else's id raises the same
`NotFound` as an unknown one. Each call is one transaction. Any thread may call.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from services.domain import (
    Answer,
    AnswerMode,
    CriterionFigure,
    Interview,
    InterviewSummary,
    KindFigure,
    Question,
    Rating,
    RatingState,
    Recording,
    Review,
    Segment,
    Setup,
    TrendPoint,
)
from services.ports import Owner
from services.storage import answering, answers, history, interviews, moving, ratings
from services.storage.clock import Clock, utc_now
from services.storage.database import reading, writing


class Store:
    """See the module. `now` is the clock, for tests."""

    def __init__(self, engine: Engine, now: Clock = utc_now) -> None:
        self._engine = engine
        self._now = now

    # --- interviews -----------------------------------------------------------------------

    def add_interview(self, owner: Owner, setup: Setup, questions: Sequence[Question]) -> Interview:
        """Store a planned interview; its questions are numbered in the order given."""
        with writing(self._engine) as db:
            return interviews.add(db, owner, setup, questions, self._now())

    def interview(self, owner: Owner, interview_id: UUID) -> Interview:
        with reading(self._engine) as db:
            return interviews.one(db, owner, interview_id)

    def latest_open_interview(self, owner: Owner) -> Interview | None:
        with reading(self._engine) as db:
            return interviews.latest_open(db, owner)

    def latest_setup(self, owner: Owner) -> Setup | None:
        with reading(self._engine) as db:
            return interviews.latest_setup(db, owner)

    def set_language(self, owner: Owner, interview_id: UUID, code: str) -> None:
        """Keep the language that was detected; one that was chosen or kept before stays."""
        with writing(self._engine) as db:
            interviews.set_language(db, owner, interview_id, code)

    def seen_sources(self, owner: Owner) -> frozenset[str]:
        """Sources of all questions that were ever planned for this owner."""
        with reading(self._engine) as db:
            return interviews.seen_sources(db, owner)

    def finish_interview(self, owner: Owner, interview_id: UUID) -> None:
        """OPEN -> FINISHED; a second time changes nothing."""
        with writing(self._engine) as db:
            interviews.finish(db, owner, interview_id, self._now())

    def reopen_interview(self, owner: Owner, interview_id: UUID) -> None:
        """FINISHED -> OPEN; an open one stays as it is."""
        with writing(self._engine) as db:
            interviews.reopen(db, owner, interview_id)

    def delete_interview(self, owner: Owner, interview_id: UUID) -> tuple[str, ...]:
        """Delete it with all that belongs to it; the keys of recordings that must go as well."""
        with writing(self._engine) as db:
            return interviews.remove(db, owner, interview_id)

    # --- answers --------------------------------------------------------------------------

    def answer(self, owner: Owner, answer_id: UUID) -> Answer:
        with reading(self._engine) as db:
            return answers.one(db, owner, answer_id)

    def current_answer(self, owner: Owner, question_id: UUID) -> Answer | None:
        """The last attempt, unless it was put aside to be recorded again."""
        with reading(self._engine) as db:
            return answers.current(db, owner, question_id)

    def open_answer(self, owner: Owner, question_id: UUID, mode: AnswerMode) -> Answer:
        """The OPEN answer (now in this mode) or the HEARD one as it is, or else the next attempt.

        Raises `AlreadyAnswered` once the question is submitted or skipped.
        """
        try:
            with writing(self._engine) as db:
                return answering.open_or_resume(db, owner, question_id, mode, self._now())
        except IntegrityError:  # another tab has just made this attempt: there is one to resume now
            with writing(self._engine) as db:
                return answering.open_or_resume(db, owner, question_id, mode, self._now())

    def append_segment(self, owner: Owner, answer_id: UUID, index: int, segment: Segment) -> None:
        """Keep the settled segment number `index` (from 0); the same index again changes nothing."""
        with writing(self._engine) as db:
            answering.append_segment(db, owner, answer_id, index, segment)

    def set_sound(self, owner: Owner, answer_id: UUID, seconds: float, pending: bool) -> None:
        """How much sound is kept (seconds of samples) and whether some of it is not words yet."""
        with writing(self._engine) as db:
            values = {"sound_s": seconds, "pending": pending}
            answering.set_values(db, owner, answer_id, values)

    def heard(self, owner: Owner, answer_id: UUID, pending: bool) -> None:
        """OPEN -> HEARD; in any other state only `pending` is kept."""
        with writing(self._engine) as db:
            answering.heard(db, owner, answer_id, pending)

    def save_draft(self, owner: Owner, answer_id: UUID, text: str) -> None:
        """Keep the candidate's edit. Raises `AlreadyAnswered` once submitted, skipped or replaced."""
        with writing(self._engine) as db:
            answering.save_draft(db, owner, answer_id, text)

    def submit(self, owner: Owner, answer_id: UUID, text: str | None) -> Answer:
        """OPEN or HEARD -> SUBMITTED, waiting to be rated; None takes the words as they are heard.

        Raises `AlreadyAnswered` for the slower of two tabs.
        """
        with writing(self._engine) as db:
            return answering.submit(db, owner, answer_id, text, self._now())

    def skip(self, owner: Owner, question_id: UUID) -> Answer:
        """The question stays unanswered; words of an OPEN or HEARD answer stay in it."""
        with writing(self._engine) as db:
            return answering.skip(db, owner, question_id, self._now())

    def replace(self, owner: Owner, answer_id: UUID) -> None:
        """OPEN or HEARD -> REPLACED, so that the next attempt can be opened ("Record again")."""
        with writing(self._engine) as db:
            answering.replace(db, owner, answer_id, self._now())

    def keep_recording(self, owner: Owner, answer_id: UUID, recording: Recording) -> None:
        with writing(self._engine) as db:
            answering.keep_recording(db, owner, answer_id, recording)

    def pending_answers(self) -> tuple[tuple[Owner, UUID], ...]:
        """Of all owners: finished answers with sound that is not words yet, for the catch-up job only."""
        with reading(self._engine) as db:
            return answers.pending(db)

    def owner_of(self, answer_id: UUID) -> Owner | None:
        """Whose answer it is, None when it is nobody's any more; for the catch-up job only."""
        with reading(self._engine) as db:
            return answers.owner_of(db, answer_id)

    # --- ratings --------------------------------------------------------------------------

    def mark_rating(
        self, owner: Owner, answer_id: UUID, state: RatingState, problem: str = ""
    ) -> None:
        with writing(self._engine) as db:
            values = {"rating_state": state, "rating_problem": problem}
            answering.set_values(db, owner, answer_id, values)

    def add_rating(self, owner: Owner, answer_id: UUID, rating: Rating) -> None:
        """Keep a rating; it counts from now on. Older ones stay, superseded."""
        with writing(self._engine) as db:
            ratings.add(db, owner, answer_id, rating, self._now())

    def unrated_answers(self) -> tuple[tuple[Owner, UUID], ...]:
        """Of all owners: submitted answers, complete in words, whose rating waits or was cut off.

        For the catch-up job only.
        """
        with reading(self._engine) as db:
            return answers.unrated(db)

    # --- looking back ---------------------------------------------------------------------

    def summaries(self, owner: Owner, limit: int, offset: int) -> tuple[InterviewSummary, ...]:
        """A page of the history, newest first."""
        with reading(self._engine) as db:
            return history.summaries(db, owner, limit, offset)

    def count_interviews(self, owner: Owner) -> int:
        with reading(self._engine) as db:
            return history.count(db, owner)

    def review(self, owner: Owner, interview_id: UUID) -> Review:
        """An interview with the answers that count and their newest ratings: six queries."""
        with reading(self._engine) as db:
            return history.review(db, owner, interview_id)

    def totals(self, owner: Owner) -> tuple[int, int, float]:
        """Interviews finished, answers submitted, minutes spoken in submitted spoken answers."""
        with reading(self._engine) as db:
            return (
                history.interviews_done(db, owner),
                history.answers_given(db, owner),
                history.minutes_spoken(db, owner),
            )

    def trend(self, owner: Owner) -> tuple[TrendPoint, ...]:
        """Oldest first, a point per rated interview; one rated by two coaches has two."""
        with reading(self._engine) as db:
            return history.trend(db, owner)

    def criteria(self, owner: Owner, recent_from: datetime | None) -> tuple[CriterionFigure, ...]:
        """Mean levels; `recent_from` parts earlier from recent interviews, None gives neither."""
        with reading(self._engine) as db:
            return history.criteria(db, owner, recent_from)

    def kinds(self, owner: Owner) -> tuple[KindFigure, ...]:
        with reading(self._engine) as db:
            return history.kinds(db, owner)

    # --- users leave ---------------------------------------------------------------------

    def answer_ids(self, owner: Owner) -> tuple[UUID, ...]:
        """Every answer of an owner, replaced attempts included."""
        with reading(self._engine) as db:
            return answers.ids(db, owner)

    def remove_user(self, owner: Owner) -> tuple[str, ...]:
        """Delete a user with all that is theirs; the keys of recordings that must go as well."""
        with writing(self._engine) as db:
            return moving.remove_user(db, owner)

    def forgotten_guests(self) -> tuple[Owner, ...]:
        """Guests whose last login has expired: nobody can reach their work any more."""
        with reading(self._engine) as db:
            return moving.forgotten_guests(db, self._now())

    # --- a guest becomes somebody ---------------------------------------------------------

    def move_everything(self, from_owner: Owner, to_owner: Owner) -> tuple[str, ...]:
        """Give all that one owner has to another.

        Returns the old keys of the recordings; their new ones, already stored, begin with the new
        owner's id instead (`Recordings.rename`). Raises `NotFound` for an unknown `to_owner`.
        """
        with writing(self._engine) as db:
            return moving.move_everything(db, from_owner, to_owner)
