"""The scheduler: whose sound becomes words next. Pure: no threads, no engine, a clock that is handed in.

The caller tells what happens (`add`, `listen`, `end`, `drop`) and asks `take` for work whenever a
worker is free: a handover that needs no call of the engine, or a batch of compatible passages for one
call. It gives each back with `handed` or `done`.

Lanes go in order, and within a lane who has waited longest since their last turn. Nothing waits for a
batch to fill: batches form while calls run, and captions that are nearly due join those that are. So that
nobody starves, two things go between: a caption that is overdue between two batches of complete
utterances, and now and then one passage of an answer whose words nobody waits for.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Generic

from services.speech.desk import Desk
from services.speech.jobs import (
    Batch,
    Capacity,
    Handover,
    Job,
    Lane,
    Result,
    S,
    Task,
    Terms,
    Waiting,
)
from services.speech.load import Load
from services.speech.segmenter import Utterance

_PATIENCE = 0.5  # s that a caption is overdue before it goes between complete utterances
_LATER_EVERY = 2.0  # s; then one passage goes before others, a tenth of the machine
_NO_EARLY = 1.0  # s that complete utterances wait: then nothing is settled that may still go on
_LOOKED_AT = 32  # jobs that are compared for a batch, four times what a call can have


class Scheduler(Generic[S]):
    """Not thread-safe. Times are seconds of any one clock that does not go back."""

    def __init__(self) -> None:
        self._desks: dict[S, Desk[S]] = {}
        self._running: set[Batch[S]] = set()
        self._load = Load()
        self._caption_last = False
        self._later_at = float("-inf")  # when an answer of the last lane had its last turn

    # --- what happens -----------------------------------------------------------------------

    def add(self, speaker: S, utterance: Utterance, now: float, ago: float = 0.0) -> None:
        """An utterance is complete; its last word was said `ago` seconds ago."""
        self._desk(speaker, now).utterances.append(Waiting(utterance, now, now - ago))

    def listen(self, speaker: S, now: float) -> bool:
        """What the speaker says has changed. Is that a reason to look for work?"""
        desk = self._desk(speaker, now)
        desk.needed_from = speaker.needed_from
        return (desk.notice(now) or desk.asks) and not desk.busy

    def end(self, speaker: S, now: float) -> None:
        """No more utterances of this speaker come."""
        self._desk(speaker, now).ending_since = now

    def drop(self, speaker: S) -> None:
        """Forget a speaker; what is under way for them comes to nothing."""
        self._desks.pop(speaker, None)

    def handed(self, handover: Handover[S]) -> None:
        """Everything in it was told."""
        handover.desk.busy = False
        if handover.ends and self._here(handover.desk):
            self.drop(handover.desk.speaker)

    def done(self, batch: Batch[S], results: Sequence[Result], now: float) -> None:
        """A batch came back, with a result or an error for each of its jobs."""
        self._running.remove(batch)
        for job, result in zip(batch.jobs, results, strict=True):
            job.desk.busy = False
            if self._here(job.desk):
                job.desk.told(job, result)
        failed = any(isinstance(result, Exception) for result in results)
        if not failed and batch.task is not Task.LANGUAGE:
            self._load.learn(batch.group, len(results), now - batch.began, keep=batch.keep)

    # --- what is next -----------------------------------------------------------------------

    def take(self, now: float, engine: Capacity[S] | None) -> Handover[S] | Batch[S] | None:
        """What a free worker should do now; None: nothing for the moment."""
        free = [desk for desk in self._desks.values() if not desk.busy]
        for desk in free:
            told = desk.handover(now, engine)
            if told is not None:
                return told
        room = engine.workers - len(self._running) if engine else 0
        if engine is None or room <= 0:
            return None
        self._weigh(now, engine.workers)
        terms = Terms(
            self._load.longest,
            self._load.hurried,
            self._load.ahead,
            self.oldest_live_wait(now) < _NO_EARLY,
        )
        jobs = sorted((job for desk in free for job in desk.jobs(now, terms)), key=_turn)
        if self._later_is_served():
            jobs = [job for job in jobs if job.lane is not Lane.LATER]
        ready = [job for job in jobs if job.due <= now]
        if not ready:
            return None
        return self._start(self._first(ready, now), jobs, room, engine.group, now)

    def due(self, now: float) -> float | None:
        """When the next caption that only waits for its time can be formed; None: there is none."""
        times = [d.due for d in self._desks.values() if d.wanted_since is not None and not d.busy]
        return min((time for time in times if time > now), default=None)

    def paces(self, now: float) -> Iterator[Desk[S]]:
        """Desks whose pace has changed since the last time."""
        return (desk for desk in list(self._desks.values()) if desk.changed_pace(now))

    # --- how it goes ------------------------------------------------------------------------

    def quiet(self, speaker: S) -> bool:
        """Is nothing left to do for this speaker until more is said?"""
        desk = self._desks.get(speaker)
        return desk is None or desk.quiet

    def admits(self, now: float, workers: int) -> bool:
        """Would one more get live captions? Always, while there is no model to be busy."""
        self._weigh(now, workers)
        return workers == 0 or not self._load.full

    @property
    def idle(self) -> bool:
        return not self._desks

    @property
    def waiting(self) -> int:
        """Complete utterances without words."""
        return sum(len(desk.utterances) for desk in self._desks.values())

    def oldest_wait(self, now: float) -> float:
        """Of these, seconds."""
        return max((desk.waited(now) for desk in self._desks.values()), default=0.0)

    def oldest_live_wait(self, now: float) -> float:
        """Of these, where somebody looks at the words."""
        live = (desk for desk in self._desks.values() if desk.speaker.live_words)
        return max((desk.waited(now) for desk in live), default=0.0)

    @property
    def cycle(self) -> float:
        """Seconds in which every open speaker should get one sketch."""
        return self._load.cycle

    def _desk(self, speaker: S, now: float) -> Desk[S]:
        return self._desks.setdefault(speaker, Desk(speaker, last_turn=now))

    def _here(self, desk: Desk[S]) -> bool:
        return self._desks.get(desk.speaker) is desk

    def _open(self) -> int:
        speakers = self._desks.keys()
        return sum(1 for s in speakers if s.live_words and s.language and s.open is not None)

    def _weigh(self, now: float, workers: int) -> None:
        self._load.weigh(self._open(), workers, self.oldest_live_wait(now))

    # --- batches ----------------------------------------------------------------------------

    def _later_is_served(self) -> bool:
        """While somebody speaks, answers that nobody waits for get one worker at most."""
        served = any(batch.jobs[0].lane is Lane.LATER for batch in self._running)
        return served and self._open() > 0

    def _first(self, jobs: Sequence[Job[S]], now: float) -> Job[S]:
        first = jobs[0]
        if first.lane is Lane.STOP:
            return first
        later = next((job for job in jobs if job.lane is Lane.LATER), None)
        if later is not None and now - self._later_at >= _LATER_EVERY:
            return later
        captions = [job for job in jobs if job.lane is Lane.INTERIM]
        if first.lane is Lane.SETTLE and captions and not self._caption_last:
            oldest = max(captions, key=lambda job: job.desk.overdue(now))
            if oldest.desk.overdue(now) >= _PATIENCE:
                return oldest
        return first

    def _start(
        self,
        first: Job[S],
        jobs: Sequence[Job[S]],
        room: int,
        group: Callable[[Job[S]], Hashable],
        now: float,
    ) -> Batch[S]:
        if first.task is Task.LANGUAGE:
            chosen, shared = [first], None
        else:
            shared = group(first)
            mates = [job for job in jobs if job is not first and _may_join(job, first)]
            mates = [job for job in mates[:_LOOKED_AT] if group(job) == shared]
            # Other workers that are free take their part: two calls side by side are done sooner.
            hands = min(room, len({job.desk for job in [first, *mates]}))
            fair = -(-(len(mates) + 1) // hands)
            alone = first.lane is Lane.LATER and jobs[0].lane is not Lane.LATER
            chosen = [first, *mates][: 1 if alone else min(fair, self._load.fits(shared))]
        batch = Batch(tuple(chosen), shared, now)
        self._running.add(batch)
        self._caption_last = first.lane is Lane.INTERIM
        if first.lane is Lane.LATER:
            self._later_at = now
        for desk in {job.desk for job in chosen}:
            own = (job for job in chosen if job.desk is desk)
            desk.took(own, now, self._load.interval)
        return batch


def _turn(job: Job[S]) -> tuple[int, int, float]:
    return job.lane, job.place, job.desk.last_turn


def _may_join(job: Job[S], first: Job[S]) -> bool:
    """Those who stop wait for nobody else's words, and nobody for words that may come later."""
    if job.task is Task.LANGUAGE or job.keep is not first.keep:
        return False
    if first.lane is Lane.STOP or Lane.LATER in (first.lane, job.lane):
        return job.lane is first.lane
    return job.lane >= first.lane
