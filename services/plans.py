"""Planning: the first question at once, the others in the background, the bank where the coach fails."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import islice
from uuid import UUID

from services.coaches import Coaches
from services.domain import OWN, Interview, PlanState, Question, Setup
from services.errors import LanguageModelError, NotFound
from services.failures import failure_of
from services.ports import Brief, Owner
from services.storage.store import Store

ABANDONED_AFTER = timedelta(seconds=150)  # longer than plans take: whoever wrote it is gone
_FEWER = "The coach wrote fewer questions than you asked for."
_AT_ONCE = 4  # plans written in the background; calls only wait for the network


class Plans:
    """Any thread may call. Its threads write what follows the first question."""

    def __init__(
        self,
        store: Store,
        coaches: Coaches,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._coaches = coaches
        self._now = now
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="plan")
        self._lock = threading.Lock()
        self._writing: set[UUID] = set()  # interviews whose plan this process is writing

    def start(self, owner: Owner, setup: Setup, cv: str = "") -> Interview:
        """Store an interview as soon as it has a first question; `Interview.plan_state` tells the rest.

        A coach that fails costs nothing but its questions: the bank's take their place.
        """
        brief = Brief(setup, cv, self._store.seen_sources(owner), self._store.past_questions(owner))
        coach = self._coaches.of(owner)
        if coach is self._coaches.offline:
            return self._store.add_interview(owner, setup, tuple(coach.plan(brief)))
        writing = coach.plan(brief)
        try:
            first = next(writing, None)
        except LanguageModelError as failure:
            return self._from_bank(owner, brief, failure.message)
        if first is None:
            return self._from_bank(owner, brief, "The coach wrote no question that can be asked.")
        last = setup.question_count == 1
        state = PlanState.READY if last else PlanState.WRITING
        interview = self._store.add_interview(owner, setup, (first,), plan_state=state)
        if not last:
            with self._lock:
                self._writing.add(interview.id)
            self._threads.submit(failure_of, self._go_on, interview.id, brief, writing)
        return interview

    def look_after(self, owner: Owner, interview: Interview) -> Interview:
        """A plan whose writer is gone (a killed server) is filled up from the bank; else as it is."""
        with self._lock:
            ours = interview.id in self._writing
        old = self._now() - interview.created_at > ABANDONED_AFTER
        if interview.plan_state is PlanState.READY or ours or not old:
            return interview
        brief = Brief(interview.setup, "", self._store.seen_sources(owner))
        self._fill_up(owner, interview.id, brief, "Writing your questions was interrupted.")
        return self._store.interview(owner, interview.id)

    def write_up(self, owner: Owner, interview: Interview, text: str) -> Question:
        """The candidate's own question; offline where the language model fails, so it is never lost."""
        try:
            return self._coaches.of(owner).write_up(interview.setup, text)
        except LanguageModelError:
            return self._coaches.offline.write_up(interview.setup, text)

    def shutdown(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    # --- plan threads ---------------------------------------------------------------------

    def _go_on(self, interview_id: UUID, brief: Brief, writing: Iterator[Question]) -> None:
        def write() -> None:
            for question in islice(writing, brief.setup.question_count - 1):
                owner = self._owner(interview_id)  # a guest may become an account meanwhile
                self._store.add_questions(owner, interview_id, (question,))

        failure = failure_of(write)
        if not isinstance(failure, NotFound):  # else deleted meanwhile
            problem = failure.message if isinstance(failure, LanguageModelError) else _FEWER
            failure_of(
                lambda: self._fill_up(self._owner(interview_id), interview_id, brief, problem)
            )
        with self._lock:  # not before: else whoever looks would fill it up as well
            self._writing.discard(interview_id)

    def _owner(self, interview_id: UUID) -> Owner:
        owner = self._store.interviewed(interview_id)
        if owner is None:
            raise NotFound("This interview has been deleted.")
        return owner

    def _fill_up(self, owner: Owner, interview_id: UUID, brief: Brief, problem: str) -> None:
        """Questions of the bank up to the number that was asked for, and the plan is ready; once, however
        many processes try."""
        there = [q for q in self._store.interview(owner, interview_id).planned if q.source != OWN]
        missing = brief.setup.question_count - len(there)
        more: tuple[Question, ...] = ()
        if missing > 0:
            more = self._of_bank(brief, missing, tuple(q.text for q in there))
        words = f"{problem} {_from_the_bank(missing)}" if missing > 0 else ""
        self._store.complete_plan(owner, interview_id, more, brief.setup.question_count, words)

    def _from_bank(self, owner: Owner, brief: Brief, problem: str) -> Interview:
        questions = self._of_bank(brief, brief.setup.question_count, ())
        interview = self._store.add_interview(owner, brief.setup, questions)
        words = f"{problem} {_from_the_bank(len(questions))}"
        self._store.set_plan(owner, interview.id, PlanState.READY, words)
        return self._store.interview(owner, interview.id)

    def _of_bank(self, brief: Brief, count: int, there: tuple[str, ...]) -> tuple[Question, ...]:
        setup = brief.setup.model_copy(update={"question_count": count})
        past = (*there, *brief.past)
        return tuple(self._coaches.offline.plan(Brief(setup, "", brief.seen, past)))


def _from_the_bank(count: int) -> str:
    which = "One question comes" if count == 1 else f"{count} questions come"
    return f"{which} from our question bank instead, in English."
