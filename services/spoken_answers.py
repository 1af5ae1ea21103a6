"""Answering by voice: begin to listen or go on, wherever the answer was heard until now, and stop.

Sound goes to the spool while it arrives and segments to the database as they settle, so an answer goes on
after a server was killed, in another process, and while the database is away.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event
from uuid import UUID

from services.afterwards import Afterwards
from services.domain import Answer, AnswerMode, AnswerState, Question
from services.errors import AlreadyAnswered, DatabaseAway
from services.last_known import LastKnown
from services.ports import SAMPLE_RATE, Owner
from services.speech.ears import Ears
from services.speech.giving import Giving
from services.speech.live_transcript import Heard, LiveTranscript
from services.storage.store import Store
from services.video import Filming, record

LAST_WORDS_S = 10.0  # seconds that ending an interview waits for the last utterance


class SpokenAnswers:
    """Every method is called on a script thread; sound arrives at the `LiveTranscript` on others."""

    def __init__(self, store: Store, ears: Ears, afterwards: Afterwards, last: LastKnown) -> None:
        self._store = store
        self._ears = ears
        self._afterwards = afterwards
        self._last = last

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
        if seen is not None and _is_open(seen) and places.is_ours(seen.place):
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

    def hear_file(
        self,
        owner: Owner,
        question: Question,
        sound: Path,
        stop: Event,
        *,
        began_at: int | None = None,
        began: Callable[[UUID, int], None] = lambda _answer, _at: None,
    ) -> None:
        """Take a file of 16 kHz mono s16le as the answer, or as what follows the sound so far; it is HEARD
        when this returns, and its words come in the background.

        `began` is told the answer and the first sample of the file in it, before the ears have any; a call
        that goes on gives that as `began_at`. Raises as `Giving.all`.
        """
        live = self.listen(owner, question, live_words=False)
        if live is None:
            raise AlreadyAnswered(
                "This question has an answer already.", "Nothing was added to it."
            )
        self._ears.unhurried(live.answer_id)
        live.take_over()  # another tab that speaks to it sees that it is not heard any more
        if began_at is None:
            began_at = round(live.snapshot().seconds * SAMPLE_RATE)
            began(live.answer_id, began_at)
        Giving(self._ears, live, sound, began_at, stop).all()
        self._afterwards.given_whole(live.answer_id, live.snapshot().seconds)
        live.finish()

    def samples_of(self, owner: Owner, answer_id: UUID) -> int:
        """How much sound a finished answer has, at 16 kHz. Raises `NotFound` and `DatabaseAway`."""
        return round(self._afterwards.outboxed(owner, answer_id).sound_s * SAMPLE_RATE)

    def film(self, live: LiveTranscript, source: int, limit: int) -> Filming:
        """Keep the picture of what `source` says as well, up to `limit` bytes of this one connection, and
        as long as the pictures of all have room on this disk."""
        video = self._afterwards.keeping.video

        def wanted() -> bool:
            if self._ears.get(live.answer_id) is not live or live.ending:
                return False
            return live.snapshot().source == source

        return Filming(
            record(
                video.folder(live.answer_id),
                heard=lambda: live.snapshot().seconds,
                wanted=wanted,
                limit=limit,
                crowded=video.crowded,
            )
        )

    def coming(self, answer: Answer) -> Heard | None:
        """How far the words of a finished answer are, while they are being written here."""
        live = self._ears.get(answer.id)
        return live.snapshot() if live is not None and live.ending and not live.over else None

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

    def transcribe(self, owner: Owner, answer: Answer) -> None:
        """Turn what is kept of a finished answer's sound into words, in the background."""
        self._afterwards.transcribe(owner, self._store.answer(owner, answer.id))

    def last_words(self, owner: Owner, answer: Answer) -> None:
        """No more sound, and wait a while for the words of what there is."""
        if _is_open(answer):
            live: LiveTranscript | None = self._afterwards.listen(self._here(owner, answer))
        else:
            live = self._ears.get(answer.id)
        if live is not None:
            live.finish()
            live.wait_finished(LAST_WORDS_S)  # if longer, its rating waits for its last words

    def room(self) -> bool:
        """Whether there is room on this machine for the sound of another answer."""
        return self._afterwards.keeping.room()

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


def _is_open(answer: Answer) -> bool:
    return answer.state is AnswerState.OPEN and answer.mode is AnswerMode.SPOKEN
