"""What a candidate can do until an interview is ended: plan it, answer, finish.

An answer is stored before anything else happens to it: sound goes to the spool while it arrives,
segments to the database as they settle, the text at "Submit answer", and only then it is rated,
in the background.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from services.afterwards import Afterwards
from services.coaches import Coaches
from services.domain import (
    ANSWER_LIMIT,
    Answer,
    AnswerMode,
    AnswerState,
    Interview,
    Question,
    Review,
    Setup,
)
from services.errors import DatabaseAway, InvalidInput, NotFound
from services.judging import Judging
from services.last_known import LastKnown
from services.plans import Plans
from services.ports import Coach, Owner
from services.speech.ears import Ears
from services.speech.figures import SpeechFigures
from services.spoken_answers import SpokenAnswers
from services.standing import Standing, Waiting, again_of, standing_of, waiting_of
from services.storage.clock import utc_now
from services.storage.interviews import Offered
from services.storage.steps import Edited, Submitted, overlaid
from services.storage.store import Store
from services.video import Room

OWN_QUESTION = (10, 400)  # characters of a question that the candidate adds


class Interviews:
    """Every method is called on a script thread; what runs elsewhere says so."""

    def __init__(
        self,
        store: Store,
        coaches: Coaches,
        ears: Ears,
        afterwards: Afterwards,
        plans: Plans,
        judging: Judging,
        spoken: SpokenAnswers,
        last: LastKnown,
    ) -> None:
        self._store = store
        self._coaches = coaches
        self._ears = ears
        self._afterwards = afterwards
        self._plans = plans
        self._judging = judging
        self._spoken = spoken
        self._last = last
        self._keeping = afterwards.keeping
        self._outbox = afterwards.outbox

    def coach(self, owner: Owner) -> Coach:
        """Who plans and rates for this candidate at present."""
        return self._coaches.of(owner)

    # --- before ---------------------------------------------------------------------------

    def offered(self, owner: Owner) -> Offered:
        """The set-up of the newest interview, to be offered again, and the CV that is kept."""
        return self._store.offered(owner)

    def start(self, owner: Owner, setup: Setup, cv: str = "") -> Interview:
        """Plan an interview: it is there with its first question, the others may follow.

        `cv` is read for the questions and not stored.
        """
        return self._plans.start(owner, setup, cv)

    def keep_cv(self, owner: Owner, text: str) -> None:
        self._store.keep_cv(owner, text)

    def forget_cv(self, owner: Owner) -> None:
        self._store.forget_cv(owner)

    # --- the plan -------------------------------------------------------------------------

    def drop_question(self, owner: Owner, interview: Interview, question_id: UUID) -> None:
        """Take a question out that was not shown yet. Raises `InvalidInput`."""
        self._store.drop_question(owner, interview.id, question_id)

    def move_question(
        self, owner: Owner, interview: Interview, question_id: UUID, *, earlier: bool
    ) -> None:
        """Swap a question that was not shown yet with the one before or after it. Raises `InvalidInput`."""
        self._store.move_question(owner, interview.id, question_id, earlier=earlier)

    def add_own_question(self, owner: Owner, interview: Interview, text: str) -> None:
        """Put the candidate's own question at the end, with a rubric. Raises `InvalidInput`."""
        asked = " ".join(text.split())
        if not OWN_QUESTION[0] <= len(asked) <= OWN_QUESTION[1]:
            raise InvalidInput(
                "question",
                f"Your question has {len(asked)} characters.",
                f"Between {OWN_QUESTION[0]} and {OWN_QUESTION[1]} fit.",
            )
        question = self._plans.write_up(owner, interview, asked)
        self._store.add_own_question(owner, interview.id, question)

    # --- during ---------------------------------------------------------------------------

    def open_interview(self, owner: Owner, interview_id: UUID | None) -> Interview:
        """The interview of that id, or without one the newest unfinished. Raises `NotFound`."""
        if interview_id is not None:
            found = self._store.interview(owner, interview_id)
        else:
            latest = self._store.latest_open_interview(owner)
            if latest is None:
                raise NotFound("No interview is open.", "Set one up first.")
            found = latest
        return self._plans.look_after(owner, found)

    def standing(self, owner: Owner, interview: Interview) -> Standing:
        """The question to answer now: the one on show, or else the first that is not done."""
        return self.stands(owner, interview.id)

    def stands(
        self, owner: Owner, interview_id: UUID | None, question_id: UUID | None = None
    ) -> Standing:
        """The interview of that id, or without one the newest unfinished, and where it stands; all of one
        moment. `question_id`: where another attempt at that question stands. Raises `NotFound`."""

        def read() -> Review:
            review = self._store.at_work(owner, interview_id)
            found = self._plans.look_after(owner, review.interview)
            if found is not review.interview:  # it was filled up just now
                return self._store.at_work(owner, found.id)
            return review

        review = self._last.review(owner, interview_id, read)
        return standing_of(review) if question_id is None else again_of(review, question_id)

    def show(self, owner: Owner, question: Question) -> None:
        """The candidate sees this question now; it keeps its place from here on."""
        if not question.shown:
            with suppress(DatabaseAway):  # the next run says it again
                self._store.mark_shown(owner, question.id)

    def considers(self, owner: Owner, answer_id: UUID) -> bool:
        """Whether the coach is at work on this answer right now, so that a follow-up may come."""
        try:
            return self._judging.considers(owner, answer_id)
        except DatabaseAway:
            return False

    def type_instead(self, owner: Owner, question: Question, seen: Answer | None = None) -> Answer:
        """Open the answer for typing; words already heard stay in it. `seen` is the answer as it was just
        read: one that is open for typing already takes no query."""
        if seen and seen.state is AnswerState.OPEN and seen.mode is AnswerMode.TYPED:
            return seen
        waiting = self._outbox.all_waiting()
        try:
            answer = self._store.open_answer(owner, question.id, AnswerMode.TYPED)
        except DatabaseAway:
            known = self._last.answer_to(owner, question.id)
            if known is None:
                raise
            return known
        return overlaid(answer, waiting.get(answer.id, ()))

    def save_draft(self, owner: Owner, answer: Answer, text: str) -> None:
        """Keep what is written so far; while the database is away, on this machine."""
        step = Edited(text=_within_limit(text))
        may_wait = self._last.is_theirs(owner, answer.id)
        self._outbox.put(answer.id, step, owner=owner, may_wait=may_wait)

    def answer(self, owner: Owner, answer: Answer) -> Answer:
        """The answer as it is now."""
        return self._last.answer(owner, answer.id, lambda: self._store.answer(owner, answer.id))

    def submit(self, owner: Owner, answer: Answer, text: str) -> Answer:
        """Store the answer and have it rated; one whose transcript is not complete is rated when it is.

        An empty text is accepted only while the recording waits for its transcript. Raises
        `AlreadyAnswered` for the slower of two tabs.
        """
        current = self.answer(owner, answer)
        words: str | None = _within_limit(text)
        if not text.strip():
            if not current.pending or current.sound_s == 0:
                raise InvalidInput(
                    "answer",
                    "There are no words in your answer yet.",
                    "Record again, type it, or skip the question.",
                )
            words = None
        step = Submitted(text=words, at=utc_now())
        may_wait = self._last.is_theirs(owner, answer.id)
        stored = self._outbox.put(answer.id, step, owner=owner, may_wait=may_wait)
        self._hear_no_more(answer.id)
        if stored:
            with suppress(DatabaseAway):  # what is due is found again
                self._afterwards.submitted(owner, self._store.answer(owner, answer.id))
        return self.answer(owner, answer)

    def answer_again(self, owner: Owner, question_id: UUID) -> Answer:
        """Begin, or go on with, another attempt at a question; the one that counts goes on counting until
        this one is submitted. Raises `NotFound`."""
        return self._store.answer_again(owner, question_id)

    def record_again(self, owner: Owner, answer: Answer) -> None:
        """Put this attempt aside and make room for the next one. Raises `AlreadyAnswered`."""
        self._store.record_again(owner, answer.id)
        self._let_go(owner, answer.id)

    def discard(self, owner: Owner, answer_id: UUID) -> None:
        """Give up another attempt that was not submitted. Raises `AlreadyAnswered`."""
        self._store.replace(owner, answer_id)
        self._let_go(owner, answer_id)

    def skip(self, owner: Owner, question: Question) -> None:
        """Leave the question unanswered; what was said to it so far stays with it."""
        answer = self._store.skip(owner, question.id)
        self._hear_no_more(answer.id)

    def end(self, owner: Owner, interview: Interview) -> None:
        """Finish the interview; an answer that has words is submitted as it stands."""
        standing = self.standing(owner, interview)
        if standing.answer is not None:
            self._spoken.last_words(owner, standing.answer)
            answer = self._store.answer(owner, standing.answer.id)
            if answer.text.strip() or (answer.pending and answer.sound_s > 0):
                self.submit(owner, answer, answer.text)
        self._store.finish_interview(owner, interview.id)

    def films(self, owner: Owner) -> bool:
        """Whether the picture of this owner is to be recorded. Raises `DatabaseAway`."""
        return self._keeping.video.wanted(owner)

    def video_room(self, owner: Owner, interview: Interview) -> Room:
        """How much picture may still be recorded; what waits to be stored counts. Raises `DatabaseAway`."""
        return self._keeping.video.room(owner, interview.id)

    # --- while something is away ----------------------------------------------------------

    def waiting(self, owner: Owner, interview: Interview) -> Waiting:
        """What of this interview is only on this machine, as the database is away; and whether
        recordings wait here."""
        waiting = self._outbox.all_waiting()
        theirs = [one for one in waiting if self._last.is_of(owner, interview.id, one)]
        steps = [step for answer_id in theirs for step in waiting[answer_id]]
        return waiting_of(steps, self._keeping.waiting().count)

    def back(self) -> bool:
        """Whether the database can be reached (again)."""
        return self._outbox.back()

    # --- the process ----------------------------------------------------------------------

    def hearing(self) -> SpeechFigures:
        """How listening does in this process; nothing in it is about anybody."""
        return self._ears.figures()

    def waiting_ratings(self) -> tuple[int, datetime | None]:
        """How many answers wait for a rating, and when the first is tried again; about nobody."""
        return self._store.waiting_ratings()

    def shutdown(self) -> None:
        """Stop the threads; nothing is lost by it."""
        self._ears.shutdown()
        self._afterwards.shutdown()
        self._plans.shutdown()
        self._judging.shutdown()

    def _let_go(self, owner: Owner, answer_id: UUID) -> None:
        """Of an attempt that was put aside nothing is heard or kept."""
        self._afterwards.drop(answer_id)
        removals = self._keeping.removals
        removals.carry_out(removals.drop_sound(owner, answer_id))

    def _hear_no_more(self, answer_id: UUID) -> None:
        """Whatever sound there is becomes words and a recording in the background."""
        live = self._ears.get(answer_id)
        if live is not None:
            live.finish()


def _within_limit(text: str) -> str:
    if len(text) > ANSWER_LIMIT:
        raise InvalidInput(
            "answer",
            f"Your answer has {len(text):,} characters; {ANSWER_LIMIT:,} fit.",
            "Shorten it; nothing has been lost.",
        )
    return text
