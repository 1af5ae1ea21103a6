"""Talk for benchmarks: phrases as they are spoken in an interview, and when each word of them ends.

espeak-ng says whole phrases and tells where in the sound each word begins. Words that are said one by
one would have exact times too, but nobody speaks like that: the fixture model then gets 8 to 25 % of the
words wrong, instead of none.
"""

from __future__ import annotations

import ctypes
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from tests.spoken import VOICES, phrases

RATE = 48_000  # Hz, as WebRTC sends it
_HISS = 0.001  # a room is never digital silence
_EDGE = 0.02  # s around what is loud enough to be heard
_SILENT = 0.01
Samples = NDArray[np.float32]
Pcm = NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """A word with its place in the sound, in seconds."""

    start: float
    end: float
    text: str


@dataclass(frozen=True, eq=False)
class Talk:
    """Mono sound at 48 kHz with its truth. `pauses` are the middles of what is between phrases, in s."""

    pcm: Pcm
    words: tuple[SpokenWord, ...]
    pauses: tuple[float, ...]
    voiced_s: float

    @property
    def seconds(self) -> float:
        return len(self.pcm) / RATE

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    def until(self, seconds: float) -> Talk:
        """The beginning of it; a word that is cut off is not counted as said."""
        words = tuple(w for w in self.words if w.end <= seconds)
        pauses = tuple(p for p in self.pauses if p < seconds)
        return Talk(
            self.pcm[: round(seconds * RATE)], words, pauses, sum(w.end - w.start for w in words)
        )

    def until_in_word(self, seconds: float) -> Talk:
        """The beginning of it, up to the middle of the last word that begins before `seconds`."""
        word = [w for w in self.words if w.start < seconds][-1]
        return self.until((word.start + word.end) / 2)

    def then_silent(self, seconds: float) -> Talk:
        """All that is said, and so much silence after the last word."""
        said = self.until(self.words[-1].end)
        rest = _with_hiss(np.zeros(round(seconds * RATE), np.float32), 1)
        return Talk(np.concatenate([said.pcm, rest]), self.words, self.pauses, self.voiced_s)

    def at_16k(self, start: float = 0.0, end: float | None = None) -> Samples:
        """The sound between two moments (s) as the speech models take it."""
        part = self.pcm[round(start * RATE) : None if end is None else round(end * RATE)]
        return np.asarray(resample_poly(part.astype(np.float32) / 32768, 1, 3), np.float32)


def conversation(seconds: float, number: int) -> Talk:
    """Speaker `number` talks for `seconds` at least, with a pause of 0.5-1.2 s after each phrase."""
    return _talk(seconds, number, lambda dice: dice.uniform(0.5, 1.2))


def monologue(seconds: float, number: int) -> Talk:
    """Speaker `number` talks without a pause: what is between phrases (60-200 ms) is no pause."""
    return _talk(seconds, number, lambda dice: dice.uniform(0.06, 0.2))


def pausing(seconds: float, number: int) -> Talk:
    """Speaker `number` talks at a speed of their own, with pauses of 0.3 to 2.5 s after each phrase."""
    speed = (130, 150, 170)[number % 3]
    return _talk(seconds, number, lambda dice: dice.uniform(0.3, 2.5), speed)


def silence(seconds: float, number: int) -> Talk:
    """A room where nobody speaks."""
    return Talk(_with_hiss(np.zeros(round(seconds * RATE), np.float32), number), (), (), 0.0)


def _talk(
    seconds: float, number: int, gap: Callable[[random.Random], float], speed: int = 150
) -> Talk:
    dice = random.Random(number)
    texts = iter(phrases(round(seconds) + 2, seed=1_000 + number))
    voice = VOICES[number % len(VOICES)]
    parts, words, pauses = (
        [np.zeros(round(0.5 * RATE), np.float32)],
        list[SpokenWord](),
        list[float](),
    )
    at, voiced = 0.5, 0.0
    while at < seconds:
        sound, said = _say(next(texts), voice, speed)
        words += [SpokenWord(at + w.start, at + w.end, w.text) for w in said]
        rest = round(gap(dice) * RATE)
        parts += [sound, np.zeros(rest, np.float32)]
        voiced += len(sound) / RATE
        at += (len(sound) + rest) / RATE
        pauses.append(at - rest / RATE / 2)
    return Talk(_with_hiss(np.concatenate(parts), number), tuple(words), tuple(pauses), voiced)


