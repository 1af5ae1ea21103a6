"""What happens to an answer after it was given: its recording is kept, its words completed, its rating asked for.

Nothing here is lost by a stop at any moment: sound stays in the spool until a recording holds all of it
and all of it is words, what the database could not take stays in the outbox, and `catch_up` finds at the
next start what is left to do.

    transcription workers   what was heard goes to the outbox
    "afterwards"            encodes and ships recordings, one after the other
    "pictures"              the same with videos (`services.pictures`)
    "rounds"                every few seconds: sign of life, new sound to ship, what is to be tried again
    "late words"            completes the transcripts that others left, one after the other
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from services.delivery.figures import measure
from services.domain import AUTO, Answer, AnswerState, Interview, RatingState, Segment
from services.errors import DatabaseAway, HeardElsewhere, NotFound, RecordingsAway, StorageError
from services.failures import failure_of
from services.hints import spoken_hint
from services.judging import Judging
from services.keeping import Keeping
from services.pictures import PAUSES_S, Pictures
from services.ports import SAMPLE_RATE, Owner
from services.speech.ears import Ears
from services.speech.live_transcript import LiveTranscript
from services.storage.outbox import Outbox
from services.storage.places import SEEN_EVERY_S, Places
from services.storage.steps import Finished, Said, Spoke, Step, Submitted, overlaid
from services.storage.store import Store

PATIENCE_S = 600.0  # that `catch_up` gives one late transcript before it goes on to the next
ROUND_S = (
    10.0  # between two rounds: what a machine that dies now takes with it, where places are remote
)
CATCH_UP_S = 60.0  # between two looks for what places that have died left
_SAMPLE_BYTES = 2  # s16


@dataclass(slots=True)
class _Unkept:
    """A recording that could not be stored, or whose figures could not."""

    tries: int
    due: float  # time.monotonic()


class Afterwards:
    """Any thread may call. See the module for its threads: the transcription workers wait for no disk."""

    def __init__(
        self,
        store: Store,
        keeping: Keeping,
        judging: Judging,
        ears: Ears,
        outbox: Outbox,
        places: Places,
        *,
        leave: Callable[[], None] = lambda: None,
        round_s: float = ROUND_S,
        seen_every_s: float = SEEN_EVERY_S,
        catch_up_s: float = CATCH_UP_S,
    ) -> None:
        """`leave` lets go of this process's place, at the very end."""
        self.keeping = keeping
        self.outbox = outbox
        self.places = places
        self._store = store
        self._judging = judging
        self._ears = ears
        self._leave = leave
        self._round_s = round_s
        self._seen_every_s = seen_every_s
        self._catch_up_s = catch_up_s
        self._given: dict[UUID, UUID] = {}  # answer -> interview, of what is heard here
        self._unkept: dict[UUID, _Unkept] = {}  # the "afterwards" thread's own
        self._completed: set[UUID] = set()  # late transcripts that were tried already
        self._catching_up = threading.Lock()
        self._late = threading.Event()  # there may be words to catch up with
        self._stopping = threading.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="afterwards")
        self._pictures = Pictures(keeping, self._later)
        outbox.stored = self._stored_late
        self._rounds = threading.Thread(target=self._go_round, name="rounds", daemon=True)
        self._rounds.start()

    def listen(
        self, answer: Answer, *, live_words: bool = True, interview: Interview | None = None
    ) -> LiveTranscript:
        """Open the ears for an answer; whatever its spool holds beyond its words becomes words too.

        `live_words` False: nobody watches the words come, so those of others go first. The owner is
        looked up when something is stored: a guest may become an account meanwhile. `interview` is the
        answer's, for while the database is away.
        """
        known = self._ears.get(answer.id)
        if known is not None and not known.over:  # the usual case at every run of the screen
            return known

        def keep_segment(index: int, segment: Segment) -> None:  # transcription worker
            self._put(answer.id, Said(number=index, segment=segment))

        def finished(live: LiveTranscript) -> None:  # transcription worker
            heard = live.snapshot()
            sound_s = max(heard.seconds, answer.sound_s)
            self._put(answer.id, Finished(sound_s=sound_s, pending=heard.pending))
            self._given.pop(answer.id, None)
            if heard.pending and self._ears.can_hear:
                self._late.set()  # the model came while this ended, and found nothing to complete
            self._later(answer.id)

        def keep_language(code: str) -> None:  # transcription worker
            self._put(answer.id, Spoke(interview_id=answer.interview_id, language=code))

        if interview is None:
            interview = self._store.interview(self._owner(answer.id), answer.interview_id)
        question = next(q for q in interview.questions if q.id == answer.question_id)
        language = interview.setup.language
        # New words are numbered on from those that are there, stored or waiting.
        settled = overlaid(answer, self.outbox.waiting(answer.id)).segments
        live = self._ears.open(
            answer.id,
            settled=settled,
            prompt=spoken_hint(interview.setup, question),
            language="" if language == AUTO else language,
            on_segment=keep_segment,
            on_finished=finished,
            on_language=keep_language,
            live_words=live_words,
        )
        if answer.state is AnswerState.OPEN:
            self._given[answer.id] = answer.interview_id
        return live

    def given_whole(self, answer_id: UUID, sound_s: float) -> None:
        """All sound of an answer is in its spool, though not in words: it can be reviewed, and is completed
        by whoever has it, also after a restart."""
        self._put(answer_id, Finished(sound_s=sound_s, pending=True))
        self._given.pop(answer_id, None)
        self._later(answer_id)

    def bring_here(self, owner: Owner, answer: Answer) -> Answer:
        """From now on this process hears the answer, with all sound that can be had of it; another one
        that did notices when it writes its next words. Returns the answer as it is then."""
        elsewhere = answer.place is not None and not self.places.is_ours(answer.place)
        self.places.take(owner, answer.id)
        answer = self.outboxed(owner, answer.id)
        if elsewhere:
            self._ears.close(answer.id)  # words that came meanwhile are not in these ears
            failure_of(self.keeping.restore, owner, answer)
            self._reserve(answer)
        return answer

    def outboxed(self, owner: Owner, answer_id: UUID) -> Answer:
        """An answer with what waits to be stored of it. Raises `NotFound`."""
        waiting = self.outbox.waiting(answer_id)
        return overlaid(self._store.answer(owner, answer_id), waiting)

    def submitted(self, owner: Owner, answer: Answer) -> None:
        """Have a submitted answer rated; one whose words are not complete is rated when they are."""
        with suppress(DatabaseAway):  # what is due is found again
            if answer.edited is not None or not answer.pending:
                self._judging.now(owner, answer.id)
            if answer.pending:
                self.transcribe(owner, answer)

    def transcribe(self, owner: Owner, answer: Answer) -> LiveTranscript | None:
        """Complete the words of a finished answer in the background. None: there is no sound to do it from."""
        if not self._sound_is_here(answer.id):
            if answer.place is not None and not self.places.is_ours(answer.place):
                return None  # who heard it completes it, or who takes over what they left
            if not self._restored(owner, answer):
                self._store.set_sound(owner, answer.id, answer.sound_s, pending=False)
                self._thread.submit(failure_of, self._rate_late, answer.id)
                return None
        live = self.listen(answer, live_words=False)
        live.finish()
        return live

    def drop(self, answer_id: UUID) -> None:
        """Nobody wants this answer any more: what is on this machine of it goes."""
        self._given.pop(answer_id, None)
        self._let_go(answer_id)
        self.outbox.forget(answer_id)

    def catch_up(self) -> None:
        """Do what an earlier run left undone, one answer after the other; one that fails stops no other."""
        for answer_id in self._ears.spooled():
            self._later(answer_id)
        with self._catching_up:
            self._completed.clear()
            self._complete_all()

    def waits(self) -> bool:
        """Whether anything that was said is only on this machine, because what should store it is away."""
        return bool(self.outbox.all_waiting()) or self.keeping.waiting().count > 0

    def shutdown(self) -> None:
        self._stopping.set()
        self._rounds.join(5)
        self.outbox.shutdown()
        self._pictures.shutdown()
        self._thread.shutdown(wait=True)
        self._leave()

    # --- transcription workers, script threads --------------------------------------------

    def _put(self, answer_id: UUID, *steps: Step) -> None:
        try:
            self.outbox.put(answer_id, *steps)
        except HeardElsewhere:  # its candidate speaks to another process: these ears are over
            self._given.pop(answer_id, None)
            live = self._ears.get(answer_id)
            if live is not None:
                live.take_over()  # the screen that speaks to it sees that it is not heard any more
            self._thread.submit(failure_of, self._ears.close, answer_id)
            raise

    def _owner(self, answer_id: UUID) -> Owner:
        owner = self._store.owner_of(answer_id)
        if owner is None:
            raise NotFound("This answer has been deleted.")
        return owner

    def _sound_is_here(self, answer_id: UUID) -> bool:
        return self.keeping.has_sound(answer_id)

    def _restored(self, owner: Owner, answer: Answer) -> bool:
        """Whether the sound could be had from where it is kept. Raises `RecordingsAway`: not now."""
        try:
            restored = self.keeping.restore(owner, answer)
        except NotFound:  # kept where this machine does not see it
            restored = False
        if restored:
            self.places.take(owner, answer.id)
        return restored

    def _reserve(self, answer: Answer) -> None:
        """Sound that stayed elsewhere is silence here, so that what follows has its right time."""
        there_s = max([answer.sound_s, *(segment.end for segment in answer.segments)])
        spool = self._ears.spool_path(answer.id)
        size = round(there_s * SAMPLE_RATE) * _SAMPLE_BYTES
        if size and (not spool.exists() or spool.stat().st_size < size):
            with spool.open("ab") as file:
                file.truncate(size)
            spool.chmod(0o600)

    # --- the outbox's thread --------------------------------------------------------------

    def _stored_late(self, answer_id: UUID, steps: Sequence[Step]) -> None:
        """The database is back, and what waited of this answer is in it."""
        if any(isinstance(step, Submitted) for step in steps):
            owner = self._owner(answer_id)
            self.submitted(owner, self._store.answer(owner, answer_id))
        if any(isinstance(step, Finished | Submitted) for step in steps):
            self._later(answer_id)

    # --- "rounds" -------------------------------------------------------------------------

    def _go_round(self) -> None:
        beaten, caught_up = -self._seen_every_s, time.monotonic()
        looked: Future[Exception | None] | None = None
        while not self._stopping.is_set():
            now = time.monotonic()
            if now - beaten >= self._seen_every_s and failure_of(self.places.beat) is None:
                beaten = now
            if self._stopping.is_set():
                return
            if looked is None or looked.done():  # not waited for: an upload may hang for minutes
                looked = self._thread.submit(failure_of, self._look_round)
            if now - caught_up >= self._catch_up_s:
                caught_up = now
                self._late.set()
                self._thread.submit(failure_of, self._tidy)
            if self._late.is_set() and not self._catching_up.locked():  # else it is being done
                late = threading.Thread(
                    target=self._complete_others, name="late words", daemon=True
                )
                late.start()
            self._stopping.wait(self._round_s)

    def _complete_others(self) -> None:
        if self._catching_up.acquire(blocking=False):
            try:
                self._late.clear()
                failure_of(self._complete_all)
            finally:
                self._catching_up.release()

    # --- "late words" ---------------------------------------------------------------------

    def _complete_all(self) -> None:
        for owner, answer_id, place in self.places.unfinished(self._sound_is_here):
            if self._stopping.is_set():
                return
            if answer_id not in self._completed:
                self._completed.add(answer_id)
                failure_of(self._complete, owner, answer_id, place)

    def _complete(self, owner: Owner, answer_id: UUID, place: UUID | None) -> None:
        known = self._ears.get(answer_id)
        if known is not None and not known.over:  # its words come already; no more sound does
            known.finish()
            self._completed.discard(answer_id)  # looked at again, should some still be missing then
            return
        if not self.places.is_ours(place) and not self.places.take_over(owner, answer_id, place):
            return
        try:
            live = self.transcribe(owner, self._store.answer(owner, answer_id))
        except (DatabaseAway, RecordingsAway):
            self._completed.discard(answer_id)
            raise
        if live is not None:
            live.wait_finished(PATIENCE_S)

    # --- "afterwards" ---------------------------------------------------------------------

    def _later(self, answer_id: UUID) -> None:
        self._thread.submit(failure_of, self._keep_sound, answer_id)

    def _look_round(self) -> None:
        self._pictures.look_round()
        if isinstance(failure_of(self.keeping.ask_again), RecordingsAway):
            return  # each try may take minutes
        now = time.monotonic()
        for answer_id in [one for one, unkept in self._unkept.items() if unkept.due <= now]:
            if isinstance(failure_of(self._keep_sound, answer_id), RecordingsAway):
                return
        for answer_id, interview_id in list(self._given.items()):
            if not self._is_heard(answer_id):  # nobody has spoken for long
                self._given.pop(answer_id, None)
            elif isinstance(failure_of(self._ship, answer_id, interview_id), RecordingsAway):
                return

    def _tidy(self) -> None:
        """Let go of sound that another process has deleted or completed the answer of."""
        for answer_id in self._ears.spooled():
            owner = self._store.owner_of(answer_id)
            if owner is None:
                self.drop(answer_id)
                continue
            busy = answer_id in self._unkept or self._is_heard(answer_id)  # let go of after that
            if busy or not self._is_done(owner, answer_id):
                continue
            if not self._pictures.keep_later(answer_id):
                self._let_go(answer_id)

    def _let_go(self, answer_id: UUID) -> None:
        """The sound and the picture of an answer are not needed here any more."""
        self._ears.discard(answer_id)
        self.keeping.video.discard(answer_id)  # also what a writer had in its hands

    def _is_heard(self, answer_id: UUID) -> bool:
        live = self._ears.get(answer_id)
        return live is not None and not live.over

    def _is_done(self, owner: Owner, answer_id: UUID) -> bool:
        """Whether an answer needs no sound from here: it was put aside, its time is over, or it moved and
        is complete there."""
        answer = self._store.answer(owner, answer_id)
        if answer.put_aside or (answer.recording_gone and not answer.pending):
            return True
        moved = answer.place is not None and not self.places.is_ours(answer.place)
        complete = answer.recording is not None or bool(answer.recording_gone)
        return moved and complete and not answer.pending

    def _ship(self, answer_id: UUID, interview_id: UUID) -> None:
        if not self.keeping.recordings.remote:
            return
        try:
            self.keeping.ship(answer_id, self._owner(answer_id), interview_id)
        except NotFound:
            self._given.pop(answer_id, None)

    def _keep_sound(self, answer_id: UUID) -> None:
        """Store the recording, then have the picture stored; the spool goes when nothing is only in it and
        beside it."""
        try:
            kept = self.keeping.keep(answer_id)
        except StorageError:
            self._try_again(answer_id)
            raise
        filmed = self._pictures.keep_later(answer_id)
        if kept and self._must_be_measured(answer_id):
            self._try_again(answer_id)  # the sound stays until then
        else:
            self._unkept.pop(answer_id, None)
            if kept and not filmed:  # else its turn comes again when the picture is stored
                self._let_go(answer_id)
        if kept:
            self._rate_late(answer_id)

    def _must_be_measured(self, answer_id: UUID) -> bool:
        """Measure the sound of an answer that is stored; whether that has to wait for the database.
        Another failure would come again, and the answer goes without figures."""
        spool = self._ears.spool_path(answer_id)
        failure = failure_of(measure, self._store, self.places, answer_id, spool)
        return isinstance(failure, DatabaseAway)

    def _try_again(self, answer_id: UUID) -> None:
        tries = self._unkept[answer_id].tries + 1 if answer_id in self._unkept else 0
        pause = PAUSES_S[min(tries, len(PAUSES_S) - 1)]
        self._unkept[answer_id] = _Unkept(tries, time.monotonic() + pause)

    def _rate_late(self, answer_id: UUID) -> None:
        """Have an answer rated that waited for its words."""
        owner = self._store.owner_of(answer_id)
        if owner is None:
            return
        answer = self._store.answer(owner, answer_id)
        if answer.pending or answer.rating_state is not RatingState.WAITING:
            return
        if answer.rating_due is None:
            self._judging.now(owner, answer_id)
