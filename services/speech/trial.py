"""Trials: which window and which prompts does this model stand?

A model whose weights never saw a short window may write nonsense in one (tiny.en: 4.7 % of the words
wrong with 30 s windows, 226 % with bare ones, by the authors of whisper-acft). So a margin of silence is
kept behind a passage, and how much this model needs is tried: on a clip at load, then on live speech.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from services.ports import Samples
from services.speech.editing import edits
from services.speech.sound_file import sound_of
from services.speech.windows import MARGINS_S

# Made of words that the model of our tests knows as well, and sensitive to prompts it did not learn:
#   espeak-ng -v en-us+m3 -s 150 --stdout "in my last role we built a new payment service" |
#   ffmpeg -i - -ar 16000 -ac 1 -sample_fmt s16 -compression_level 12 clip.flac
_CLIP = Path(__file__).with_name("clip.flac")

# For the trial of prompts: says nothing about the clip.
NEUTRAL_PROMPT = (
    "Good morning, and thank you for coming. Please tell us something about yourself, about your studies "
    "and about the places where you have lived. After that we would like to hear what you like to read."
)

_DIFFERENCE = 0.1  # of the words; more than one in ten: the two windows do not hear the same
_FIRST = 3  # live passages that are heard both ways
_EVERY = 200  # later, one in so many


def clip() -> Samples:
    """The speech that comes with the product for trials; 16 kHz."""
    return sound_of(_CLIP.read_bytes())


@dataclass(frozen=True, slots=True)
class Findings:
    """What the clip proved of a model, and the same in sentences for the operator."""

    margin_s: float | None  # None: full windows
    prompts: bool  # may be given
    notes: tuple[str, ...]  # what the operator should know, in sentences


def try_out(hear: Callable[[float | None, bool], Sequence[str]]) -> Findings:
    """Which margin and whether prompts can be used. `hear(margin, prompted)`: words of the clip, none
    when they cannot be trusted."""
    margin = smallest_margin(lambda m: hear(m, False))
    plain = list(hear(margin, False))
    prompts = bool(plain) and list(hear(margin, True)) == plain
    full = "No short window was shown to be as good as a full one, which is padded to 30 s."
    return Findings(margin, prompts, () if margin is not None else (full,))


def smallest_margin(hear: Callable[[float | None], Sequence[str]]) -> float | None:
    """The smallest margin (s) with which the same words are heard as with the full window (None).

    Every larger one must agree as well. None when not even the largest does, or when the full window has
    no words that can be trusted.
    """
    full = list(hear(None))
    safe = None
    for margin in sorted(MARGINS_S, reverse=True) if full else ():
        if list(hear(margin)) != full:
            break
        safe = margin
    return safe


def differ(said: Sequence[str], other: Sequence[str]) -> bool:
    """Do two texts differ in more than one word of ten (inserted, left out or replaced)?"""
    return edits(said, other)[-1] > _DIFFERENCE * max(len(said), len(other))


class LiveTrial:
    """Which live passages are heard both ways, and how often that made a difference.

    Any thread may call.
    """

    def __init__(self, *, wanted: bool) -> None:
        self._lock = threading.Lock()
        self._wanted = wanted
        self._seen = 0
        self.rechecks = 0
        self.disagreements = 0

    def due(self) -> bool:
        """Should this passage be heard both ways? Counts it."""
        with self._lock:
            if not self._wanted:
                return False
            self._seen += 1
            return self._seen <= _FIRST or self._seen % _EVERY == 0

    def agree(self, cropped: Sequence[str], full: Sequence[str]) -> bool:
        """Note a passage that was heard both ways; False: its short window is not to be trusted."""
        different = differ(cropped, full)
        with self._lock:
            self.rechecks += 1
            self.disagreements += different
        return not different

    def stop(self) -> None:
        """Nothing is left to compare: all is heard with full windows."""
        with self._lock:
            self._wanted = False
