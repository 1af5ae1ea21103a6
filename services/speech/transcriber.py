"""The transcription worker: one thread that decides which utterance becomes words next.

Order: answers that end, before utterances that are complete, before sketches of what is being said.
A sketch that has waited a second goes between two utterances, so that nobody's words stand still
while somebody else's long recording is worked off. Answers take turns.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from services.domain import Segment, Word
from services.ports import SAMPLE_RATE, SpeechEngine
from services.speech.credible import credible
from services.speech.ear import Ear
from services.speech.failures import failure_of
from services.speech.segmenter import Utterance

_SKETCH_EVERY = 0.7  # s between two sketches of one answer; more when the machine is slow
_SKETCH_PATIENCE = 1.0  # s after which a sketch goes before the next utterance
_SKETCH_VOICED = SAMPLE_RATE // 2  # less speech than this gives no stable words
_NICENESS = 5  # sound and screens go first; what CTranslate2 starts inherits it


@dataclass(slots=True)
class _Desk:
    """What lies on the worker's desk for one answer."""

    ear: Ear
    utterances: deque[tuple[Utterance, int]] = field(default_factory=deque)  # with failed attempts
    working_on: Utterance | None = None
    sketch_since: float | None = None  # somebody waits for a sketch since then
    sketch_due: float = 0.0
    sketched_to: int = 0  # last voiced sample in the latest sketch
    ending: bool = False


_Job = Callable[[], None]


