"""The transcription workers: threads that take what the scheduler chooses and call the engine with it.

One lock guards the scheduler. Engine calls, reading sound and the answers' callbacks happen outside it,
and because a speaker has one thing under way at most, an answer's callbacks never overlap. There is one
thread more than calls run at once: what needs no call, above all the words of somebody who stopped after
a pause, never waits for one.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from functools import partial

from services.failures import failure_of
from services.ports import SAMPLE_RATE, Settled, Sketch, SpeechEngine
from services.speech.calls import Calls, group_of, segment_of, sketch_of, sole_language
from services.speech.desk import new_draft
from services.speech.ear import Ear
from services.speech.figures import SpeechFigures
from services.speech.heard import Pace
from services.speech.jobs import Batch, Capacity, Done, Handover, Job, Result, Task
from services.speech.scheduler import Scheduler
from services.speech.segmenter import MARGIN, Utterance
from services.speech.stopwatch import Latencies, Work

_NICENESS = 5  # sound and screens go first; what CTranslate2 starts inherits it
_LOOK_AGAIN = 0.2  # s at most; a caption may be due, or somebody's pace have changed


class Transcriber:
    """Fed by the ear thread; calls the engine and the answers' callbacks on threads of its own."""

    def __init__(
        self, engine: Callable[[], SpeechEngine | None], clock: Callable[[], float]
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._changed = threading.Condition()
        self._scheduler: Scheduler[Ear] = Scheduler()
        self._stopping = False
        self._threads: list[threading.Thread] = []
        self._work = Work(clock())
        self._calls = Calls(self._work, clock)
        self._interim, self._settled, self._stop = Latencies(), Latencies(), Latencies()
        self._promoted = 0
        self._hire(1)  # it hires the others when there is a model

    # --- ear thread -----------------------------------------------------------------------

    def settle(self, ear: Ear, utterance: Utterance) -> None:
        """Queue a complete utterance."""
        said_to = utterance.speech[-1][1] if utterance.speech else utterance.end
        ago = max(0.0, (ear.spool.length - said_to) / SAMPLE_RATE)
        with self._changed:
            self._scheduler.add(ear, utterance, self._clock(), ago)
            self._changed.notify()

    def listen(self, ear: Ear) -> None:
        """What `ear` has open changed; all that ended before was given to `settle`."""
        with self._changed:
            if self._scheduler.listen(ear, self._clock()):
                self._changed.notify()

    def end(self, ear: Ear) -> None:
        """No more utterances of this answer come."""
        with self._changed:
            self._scheduler.end(ear, self._clock())
            self._changed.notify()

    def quiet(self, ear: Ear) -> bool:
        """Is nothing left to do for this answer until more is said?"""
        with self._changed:
            return self._scheduler.quiet(ear)

    # --- any thread -----------------------------------------------------------------------

    def drop(self, ear: Ear) -> None:
        """Forget an answer; what runs for it comes to nothing."""
        with self._changed:
            self._scheduler.drop(ear)

    def wake(self) -> None:
        """The speech model may have arrived."""
        with self._changed:
            self._changed.notify()

    def shutdown(self, timeout: float) -> None:
        """Stop the threads; `timeout` seconds for each that is in a call."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(timeout)

    @property
    def admits(self) -> bool:
        """Would a new answer get live captions?"""
        with self._changed:
            return self._scheduler.admits(self._clock(), _calls_at_once(self._engine()))

    def figures(self, answers: int, speaking: int) -> SpeechFigures:
        """How it goes; the caller knows how many answers are open and how many of them speak.

        Interim latency counts from the reading of the sound, which is up to one step of the detector
        (32 ms) and one turn of the ear thread after its last sample came.
        """
        engine = self._engine()
        with self._changed:
            now, workers = self._clock(), _calls_at_once(engine)
            admits = self._scheduler.admits(now, workers)
            waiting, oldest = self._scheduler.waiting, self._scheduler.oldest_wait(now)
        return SpeechFigures(
            engine=engine.report() if engine else None,
            pace=Pace.LIVE if admits else Pace.LATER,
            answers=answers,
            speaking=speaking,
            waiting=waiting,
            oldest_wait_s=oldest,
            busy=self._work.busy(now, workers),
            interim=self._interim.spread(),
            settled=self._settled.spread(),
            stop=self._stop.spread(),
            calls=self._work.calls,
            passages=self._work.passages,
            promoted=self._promoted,
            failures=self._work.failures,
        )

    # --- transcription workers ------------------------------------------------------------

    def _hire(self, threads: int) -> None:
        while len(self._threads) < threads:
            name = f"transcription-{len(self._threads)}"
            self._threads.append(threading.Thread(target=self._run, name=name, daemon=True))
            self._threads[-1].start()

    def _run(self) -> None:
        give_way()
        while (job := self._next()) is not None:
            failure_of(job)

    def _next(self) -> Callable[[], None] | None:
        """Wait for something to do; None when it is time to stop."""
        with self._changed:
            while not self._stopping:
                engine, now = self._engine(), self._clock()
                self._hire(_calls_at_once(engine) + 1)
                work = self._scheduler.take(now, _capacity(engine))
                paces = [(d.speaker, d.pace) for d in self._scheduler.paces(now)] if engine else []
                if work is not None or paces:
                    self._changed.notify()  # there may be more, for another thread
                    return partial(self._do, engine, work, paces)
                self._changed.wait(self._until_due(now))
            return None

    def _until_due(self, now: float) -> float | None:
        if self._scheduler.idle:
            return None
        due = self._scheduler.due(now)
        return _LOOK_AGAIN if due is None else min(_LOOK_AGAIN, due - now)

    def _do(
        self,
        engine: SpeechEngine | None,
        work: Handover[Ear] | Batch[Ear] | None,
        paces: Sequence[tuple[Ear, Pace]],
    ) -> None:
        for ear, pace in paces:
            ear.live.paced(pace)
        if isinstance(work, Handover):
            failure_of(self._hand_over, work)
            with self._changed:
                self._scheduler.handed(work)
        elif work is not None and engine is not None:
            results = self._calls.results(engine, work)
            for job, result in zip(work.jobs, results, strict=True):
                failure_of(self._show, job, result, work.began)
            with self._changed:
                self._scheduler.done(work, results, self._clock())

    # --- what is told ---------------------------------------------------------------------

    def _hand_over(self, handover: Handover[Ear]) -> None:
        ear = handover.desk.speaker
        if handover.language:
            ear.language = handover.language
            ear.live.language_found(handover.language)
        for done in handover.done:
            self._tell(ear, done)
        ear.spool.release(handover.keep_from)
        if handover.ends:
            ear.live.end(handover.pending or not ear.spool.opened)
            self._stop.add(self._clock() - (handover.desk.ending_since or 0.0))

    def _tell(self, ear: Ear, done: Done) -> None:
        utterance = done.waiting.utterance
        if isinstance(done.result, Exception):
            ear.live.gave_up(utterance.start, utterance.end, done.result)
            return
        ear.live.settled(utterance.end, segment_of(utterance, done.result, ear.language))
        if ear.live_words:
            self._settled.add(self._clock() - done.waiting.spoken)
        with self._changed:
            self._promoted += done.early

    def _show(self, job: Job[Ear], result: Result, began: float) -> None:
        """Interim words; a sketch that failed is no loss, for the utterance itself is still to come."""
        desk, ear, utterance = job.desk, job.speaker, job.utterance
        (begin, end), *_ = job.spans
        if isinstance(result, Sketch) and desk.draft is not None:
            desk.draft.heard(result, begin, end, quiet=end - utterance.speech[-1][1] >= MARGIN)
        elif isinstance(result, Settled) and job.task is Task.EARLY:
            # What follows, if it goes on, is drafted after these words: heard twice alike, as it were.
            desk.draft = new_draft(begin, ear.language)
            desk.draft.window(end, end - begin)
            for _ in range(2):
                desk.draft.heard(sketch_of(utterance, result, ear.language), begin, end, True)
        else:
            return
        draft = desk.draft
        ear.live.sketched(utterance.start, draft.text, draft.stable, draft.upto)
        self._interim.add(self._clock() - began)


def _capacity(engine: SpeechEngine | None) -> Capacity[Ear] | None:
    if engine is None:
        return None
    return Capacity(_calls_at_once(engine), partial(group_of, engine), sole_language(engine))


def _calls_at_once(engine: SpeechEngine | None) -> int:
    return 0 if engine is None else max(1, engine.calls_at_once)


def give_way() -> None:
    """Lower the priority of the calling thread, and of what it starts, below that of the process
    (Linux; elsewhere no-op)."""
    if hasattr(os, "setpriority") and os.uname().sysname == "Linux":
        niceness = min(19, os.getpriority(os.PRIO_PROCESS, os.getpid()) + _NICENESS)
        failure_of(os.setpriority, os.PRIO_PROCESS, threading.get_native_id(), niceness)
