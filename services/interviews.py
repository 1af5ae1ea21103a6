"""What a candidate can do: plan an interview, answer by voice or keyboard, finish, look back.

An answer is stored before anything else happens to it: sound goes to the spool while it arrives,
segments to the database as they settle, the text at "Submit answer", and only then it is rated,
in the background.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
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
    InterviewState,
    InterviewSummary,
    PlanState,
    Progress,
    Question,
    Rating,
    RatingState,
    Recording,
    Review,
    Setup,
    Turn,
)
from services.errors import DatabaseAway, InvalidInput, NotFound
from services.failures import failure_of
from services.judging import Judging
from services.keeping import Keeping
from services.last_known import LastKnown
from services.plans import Plans
from services.ports import Coach, Owner
from services.progress import progress
from services.speech.ears import Ears
from services.speech.figures import SpeechFigures
from services.speech.live_transcript import LiveTranscript
from services.speech.sound_file import sound_of
from services.storage.clock import utc_now
from services.storage.interviews import Offered
from services.storage.steps import Edited, Said, Submitted, overlaid
from services.storage.store import Store

OWN_QUESTION = (10, 400)  # characters of a question that the candidate adds
LAST_WORDS_S = 10.0  # seconds that ending an interview waits for the last utterance


@dataclass(frozen=True)
class Standing:
    """Where an interview stands: the question to answer now and what is there of it.

    No question: all are done, or `writing`: the next one is still being written.
    """

    interview: Interview
    question: Question | None = None
    answer: Answer | None = None
    writing: bool = False
    considered: frozenset[UUID] = frozenset()  # answers that the coach is at work on


@dataclass(frozen=True)
class Waiting:
    """What waits to be stored of an interview, kept on this machine meanwhile."""

    anything: bool = False
    words: int = 0  # that were heard
    submitted: int = 0  # answers
    recordings: int = 0  # of whomever this process heard: their store is away


class Interviews:
    """Every method is called on a script thread; what runs elsewhere says so."""

    def __init__(
        self,
        store: Store,
        keeping: Keeping,
        coaches: Coaches,
        ears: Ears,
        afterwards: Afterwards,
        plans: Plans,
        judging: Judging,
    ) -> None:
        self._store = store
        self._keeping = keeping
        self._coaches = coaches
        self._ears = ears
        self._afterwards = afterwards
        self._plans = plans
        self._judging = judging
        self._outbox = afterwards.outbox
        self._last = LastKnown(afterwards.outbox)

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

    def stands(self, owner: Owner, interview_id: UUID | None) -> Standing:
        """The interview of that id, or without one the newest unfinished, and where it stands; all of one
        moment. Raises `NotFound`."""

        def read() -> Review:
            review = self._store.at_work(owner, interview_id)
            found = self._plans.look_after(owner, review.interview)
            if found is not review.interview:  # it was filled up just now
                return self._store.at_work(owner, found.id)
            return review

        return _standing(self._last.review(owner, interview_id, read))

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

    def listen(
        self,
        owner: Owner,
        question: Question,
        *,
        live_words: bool = True,
        seen: Answer | None = None,
    ) -> LiveTranscript | None:
        """Start or go on listening to an answer; sound left by a killed server is picked up. `seen` is
        the answer as it was just read: one that is being heard here already takes no query.

        `live_words` False: its sound comes at once, and nobody watches the words come. None: the answer
        has been finished meanwhile and waits for its review, or it is OPEN, `seen` says that nobody
        pressed anything, and another process hears it, which goes on. Raises `AlreadyAnswered` when
        another tab submitted or skipped it.
        """
        places = self._afterwards.places
        if seen is not None and _is_open(seen, AnswerMode.SPOKEN) and places.is_ours(seen.place):
            heard_here = self._ears.get(seen.id)
            if heard_here is not None and not heard_here.over:
                return heard_here
        try:
            answer = self._store.open_answer(owner, question.id, AnswerMode.SPOKEN)
        except DatabaseAway:  # what is heard here already goes on
            known = self._last.answer_to(owner, question.id)
            if known is not None and known.state is not AnswerState.OPEN:
                return None
            heard_here = self._ears.get(known.id) if known is not None else None
            if heard_here is None or heard_here.over:
                raise
            return heard_here
        if answer.state is not AnswerState.OPEN:
            return None
        if seen is not None and self._is_elsewhere(answer):
            return None
        answer = self._here(owner, answer)
        before = self._ears.get(answer.id)
        live = self._afterwards.listen(answer, live_words=live_words)
        # An answer that finished since it was looked up must not be begun again.
        if (
            live is not before
            and self._store.answer(owner, answer.id).state is not AnswerState.OPEN
        ):
            self._ears.close(answer.id)
            return None
        return live

    def hear_recording(self, owner: Owner, question: Question, file: bytes) -> None:
        """Take a recorded file as the answer, or as what follows the sound so far.

        Raises `InvalidInput` for what is not sound.
        """
        pieces = sound_of(file)
        live = self.listen(owner, question, live_words=False)
        if live is not None:
            for piece in pieces:
                live.hear_samples(piece)
            live.finish()

    def finish_answer(self, owner: Owner, answer: Answer) -> None:
        """No more sound: what was said is settled in the background, then the answer is HEARD."""
        try:
            current = self._store.answer(owner, answer.id)
            if current.state is AnswerState.OPEN:
                self._afterwards.listen(current).finish()
        except DatabaseAway:
            live = self._ears.get(answer.id)
            if live is None:
                raise
            live.finish()

    def type_instead(self, owner: Owner, question: Question, seen: Answer | None = None) -> Answer:
        """Open the answer for typing; words already heard stay in it. `seen` is the answer as it was just
        read: one that is open for typing already takes no query."""
        if seen is not None and _is_open(seen, AnswerMode.TYPED):
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

    def transcribe(self, owner: Owner, answer: Answer) -> None:
        """Turn what is kept of a finished answer's sound into words, in the background."""
        self._afterwards.transcribe(owner, self._store.answer(owner, answer.id))

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

    def record_again(self, owner: Owner, answer: Answer) -> None:
        """Put this attempt aside and make room for the next one. Raises `AlreadyAnswered`."""
        self._store.replace(owner, answer.id)
        self._afterwards.drop(answer.id)
        removals = self._keeping.removals
        removals.carry_out(removals.drop_sound(owner, answer.id))

    def skip(self, owner: Owner, question: Question) -> None:
        """Leave the question unanswered; what was said to it so far stays with it."""
        answer = self._store.skip(owner, question.id)
        self._hear_no_more(answer.id)

    def end(self, owner: Owner, interview: Interview) -> None:
        """Finish the interview; an answer that has words is submitted as it stands."""
        standing = self.standing(owner, interview)
        if standing.answer is not None:
            answer = standing.answer
            if _is_open(answer, AnswerMode.SPOKEN):
                live: LiveTranscript | None = self._afterwards.listen(self._here(owner, answer))
            else:
                live = self._ears.get(answer.id)
            if live is not None:
                live.finish()
                live.wait_finished(LAST_WORDS_S)  # if longer, its rating waits for its last words
            answer = self._store.answer(owner, answer.id)
            if answer.text.strip() or (answer.pending and answer.sound_s > 0):
                self.submit(owner, answer, answer.text)
        self._store.finish_interview(owner, interview.id)

    def reopen(self, owner: Owner, interview_id: UUID) -> None:
        """Go on with an ended interview that has questions left (ending by mistake costs nothing)."""
        self._store.reopen_interview(owner, interview_id)

    # --- after ----------------------------------------------------------------------------

    def review(self, owner: Owner, interview_id: UUID) -> Review:
        return self._store.review(owner, interview_id)

    def history(self, owner: Owner, limit: int, offset: int) -> tuple[InterviewSummary, ...]:
        return self._store.summaries(owner, limit, offset)

    def newest(self, owner: Owner, limit: int) -> tuple[tuple[InterviewSummary, ...], int]:
        """The first page of the history, and how many interviews there are in all."""
        return self._store.newest(owner, limit)

    def count(self, owner: Owner) -> int:
        return self._store.count_interviews(owner)

    def delete(self, owner: Owner, interview_id: UUID) -> None:
        """Delete an interview with its answers, ratings, sound and anything still being heard."""
        for item in self._store.review(owner, interview_id).items:
            if item.answer:
                self._afterwards.drop(item.answer.id)
        removals = self._keeping.removals
        planned = removals.plan_interview(owner, interview_id)
        self._store.delete_interview(owner, interview_id)
        removals.carry_out((planned,))

    def rate_again(self, owner: Owner, answer_id: UUID) -> None:
        """Rate a submitted answer once more; the old rating is kept beside the new one."""
        answer = self._store.answer(owner, answer_id)
        if answer.state is AnswerState.SUBMITTED and answer.text.strip():
            self._judging.now(owner, answer.id)

    def earlier_ratings(self, owner: Owner, answer_id: UUID) -> tuple[Rating, ...]:
        """Ratings that a newer one has taken the place of, newest first."""
        return self._store.earlier_ratings(owner, answer_id)

    def talk(
        self, owner: Owner, answer_id: UUID, rating: Rating, turns: tuple[Turn, ...]
    ) -> Iterator[str]:
        """Ask the coach about a rating; its reply in pieces. Raises a `LanguageModelError`."""
        submission = self._judging.submission(owner, answer_id)
        return self._coaches.of(owner).talk(submission, rating, turns)

    def progress(self, owner: Owner) -> Progress:
        return progress(self._store, owner)

    def recording(self, owner: Owner, answer: Answer) -> bytes:
        """The kept sound of an answer, as a file of its `recording.media_type`."""
        return b"".join(self._keeping.sound(owner, _recorded(answer)))

    def recording_url(self, owner: Owner, answer: Answer) -> str:
        """Where a browser gets the recording by itself, for some minutes; empty: only from us."""
        return self._keeping.url(owner, _recorded(answer))

    def recorded(self, owner: Owner, answer_id: UUID) -> Recording:
        """What is kept of the sound of this answer. Raises `NotFound`, also for somebody else's."""
        return _recorded(self._store.answer(owner, answer_id))

    def recorded_sound(
        self, owner: Owner, recording: Recording, start: int = 0, end: int | None = None
    ) -> Iterator[bytes]:
        """Bytes `start` up to `end` of a recording, in pieces. Raises `NotFound` before the first."""
        return self._keeping.sound(owner, recording, start, end)

    def forget(self, owner: Owner) -> None:
        """Delete a user with all that is theirs: interviews, words, sound, logins, the account."""
        for answer_id in self._store.answer_ids(owner):
            self._afterwards.drop(answer_id)
        self._last.forget(owner)
        self._store.remove_user(owner)
        self._keeping.removals.carry_out((str(owner),))

    def forget_lost_guests(self) -> None:
        """Delete guests whose browser is not signed in any more: nobody could reach what they left."""
        for guest in self._store.forgotten_guests():
            failure_of(self.forget, guest)  # the others go all the same

    def adopt(self, guest: Owner, account: Owner) -> None:
        """Move everything that a guest did into an account; recordings follow when their store is there."""
        self._store.move_everything(guest, account)
        self._store.remove_user(guest)
        self._keeping.removals.carry_out((str(guest),))

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

    # --- while something is away ----------------------------------------------------------

    def waiting(self, owner: Owner, interview: Interview) -> Waiting:
        """What of this interview is only on this machine, as the database is away; and whether
        recordings wait here."""
        waiting = self._outbox.all_waiting()
        theirs = [one for one in waiting if self._last.is_of(owner, interview.id, one)]
        steps = [step for answer_id in theirs for step in waiting[answer_id]]
        words = sum(len(step.segment.text.split()) for step in steps if isinstance(step, Said))
        submitted = sum(isinstance(step, Submitted) for step in steps)
        recordings = self._keeping.waiting().count
        return Waiting(bool(steps or recordings), words, submitted, recordings)

    def back(self) -> bool:
        """Whether the database can be reached (again)."""
        return self._outbox.back()

    def room(self) -> bool:
        """Whether there is room on this machine for the sound of another answer."""
        return self._keeping.room()

    def _here(self, owner: Owner, answer: Answer) -> Answer:
        """An OPEN answer, heard in this process from now on."""
        # It is pending until its last word is settled, whatever happens to this process.
        if answer.pending and self._afterwards.places.is_ours(answer.place):
            return answer
        return self._afterwards.bring_here(owner, answer)

    def _is_elsewhere(self, answer: Answer) -> bool:
        """Whether another process hears it, and lives."""
        places = self._afterwards.places
        if answer.place is None or places.is_ours(answer.place):
            return False
        return places.lives(answer.place)

    def _hear_no_more(self, answer_id: UUID) -> None:
        """Whatever sound there is becomes words and a recording in the background."""
        live = self._ears.get(answer_id)
        if live is not None:
            live.finish()


