"""The store: everything that is kept of interviews, answers and ratings, behind one object.

Every method that takes an owner sees the rows of that owner only: somebody else's id raises the same
`NotFound` as an unknown one. Each call is one transaction. Any thread may call.

The methods are a table of contents: one that needs no more than its transaction is named here with the
function that does it, which says what it takes, gives and raises; it stands in one line.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar
from uuid import UUID

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.domain import (
    Answer,
    AnswerMode,
    Interview,
    PlanState,
    Question,
    Rating,
    RatingState,
    Recording,
    Setup,
    Video,
)
from services.ports import Owner
from services.storage import (
    answering,
    answers,
    attempts,
    claims,
    cvs,
    figures,
    history,
    interviews,
    moving,
    periods,
    plan,
    preferences,
    questions,
    ratings,
    reviews,
    self_ratings,
    sharing,
    sound_figures,
    videos,
)
from services.storage.clock import Clock, utc_now
from services.storage.database import SERVICE, Service, reading, writing
from services.storage.recordings import Recordings
from services.storage.removals import Removals

_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")
_Door = Callable[[Engine, "Owner | Service"], AbstractContextManager[Session]]


def _mine(
    opened: _Door, part: Callable[Concatenate[Session, Owner, _Given], _Result]
) -> Callable[Concatenate[Store, Owner, _Given], _Result]:
    """A method that calls this function in a transaction of the owner's."""

    @wraps(part)
    def method(
        self: Store, owner: Owner, /, *args: _Given.args, **kwargs: _Given.kwargs
    ) -> _Result:
        with opened(self._engine, owner) as db:
            return part(db, owner, *args, **kwargs)

    return method


def _reads(
    part: Callable[Concatenate[Session, Owner, _Given], _Result],
) -> Callable[Concatenate[Store, Owner, _Given], _Result]:
    return _mine(reading, part)


def _writes(
    part: Callable[Concatenate[Session, Owner, _Given], _Result],
) -> Callable[Concatenate[Store, Owner, _Given], _Result]:
    return _mine(writing, part)


def _chore(
    opened: _Door, part: Callable[Concatenate[Session, _Given], _Result]
) -> Callable[Concatenate[Store, _Given], _Result]:
    """A method that calls this function in a transaction of the service's."""

    @wraps(part)
    def method(self: Store, /, *args: _Given.args, **kwargs: _Given.kwargs) -> _Result:
        with opened(self._engine, SERVICE) as db:
            return part(db, *args, **kwargs)

    return method


