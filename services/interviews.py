"""What a candidate can do: plan an interview, answer by voice or keyboard, finish, look back.

An answer is stored before anything else happens to it: sound goes to the spool while it arrives,
segments to the database as they settle, the text at "Submit answer", and only then it is rated,
in the background.
"""

from __future__ import annotations

from collections.abc import Iterator
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
    Review,
    Setup,
    Turn,
)
from services.errors import InvalidInput, NotFound
from services.judging import Judging
from services.plans import Plans
from services.ports import Coach, Owner
from services.progress import progress
from services.speech.ears import Ears
from services.speech.figures import SpeechFigures
from services.speech.live_transcript import LiveTranscript
from services.speech.sound_file import sound_of
from services.storage.recordings import Recordings
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


class Interviews:
    """Every method is called on a script thread; what runs elsewhere says so."""

    def __init__(
        self,
        store: Store,
        recordings: Recordings,
        coaches: Coaches,
        ears: Ears,
        afterwards: Afterwards,
        plans: Plans,
        judging: Judging,
    ) -> None:
        self._store = store
        self._recordings = recordings
        self._coaches = coaches
        self._ears = ears
        self._afterwards = afterwards
        self._plans = plans
        self._judging = judging

    def coach(self, owner: Owner) -> Coach:
        """Who plans and rates for this candidate at present."""
        return self._coaches.of(owner)

    # --- before ---------------------------------------------------------------------------

    def last_setup(self, owner: Owner) -> Setup | None:
        """The set-up of the newest interview, to be offered again."""
        return self._store.latest_setup(owner)

    def start(self, owner: Owner, setup: Setup, cv: str = "") -> Interview:
        """Plan an interview: it is there with its first question, the others may follow.

        `cv` is read for the questions and not stored.
        """
        return self._plans.start(owner, setup, cv)

    def kept_cv(self, owner: Owner) -> str:
        """The text of the CV that the candidate agreed to keep, empty if there is none."""
        return self._store.cv(owner)

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
        if interview.state is InterviewState.FINISHED:
            return Standing(interview)
        done = (AnswerState.SUBMITTED, AnswerState.SKIPPED)
        review = self._store.review(owner, interview.id)
        left = [i for i in review.items if i.answer is None or i.answer.state not in done]
        if not left:
            writing = review.interview.plan_state is PlanState.WRITING
            return Standing(review.interview, writing=writing)
        # A follow-up that arrives meanwhile must not take away what the candidate is reading.
        item = next((i for i in left if i.question.shown), left[0])
        return Standing(review.interview, item.question, item.answer)

    def show(self, owner: Owner, question: Question) -> None:
        """The candidate sees this question now; it keeps its place from here on."""
        if not question.shown:
            self._store.mark_shown(owner, question.id)

    def considers(self, owner: Owner, answer_id: UUID) -> bool:
        """Whether the coach is at work on this answer right now, so that a follow-up may come."""
        return self._judging.considers(owner, answer_id)

    def listen(
        self, owner: Owner, question: Question, *, live_words: bool = True
    ) -> LiveTranscript | None:
        """Start or go on listening to an answer; sound left by a killed server is picked up.

        `live_words` False: its sound comes at once, and nobody watches the words come. None: the answer
        has been finished meanwhile and waits for its review. Raises `AlreadyAnswered` when another tab
        submitted or skipped it.
        """
        answer = self._store.open_answer(owner, question.id, AnswerMode.SPOKEN)
        if answer.state is not AnswerState.OPEN:
            return None
        if not answer.pending:  # until its last word is settled, whatever happens to this process
            self._store.set_sound(owner, answer.id, answer.sound_s, pending=True)
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
        current = self._store.answer(owner, answer.id)
        if current.state is AnswerState.OPEN:
            self._afterwards.listen(current).finish()

    def type_instead(self, owner: Owner, question: Question) -> Answer:
        """Open the answer for typing; words already heard stay in it."""
        return self._store.open_answer(owner, question.id, AnswerMode.TYPED)

    def save_draft(self, owner: Owner, answer: Answer, text: str) -> None:
        self._store.save_draft(owner, answer.id, _within_limit(text))

    def answer(self, owner: Owner, answer: Answer) -> Answer:
        """The answer as it is stored now."""
        return self._store.answer(owner, answer.id)

    def transcribe(self, owner: Owner, answer: Answer) -> None:
        """Turn what is kept of a finished answer's sound into words, in the background."""
        self._afterwards.transcribe(owner, self._store.answer(owner, answer.id))

    def submit(self, owner: Owner, answer: Answer, text: str) -> Answer:
        """Store the answer and have it rated; one whose transcript is not complete is rated when it is.

        An empty text is accepted only while the recording waits for its transcript. Raises
        `AlreadyAnswered` for the slower of two tabs.
        """
        current = self._store.answer(owner, answer.id)
        words: str | None = _within_limit(text)
        if not text.strip():
            if not current.pending or current.sound_s == 0:
                raise InvalidInput(
                    "answer",
                    "There are no words in your answer yet.",
                    "Record again, type it, or skip the question.",
                )
            words = None
        submitted = self._store.submit(owner, answer.id, words)
        self._hear_no_more(answer.id)
        if submitted.edited is not None or not submitted.pending:
            self._judging.now(owner, submitted.id)
        if submitted.pending:
            self._afterwards.transcribe(owner, submitted)
        return self._store.answer(owner, answer.id)

    def record_again(self, owner: Owner, answer: Answer) -> None:
        """Put this attempt aside and make room for the next one. Raises `AlreadyAnswered`."""
        self._store.replace(owner, answer.id)
        self._ears.discard(answer.id)
        if answer.recording:
            self._recordings.delete(owner, (answer.recording.key,))

    def skip(self, owner: Owner, question: Question) -> None:
        """Leave the question unanswered; what was said to it so far stays with it."""
        answer = self._store.skip(owner, question.id)
        self._hear_no_more(answer.id)

    def end(self, owner: Owner, interview: Interview) -> None:
        """Finish the interview; an answer that has words is submitted as it stands."""
        standing = self.standing(owner, interview)
        if standing.answer is not None:
            answer = standing.answer
            spoken = answer.state is AnswerState.OPEN and answer.mode is AnswerMode.SPOKEN
            live = self._afterwards.listen(answer) if spoken else self._ears.get(answer.id)
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

    def count(self, owner: Owner) -> int:
        return self._store.count_interviews(owner)

    def delete(self, owner: Owner, interview_id: UUID) -> None:
        """Delete an interview with its answers, ratings, sound and anything still being heard."""
        for item in self._store.review(owner, interview_id).items:
            if item.answer:
                self._ears.discard(item.answer.id)
        self._recordings.delete(owner, self._store.delete_interview(owner, interview_id))

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
        if answer.recording is None:
            raise NotFound("There is no recording of this answer.")
        return self._recordings.read(owner, answer.recording.key)

    def forget(self, owner: Owner) -> None:
        """Delete a user with all that is theirs: interviews, words, sound, logins, the account."""
        for answer_id in self._store.answer_ids(owner):
            self._ears.discard(answer_id)
        self._recordings.delete(owner, self._store.remove_user(owner))

    def forget_lost_guests(self) -> None:
        """Delete guests whose browser is not signed in any more: nobody could reach what they left."""
        for guest in self._store.forgotten_guests():
            self.forget(guest)

    def adopt(self, guest: Owner, account: Owner) -> None:
        """Move everything that a guest did into an account."""
        self._recordings.rename(self._store.move_everything(guest, account), guest, account)
        self._store.remove_user(guest)

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
