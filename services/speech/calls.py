"""Calls: the engine asked for the words of a batch, and what it says put on the answer's clock.

Runs on transcription workers, outside their lock. A call that fails harms nobody: it is repeated passage
by passage, and what fails alone comes back as its error.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

import numpy as np

from services.domain import Segment
from services.errors import TranscriptionFailed
from services.failures import failure_of
from services.ports import SAMPLE_RATE, Passage, Samples, Settled, Sketch, SpeechEngine
from services.speech.credible import credible
from services.speech.ear import Ear
from services.speech.jobs import Batch, Guess, Job, Result, Task
from services.speech.languages import together
from services.speech.segmenter import Utterance
from services.speech.stopwatch import Work

_Call = Callable[[Sequence[Passage]], Sequence[Settled | Sketch]]


class Calls:
    """Makes calls and keeps account of them. Any thread may use it."""

    def __init__(self, work: Work, clock: Callable[[], float]) -> None:
        self._work = work
        self._clock = clock

    def results(self, engine: SpeechEngine, batch: Batch[Ear]) -> Sequence[Result]:
        """One result or error for each job of a batch."""
        if batch.task is Task.LANGUAGE:
            return [self._language(engine, batch.jobs[0])]
        call: _Call = engine.settle if batch.keep else engine.sketch
        words = self._words(call, batch.jobs)
        if not isinstance(words, Exception):
            return words
        if len(batch.jobs) == 1:
            return [words]
        alone = [self._words(call, [job]) for job in batch.jobs]
        return [one if isinstance(one, Exception) else one[0] for one in alone]

    def _words(
        self, call: _Call, jobs: Sequence[Job[Ear]]
    ) -> Sequence[Settled | Sketch] | Exception:
        words: list[Settled | Sketch] = []

        def transcribe() -> None:
            words.extend(call([_passage(job, _sound(job)) for job in jobs]))
            if len(words) != len(jobs):
                raise TranscriptionFailed("The speech model did not answer for all of your sound.")

        error = self._timed(transcribe, len(jobs))
        return words if error is None else error

    def _language(self, engine: SpeechEngine, job: Job[Ear]) -> Guess | Exception:
        guesses: list[Guess] = []

        def recognise() -> None:
            guesses.append(engine.language_of(_sound(job)))

        error = self._timed(recognise, 1)
        return guesses[0] if error is None else error

    def _timed(self, call: Callable[[], None], passages: int) -> Exception | None:
        began = self._clock()
        error = failure_of(call)
        self._work.add(began, self._clock(), passages, failed=error is not None)
        return error


def group_of(engine: SpeechEngine, job: Job[Ear]) -> Hashable:
    """Jobs of one group may share a call. Asked with sound of the right length that takes no memory."""
    samples: Samples = np.broadcast_to(np.float32(0), (job.length,))
    groups: list[Hashable] = []

    def ask() -> None:
        groups.append(engine.group(_passage(job, samples), keep=job.keep))

    return groups[0] if failure_of(ask) is None else object()  # one that fails goes alone


def sole_language(engine: SpeechEngine) -> str:
    """The only language that the model knows; empty when it knows several."""
    return next(iter(engine.languages)) if len(engine.languages) == 1 else ""


def segment_of(utterance: Utterance, settled: Settled, language: str) -> Segment | None:
    """The words on the answer's clock; None when nothing credible was said."""
    offset = utterance.start / SAMPLE_RATE
    placed = (
        w.model_copy(update={"start": offset + w.start, "end": offset + w.end})
        for w in settled.words
    )
    kept = credible(placed, utterance)
    if not kept:
        return None
    return Segment(
        start=offset,
        end=utterance.end / SAMPLE_RATE,
        text=together((w.text for w in kept), language),
        words=kept,
        certain=settled.certain,
    )


def sketch_of(utterance: Utterance, settled: Settled, language: str) -> Sketch:
    """Settled words as if they had been sketched."""
    segment = segment_of(utterance, settled, language)
    words = segment.words if segment else ()
    offset = utterance.start / SAMPLE_RATE
    return Sketch(tuple(w.text for w in words), tuple(w.end - offset for w in words))


def _sound(job: Job[Ear]) -> Samples:
    return np.concatenate([job.speaker.spool.read(begin, end) for begin, end in job.spans])


def _passage(job: Job[Ear], samples: Samples) -> Passage:
    ear = job.speaker
    return Passage(samples, ear.language, prompt=ear.prompt if job.keep else "", timed=job.timed)