class Store:
    """See the module. `now` is the clock, for tests."""

    def __init__(self, engine: Engine, now: Clock = utc_now) -> None:
        self._engine = engine
        self._now = now

    # --- interviews -----------------------------------------------------------------------

    interview = _reads(interviews.one)
    interviewed = _chore(reading, interviews.interviewed)
    latest_open_interview = _reads(interviews.latest_open)
    offered = _reads(interviews.offered)
    set_language = _writes(interviews.set_language)
    reopen_interview = _writes(interviews.reopen)
    delete_interview = _writes(interviews.remove)

    def add_interview(
        self,
        owner: Owner,
        setup: Setup,
        questions: Sequence[Question],
        *,
        plan_state: PlanState = PlanState.READY,
    ) -> Interview:
        """Store an interview; its questions are numbered in the order given. WRITING: more follow."""
        with writing(self._engine, owner) as db:
            return interviews.add(db, owner, setup, questions, plan_state, self._now())

    def finish_interview(self, owner: Owner, interview_id: UUID) -> None:
        """OPEN -> FINISHED; a second time changes nothing."""
        with writing(self._engine, owner) as db:
            interviews.finish(db, owner, interview_id, self._now())

    # --- questions ------------------------------------------------------------------------

    seen_sources = _reads(questions.seen_sources)
    past_questions = _reads(questions.past)
    add_questions = _writes(plan.add_questions)
    complete_plan = _writes(plan.complete_plan)
    set_plan = _writes(plan.set_plan)
    add_follow_up = _writes(plan.add_follow_up)
    drop_question = _writes(plan.drop)
    move_question = _writes(plan.move)
    add_own_question = _writes(plan.add_own)

    def mark_shown(self, owner: Owner, question_id: UUID) -> None:
        """The candidate sees it now, so it keeps its place. Once is enough; again it only reads."""
        with reading(self._engine, owner) as db:
            if questions.shown(db, owner, question_id):
                return
        with writing(self._engine, owner) as db:
            questions.mark_shown(db, owner, question_id)

    # --- answers --------------------------------------------------------------------------

    answer = _reads(answers.one)
    owner_of = _chore(reading, answers.owner_of)
    append_segment = _writes(answering.append_segment)
    set_sound = _writes(answering.set_sound)
    heard = _writes(answering.heard)
    save_draft = _writes(answering.save_draft)
    let_count = _writes(attempts.let_count)
    attempts = _reads(attempts.of_question)
    video_sizes = _reads(videos.sizes)

    def open_answer(self, owner: Owner, question_id: UUID, mode: AnswerMode) -> Answer:
        """The OPEN answer (now in this mode) or the HEARD one as it is, or else the next attempt.

        Raises `AlreadyAnswered` once the question is submitted or skipped.
        """
        try:
            with writing(self._engine, owner) as db:
                return answering.open_or_resume(db, owner, question_id, mode, self._now())
        except IntegrityError:  # another tab has just made this attempt: there is one to resume now
            with writing(self._engine, owner) as db:
                return answering.open_or_resume(db, owner, question_id, mode, self._now())

    def submit(self, owner: Owner, answer_id: UUID, text: str | None) -> Answer:
        """OPEN or HEARD -> SUBMITTED, waiting to be rated; None takes the words as they are heard.

        Raises `AlreadyAnswered` for the slower of two tabs.
        """
        with writing(self._engine, owner) as db:
            return answering.submit(db, owner, answer_id, text, self._now())

    def skip(self, owner: Owner, question_id: UUID) -> Answer:
        """The question stays unanswered; words of an OPEN or HEARD answer stay in it."""
        with writing(self._engine, owner) as db:
            return answering.skip(db, owner, question_id, self._now())

    def replace(self, owner: Owner, answer_id: UUID) -> None:
        """OPEN or HEARD -> REPLACED, so that the next attempt can be opened ("Record again")."""
        with writing(self._engine, owner) as db:
            answering.replace(db, owner, answer_id, self._now())

    def answer_again(self, owner: Owner, question_id: UUID) -> Answer:
        """The attempt that is being given, or else the next one; what counts goes on counting until it is
        submitted."""
        try:
            with writing(self._engine, owner) as db:
                return answering.open_again(db, owner, question_id, self._now())
        except IntegrityError:  # as in `open_answer`
            with writing(self._engine, owner) as db:
                return answering.open_again(db, owner, question_id, self._now())

    def record_again(self, owner: Owner, answer_id: UUID) -> None:
        """As `replace`; at a question that is decided already, another retake is opened at once."""
        with writing(self._engine, owner) as db:
            answering.record_again(db, owner, answer_id, self._now())

    def keep_recording(self, owner: Owner, answer_id: UUID, recording: Recording) -> None:
        """The sound of this answer is kept there, from now on for as long as its owner wants. Raises
        `NotFound` also where none is wanted any more."""
        with writing(self._engine, owner) as db:
            answering.keep_recording(db, owner, answer_id, recording, self._now())

    def keep_video(self, owner: Owner, answer_id: UUID, video: Video) -> None:
        """The picture of this answer is kept there. Raises `NotFound` also where none is wanted any
        more."""
        with writing(self._engine, owner) as db:
            videos.keep(db, owner, answer_id, video, self._now())

    # --- ratings --------------------------------------------------------------------------

    waiting_ratings = _chore(reading, claims.waiting)
    mark_rating = _writes(claims.mark)
    rating_tries = _reads(claims.tries)
    earlier_ratings = _reads(ratings.earlier)
    last_next_action = _reads(ratings.last_next_action)

    def claim_rating(self, owner: Owner, answer_id: UUID, lease_s: float) -> UUID | None:
        """Take a submitted answer to rate it, or rate it again, within `lease_s` seconds (RUNNING).

        Gives the claim's id. None: another judge is at it, or there is nothing to rate (any more).
        """
        with writing(self._engine, owner) as db:
            return claims.claim(db, owner, answer_id, lease_s, self._now())

    def claim_due_rating(self, owner: Owner, answer_id: UUID, lease_s: float) -> UUID | None:
        """The same, but only what `due_ratings` would name; for the background."""
        with writing(self._engine, owner) as db:
            return claims.claim_due(db, owner, answer_id, lease_s, self._now())

    def renew_claim(
        self, owner: Owner, answer_id: UUID, lease_s: float, held: UUID | None = None
    ) -> bool:
        """Hold it for `lease_s` seconds from now. False: it is not being rated under this claim."""
        with writing(self._engine, owner) as db:
            return claims.renew(db, owner, answer_id, lease_s, self._now(), held)

    def due_ratings(self, limit: int) -> tuple[tuple[Owner, UUID], ...]:
        """Of all owners, the longest submitted first: answers complete in words that wait and whose
        time has come, or whose judge has died. For the background only."""
        with reading(self._engine, SERVICE) as db:
            return claims.due(db, limit, self._now())

    def next_due(self) -> datetime | None:
        """When the next of all owners' ratings becomes due; None: none will by itself."""
        with reading(self._engine, SERVICE) as db:
            return claims.next_due(db, self._now())

    def add_rating(
        self,
        owner: Owner,
        answer_id: UUID,
        rating: Rating,
        state: RatingState = RatingState.RATED,
        problem: str = "",
        due: datetime | None = None,
        held: UUID | None = None,
    ) -> bool:
        """Keep a rating, which counts from now on (older ones stay), and mark the answer as `mark_rating`.

        False: only marked, as an offline estimate never takes the place of a language model's rating; or
        nothing at all was done, as another judge has taken the place of the one that `held` it.
        """
        with writing(self._engine, owner) as db:
            ratings.lock(db, owner, answer_id)
            if not claims.still_holds(db, owner, answer_id, held):
                return False
            kept = ratings.add(db, owner, answer_id, rating, self._now())
            claims.mark(db, owner, answer_id, state, problem, due)
            return kept

    # --- looking back ---------------------------------------------------------------------

    summaries = _reads(history.summaries)
    count_interviews = _reads(history.count)
    review = _reads(reviews.review)
    look = _reads(reviews.look)
    at_work = _reads(reviews.at_work)
    newest = _reads(history.first_page)
    summaries_within = _reads(history.summaries_within)
    page_within = _reads(periods.page)
    figures = _reads(figures.figures)
    keep_sound_figures = _writes(sound_figures.keep)
    sound_figures_of = _reads(sound_figures.of_interview)
    sound_figures = _reads(sound_figures.of)

    # --- other views of an answer ---------------------------------------------------------

    share_by_hash = _chore(reading, sharing.by_hash)
    add_share = _writes(sharing.add)
    shares = _reads(sharing.of_interview)
    revoke_share = _writes(sharing.revoke)
    shown_by = _reads(sharing.shown)
    mark_opened = _writes(sharing.mark_opened)
    keep_mentor_note = _writes(sharing.keep_note)
    forget_mentor_note = _writes(sharing.forget_note)
    keep_self_rating = _writes(self_ratings.keep)
    skip_self_ratings = _writes(self_ratings.skip)
    unrated_by_self = _reads(self_ratings.unrated)
    views = _reads(self_ratings.views)

    # --- users ----------------------------------------------------------------------------

    def removals(self, recordings: Recordings) -> Removals:
        """What must go of these recordings is written down in the same database."""
        return Removals(self._engine, recordings, self._now)

    cv = _reads(cvs.text_of)
    keep_preferences = _writes(preferences.keep)
    preferences = _reads(preferences.of)
    forget_cv = _writes(cvs.forget)
    answer_ids = _reads(answers.ids)

    def keep_cv(self, owner: Owner, text: str) -> None:
        """Keep the text of a CV in the place of the one before."""
        with writing(self._engine, owner) as db:
            cvs.keep(db, owner, text, self._now())

    def remove_user(self, owner: Owner) -> None:
        """Delete a user with all that is theirs, and write down that their recordings must go."""
        with writing(self._engine, SERVICE) as db:
            moving.remove_user(db, owner, self._now())

    def move_everything(self, from_owner: Owner, to_owner: Owner) -> None:
        """Give all that one owner has to another, and write down that the recordings must move. Raises
        `NotFound` for an unknown `to_owner`."""
        with writing(self._engine, SERVICE) as db:
            moving.move_everything(db, from_owner, to_owner, self._now())

    def forgotten_guests(self) -> tuple[Owner, ...]:
        """Guests whose last login has expired: nobody can reach their work any more."""
        with reading(self._engine, SERVICE) as db:
            return moving.forgotten_guests(db, self._now())
