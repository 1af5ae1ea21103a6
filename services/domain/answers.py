"""Answers: words with their times, transcripts, recordings. Times are seconds of sound or aware UTC datetimes."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel


class Word(BaseModel, frozen=True, hide_input_in_errors=True):
    """A word with its time in the answer (seconds) and the recogniser's probability (0-1)."""

    start: float
    end: float
    text: str
    probability: float


class Segment(BaseModel, frozen=True, hide_input_in_errors=True):
    """One settled utterance. `start` and `end` are seconds from the start of the answer."""

    start: float
    end: float
    text: str
    words: tuple[Word, ...] = ()
    certain: bool = True  # False: it may not be what was said


class Transcript(BaseModel, frozen=True, hide_input_in_errors=True):
    """Text of one answer: settled segments, never changed again, and the interim tail.

    The first `stable` characters of the interim were heard twice alike and hardly change any more.
    """

    segments: tuple[Segment, ...] = ()
    interim: str = ""
    stable: int = 0

    @property
    def settled_text(self) -> str:
        return " ".join(s.text for s in self.segments if s.text)


class AnswerMode(StrEnum):
    SPOKEN = "spoken"
    TYPED = "typed"


class AnswerState(StrEnum):
    """OPEN: words may still arrive. HEARD: the candidate reviews. Then one of the last three.

    Of the attempts at a question one counts, SUBMITTED or SKIPPED; those before it are REPLACED, whether they
    were given once (`Answer.given`) or put aside to be recorded again.
    """

    OPEN = "open"
    HEARD = "heard"
    SUBMITTED = "submitted"
    SKIPPED = "skipped"
    REPLACED = "replaced"


class RatingState(StrEnum):
    """Where the judging of an answer stands. NONE: nothing to judge (yet)."""

    NONE = "none"
    WAITING = "waiting"
    RUNNING = "running"
    RATED = "rated"
    FAILED = "failed"


class Recording(BaseModel, frozen=True, hide_input_in_errors=True):
    """The kept sound of an answer; `key` is its place in the recordings store."""

    key: str
    media_type: str
    seconds: float
    size: int  # bytes


class Video(BaseModel, frozen=True, hide_input_in_errors=True):
    """The kept picture and sound of an answer: one file, whose second 0 is second `offset_s` of the answer."""

    key: str
    media_type: str
    seconds: float
    size: int  # bytes
    offset_s: float = 0.0
    thumbnail_key: str = ""  # of a JPEG; empty: none could be made


class SoundFigures(BaseModel, frozen=True, hide_input_in_errors=True):
    """How the sound of a recorded answer was, from its samples (16 kHz, mono).

    `levels` are RMS in dBFS (-96..0), one for every `step_s` seconds. `voice` are the spans, in seconds
    of the answer, in which the voice activity detector heard speech. `clipped` is the share (0-1) of
    samples at full scale.
    """

    step_s: float
    levels: tuple[float, ...] = ()
    voice: tuple[tuple[float, float], ...] = ()
    clipped: float = 0.0


class Answer(BaseModel, frozen=True, hide_input_in_errors=True):
    """What was said (or typed) to a question; `attempt` counts from 1.

    `edited` is what the candidate made of the transcript and is what gets rated; `segments` stay as
    they were heard. `sound_s` counts the sound kept, in seconds of samples. `pending` says that some
    of it has not been turned into words yet (no speech model, or the server was stopped).
    """

    id: UUID
    interview_id: UUID
    question_id: UUID
    attempt: int
    mode: AnswerMode
    state: AnswerState
    segments: tuple[Segment, ...] = ()
    edited: str | None = None
    sound_s: float = 0.0
    pending: bool = False
    recording: Recording | None = None
    video: Video | None = None
    recording_gone: str = ""  # "not kept", or "expired:" and the days after which it was deleted
    rating_state: RatingState = RatingState.NONE
    rating_problem: str = ""
    rating_due: datetime | None = None  # when a rating that waits is tried (again); None: at once
    place: UUID | None = None  # where its sound lies before it is a recording
    started_at: datetime
    finished_at: datetime | None = None

    @property
    def given(self) -> bool:
        """It was submitted, whether it counts now or another attempt does; or something was said before it
        was skipped, and another one counts."""
        if self.state is AnswerState.REPLACED:
            return self.rating_state is not RatingState.NONE
        return self.state is AnswerState.SUBMITTED

    @property
    def put_aside(self) -> bool:
        """It was never given, and another attempt has taken its place: nobody wants its sound."""
        return self.state is AnswerState.REPLACED and not self.given

    @property
    def raw(self) -> str:
        """The words as they were heard."""
        return Transcript(segments=self.segments).settled_text

    @property
    def text(self) -> str:
        """The words that count: the candidate's edit, or else what was heard."""
        return self.raw if self.edited is None else self.edited
