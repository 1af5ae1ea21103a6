"""Ears: every answer that is being heard in this process, and the ear thread that hears them.

Memory only, except for the spools: whatever is open here can be opened again after a restart.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from uuid import UUID

from services.domain import Segment
from services.errors import SpeechModelMissing
from services.failures import failure_of, told
from services.ports import SpeechEngine
from services.speech.ear import Ear
from services.speech.figures import SpeechFigures
from services.speech.heard import Pace
from services.speech.live_transcript import End, LiveTranscript, Sound
from services.speech.model import SpeechModel
from services.speech.sound import Piece
from services.speech.spool import Spool
from services.speech.transcriber import Transcriber

REST_AFTER = 3.0  # s without a frame: tab closed or network gone, which WebRTC tells after 30 s
FORGET_AFTER = 600.0  # s without a frame: nobody is there; the spool keeps the sound
_AT_ONCE = 256  # queued pieces taken before speech is looked for
_LOOK_ROUND = 0.1  # s; for answers that have fallen silent
# s that frames gather before they are taken: two steps of the detector. Waking for each of 50 frames a
# second would cost a silent speaker 1.5 % of a core, so it is 0.6 %.
_GATHER = 0.064


class Ears:
    """Process-wide; any thread may call. Answers are found by their id."""

    def __init__(
        self,
        model: SpeechModel,
        spool_dir: Path,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._model = model
        self._spool_dir = spool_dir
        self._clock = clock
        self._lock = threading.Lock()
        self._ears: dict[UUID, Ear] = {}
        self._inbox: SimpleQueue[tuple[LiveTranscript, Sound]] = SimpleQueue()
        self._stopping = threading.Event()
        self._hurry = threading.Event()  # somebody waits for what was just sent
        self._transcriber = Transcriber(self._engine, clock)
        model.on_ready(self._transcriber.wake)
        self._thread = threading.Thread(target=self._run, name="ears", daemon=True)
        self._thread.start()

    def open(
        self,
        answer_id: UUID,
        *,
        settled: Sequence[Segment],
        prompt: str = "",
        language: str = "en",
        on_segment: Callable[[int, Segment], None],
        on_finished: Callable[[LiveTranscript], None],
        on_language: Callable[[str], None] = lambda _code: None,
        live_words: bool = True,
    ) -> LiveTranscript:
        """Hear an answer: the transcript that is open already, or a new one.

        Sound that an earlier server kept is gone on with: what `settled` does not cover becomes words
        again. `on_segment(index, segment)` gets every new segment, `index` counting on from
        `len(settled)`; segments can be stored twice by index, and belong in order of `start`.
        `prompt` holds names and terms that may be said. An empty `language` is found from the first
        words and told once to `on_language`. `live_words` False: nobody waits for the words, so others go
        first; so it is too while more people speak than this machine can follow.
        All callbacks run on the transcription workers; what they raise becomes the transcript's problem.
        """
        with self._lock:
            known = self._ears.get(answer_id)
            if known is not None and not known.live.over:
                return known.live
            refused = live_words and not self._transcriber.admits
            live = LiveTranscript(
                answer_id,
                settled=settled,
                send=self._send,
                model_is_ready=lambda: self._engine() is not None,
                on_segment=on_segment,
                on_finished=on_finished,
                on_language=on_language,
                pace=Pace.LATER if refused else Pace.LIVE,
                clock=self._clock,
            )
            # Sound that a full disk refused is only in the old spool's memory: go on with that one.
            spool = known.spool if known and known.spool.unwritten else None
            if known is not None and spool is None:
                known.spool.close()
            self._ears[answer_id] = Ear(
                live,
                spool or Spool(self.spool_path(answer_id)),
                settled,
                prompt=prompt,
                language=language,
                live_words=live_words and not refused,
            )
            return live

    def get(self, answer_id: UUID) -> LiveTranscript | None:
        """The transcript of an answer that is being heard or was finished here lately."""
        with self._lock:
            ear = self._ears.get(answer_id)
            return ear.live if ear else None

    def unhurried(self, answer_id: UUID) -> None:
        """Nobody watches the words of an answer come any more: those of others go first."""
        with self._lock:
            ear = self._ears.get(answer_id)
        if ear is not None:
            ear.live_words = False

    def close(self, answer_id: UUID) -> None:
        """Forget an answer here; its spool stays. Frames that still come for it are ignored."""
        with self._lock:
            ear = self._ears.pop(answer_id, None)
        if ear is not None:
            self._transcriber.drop(ear)
            ear.spool.close()

    def discard(self, answer_id: UUID) -> None:
        """Forget an answer and delete its sound, its picture, and what a killed process was making of
        them."""
        self.close(answer_id)
        for path in self._spool_dir.glob(f"{self.spool_path(answer_id).name}*"):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)

    def spool_path(self, answer_id: UUID) -> Path:
        """Where the sound of an answer lies: raw 16 kHz mono s16le."""
        return self._spool_dir / f"{answer_id}.pcm"

    def spooled(self) -> tuple[UUID, ...]:
        """Answers whose sound or picture lies in the spool, of this and earlier runs."""
        found = (
            path.name.partition(".")[0]
            for kind in (".pcm", ".pcm.video")
            for path in self._spool_dir.glob(f"*-*-*-*-*{kind}")
        )
        return tuple(UUID(name) for name in dict.fromkeys(found))

    @property
    def can_hear(self) -> bool:
        """Whether the speech model is there."""
        return self._engine() is not None

    def figures(self) -> SpeechFigures:
        """How the hearing of this process does; nothing personal."""
        with self._lock:
            ears = list(self._ears.values())
        open_ears = [ear for ear in ears if not ear.live.over]
        return self._transcriber.figures(
            answers=len(open_ears), speaking=sum(ear.open is not None for ear in open_ears)
        )

    def shutdown(self) -> None:
        """Stop all threads. Nothing is lost: spools are complete at every moment."""
        self._stopping.set()
        self._hurry.set()
        self._thread.join(5)
        self._transcriber.shutdown(5)
        with self._lock:
            answers = list(self._ears)
        for answer_id in answers:
            self.close(answer_id)

    def _send(self, live: LiveTranscript, sound: Sound) -> None:
        self._inbox.put((live, sound))
        if not isinstance(sound, Piece):
            self._hurry.set()

    def _engine(self) -> SpeechEngine | None:
        try:
            return self._model.engine()
        except SpeechModelMissing:
            return None

    # --- ear thread -----------------------------------------------------------------------

    def _run(self) -> None:
        while not self._stopping.is_set():
            with self._lock:
                ears = {i: e for i, e in self._ears.items() if not e.spool.closed}
            behind = any(ear.behind for ear in ears.values())
            if not behind:
                self._hurry.wait(_GATHER)
                self._hurry.clear()  # before the queue is looked into, or an End could be missed
            self._take(ears, wait=not behind)
            for ear in ears.values():
                if ear.spool.closed:  # forgotten meanwhile
                    continue
                error = failure_of(self._advance, ear)
                if error is not None:
                    ear.live.trouble(told(error, "Part of your sound could not be listened to."))
            self._look_round(ears)

    def _take(self, ears: dict[UUID, Ear], wait: bool) -> None:
        """Keep what has arrived; wait a moment for it when there is nothing else to do."""
        arrived: dict[Ear, list[Sound]] = {}
        for n in range(_AT_ONCE):
            try:
                live, sound = self._inbox.get(block=wait and n == 0, timeout=_LOOK_ROUND)
            except Empty:
                break
            ear = ears.get(live.answer_id)
            if ear is None or ear.live is not live:  # opened since, or closed
                with self._lock:
                    ear = self._ears.get(live.answer_id)
                if ear is None or ear.live is not live:
                    continue
                ears[live.answer_id] = ear
            arrived.setdefault(ear, []).append(sound)
        for ear, sounds in arrived.items():
            for sound in _in_few(sounds):
                error = failure_of(_hand, ear, sound)
                if error is not None:
                    ear.live.trouble(told(error, "Part of your sound could not be understood."))

    def _advance(self, ear: Ear) -> None:
        if ear.behind:
            for utterance in ear.walk():
                self._transcriber.settle(ear, utterance)
            self._transcriber.listen(ear)
        if ear.heard_all():
            self._transcriber.end(ear)

    def _look_round(self, ears: dict[UUID, Ear]) -> None:
        for answer_id, ear in ears.items():
            idle = ear.live.idle_s
            if idle >= REST_AFTER and ear.open is not None and not ear.behind:
                ear.rest()
            if ear.live.pace is Pace.LATER and self._transcriber.admits:
                ear.live_words = True  # there is room again
                ear.live.paced(Pace.LIVE)
            if idle >= FORGET_AFTER and not ear.spool.unwritten and self._is_idle(ear):
                self.close(answer_id)

    def _is_idle(self, ear: Ear) -> bool:
        if ear.live.ending and not ear.live.over:
            return False
        # What waits for a model that is away is found again in the spool.
        return not ear.behind and (self._transcriber.quiet(ear) or self._engine() is None)


def _in_few(sounds: Sequence[Sound]) -> Iterator[Sound]:
    """The same sound, frames put together."""
    run: list[Piece] = []
    for sound in sounds:
        if run and not (isinstance(sound, Piece) and run[-1].goes_on(sound)):
            yield Piece.joined(run)
            run = []
        if isinstance(sound, Piece):
            run.append(sound)
        else:
            yield sound
    if run:
        yield Piece.joined(run)


def _hand(ear: Ear, sound: Sound) -> None:
    if isinstance(sound, End):
        ear.end()
    else:
        ear.take(sound)