def _with_hiss(samples: Samples, seed: int) -> Pcm:
    noise = np.random.default_rng(seed).standard_normal(len(samples), np.float32)
    return np.asarray(np.clip(samples + _HISS * noise, -1, 1) * 32767, np.int16)


# --- espeak-ng's library (speak_lib.h): the program itself does not tell when it says what ---------


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("name", ctypes.c_char * 8),
    )


_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)
_SYNCHRONOUS, _SPEED, _UTF8, _CHARACTERS = 2, 1, 1, 1
_ENDS, _WORD = 0, 1  # kinds of events


@lru_cache(1)
def _library() -> tuple[ctypes.CDLL, int]:
    """The library and its rate in Hz. Raises `OSError` if espeak-ng is not installed."""
    library = ctypes.CDLL("libespeak-ng.so.1")
    return library, int(library.espeak_Initialize(_SYNCHRONOUS, 0, None, 0))


@lru_cache(4096)
def _say(text: str, voice: str, speed: int = 150) -> tuple[Samples, tuple[SpokenWord, ...]]:
    """A phrase at 48 kHz without silence at its ends, and its words."""
    library, rate = _library()
    heard, starts = list[NDArray[np.int16]](), dict[int, int]()

    def take(
        sound: ctypes._Pointer[ctypes.c_short], count: int, events: ctypes._Pointer[_Event]
    ) -> int:
        if sound and count > 0:
            heard.append(np.ctypeslib.as_array(sound, shape=(count,)).copy())
        i = 0
        while events[i].type != _ENDS:
            if events[i].type == _WORD:
                starts[events[i].text_position - 1] = events[i].sample
            i += 1
        return 0

    callback = _Callback(take)
    library.espeak_SetSynthCallback(callback)
    library.espeak_SetVoiceByName(voice.encode())
    library.espeak_SetParameter(_SPEED, speed, 0)
    data = text.encode() + b"\0"
    library.espeak_Synth(data, ctypes.c_size_t(len(data)), 0, _CHARACTERS, 0, _UTF8, None, None)
    raw = np.concatenate(heard).astype(np.float32) / 32768
    loud = np.flatnonzero(np.abs(raw) > _SILENT) / rate
    first = max(0.0, float(loud[0]) - _EDGE)
    last = min(len(raw) / rate, float(loud[-1]) + _EDGE)
    sound = np.asarray(resample_poly(raw, RATE // 50, rate // 50), np.float32)
    marks = {place: sample / rate - first for place, sample in starts.items()}
    return sound[round(first * RATE) : round(last * RATE)], _words(text, marks, last - first)


def _words(text: str, marks: dict[int, float], ends: float) -> tuple[SpokenWord, ...]:
    """Words begin at their marks and last until the next; espeak says some pairs ("with the") as one
    word, which gets one mark: its parts share its time by their letters."""
    words: list[SpokenWord] = []
    places, at = [], 0
    for word in text.split():
        places.append((at, word))
        at += len(word) + 1
    groups: list[list[str]] = []
    times: list[float] = []
    for place, word in places:
        if place in marks or not groups:
            groups.append([])
            times.append(max(0.0, marks.get(place, 0.0)))
        groups[-1].append(word)
    for group, start, end in zip(groups, times, [*times[1:], ends], strict=True):
        letters = sum(map(len, group))
        for word in group:
            until = start + (end - start) * len(word) / letters
            words.append(SpokenWord(start, until, word))
            start, end, letters = until, end, letters - len(word)
    return tuple(words)
