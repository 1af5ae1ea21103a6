"""Spoken test material: espeak-ng says sentences of the fixture model's vocabulary, with known times."""

from __future__ import annotations

import random
import re
import subprocess
import wave
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from tests.logs import said

MODEL = Path(__file__).parent / "fixtures" / "speech-model"
RATE = 16_000
FRAME_S = 0.02  # of a WebRTC frame
Samples = NDArray[np.float32]

VOICES = ("en-us+m3", "en-us+f2", "en-gb", "en-us+m1", "en-us+f3", "en-gb+m3")

_WHO = ("i", "we", "my team", "the engineers", "my manager", "our users", "the company")
_DID = (
    "led built designed tested wrote fixed improved planned measured reviewed shipped moved learned "
    "managed changed started finished reduced found used"
)
_LIKE = "new small large simple fast slow important difficult old clear better first last"
_WHAT = (
    "project product service system database website report plan design problem feature process "
    "deadline budget model interface queue cache server network schedule release solution"
)
_WHEN = (
    "last year",
    "last month",
    "in three months",
    "on friday",
    "after the release",
    "before the deadline",
    "in my last role",
    "in my first job",
)
_CLAUSES = (
    "it was very difficult",
    "i asked for help",
    "i learned a lot",
    "we worked together",
    "the result was good",
    "everyone agreed",
    "i would do it again",
    "it took too long",
    "we saved money",
    "i took the lead",
    "i explained the situation",
    "my task was clear",
    "that was a mistake",
    "i am proud of it",
    "they gave me feedback",
)


def phrases(count: int, seed: int = 1) -> tuple[str, ...]:
    """Phrases as people speak them in an interview, in the fixture's vocabulary."""
    r = random.Random(seed)

    def one() -> str:
        thing = f"{r.choice(('the', 'a', 'our', 'my'))} {r.choice(_LIKE.split())} {r.choice(_WHAT.split())}"
        return r.choice(
            (
                f"{r.choice(_WHO)} {r.choice(_DID.split())} {thing}",
                f"{r.choice(_WHEN)} {r.choice(_WHO)} {r.choice(_DID.split())} {thing}",
                f"{r.choice(_WHO)} {r.choice(_DID.split())} {thing} with the {r.choice(_WHAT.split())}",
                r.choice(_CLAUSES),
                f"then {r.choice(_CLAUSES)}",
            )
        )

    return tuple(one() for _ in range(count))


@lru_cache(1024)
def say(text: str, voice: str = "en-us+m3", speed: int = 150, rate: int = RATE) -> Samples:
    """What espeak-ng makes of a text, without silence at its ends, at `rate` Hz (16 or 48 kHz)."""
    wav = subprocess.run(
        ["espeak-ng", "-v", voice, "-s", str(speed), "--stdout", said(text)],
        capture_output=True,
        check=True,
    ).stdout
    spoken_at_22050 = np.frombuffer(wav[44:], "<i2") / 32768
    sound = np.asarray(resample_poly(spoken_at_22050, rate // 50, 441), np.float32)
    loud = np.flatnonzero(np.abs(sound) > 0.01)
    edge = rate // 50
    whole: Samples = sound[max(0, loud[0] - edge) : loud[-1] + edge].copy()
    whole.setflags(write=False)  # it is shared by the cache
    return whole


@dataclass(frozen=True)
class Spoken:
    """Speech with its truth: (start s, end s, text) of every phrase."""

    samples: Samples
    rate: int
    phrases: tuple[tuple[float, float, str], ...]

    @property
    def text(self) -> str:
        return " ".join(text for _, _, text in self.phrases)

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate


def spoken(
    texts: Sequence[str],
    *,
    pause: float = 0.9,
    lead: float = 0.5,
    tail: float = 1.0,
    voice: str = "en-us+m3",
    speed: int = 150,
    rate: int = RATE,
    hiss: float = 0.001,
) -> Spoken:
    """Phrases with `pause` seconds between them over a soft hiss (a room is never digital silence)."""
    parts = [np.zeros(round(lead * rate), np.float32)]
    times: list[tuple[float, float, str]] = []
    at = len(parts[0])
    for i, text in enumerate(texts):
        sound = say(text, voice, speed, rate)
        times.append((at / rate, (at + len(sound)) / rate, text))
        after = np.zeros(round((pause if i < len(texts) - 1 else tail) * rate), np.float32)
        parts += [sound, after]
        at += len(sound) + len(after)
    whole = np.concatenate(parts)
    noise = np.random.default_rng(7).standard_normal(len(whole)).astype(np.float32)
    return Spoken(np.clip(whole + hiss * noise, -1, 1), rate, tuple(times))


def noise(seconds: float, loudness: float = 0.05, rate: int = RATE) -> Samples:
    """White noise."""
    made = np.random.default_rng(3).standard_normal(round(seconds * rate))
    return (loudness * made).astype(np.float32)


def typing(seconds: float, rate: int = RATE) -> Samples:
    """Keys being hit: short bursts of noise that die away, some five in a second."""
    r = np.random.default_rng(5)
    sound = 0.0005 * r.standard_normal(round(seconds * rate))
    at = 0
    length = round(0.03 * rate)
    while (at := at + round(r.uniform(0.08, 0.35) * rate)) + length < len(sound):
        click = r.standard_normal(length) * np.exp(-np.arange(length) / (0.005 * rate))
        sound[at : at + length] += r.uniform(0.1, 0.4) * click
    return sound.astype(np.float32)


def frames(
    samples: Samples, rate: int = 48_000, layout: str = "stereo", frame_s: float = FRAME_S
) -> Iterator[av.AudioFrame]:
    """WebRTC frames as aiortc gives them: packed s16, 20 ms. `samples` are at `rate`."""
    pcm = (np.clip(samples, -1, 1) * 32767).astype(np.int16)
    step = round(frame_s * rate)
    for at in range(0, len(pcm), step):
        mono = pcm[at : at + step]
        packed = np.repeat(mono, 2) if layout == "stereo" else mono
        frame = av.AudioFrame.from_ndarray(packed.reshape(1, -1), format="s16", layout=layout)
        frame.sample_rate = rate
        yield frame


def write_wav(path: Path, samples: Samples, rate: int = RATE) -> Path:
    """Mono 16-bit WAV."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return path


def words_of(text: str) -> list[str]:
    return re.findall(r"[a-z0-9']+", text.lower())


def word_errors(truth: str, heard: str) -> int:
    """Words to insert, delete or replace to get from one text to the other."""
    a, b = words_of(truth), words_of(heard)
    row = list(range(len(b) + 1))
    for i, word in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(b, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (word != other))
    return row[-1]