class Transcriber:
    """Fed by the ear thread; calls the engine and the answers' callbacks on its own thread."""

    def __init__(
        self, engine: Callable[[], SpeechEngine | None], clock: Callable[[], float]
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._changed = threading.Condition()
        self._desks: dict[Ear, _Desk] = {}  # in the order of turns
        self._sketched_last = False
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="transcription", daemon=True)
        self._thread.start()

    # --- ear thread -----------------------------------------------------------------------

    def settle(self, ear: Ear, utterance: Utterance) -> None:
        """Queue a complete utterance."""
        with self._changed:
            self._desk(ear).utterances.append((utterance, 0))
            self._changed.notify()

    def sketch(self, ear: Ear) -> None:
        """Ask for interim text if there is more to sketch; only the latest sound is ever used."""
        utterance = ear.open
        if utterance is None or utterance.voiced < _SKETCH_VOICED:
            return
        with self._changed:
            desk = self._desk(ear)
            if desk.sketch_since is None and utterance.speech[-1][1] > desk.sketched_to:
                desk.sketch_since = self._clock()
                self._changed.notify()

    def end(self, ear: Ear) -> None:
        """No more utterances of this answer come."""
        with self._changed:
            self._desk(ear).ending = True
            self._changed.notify()

    def quiet(self, ear: Ear) -> bool:
        """Is nothing left to do for this answer?"""
        with self._changed:
            desk = self._desks.get(ear)
            return desk is None or not (desk.utterances or desk.working_on or desk.ending)

    # --- any thread -----------------------------------------------------------------------

    def drop(self, ear: Ear) -> None:
        """Forget an answer; a job that runs for it comes to nothing."""
        with self._changed:
            self._desks.pop(ear, None)

    def wake(self) -> None:
        """The speech model may have arrived."""
        with self._changed:
            self._changed.notify()

    def shutdown(self, timeout: float) -> None:
        with self._changed:
            self._stopping = True
            self._changed.notify()
        self._thread.join(timeout)

    def _desk(self, ear: Ear) -> _Desk:
        return self._desks.setdefault(ear, _Desk(ear))

    # --- transcription worker -------------------------------------------------------------

    def _run(self) -> None:
        give_way()
        while True:
            with self._changed:
                job = self._next()
                while job is None and not self._stopping:
                    self._changed.wait(0.2)  # a sketch may have become due
                    job = self._next()
                if self._stopping or job is None:
                    return
            failure_of(job)

    def _next(self) -> _Job | None:
        """The job to do now. Called with the lock held."""
        engine = self._engine()
        desks = list(self._desks.values())
        for desk in desks:
            if desk.ending and (engine is None or not desk.utterances):
                return partial(self._end, desk)
        if engine is None:
            return None
        now = self._clock()
        sketches = [d for d in desks if d.sketch_since is not None and d.sketch_due <= now]
        sketches.sort(key=lambda d: d.sketch_since or 0.0)
        waiting = [d for d in desks if d.utterances]
        waiting.sort(key=lambda d: not d.ending)  # stable: turns stay
        overdue = sketches and now - (sketches[0].sketch_since or now) >= _SKETCH_PATIENCE
        if sketches and (not waiting or (overdue and not self._sketched_last)):
            self._sketched_last = True
            return partial(self._sketch, sketches[0], engine)
        if waiting:
            self._sketched_last = False
            desk = waiting[0]
            self._desks[desk.ear] = self._desks.pop(desk.ear)  # to the end of the turns
            utterance, failures = desk.utterances.popleft()
            desk.working_on = utterance
            return partial(self._settle, desk, utterance, failures, engine)
        return None

    def _settle(
        self, desk: _Desk, utterance: Utterance, failures: int, engine: SpeechEngine
    ) -> None:
        ear, words = desk.ear, list[Word]()

        def transcribe() -> None:
            sound = ear.spool.read(utterance.start, utterance.end)
            words.extend(engine.transcribe(sound, prompt=ear.prompt))

        error = failure_of(transcribe)
        with self._changed:
            desk.working_on = None
            if self._desks.get(ear) is not desk:
                return
            if error is not None and failures == 0:
                desk.utterances.appendleft((utterance, 1))
                return
        if error is not None:
            ear.live.gave_up(utterance.start, utterance.end, error)
            return
        ear.live.settled(utterance.end, _segment(utterance, words))
        with self._changed:
            starts = [u.start for u, _ in desk.utterances]
        ear.spool.release(min([ear.needed_from, *starts]))

    def _sketch(self, desk: _Desk, engine: SpeechEngine) -> None:
        utterance, began = desk.ear.open, self._clock()
        if utterance is not None and utterance.voiced >= _SKETCH_VOICED:
            sound = desk.ear.spool.read(utterance.start, utterance.end)
            text: list[str] = []
            failure_of(lambda: text.append(engine.sketch(sound)))
            if text:  # a failed sketch is no loss: the utterance itself is still to come
                desk.ear.live.sketched(utterance.start, text[0])
        with self._changed:
            now = self._clock()
            desk.sketch_since = None
            desk.sketched_to = utterance.speech[-1][1] if utterance and utterance.speech else 0
            # On a slow machine sketches must leave room for the words that are kept.
            desk.sketch_due = began + max(_SKETCH_EVERY, 1.3 * (now - began))

    def _end(self, desk: _Desk) -> None:
        with self._changed:
            if self._desks.get(desk.ear) is not desk:
                return
            pending = bool(desk.utterances) or not desk.ear.spool.opened
        desk.ear.live.end(pending)
        self.drop(desk.ear)


def _segment(utterance: Utterance, words: list[Word]) -> Segment | None:
    """The words on the answer's clock; None when nothing credible was said."""
    offset = utterance.start / SAMPLE_RATE
    placed = (
        w.model_copy(update={"start": offset + w.start, "end": offset + w.end}) for w in words
    )
    kept = credible(placed, utterance)
    if not kept:
        return None
    return Segment(
        start=offset,
        end=utterance.end / SAMPLE_RATE,
        text=" ".join(w.text for w in kept),
        words=kept,
    )


def give_way() -> None:
    """Lower the priority of the calling thread and of what it starts (Linux; elsewhere no-op)."""
    if hasattr(os, "setpriority") and os.uname().sysname == "Linux":
        failure_of(os.setpriority, os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
