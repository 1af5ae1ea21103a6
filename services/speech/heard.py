"""Heard: what readers get of an answer while it is being spoken."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from services.domain import Transcript


class HeardState(StrEnum):
    """FAILED: finished, but some of it did not become words or was not stored; it can be tried again."""

    LISTENING = "listening"
    WAITING_FOR_MODEL = "waiting_for_model"
    FINISHING = "finishing"
    FINISHED = "finished"
    FAILED = "failed"


class Pace(StrEnum):
    """How the words keep up. CATCHING_UP: they come late. LATER: too many speak at once for live words
    here; the sound is kept and its words follow."""

    LIVE = "live"
    CATCHING_UP = "catching_up"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Heard:
    """What has been heard of an answer at one moment."""

    transcript: Transcript
    source: int  # token of the source that is listened to; frames of others are ignored
    arrived: bool  # sound of this very source has come, not only of an earlier one
    seconds: float  # of sound, counted in samples
    level: float  # 0-1, loudness of the last 0.2 s
    idle_s: float  # since the last frame
    shown_s: float  # the words on show, interim ones included, were made from the sound up to here
    state: HeardState
    pace: Pace
    pending: bool  # finished, and some sound is not in words yet; opening it again goes on
    problem: str  # for the candidate; empty when all is well
    version: int  # another number whenever the words, the state or the problem changed
    speaking: bool = False  # in the middle of an utterance