def _recorded(answer: Answer) -> Recording:
    if answer.recording is None:
        raise NotFound("There is no recording of this answer.", "It may have been deleted.")
    return answer.recording


def _is_open(answer: Answer, mode: AnswerMode) -> bool:
    return answer.state is AnswerState.OPEN and answer.mode is mode


def _standing(review: Review) -> Standing:
    interview = review.interview
    given = [i.answer for i in review.items if i.answer is not None]
    considered = frozenset(a.id for a in given if a.rating_state is RatingState.RUNNING)
    if interview.state is InterviewState.FINISHED:
        return Standing(interview, considered=considered)
    done = (AnswerState.SUBMITTED, AnswerState.SKIPPED)
    left = [i for i in review.items if i.answer is None or i.answer.state not in done]
    if not left:
        writing = interview.plan_state is PlanState.WRITING
        return Standing(interview, writing=writing, considered=considered)
    # A follow-up that arrives meanwhile must not take away what the candidate is reading.
    item = next((i for i in left if i.question.shown), left[0])
    return Standing(interview, item.question, item.answer, considered=considered)


def _within_limit(text: str) -> str:
    if len(text) > ANSWER_LIMIT:
        raise InvalidInput(
            "answer",
            f"Your answer has {len(text):,} characters; {ANSWER_LIMIT:,} fit.",
            "Shorten it; nothing has been lost.",
        )
    return text
