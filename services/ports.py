"""What we need from outside, and from each other across a boundary that has two real sides."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from services.domain import Job, Question, Rating, Setup, Word

Samples = NDArray[np.float32]  # 16 kHz, mono, -1..1
SAMPLE_RATE = 16_000  # Hz; what Whisper and Silero were trained on


@dataclass(frozen=True, slots=True, eq=False)
class Passage:
    """Sound to be put into words: one utterance, or the latest part of one."""

    samples: Samples  # at most 30 s
    language: str = "en"  # as Whisper names it: mostly ISO 639-1
    prompt: str = ""  # names and terms that may be said; only for words that are kept
    timed: bool = False  # a sketch whose words need their ends


@dataclass(frozen=True, slots=True)
class Settled:
    """The words that are kept of a passage, with times in seconds from its first sample."""

    words: tuple[Word, ...] = ()
    certain: bool = True  # False: the text looked invented, also when heard once more with care


@dataclass(frozen=True, slots=True)
class Sketch:
    """Quick words of a passage. `ends` (s from its first sample) is empty unless they were asked for."""

    words: tuple[str, ...] = ()
    ends: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class EngineReport:
    """How the engine works at present, for the operator."""

    margin_s: float | None = None  # of silence after a passage; None: padded to 30 s
    prompts: bool = True  # False: prompts change what this model hears, so none are given
    rechecks: int = 0  # passages that were heard both ways
    disagreements: int = 0  # rechecks that differed
    retries: int = 0  # passages that looked invented and were heard again fully padded
    uncertain: int = 0  # of these, still suspicious
    notes: tuple[str, ...] = ()  # what was decided at load or since, in sentences


class SpeechEngine(Protocol):
    """Turns sound into words. One per process; any thread may call, `calls_at_once` of them in parallel.

    The words of a passage depend on that passage alone, never on what is in the same call.
    """

    @property
    def name(self) -> str:
        """What is stored with a rating as its speech model."""
        ...

    @property
    def languages(self) -> frozenset[str]:
        """Codes of what it understands; one that is English-only has `en`."""
        ...

    @property
    def calls_at_once(self) -> int:
        """More calls than this in parallel only wait for each other."""
        ...

    def group(self, passage: Passage, *, keep: bool) -> Hashable:
        """Passages of one group may share a call: of `settle` when their words are kept, else of `sketch`."""
        ...

    def settle(self, passages: Sequence[Passage]) -> tuple[Settled, ...]:
        """The words to keep, one result for each passage. Silence gives no words.

        Raises `TranscriptionFailed` for the whole call; never returns an empty result for a failure.
        """
        ...

    def sketch(self, passages: Sequence[Passage]) -> tuple[Sketch, ...]:
        """Quick words of utterances that are still being spoken; may be wrong, are never kept."""
        ...

    def language_of(self, samples: Samples) -> tuple[str, float]:
        """The language that is most probably spoken, and its probability 0-1."""
        ...

    def report(self) -> EngineReport:
        """For the status page."""
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
