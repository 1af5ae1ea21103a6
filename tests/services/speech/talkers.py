"""People who talk, and a machine that transcribes them, on a clock that only a test moves.

The machine costs what a true tiny model costs on two old cores; no engine and no thread is in it.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from random import Random

from services.domain import Word
from services.errors import TranscriptionFailed
from services.ports import SAMPLE_RATE, Settled, Sketch
from services.speech.heard import Pace
from services.speech.jobs import Batch, Capacity, Handover, Job, Result, Task
from services.speech.scheduler import Scheduler
from services.speech.segmenter import Utterance

PAUSE, MARGIN, CUT = 0.6, 0.3, 12.0  # s
EAR = 0.1  # s between two looks of the ear thread at one talker
_STEP_MS = {1: 2.26, 2: 1.3, 3: 0.95, 4: 0.76, 5: 0.68, 6: 0.62, 7: 0.56, 8: 0.52}  # item and step
_ENCODE_MS = {3: 9, 6: 20, 9: 31, 12: 41, 15: 51, 30: 110}  # by seconds of window
_STEPS = {False: 24, True: 44}  # of a sketch, and of words that are kept

Spans = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Shown:
    """Interim words: when their sound was taken, when they were readable."""

    formed: float
    at: float
    upto: int


@dataclass(eq=False)
class Talker:
    """Says `spans` (s) after `begins`; what follows within the pause belongs to one utterance."""

    name: str
    spans: Spans
    begins: float = 0.0
    ends: float | None = None  # "Finish answer"
    live_words: bool = True
    language: str = "en"
    at_once: bool = False  # a recording: all utterances are there when it begins
    fails: frozenset[int] = frozenset()  # first samples of utterances the model fails on
    stumbles: set[int] = field(default_factory=set)  # the same, but only once
    # What becomes of it.
    open: Utterance | None = None
    closing: Utterance | None = None
    needed_from: int = 0
    told: list[tuple[int, int, str]] = field(default_factory=list)
    told_at: list[float] = field(default_factory=list)
    shown: list[Shown] = field(default_factory=list)
    paces: list[Pace] = field(default_factory=list)
    finished_at: float | None = None
    pending: bool = False

    def __post_init__(self) -> None:
        self._whole = [u for u in _utterances(self.spans, self._length) if u[0].voiced]
        self._next = 0

    @property
    def utterances(self) -> list[Utterance]:
        return [utterance for utterance, _ in self._whole]

    @property
    def expected(self) -> list[tuple[int, int, str]]:
        return [
            (u.start, u.end, "failed" if u.start in self.fails else text_of(self.name, u))
            for u in self.utterances
        ]

    def hear(self, now: float) -> list[tuple[Utterance, float]]:
        """Utterances that are complete by now, each with how long ago its last word was said."""
        at = 1e9 if self.at_once else now - self.begins
        done = []
        while self._next < len(self._whole) and self._whole[self._next][1] <= at:
            utterance = self._whole[self._next][0]
            done.append((utterance, max(0.0, min(at, 1e6) - utterance.speech[-1][1] / SAMPLE_RATE)))
            self._next += 1
        self.open, self.closing = self._now(at)
        self.needed_from = self.open.start if self.open else int(min(at, 1e6) * SAMPLE_RATE)
        return done

    def _now(self, at: float) -> tuple[Utterance | None, Utterance | None]:
        if self._next >= len(self._whole):
            return None, None
        whole = self._whole[self._next][0]
        here = int(at * SAMPLE_RATE)
        speech = tuple((a, min(b, here)) for a, b in whole.speech if a < here)
        if not speech:
            return None, None
        last = speech[-1][1]
        end = last + int(MARGIN * SAMPLE_RATE)
        closing = Utterance(whole.start, end, speech) if here >= end else None
        return Utterance(whole.start, here, speech), closing

    @property
    def _length(self) -> float:
        return 1e9 if self.ends is None or self.at_once else self.ends - self.begins


def text_of(name: str, utterance: Utterance) -> str:
    return f"{name}:{utterance.start}-{utterance.end}"


def _utterances(spans: Spans, length: float) -> list[tuple[Utterance, float]]:
    """Utterances with the second at which each is complete."""
    pieces: list[list[tuple[float, float]]] = []
    cut = False
    for begin, end in spans:
        while begin < min(end, length):
            fresh = not pieces or cut or begin - pieces[-1][-1][1] >= PAUSE
            if fresh:
                pieces.append([])
            first = pieces[-1][0][0] if pieces[-1] else begin
            stop = min(end, length, first + CUT)
            cut = stop == first + CUT
            if stop > begin:
                pieces[-1].append((begin, stop))
            begin = max(stop, begin)
    made: list[tuple[Utterance, float]] = []
    floor = 0.0
    for i, piece in enumerate(pieces):
        start = max(floor, piece[0][0] - 0.3)
        goes_on = i + 1 < len(pieces) and pieces[i + 1][0][0] - piece[-1][1] < PAUSE
        last = piece[-1][1]
        end = last if goes_on else min(last + MARGIN, length)
        complete = last if goes_on else min(last + PAUSE, length)
        samples = tuple((int(a * SAMPLE_RATE), int(b * SAMPLE_RATE)) for a, b in piece)
        made.append(
            (Utterance(int(start * SAMPLE_RATE), int(end * SAMPLE_RATE), samples), complete)
        )
        floor = end
    return made


def small_talk(random: Random, seconds: float) -> list[tuple[float, float]]:
    """Phrases and pauses, short and long, as people make them."""
    spans, at = [], random.uniform(0, 3)
    while at < seconds:
        said = random.choice((random.uniform(0.3, 1), random.uniform(1, 5), random.uniform(5, 30)))
        spans.append((at, at + said))
        at += said + random.choice((random.uniform(0.1, 0.6), random.uniform(0.6, 2), 5.0))
    return spans


class Machine:
    """Workers around a scheduler, in virtual time."""

    def __init__(self, talkers: Iterable[Talker], workers: int = 2, slow: float = 1.0) -> None:
        self.scheduler: Scheduler[Talker] = Scheduler()
        self.talkers = list(talkers)
        self.workers = workers
        self.now = 0.0
        self.model = True
        self.guess: Callable[[Talker, int], tuple[str, float]] = lambda _talker, _length: (
            "en",
            0.9,
        )
        self.questions: list[tuple[str, int]] = []
        self.batches: list[tuple[Batch[Talker], float]] = []  # with the end of the call
        self.promoted = 0
        self.longest_call = 0.0
        self._slow = slow
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._count = itertools.count()
        self._poll: float | None = None
        for n, talker in enumerate(self.talkers):
            self._at(talker.begins + EAR * ((n * 0.37) % 1), self._hears(talker))

    def run(self, seconds: float) -> Machine:
        """Let time pass up to this second."""
        while self._events and self._events[0][0] <= seconds:
            self.now, _, event = heapq.heappop(self._events)
            event()
            self._work()
        self.now = seconds
        return self

    def at(self, second: float, event: Callable[[], None]) -> None:
        """Let something happen."""
        self._at(second, event)

    def _at(self, when: float, event: Callable[[], None]) -> None:
        heapq.heappush(self._events, (when, next(self._count), event))

    def _hears(self, talker: Talker) -> Callable[[], None]:
        def hear() -> None:
            for utterance, ago in talker.hear(self.now):
                self.scheduler.add(talker, utterance, self.now, ago)
            self.scheduler.listen(talker, self.now)
            if talker.ends is not None and self.now >= talker.ends:
                self.scheduler.end(talker, self.now)
                return
            again = self.now + EAR
            self._at(again if talker.ends is None else min(again, talker.ends), hear)

        return hear

    def _work(self) -> None:
        engine = Capacity(self.workers, self._group) if self.model else None
        while (work := self.scheduler.take(self.now, engine)) is not None:
            if isinstance(work, Handover):
                self._tell(work)
            else:
                took = self._slow * cost(work)
                self.longest_call = max(self.longest_call, took)
                self.batches.append((work, self.now + took))
                self._at(self.now + took, self._ends(work, [self._answer(j) for j in work.jobs]))
        for desk in self.scheduler.paces(self.now):
            desk.speaker.paces.append(desk.pace)
        due = self.scheduler.due(self.now)
        if due is not None and (self._poll is None or self._poll <= self.now or due < self._poll):
            self._poll = due
            self._at(due, lambda: None)

    def _tell(self, handover: Handover[Talker]) -> None:
        talker = handover.desk.speaker
        talker.language = handover.language or talker.language
        for done in handover.done:
            u = done.waiting.utterance
            words = done.result.words if isinstance(done.result, Settled) else ()
            talker.told.append((u.start, u.end, words[0].text if words else "failed"))
            talker.told_at.append(self.now)
            self.promoted += done.early
        if handover.ends:
            assert talker.finished_at is None, "an answer ends once"
            talker.finished_at, talker.pending = self.now, handover.pending
        self.scheduler.handed(handover)

    def _answer(self, job: Job[Talker]) -> Result:
        talker, utterance = job.speaker, job.utterance
        if job.task is Task.LANGUAGE:
            self.questions.append((talker.name, job.length))
            return self.guess(talker, job.length)
        if job.task is Task.SKETCH:
            return Sketch((f"sketch{job.spans[0][1]}",))
        if utterance.start in talker.fails or utterance.start in talker.stumbles:
            talker.stumbles.discard(utterance.start)
            return TranscriptionFailed("The model stumbled.")
        word = Word(start=0, end=1, text=text_of(talker.name, utterance), probability=1)
        return Settled((word,))

    def _ends(self, batch: Batch[Talker], results: Sequence[Result]) -> Callable[[], None]:
        def end() -> None:
            for job, result in zip(batch.jobs, results, strict=True):
                if job.task in (Task.SKETCH, Task.EARLY) and not isinstance(result, Exception):
                    upto = job.spans[0][1]
                    job.speaker.shown.append(Shown(batch.began, self.now, upto))
            self.scheduler.done(batch, results, self.now)

        return end

    def _group(self, job: Job[Talker]) -> Hashable:
        return job.keep, window_of(job)


def window_of(job: Job[Talker]) -> int:
    """Seconds of the engine's window."""
    return next(w for w in _ENCODE_MS if w * SAMPLE_RATE >= job.length)


def cost(batch: Batch[Talker]) -> float:
    """Seconds that a call takes."""
    count, window = len(batch.jobs), window_of(batch.jobs[0])
    if batch.task is Task.LANGUAGE:
        return (_ENCODE_MS[window] + 4) / 1000
    return count * (_ENCODE_MS[window] + _STEPS[batch.keep] * _STEP_MS[count]) / 1000
