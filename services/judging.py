"""Judging: every submitted answer gets its rating, now or later, once, whatever fails meanwhile.

Who rates an answer claims it in the database first: `RUNNING` with a lease that the judge renews. A judge
that dies lets its lease run out, and another one (any process) goes on. A language model that is out
leaves the answer `WAITING` until a later time, with the offline estimate in its place.

    script threads    now            claim, hand to a judge
    "judging" thread  _look_round    renew leases, claim what is due, sleep until something is
    judges            _judge         call the coach (seconds), store
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.coaches import Coaches
from services.domain import (
    MOST_FOLLOW_UPS,
    Answer,
    AnswerMode,
    AnswerState,
    InterviewState,
    Rating,
    RatingState,
    Review,
    ReviewedQuestion,
)
from services.errors import (
    AppError,
    DatabaseAway,
    LanguageModelError,
    NotFound,
    RatingFailed,
    ReplyBroken,
)
from services.failures import failure_of
from services.ports import Coach, Owner, Submission
from services.storage.attempts import NO_WORDS
from services.storage.store import Store

LEASE_S = 45.0  # a killed judge is missed after this long
LOOK_ROUND_S = 10.0  # between two looks for work that another process left
INSTANT_S = 0.4  # a coach on this machine is done by then, so its rating is there at the next look
# Seconds until a failed rating is tried again: growing, as an outage that lasted a while will last.
PAUSES = (20.0, 60.0, 300.0, 900.0, 3600.0, 3 * 3600.0)
MOST_TRIES = 12  # over about a day
MOST_BROKEN = 4  # a model that breaks its replies time and again will not mend itself
_JUDGES = 6  # threads; they wait for the network
_BATCH = 2 * _JUDGES


@dataclass(frozen=True, slots=True)
class _Case:
    """An answer that this process has claimed. Without `held` still being the claim that counts, nothing
    that its judge found is stored."""

    owner: Owner
    answer_id: UUID
    held: UUID


class Judging:
    """Any thread may call. `speech_model` names what heard spoken answers."""

    def __init__(
        self,
        store: Store,
        coaches: Coaches,
        speech_model: Callable[[], str] = lambda: "",
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        pauses: tuple[float, ...] = PAUSES,
        instant_s: float = INSTANT_S,
    ) -> None:
        self._store = store
        self._coaches = coaches
        self._speech_model = speech_model
        self._now = now
        self._pauses = pauses
        self._instant_s = instant_s
        self._judges = ThreadPoolExecutor(_JUDGES, thread_name_prefix="judge")
        self._lock = threading.Lock()
        self._running: dict[UUID, _Case] = {}  # answers that judges of this process hold
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="judging", daemon=True)
        self._thread.start()

    def now(self, owner: Owner, answer_id: UUID) -> None:
        """Rate this answer, or rate it again; nothing happens while another judge is at it."""
        held = self._store.claim_rating(owner, answer_id, LEASE_S)
        if held is None:
            return
        done = self._hand_out(_Case(owner, answer_id, held))
        if self._coaches.of(owner) is self._coaches.offline:
            wait_for([done], self._instant_s)

    def submission(self, owner: Owner, answer_id: UUID) -> Submission:
        """Everything that judging (or talking about) an answer takes. Raises `NotFound`."""
        answer = self._store.answer(owner, answer_id)
        review = self._store.review(owner, answer.interview_id)
        item = _item(review, answer)
        question, setup = item.question, review.interview.setup
        root = question.parent_id or question.id
        asked_on = [i for i in review.items if i.question.parent_id == root]
        before = [
            i
            for i in review.items
            if (i.question.id == root or i.question.parent_id == root)
            and i.question.number < question.number
            and i.answer is not None
        ]
        goes_on = setup.follow_ups and review.interview.state is InterviewState.OPEN
        # Whoever answers once more is not asked on: the interview has gone on since.
        only = item.answer is not None and item.answer.id == answer_id and item.others == 0
        first = only and item.rating is None and self._store.rating_tries(owner, answer_id) <= 1
        left = MOST_FOLLOW_UPS - len(asked_on) if goes_on and first else 0
        return Submission(
            setup=setup,
            question=question,
            text=answer.text,
            segments=answer.segments,
            speech_model=self._speech_model() if answer.mode is AnswerMode.SPOKEN else "",
            thread=tuple((i.question.text, i.answer.text) for i in before if i.answer),
            follow_ups_left=left,
            last_action=self._store.last_next_action(owner, question.competency, answer_id),
        )

    def considers(self, owner: Owner, answer_id: UUID) -> bool:
        """Whether a rating is being made right now; what waits for a later time does not count."""
        state = self._store.answer(owner, answer_id).rating_state
        return state is RatingState.RUNNING

    def wake(self) -> None:
        """Look for due ratings now."""
        self._wake.set()

    def shutdown(self) -> None:
        """Stop; what is not rated yet is found again at the next start."""
        self._stopping.set()
        self._wake.set()
        self._thread.join(5)
        self._judges.shutdown(wait=True, cancel_futures=True)
        with self._lock:
            unbegun = tuple(self._running.values())
        for case in unbegun:  # the next judge need not wait for the lease to run out
            failure_of(self._let_go, case, RatingState.WAITING, "", self._now())

    # --- the judging thread ---------------------------------------------------------------

    def _run(self) -> None:
        while not self._stopping.is_set():
            failure_of(self._look_round)
            self._wake.wait(self._until_next())
            self._wake.clear()

    def _look_round(self) -> None:
        with self._lock:
            running = tuple(self._running.values())
        for case in running:
            self._store.renew_claim(case.owner, case.answer_id, LEASE_S, case.held)
        if len(running) >= _JUDGES:
            return
        for owner, answer_id in self._store.due_ratings(_BATCH):
            held = self._store.claim_due_rating(owner, answer_id, LEASE_S)
            if held is not None:
                self._hand_out(_Case(owner, answer_id, held))

    def _until_next(self) -> float:
        """Seconds to sleep: until the next rating is due, but never long, as leases want renewing."""
        due: list[datetime] = []
        failure_of(lambda: due.extend(filter(None, [self._store.next_due()])))
        if not due:
            return LOOK_ROUND_S
        return min(LOOK_ROUND_S, max(0.05, (due[0] - self._now()).total_seconds()))

    # --- judges ---------------------------------------------------------------------------

    def _hand_out(self, case: _Case) -> Future[None]:
        with self._lock:
            self._running[case.answer_id] = case
        return self._judges.submit(self._judge_once, case)

    def _judge_once(self, case: _Case) -> None:
        if self._stopping.is_set():
            return
        error = failure_of(self._judge, case)
        # A database that is away lets the lease run out: whoever finds it again judges anew.
        if error is not None and not isinstance(error, NotFound | DatabaseAway):
            why = "The coach could not rate this answer."
            failure_of(self._let_go, case, RatingState.FAILED, why)
        with self._lock:
            if self._running.get(case.answer_id) is case:
                del self._running[case.answer_id]
        self._wake.set()  # there is room for another one

    def _judge(self, case: _Case) -> None:
        owner, answer_id = case.owner, case.answer_id
        submission = self.submission(owner, answer_id)
        if not submission.text.strip():
            self._let_go(case, RatingState.FAILED, NO_WORDS)
            return
        coach = self._coaches.of(owner)
        try:
            judgement = coach.judge(submission)
        except RatingFailed as failure:
            self._let_go(case, RatingState.FAILED, _told(failure))
        except LanguageModelError as failure:
            self._later(case, submission, failure)
        else:
            if not self._store.renew_claim(owner, answer_id, LEASE_S, case.held):
                return  # this judge was asleep for too long
            if judgement.follow_up is not None and not self._replaced(case):
                # First: who waits for it looks whether this is rated.
                root = submission.question.parent_id or submission.question.id
                self._store.add_follow_up(owner, root, judgement.follow_up)
            self._store.add_rating(owner, answer_id, judgement.rating, held=case.held)

    def _replaced(self, case: _Case) -> bool:
        """Another attempt counts by now, and nobody is asked on."""
        return self._store.answer(case.owner, case.answer_id).state is AnswerState.REPLACED

    def _let_go(
        self, case: _Case, state: RatingState, told: str = "", due: datetime | None = None
    ) -> None:
        self._store.mark_rating(case.owner, case.answer_id, state, told, due, held=case.held)

    def _later(self, case: _Case, submission: Submission, failure: LanguageModelError) -> None:
        """Try again after a pause, or give up; the offline estimate stands in meanwhile."""
        tries = self._store.rating_tries(case.owner, case.answer_id)
        most = MOST_BROKEN if isinstance(failure, ReplyBroken) else MOST_TRIES
        state, due, told = RatingState.FAILED, None, _told(failure)
        if failure.wait_s is not None and tries < most:
            pause = max(failure.wait_s, self._pauses[min(tries, len(self._pauses)) - 1])
            pause *= random.uniform(1.0, 1.2)
            state, due, told = (
                RatingState.WAITING,
                self._now() + timedelta(seconds=pause),
                failure.message,
            )
        estimate = _estimate(self._coaches.offline, submission)
        if estimate is None:
            self._let_go(case, state, told, due)
        else:  # kept only where no rating of a language model is there already
            self._store.add_rating(
                *(case.owner, case.answer_id, estimate, state, told, due), held=case.held
            )
        self._wake.set()  # it may be due before the next look


def _estimate(offline: Coach, submission: Submission) -> Rating | None:
    try:
        return offline.judge(submission).rating
    except RatingFailed:
        return None


def _item(review: Review, answer: Answer) -> ReviewedQuestion:
    for item in review.items:
        if item.question.id == answer.question_id and not answer.put_aside:
            return item
    raise NotFound("There is no such answer.", "Its interview may have been deleted.")


def _told(failure: AppError) -> str:
    return str(failure)
