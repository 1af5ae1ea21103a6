"""What happens to an answer after it was given: its recording is kept, its words completed, its rating asked for.

Nothing here is lost by a stop at any moment: sound stays in the spool until a recording holds all of it
and all of it is words, and `catch_up` finds at the next start what is left to do.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

from services.domain import AUTO, Answer, AnswerState, RatingState, Segment
from services.errors import NotFound
from services.failures import failure_of
from services.hints import spoken_hint
from services.judging import Judging
from services.ports import SAMPLE_RATE, Owner
from services.speech.ears import Ears
from services.speech.live_transcript import LiveTranscript
from services.storage.recordings import Recordings
from services.storage.store import Store

PATIENCE_S = 600.0  # that `catch_up` gives one late transcript before it goes on to the next
_SAMPLE_BYTES = 2  # s16


class Afterwards:
    """Any thread may call. One thread of its own encodes recordings, so that
    the transcription worker never waits for a disk."""

    def __init__(self, store: Store, recordings: Recordings, judging: Judging, ears: Ears) -> None:
        self._store = store
        self._recordings = recordings
        self._judging = judging
        self._ears = ears
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="afterwards")

    def listen(self, answer: Answer, *, live_words: bool = True) -> LiveTranscript:
        """Open the ears for an answer; whatever its spool holds beyond its words becomes words too.

        `live_words` False: nobody watches the words come, so those of others go first. The owner is
        looked up when something is stored: a guest may become an account meanwhile.
        """
        known = self._ears.get(answer.id)
        if known is not None and not known.over:  # the usual case at every run of the screen
            return known

        def keep_segment(index: int, segment: Segment) -> None:  # transcription worker
            self._store.append_segment(self._owner(answer.id), answer.id, index, segment)

        def finished(live: LiveTranscript) -> None:  # transcription worker
            owner, heard = self._owner(answer.id), live.snapshot()
            sound_s = max(heard.seconds, answer.sound_s)
            self._store.set_sound(owner, answer.id, sound_s, heard.pending)
            self._store.heard(owner, answer.id, heard.pending)
            self._thread.submit(failure_of, self._keep_sound, answer.id)

        def keep_language(code: str) -> None:  # transcription worker
            self._store.set_language(self._owner(answer.id), answer.interview_id, code)

        interview = self._store.interview(self._owner(answer.id), answer.interview_id)
        question = next(q for q in interview.questions if q.id == answer.question_id)
        language = interview.setup.language
        return self._ears.open(
            answer.id,
            settled=answer.segments,
            prompt=spoken_hint(interview.setup, question),
            language="" if language == AUTO else language,
            on_segment=keep_segment,
            on_finished=finished,
            on_language=keep_language,
            live_words=live_words,
        )

    def transcribe(self, owner: Owner, answer: Answer) -> LiveTranscript | None:
        """Complete the words of a finished answer in the background. None: there is no sound to do it from."""
        if not self._ears.spool_path(answer.id).exists():
            self._store.set_sound(owner, answer.id, answer.sound_s, pending=False)
            self._thread.submit(failure_of, self._rate_late, answer.id)
            return None
        live = self.listen(answer, live_words=False)
        live.finish()
        return live

    def catch_up(self) -> None:
        """Do what an earlier run left undone, one answer after the other; one that fails stops no other."""
        for answer_id in self._ears.spooled():
            self._thread.submit(failure_of, self._keep_sound, answer_id)
        for _, answer_id in self._store.pending_answers():
            failure_of(self._complete, answer_id)

    def shutdown(self) -> None:
        self._thread.shutdown(wait=True)

    def _owner(self, answer_id: UUID) -> Owner:
        owner = self._store.owner_of(answer_id)
        if owner is None:
            raise NotFound("This answer has been deleted.")
        return owner

    def _complete(self, answer_id: UUID) -> None:
        owner = self._owner(answer_id)
        live = self.transcribe(owner, self._store.answer(owner, answer_id))
        if live is not None:
            live.wait_finished(PATIENCE_S)

    def _keep_sound(self, answer_id: UUID) -> None:
        """Encode the spool into the kept recording; let the spool go when nothing is only in it."""
        spool = self._ears.spool_path(answer_id)
        owner = self._store.owner_of(answer_id)
        if owner is None:
            self._ears.discard(answer_id)
            return
        answer = self._store.answer(owner, answer_id)
        if answer.state is AnswerState.REPLACED:
            self._ears.discard(answer_id)
            return
        if answer.state is AnswerState.OPEN:  # more may come
            return
        kept_s = answer.recording.seconds if answer.recording else 0.0
        if spool.exists() and _seconds_in(spool) > kept_s + 0.01:
            recording = self._recordings.put_flac(owner, answer.interview_id, answer_id, spool)
            try:
                self._store.keep_recording(owner, answer_id, recording)
            except NotFound:  # deleted meanwhile, so must this be
                self._recordings.delete(owner, (recording.key,))
                raise
        if not answer.pending:
            self._ears.discard(answer_id)
            self._rate_late(answer_id)

    def _rate_late(self, answer_id: UUID) -> None:
        """Have an answer rated that waited for its words."""
        owner = self._owner(answer_id)
        answer = self._store.answer(owner, answer_id)
        if answer.pending or answer.rating_state is not RatingState.WAITING:
            return
        if answer.rating_due is None:
            self._judging.now(owner, answer_id)


def _seconds_in(spool: Path) -> float:
    return spool.stat().st_size / (_SAMPLE_BYTES * SAMPLE_RATE)
