"""Windows: how much of Whisper's 30 s a passage gets, how many tokens, and how long a prompt.

The encoder is the cost, and it need not see 30 s of which 25 are empty: 378 -> 38 ms for 6 s at base
size. Everything here follows from the passage alone, so its words do not depend on its company; only
the lengths are few, so that passages of many speakers fit into one call.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.ports import SAMPLE_RATE
from services.speech.languages import few_tokens

LONGEST_S = 30.0  # of a passage: what Whisper was trained on
FULL = 3000  # frames of 10 ms of a window that is padded to 30 s
FRAMES_PER_S = 100
MARGINS_S = (
    0.64,
    1.28,
    2.56,
)  # of silence behind a passage, tried at load; 2.56 serves stock weights
MOST_TOKENS = 224  # new ones in a window: half of Whisper's 448, as faster-whisper gives them

_BUCKETS_S = (3, 6, 9, 12, 15, 30)
_PROMPT_TOKENS = (32, 64)
_SHORTEST_PROMPT = 8  # tokens; a shorter one would be repeated so often that it starts loops


@dataclass(frozen=True, slots=True)
class TokenBudget:
    """How many tokens a passage may take before it looks like a loop.

    English at 150 words a minute takes 3.4 a second; Moonshine allows 6.5. `strict`: a model of random
    weights never ends by itself, so in benchmarks exactly so many tokens are what was said.
    """

    per_second: float = 7.5
    extra: int = 8
    spelt_out_per_second: float = 25.0  # for languages that take many tokens for a word
    strict: bool = False

    def limit(self, samples: int, language: str) -> int:
        """New tokens for a passage of so many samples."""
        few = self.strict or few_tokens(language)
        rate = self.per_second if few else self.spelt_out_per_second
        return min(MOST_TOKENS, -int(-rate * samples // SAMPLE_RATE) + self.extra)


def frames_of(samples: int, margin_s: float | None, mel_bins: int) -> int:
    """Frames (10 ms) of the window of a passage; `margin_s` None: padded to 30 s.

    Raises `ValueError` for more than 30 s.
    """
    seconds = samples / SAMPLE_RATE
    if seconds > LONGEST_S:
        raise ValueError(f"A passage of {seconds:.1f} s; the longest is {LONGEST_S:.0f} s.")
    if margin_s is None:
        return FULL
    bucket = next(b for b in _BUCKETS_S if seconds <= b)
    return _possible(bucket + margin_s, mel_bins)


def tight_frames(samples: int, margin_s: float | None, mel_bins: int) -> int:
    """Frames of a window with exactly this margin: the hardest that a margin can be put to the test."""
    return FULL if margin_s is None else _possible(samples / SAMPLE_RATE + margin_s, mel_bins)


def _possible(seconds: float, mel_bins: int) -> int:
    """An even number of frames that the engine does not misunderstand.

    CTranslate2 takes an encoding of `mel_bins` steps (two frames each) for sound that is not encoded yet.
    """
    frames = 2 * round(seconds * FRAMES_PER_S / 2)
    if frames == 2 * mel_bins:
        frames += 2
    return min(FULL, frames)


def prompt_of(tokens: Sequence[int]) -> tuple[int, ...]:
    """A prompt of exactly 0, 32 or 64 tokens: the end of a longer one, a shorter one repeated.

    All prompts of a call must be of one length. Whisper was trained on prompts that are cut at their
    start, so the filling and the cutting are done there.
    """
    if len(tokens) < _SHORTEST_PROMPT:
        return ()
    length = next((n for n in _PROMPT_TOKENS if len(tokens) <= n), _PROMPT_TOKENS[-1])
    times = -(-length // len(tokens))
    return tuple((list(tokens) * times)[-length:])


def longest_sequence(prompt: int, new: int) -> int:
    """What to ask of CTranslate2 for `new` tokens behind a prompt of so many.

    It allows the smaller of half of it and of what the prompt leaves of it.
    """
    return max(2 * new, prompt + new)
