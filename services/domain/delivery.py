"""Delivery: how an answer was said. Times are seconds of the answer; every figure says when it is missing.

None is "cannot be said" (no words with times, or too little speech), never zero.
"""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel


class PausePlace(StrEnum):
    """WITHIN a clause a pause disturbs more than BETWEEN two (Goldman-Eisler 1968)."""

    WITHIN = "within"
    BETWEEN = "between"


class Pause(BaseModel, frozen=True, hide_input_in_errors=True):
    start: float
    end: float
    place: PausePlace

    @property
    def seconds(self) -> float:
        return self.end - self.start


class Spoken(BaseModel, frozen=True, hide_input_in_errors=True):
    """Words of the answer that were found to be something: a filler, a hedge."""

    start: float
    end: float
    text: str


class Repeated(BaseModel, frozen=True, hide_input_in_errors=True):
    """A phrase that comes again and again."""

    text: str
    times: int
    at: tuple[float, ...] = ()  # starts


class Run(BaseModel, frozen=True, hide_input_in_errors=True):
    """Speech without a pause."""

    start: float
    end: float
    words: int


class Delivery(BaseModel, frozen=True, hide_input_in_errors=True):
    """See `services.delivery` for the definition, source and error of each figure."""

    language: str
    words: int
    speech_s: float  # from the first word to the end of the last, pauses included
    voiced_s: float  # the same without pauses
    words_per_minute: float | None = None  # over `speech_s`
    articulation_rate: float | None = None  # words per minute over `voiced_s`
    first_word_s: float | None = None  # from the start of the recording
    speaking_share: float | None = None  # 0-1 of the recording
    pauses: tuple[Pause, ...] = ()
    fillers: tuple[Spoken, ...] = ()  # a lower bound: recognisers leave many out
    fillers_per_minute: float | None = None
    hedges: tuple[Spoken, ...] = ()
    repeated: tuple[Repeated, ...] = ()
    longest_run: Run | None = None
    loudness_range_db: float | None = None  # between the 10th and 90th percentile of voiced sound
    clipped: float | None = None  # 0-1 of samples
    i_words: int = 0  # "I", "my", ... shown, never scored
    we_words: int = 0
    norms: bool = False  # whether English norms apply
