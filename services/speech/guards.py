"""Guards: does this text look invented? Whisper writes something for everything, silence included.

Thresholds are those of faster-whisper and openai/whisper unless another source is named.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from services.ports import SAMPLE_RATE, Samples
from services.speech.languages import spaced, units

_NO_SPEECH = 0.6  # probability of <|nospeech|> ...
_UNLIKELY = (
    -1.0
)  # ... that counts only when the text is unlikely too: mean log probability of a token
_COMPRESSION = 2.4  # bytes of the text for each byte of it compressed
_REPEATS = 3  # of the same words in a row ...
_LOOP = 6  # ... that make at least so many words; "very very very good" is speech
_FASTEST = 8.0  # words in a second; the fastest speakers reach 6
_DOUBTFUL = -0.8  # mean log probability below which a stock phrase is taken for an invented one
_ECHO = 3  # words; fewer than this from the prompt in a row are no echo
_INAUDIBLE = (
    0.001  # -60 dB of full scale, 33 steps of 16 bit: softer than any voice at a microphone
)
_SHORTEST = SAMPLE_RATE // 10  # samples; no word is shorter

# What Whisper learned from subtitles and writes when nobody speaks.
_STOCK = frozenset(
    (
        "you", "thank you", "thank you very much", "thanks", "thank you for watching",
        "thanks for watching", "thank you so much for watching", "thanks for watching everyone",
        "please subscribe", "please subscribe to my channel", "like and subscribe",
        "don't forget to subscribe", "see you next time", "see you in the next video",
        "i'll see you in the next video", "bye", "bye bye", "subtitles by the amara org community",
        "the end", "untertitel der amara org community", "untertitel im auftrag des zdf für funk 2017",
        "sous titres réalisés par la communauté d'amara org", "sous titrage st' 501",
        "subtítulos realizados por la comunidad de amara org", "vielen dank", "merci", "gracias",
        "sottotitoli creati dalla comunità amara org", "legendas pela comunidade amara org",
        "ご視聴ありがとうございました", "謝謝觀看", "谢谢观看", "продолжение следует", "시청해주셔서 감사합니다",
    )
)  # fmt: skip


class Verdict(StrEnum):
    """SILENT: nobody spoke. STOCK: a phrase of subtitles that the sound hardly supports. DOUBTFUL: a
    loop, an echo of the prompt, too many words, or words that the sound hardly supports."""

    CLEAR = "clear"
    SILENT = "silent"
    STOCK = "stock"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True, slots=True)
class Reading:
    """What the decoder says about one passage."""

    text: str
    language: str
    seconds: float  # of the passage
    logprob: float  # mean of a token, its end included
    no_speech: float  # probability
    capped: bool  # it was cut off, or would have been


def judge(reading: Reading, prompt: str = "") -> Verdict:
    """Can these words be kept as they are? `prompt` is what was given with the sound."""
    if reading.no_speech > _NO_SPEECH and reading.logprob < _UNLIKELY:
        return Verdict.SILENT
    said = units(reading.text, reading.language)
    if not said:
        return Verdict.CLEAR
    if reading.logprob < _DOUBTFUL and _is_stock(reading.text):
        return Verdict.STOCK
    wrong = (
        reading.capped
        or reading.logprob < _UNLIKELY
        or _compression(reading.text) > _COMPRESSION
        or _loops(said)
        or (spaced(reading.language) and len(said) > _FASTEST * max(reading.seconds, 0.5))
        or _echoes(said, units(prompt, reading.language))
    )
    return Verdict.DOUBTFUL if wrong else Verdict.CLEAR


def audible(samples: Samples) -> bool:
    """Is there anything to put into words?"""
    return samples.size >= _SHORTEST and float(np.abs(samples).max()) >= _INAUDIBLE


def made_safe(samples: Samples) -> tuple[Samples, bool]:
    """Finite values from -1 to 1, and whether some were not numbers (they become silence).

    Nothing broken may reach the passages that share a call with it. Raises `ValueError` for more than
    one dimension.
    """
    if samples.ndim != 1:
        raise ValueError("sound has one dimension")
    loudest = np.abs(samples).max(initial=0.0)
    damaged = not np.isfinite(loudest)
    if damaged:
        samples = np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0)
        loudest = np.abs(samples).max(initial=0.0)
    if loudest > 1:
        # Turned down by what is loud all the time, so that one wild value does not hush the rest.
        usual = max(1.0, float(np.quantile(np.abs(samples), 0.999)))
        samples = np.clip(samples / usual, -1, 1)
    return samples.astype(np.float32, copy=False), damaged


def _is_stock(text: str) -> bool:
    return " ".join(units(text, "en")) in _STOCK


def _compression(text: str) -> float:
    data = text.encode()
    return len(data) / len(zlib.compress(data))


def _loops(said: Sequence[str]) -> bool:
    """Are some words said three times in a row, and is that more than emphasis?"""
    for size in range(1, len(said) // _REPEATS + 1):
        same = 0  # in a row, words that equal those `size` before
        for before, after in zip(said, said[size:], strict=False):
            same = same + 1 if before == after else 0
            if same >= size * (_REPEATS - 1) and same + size >= _LOOP:
                return True
    return False


def _echoes(said: Sequence[str], prompt: Sequence[str]) -> bool:
    """Is all that was said a piece of the prompt?"""
    n = len(said)
    return n >= _ECHO and any(
        list(prompt[i : i + n]) == list(said) for i in range(len(prompt) - n + 1)
    )
