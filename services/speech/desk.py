"""A desk: what lies ready to become words for one speaker, and what of it should be next.

Pure. What a speaker says is read when a job is formed, so a job that had to wait is never stale.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Generic

from services.ports import SAMPLE_RATE, Settled
from services.speech.draft import Draft
from services.speech.heard import Pace
from services.speech.jobs import (
    Capacity,
    Done,
    Handover,
    Job,
    Lane,
    Result,
    S,
    Span,
    Task,
    Terms,
    Waiting,
    span_of,
)
from services.speech.languages import together
from services.speech.load import MOST
from services.speech.segmenter import Utterance
from services.speech.which_language import WhichLanguage

_VOICED = SAMPLE_RATE // 2  # less speech than this gives no words worth showing
_LAST = 2  # utterances: an answer that ends has one left, two after a cut; more is a recording
_TRIES = 2  # of an utterance alone, before it is given up
_BEHIND, _ABREAST = 3.0, 1.0  # s that complete words wait: above "catching up", below live again
_FIRST = 16  # utterances in which a language is looked for; each has a quarter of a second of voice


@dataclass(slots=True, eq=False)
class Desk(Generic[S]):
    """At most one batch or handover of a speaker is under way: `busy`. That one alone uses `draft`."""

    speaker: S
    last_turn: float
    utterances: deque[Waiting] = field(default_factory=deque)
    known: dict[Span, tuple[Settled | Exception, bool]] = field(default_factory=dict)
    draft: Draft | None = None
    busy: bool = False
    ending_since: float | None = None
    pace: Pace = Pace.LIVE
    needed_from: int = 0  # as the ear thread saw it when all that had ended lay here
    wanted_since: float | None = None  # there is something new to show since then
    due: float = 0.0  # not before this is the next interim formed
    _shown_to: int = 0  # last voiced sample that the words on show were made of
    _early: Span | None = None
    _noticed: Span | None = None  # the last `closing` that was a reason to look for work
    _which: WhichLanguage = field(default_factory=WhichLanguage)
    _language_since: float = 0.0

    # --- what happens -----------------------------------------------------------------------

    def took(self, jobs: Iterable[Job[S]], now: float, interval: float) -> None:
        """These jobs are under way."""
        self.busy, self.last_turn = True, now
        for job in jobs:
            if job.task in (Task.EARLY, Task.SKETCH):
                self.wanted_since, self.due = None, now + interval
                self._shown_to = _voiced_to(job.utterance)
            if job.task is Task.EARLY:
                if self._early and self._early[0] == job.utterance.start:
                    self.known.pop(self._early, None)  # it went on after all
                self._early = span_of(job.utterance)

    def told(self, job: Job[S], result: Result) -> None:
        """A job came back."""
        if job.task is Task.LANGUAGE:
            self._which.told(*(result if isinstance(result, tuple) else ("", 0.0)))
        elif isinstance(result, Settled):
            self.known[span_of(job.utterance)] = (result, job.task is Task.EARLY)
        elif isinstance(result, Exception) and job.task is Task.SETTLE:
            waiting = next(w for w in self.utterances if w.utterance is job.utterance)
            waiting.tries += 1
            if waiting.tries >= _TRIES:
                self.known[span_of(job.utterance)] = (result, False)

    def notice(self, now: float) -> bool:
        """Note since when there is something new to show. True when that has just become so."""
        closing = self._closing()
        if closing is None and self._sketchable() is None:
            self.wanted_since = None
            return False
        news = self.wanted_since is None
        self.wanted_since = now if self.wanted_since is None else self.wanted_since
        if closing is not None and span_of(closing) != self._noticed:
            self._noticed, news = span_of(closing), True
        return news

    # --- what is next -----------------------------------------------------------------------

    def handover(self, now: float, engine: Capacity[S] | None) -> Handover[S] | None:
        """What can be told now. Without an engine an answer that ends does so with what it has."""
        language = ""
        if engine is not None and not self.speaker.language:
            language = engine.sole_language or self._recognised()
        done: list[Done] = []
        while self.utterances and span_of(self.utterances[0].utterance) in self.known:
            waiting = self.utterances.popleft()
            result, early = self.known[span_of(waiting.utterance)]
            done.append(Done(waiting, result, early))
            end = waiting.utterance.end
            self.known = {k: v for k, v in self.known.items() if k[0] >= end}
        ends = self.ending_since is not None and not (self.utterances and engine)
        if not (language or done or ends):
            return None
        self.busy = True
        if language:
            self._language_since = now
        starts = [w.utterance.start for w in self.utterances]
        pending = ends and bool(self.utterances)
        keep_from = min([self.needed_from, *starts])
        return Handover(self, language, tuple(done), ends, pending, keep_from)

    def jobs(self, now: float, terms: Terms) -> Iterator[Job[S]]:
        """What could be called for, in this speaker's order."""
        if not self.speaker.language:
            question = self._question()
            if question is not None:
                yield question
            return
        place = 0
        for waiting in islice(self.utterances, MOST):
            whole = waiting.utterance
            if span_of(whole) not in self.known:
                spans = (span_of(whole),)
                yield Job(self, Task.SETTLE, self._lane(), place, whole, spans)
                place += 1
        interim = self._interim(now, terms)
        if interim is not None:
            yield interim

    def waited(self, now: float) -> float:
        """Seconds that the oldest complete utterance waits for the engine (not for its language)."""
        if not self.utterances or not self.speaker.language:
            return 0.0
        return max(0.0, now - max(self.utterances[0].since, self._language_since))

    def overdue(self, now: float) -> float:
        """Seconds that something new could have been shown already."""
        return 0.0 if self.wanted_since is None else now - max(self.wanted_since, self.due)

    def changed_pace(self, now: float) -> bool:
        """Has the pace that a live speaker should be told just changed?"""
        waited, before = self.waited(now), self.pace
        if waited > _BEHIND and self.speaker.live_words:
            self.pace = Pace.CATCHING_UP
        elif waited < _ABREAST or not self.speaker.live_words:
            self.pace = Pace.LIVE
        return self.pace is not before and self.speaker.live_words

    @property
    def asks(self) -> bool:
        """Is there enough sound to recognise the language from?"""
        return not self.speaker.language and self._question() is not None

    @property
    def quiet(self) -> bool:
        """Is nothing left to do until more is said?"""
        if self.busy or self.ending_since is not None:
            return False
        if not self.speaker.language:
            return self._question() is None and not self._recognised()
        return not self.utterances

    def _lane(self) -> Lane:
        if self.ending_since is not None and len(self.utterances) <= _LAST:
            return Lane.STOP
        return Lane.SETTLE if self.speaker.live_words else Lane.LATER

    # --- interim words ----------------------------------------------------------------------

    def _interim(self, now: float, terms: Terms) -> Job[S] | None:
        self.notice(now)
        closing = self._closing() if terms.early else None
        if closing is not None and (now >= self.due or not terms.hurried):
            return Job(self, Task.EARLY, Lane.INTERIM, 0, closing, (span_of(closing),))
        whole = self._sketchable()
        if whole is None or now < self.due - terms.ahead:
            return None
        if self.draft is None or self.draft.start != whole.start:
            self.draft = new_draft(whole.start, self.speaker.language)
        begin, timed = self.draft.window(whole.end, terms.longest)
        return Job(
            self, Task.SKETCH, Lane.INTERIM, 0, whole, ((begin, whole.end),), timed, self.due
        )

    @property
    def _captioned(self) -> bool:
        return self.speaker.live_words and self.ending_since is None

    def _closing(self) -> Utterance | None:
        closing = self.speaker.closing if self._captioned else None
        if closing is None or span_of(closing) == self._early or span_of(closing) in self.known:
            return None
        return closing

    def _sketchable(self) -> Utterance | None:
        whole = self.speaker.open if self._captioned else None
        if whole is None or whole.voiced < _VOICED or _voiced_to(whole) <= self._shown_to:
            return None
        return whole

    # --- the language -----------------------------------------------------------------------

    def _first_sound(self) -> tuple[list[Utterance], Utterance | None, bool]:
        complete = [w.utterance for w in islice(self.utterances, _FIRST)]
        return complete, self.speaker.open, self.ending_since is not None

    def _question(self) -> Job[S] | None:
        complete, whole, ending = self._first_sound()
        spans = self._which.question(complete, whole, ending=ending)
        if not spans:
            return None
        waits = self.utterances or not self.speaker.live_words
        lane = self._lane() if waits else Lane.LANGUAGE
        asked = Utterance(spans[0][0], spans[-1][1])
        return Job(self, Task.LANGUAGE, lane, 0, asked, spans)

    def _recognised(self) -> str:
        complete, whole, ending = self._first_sound()
        return self._which.answer(complete, whole, ending=ending)


def new_draft(start: int, language: str) -> Draft:
    return Draft(start, lambda words: together(words, language))


def _voiced_to(utterance: Utterance) -> int:
    return utterance.speech[-1][1] if utterance.speech else utterance.start
