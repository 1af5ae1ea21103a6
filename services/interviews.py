"""What a candidate can do: plan an interview, answer by voice or keyboard, finish, look back.

An answer is stored before anything else happens to it: sound goes to the spool while it arrives,
segments to the database as they settle, the text at "Submit answer", and only then it is rated.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from uuid import UUID

from services.domain import (
    ANSWER_LIMIT,
    Answer,
    AnswerMode,
    AnswerState,
    Interview,
    InterviewState,
    InterviewSummary,
    Progress,
    Question,
    RatingState,
    Review,
    Segment,
    Setup,
)
from services.errors import InvalidInput, NotFound, RatingFailed, StorageError
from services.ports import Coach, Owner, Samples
from services.progress import progress
from services.speech.ears import Ears
from services.speech.live_transcript import LiveTranscript
from services.storage.recordings import Recordings
from services.storage.store import Store

log = logging.getLogger(__name__)

LAST_WORDS_S = 10.0  # seconds that ending an interview waits for the last utterance


@dataclass(frozen=True)
class Standing:
    """Where an interview stands: the question to answer now (None: all done) and what is there of it."""

    interview: Interview
    question: Question | None
    answer: Answer | None


class Interviews:
    """Every method is called on a script thread; what runs elsewhere says so."""

    def __init__(
        self,
        store: Store,
        recordings: Recordings,
        coach: Coach,
        ears: Ears,
        speech_model_name: Callable[[], str],
    ) -> None:
        self._store = store
        self._recordings = recordings
        self._coach = coach
        self._ears = ears
        self._speech_model_name = speech_model_name
        # One thread encodes recordings and rates late transcripts, so that the transcription worker
        # never waits for a disk.
        self._afterwards = ThreadPoolExecutor(1, thread_name_prefix="afterwards")

    @property
    def coach_label(self) -> str:
        return self._coach.label

    # --- before ---------------------------------------------------------------------------

    def last_setup(self, owner: Owner) -> Setup | None:
        """The set-up of the newest interview, to be offered again."""
        return self._store.latest_setup(owner)

    def start(self, owner: Owner, setup: Setup) -> Interview:
        """Plan the questions and store the interview."""
        questions = self._coach.plan(setup, self._store.seen_sources(owner))
        return self._store.add_interview(owner, setup, questions)

    # --- during ---------------------------------------------------------------------------

    def open_interview(self, owner: Owner, interview_id: UUID | None) -> Interview:
        """The interview of that id, or without one the newest unfinished. Raises `NotFound`."""
        if interview_id is not None:
            return self._store.interview(owner, interview_id)
        latest = self._store.latest_open_interview(owner)
        if latest is None:
            raise NotFound("No interview is open.", "Set one up first.")
        return latest

    def standing(self, owner: Owner, interview: Interview) -> Standing:
        """The first question that is neither submitted nor skipped, with its answer so far."""
        if interview.state is InterviewState.FINISHED:
            return Standing(interview, None, None)
        review = self._store.review(owner, interview.id)
        for item in review.items:
            done = item.answer and item.answer.state in (AnswerState.SUBMITTED, AnswerState.SKIPPED)
            if not done:
                return Standing(interview, item.question, item.answer)
        return Standing(interview, None, None)

    def listen(self, owner: Owner, question: Question) -> LiveTranscript | None:
        """Start or go on listening to an answer; sound left by a killed server is picked up.

        None: the answer has been finished meanwhile and waits for its review. Raises `AlreadyAnswered`
        when another tab submitted or skipped it.
        """
        answer = self._store.open_answer(owner, question.id, AnswerMode.SPOKEN)
        return self._open_ears(owner, answer) if answer.state is AnswerState.OPEN else None

    def hear_recording(self, owner: Owner, question: Question, samples: Samples) -> None:
        """Take a finished recording (16 kHz mono) as the answer, or as what follows the sound so far."""
        live = self.listen(owner, question)
        if live is not None:
            live.hear_samples(samples)
            live.finish()

    def finish_answer(self, owner: Owner, answer: Answer) -> None:
        """No more sound: what was said is settled in the background, then the answer is HEARD."""
        current = self._store.answer(owner, answer.id)
        if current.state is AnswerState.OPEN:
            self._open_ears(owner, current).finish()

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
        if self._ears.spool_path(answer.id).exists():
            self._open_ears(owner, answer).finish()

    def submit(self, owner: Owner, answer: Answer, text: str) -> Answer:
        """Store the answer, then rate it. Raises `AlreadyAnswered` for the slower of two tabs.

        An empty text is accepted only while the recording still waits for its transcript.
        """
        current = self._store.answer(owner, answer.id)
        words: str | None = _within_limit(text)
        if not text.strip():
            if not current.pending:
                raise InvalidInput(
                    "answer",
                    "There are no words in your answer yet.",
                    "Record again, type it, or skip the question.",
                )
            words = None
        submitted = self._store.submit(owner, answer.id, words)
        self._hear_no_more(answer.id)
        complete = submitted.edited is not None or not submitted.pending
        if complete and submitted.text.strip():
            self._rate(owner, submitted)
        return self._store.answer(owner, answer.id)

    def record_again(self, owner: Owner, answer: Answer) -> None:
        """Put this attempt aside and make room for the next one."""
        self._ears.discard(answer.id)
        self._store.replace(owner, answer.id)
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
            live = self._ears.get(answer.id)
            if live is not None:
                live.finish()
                if not live.wait_finished(LAST_WORDS_S):  # its rating waits for its last words
                    self._store.set_sound(owner, answer.id, live.snapshot().seconds, True)
            answer = self._store.answer(owner, answer.id)
            if answer.text.strip() or answer.pending:
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
            self._rate(owner, answer)

    def progress(self, owner: Owner) -> Progress:
        return progress(self._store, owner)

    def recording(self, owner: Owner, answer: Answer) -> bytes:
        """The kept sound of an answer, as a file of its `recording.media_type`."""
        if answer.recording is None:
            raise NotFound("There is no recording of this answer.")
        return self._recordings.read(owner, answer.recording.key)

    def adopt(self, guest: Owner, account: Owner) -> None:
        """Move everything that a guest did into an account."""
        self._recordings.rename(self._store.move_everything(guest, account), guest, account)

    def catch_up(self) -> None:
        """Do what an earlier run left undone: recordings, late transcripts, ratings. Any thread."""
        for answer_id in self._ears.spooled():
            owner = self._store.owner_of(answer_id)
            if owner is None:
                self._ears.discard(answer_id)
            else:
                self._afterwards.submit(self._keep_sound, owner, answer_id).add_done_callback(
                    _log_failure
                )
        for owner, answer_id in self._store.pending_answers():
            self.transcribe(owner, self._store.answer(owner, answer_id))
        for owner, answer_id in self._store.unrated_answers():
            self._rate(owner, self._store.answer(owner, answer_id))

    def shutdown(self) -> None:
        self._ears.shutdown()
        self._afterwards.shutdown(wait=True)

    # --- behind ---------------------------------------------------------------------------

    def _hear_no_more(self, answer_id: UUID) -> None:
        """Whatever sound there is becomes words and a recording in the background."""
        live = self._ears.get(answer_id)
        if live is not None:
            live.finish()

    def _open_ears(self, owner: Owner, answer: Answer) -> LiveTranscript:
        def keep_segment(index: int, segment: Segment) -> None:  # transcription worker
            self._store.append_segment(owner, answer.id, index, segment)

        def finished(live: LiveTranscript) -> None:  # transcription worker
            heard = live.snapshot()
            self._store.set_sound(owner, answer.id, heard.seconds, heard.pending)
            self._store.heard(owner, answer.id, heard.pending)
            work = self._afterwards.submit(self._keep_sound, owner, answer.id)
            work.add_done_callback(_log_failure)

        return self._ears.open(
            answer.id,
            settled=answer.segments,
            prompt="",
            on_segment=keep_segment,
            on_finished=finished,
        )

    def _keep_sound(self, owner: Owner, answer_id: UUID) -> None:
        """Encode the spool into the kept recording. Runs on the `afterwards` thread."""
        spool = self._ears.spool_path(answer_id)
        answer = self._store.answer(owner, answer_id)
        if answer.state is AnswerState.OPEN:  # more may come
            return
        if spool.exists() and answer.recording is None and answer.sound_s > 0:
            recording = self._recordings.put_flac(owner, answer.interview_id, answer_id, spool)
            self._store.keep_recording(owner, answer_id, recording)
        if not answer.pending:
            self._ears.discard(answer_id)
            if answer.rating_state is RatingState.WAITING and answer.text.strip():
                self._rate(owner, answer)

    def _rate(self, owner: Owner, answer: Answer) -> None:
        interview = self._store.interview(owner, answer.interview_id)
        question = next(q for q in interview.questions if q.id == answer.question_id)
        self._store.mark_rating(owner, answer.id, RatingState.RUNNING)
        spoken = answer.mode is AnswerMode.SPOKEN
        try:
            rating = self._coach.rate(
                interview.setup.job,
                question,
                answer.text,
                speech_model=self._speech_model_name() if spoken else "",
            )
        except RatingFailed as failure:
            self._store.mark_rating(owner, answer.id, RatingState.FAILED, failure.message)
            return
        self._store.add_rating(owner, answer.id, rating)


def _within_limit(text: str) -> str:
    if len(text) > ANSWER_LIMIT:
        raise InvalidInput(
            "answer",
            f"Your answer has {len(text):,} characters; {ANSWER_LIMIT:,} fit.",
            "Shorten it; nothing has been lost.",
        )
    return text


def _log_failure(work: Future[None]) -> None:
    error = work.exception()
    if isinstance(error, StorageError):
        log.error("a recording was not kept: %s", error.message)
    elif error is not None:
        log.error("work after an answer failed", exc_info=error)
