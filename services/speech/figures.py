"""Figures: how the hearing of this process does, for the operator. Nothing personal is in it."""

from __future__ import annotations

from dataclasses import dataclass

from services.ports import EngineReport
from services.speech.heard import Pace


@dataclass(frozen=True, slots=True)
class Spread:
    """Latencies of late (the last 1,000), in seconds; zero when there were none."""

    count: int = 0
    p50_s: float = 0.0
    p95_s: float = 0.0


@dataclass(frozen=True, slots=True)
class SpeechFigures:
    """A moment of the transcription workers."""

    engine: EngineReport | None  # None: no speech model is loaded
    pace: Pace  # what a candidate who starts now would get
    answers: int  # open in this process
    speaking: int  # of these, with an utterance open
    waiting: int  # utterances that are complete and wait for their words
    oldest_wait_s: float  # of these
    busy: float  # share of the workers' time in the last minute, 0-1
    interim: Spread  # end of the sound in a sketch -> its words readable
    settled: Spread  # end of an utterance's speech -> its settled words readable
    stop: Spread  # "Finish answer" -> the transcript complete
    calls: int  # of the engine since the start
    passages: int  # in these calls
    promoted: int  # utterances whose words were there before they ended
    failures: int  # calls that failed
