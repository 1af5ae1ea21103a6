"""What we need from outside, and from each other across a boundary that has two real sides."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from services.domain import Job, Question, Rating, Setup, Word

Samples = NDArray[np.float32]  # 16 kHz, mono, -1..1
SAMPLE_RATE = 16_000  # Hz; what Whisper and Silero were trained on


class SpeechEngine(Protocol):
    """Turns sound into words. One per process, called from the transcription worker only."""

    @property
    def name(self) -> str:
        """What is stored with a rating as its speech model."""
        ...

    def transcribe(self, samples: Samples, *, prompt: str = "") -> tuple[Word, ...]:
        """Words of one utterance with times in seconds from its first sample.

        Silence gives no words. Raises `TranscriptionFailed`; never returns an empty result for a failure.
        """
        ...

    def sketch(self, samples: Samples) -> str:
        """Quick text of an utterance that is still being spoken; may be wrong, is never kept."""
        ...


class Coach(Protocol):
    """Plans questions and judges answers."""

    @property
    def name(self) -> str:
        """Stored as provenance, for example `offline`."""
        ...

    @property
    def label(self) -> str:
        """What the candidate reads, for example `Offline estimate`."""
        ...

    def plan(self, setup: Setup, seen: frozenset[str]) -> tuple[Question, ...]:
        """`setup.question_count` questions, none whose `source` is in `seen` while others are left."""
        ...

    def rate(self, job: Job, question: Question, text: str, *, speech_model: str = "") -> Rating:
        """Judge an answer. Raises `RatingFailed`; never invents a score."""
        ...


Owner = UUID  # the user whose data is read or written; first argument of every query
