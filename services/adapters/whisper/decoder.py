"""The model itself: windows of sound in, tokens and word times out.

faster-whisper transcribes one file at a time and pads everything to 30 s. From it come the spectrogram
and the tokenizer; windows, batches and word times are asked of its engine, CTranslate2, directly.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.domain import Word
from services.ports import SAMPLE_RATE, Passage, Samples
from services.speech.guards import Reading
from services.speech.languages import spaced
from services.speech.model_folder import languages_of
from services.speech.pieces import Piece, words_of
from services.speech.windows import longest_sequence

_HOP = 160  # samples of a frame
_STEPS_PER_S = 50  # of the encoder, two frames each
_MEDIAN_FILTER = 7  # steps, over the word times; as in faster-whisper and openai/whisper

Encoding = NDArray[np.float32]  # (1, steps, width)


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A passage and how it is to be heard."""

    passage: Passage
    frames: int  # of its window
    limit: int  # new tokens
    prompt: tuple[int, ...] = ()  # tokens


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """What was heard of a passage. Word times are found in its encoding."""

    asked: Asked
    encoding: Encoding
    tokens: list[int]  # of text alone
    reading: Reading


class Decoder:
    """Any thread may call: the work is done on the engine's own threads, started by the loading one."""

    def __init__(self, folder: Path, threads: int) -> None:
        """Load a checked folder. Raises what CTranslate2 and the tokenizer raise."""
        # OpenMP's threads spin while they wait for the next layer, which doubles the CPU of a spoken
        # second (0.39 -> 0.20 s on two shared cores). It reads this once, at the import.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        # Imported here, on the loading thread: the server's first screen does not wait for it.
        import tokenizers
        from ctranslate2 import StorageView
        from ctranslate2.models import Whisper
        from faster_whisper.feature_extractor import FeatureExtractor
        from faster_whisper.tokenizer import Tokenizer
        from faster_whisper.transcribe import get_suppressed_tokens

        # One thread for a call: two calls side by side take less CPU than one after the other on two.
        self._model = Whisper(
            str(folder), device="cpu", compute_type="int8", inter_threads=threads, intra_threads=1
        )
        self._stored = StorageView.from_array
        self.mel_bins = int(self._model.n_mels)
        self._mel = FeatureExtractor(feature_size=self.mel_bins)
        self._mel.mel_filters = _Filters(self._mel.mel_filters)
        self.languages = frozenset(languages_of(folder))
        self.default = "en" if "en" in self.languages else min(self.languages)
        read = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))

        @lru_cache
        def tokenizer(language: str) -> Any:
            code = language if language in self.languages else self.default
            return Tokenizer(read, self._model.is_multilingual, "transcribe", code)

        # Asked for every passage that might share a call, and the same all through an answer.
        @lru_cache(256)
        def prompt(text: str, language: str) -> tuple[int, ...]:
            return tuple(tokenizer(language).encode(" " + text.strip()))

        self._tokenizer, self._prompt = tokenizer, prompt
        self._suppressed = list(get_suppressed_tokens(tokenizer(self.default), [-1]))

    def tokens_of(self, text: str, language: str) -> tuple[int, ...]:
        """A prompt as Whisper writes it."""
        return self._prompt(text, language)

    def hear(self, asked: Sequence[Asked], beam: int) -> list[Heard]:
        """Decode passages with windows and prompts of one length, in one call.

        Each is encoded by itself: on a CPU that costs the same, and company cannot change it.
        """
        if not asked:
            return []
        prompts = [self._beginning(a) for a in asked]
        encodings = [self._encode(a.passage.samples, a.frames) for a in asked]
        longest = max(a.limit for a in asked)
        results = self._model.generate(
            self._stored(np.concatenate(encodings)),
            prompts,
            beam_size=beam,
            max_length=longest_sequence(len(prompts[0]), longest),
            suppress_tokens=self._suppressed,
            return_scores=True,
            return_no_speech_prob=True,
        )
        return [self._heard(*item) for item in zip(asked, encodings, results, strict=True)]

    def words(self, heard: Sequence[Heard], *, timed: bool = True) -> list[tuple[Word, ...]]:
        """Words with times in seconds and probabilities; zero and one when not `timed`."""
        # One at a time: together they take as long and, for the probabilities, far more memory.
        return [
            words_of(
                self._aligned(h) if timed else [Piece(text) for text in self._split(h)[0]],
                spaced=spaced(h.reading.language),
            )
            for h in heard
        ]

    def language_of(self, samples: Samples, frames: int) -> tuple[str, float]:
        """The most probable language of a multilingual model, and its probability."""
        ranked = self._model.detect_language(self._stored(self._encode(samples, frames)))[0]
        token, probability = ranked[0]
        return token[2:-2], float(probability)

    def _beginning(self, asked: Asked) -> list[int]:
        tokenizer = self._tokenizer(asked.passage.language)
        before = [tokenizer.sot_prev, *asked.prompt] if asked.prompt else []
        return [*before, *tokenizer.sot_sequence, tokenizer.no_timestamps]

    def _encode(self, samples: Samples, frames: int) -> Encoding:
        """The spectrogram of the sound, zeros behind it as in faster-whisper's windows of 30 s."""
        content = min(frames, len(samples) // _HOP)
        window = np.zeros((1, self.mel_bins, frames), np.float32)
        window[0, :, :content] = self._mel(samples)[:, :content]
        return np.array(self._model.encode(self._stored(window)))

    def _heard(self, asked: Asked, encoding: Encoding, result: Any) -> Heard:
        tokenizer = self._tokenizer(asked.passage.language)
        ids = result.sequences_ids[0]
        # The score is the mean over the tokens; a mean that counts the end as well is what the
        # thresholds of the guards are made for.
        reading = Reading(
            text=tokenizer.decode(ids[: asked.limit]).strip(),
            language=tokenizer.language_code,
            seconds=len(asked.passage.samples) / SAMPLE_RATE,
            logprob=result.scores[0] * len(ids) / (len(ids) + 1),
            no_speech=result.no_speech_prob,
            capped=len(ids) >= asked.limit,
        )
        tokens = [token for token in ids[: asked.limit] if token < tokenizer.eot]
        return Heard(asked, encoding, tokens, reading)

    def _split(self, heard: Heard) -> tuple[list[str], list[list[int]]]:
        """Pieces of words and the tokens of each."""
        texts, parts = self._tokenizer(heard.reading.language).split_to_word_tokens(heard.tokens)
        return texts, parts

    def _aligned(self, heard: Heard) -> list[Piece]:
        """Pieces at the steps where the alignment, a path through tokens and steps, enters them."""
        if not heard.tokens:
            return []
        asked = heard.asked
        (result,) = self._model.align(
            self._stored(heard.encoding),
            self._tokenizer(heard.reading.language).sot_sequence,
            [heard.tokens],
            min(asked.frames, len(asked.passage.samples) // _HOP),
            median_filter_width=_MEDIAN_FILTER,
        )
        path = np.array(result.alignments)
        enters = np.diff(path[:, 0], prepend=-1).astype(bool)
        times = path[enters, 1] / _STEPS_PER_S
        texts, parts = self._split(heard)
        edges = np.cumsum([0, *(len(part) for part in parts)])
        return [
            Piece(
                text,
                start=float(times[a]),
                end=float(times[b]),
                probability=float(np.mean(result.text_token_probs[a:b])),
            )
            for text, a, b in zip(texts, edges[:-1], edges[1:], strict=True)
        ]


class _Filters:
    """The mel filters, of which few values are not zero, in the place of faster-whisper's matrix.

    A product of matrices wakes the threads of numpy's BLAS, which spin for work when they are done: 65 ms of
    CPU for 6 s of sound every 50 ms, where this takes 2 ms.
    """

    def __init__(self, matrix: NDArray[np.float32]) -> None:
        bins = [np.flatnonzero(row) if row.any() else np.zeros(1, int) for row in matrix]
        self._bins = np.concatenate(bins)
        self._starts = np.cumsum([0, *(len(b) for b in bins[:-1])])
        rows = np.repeat(np.arange(len(matrix)), [len(b) for b in bins])
        self._weights = matrix[rows, self._bins][:, np.newaxis]

    def __matmul__(self, magnitudes: NDArray[np.float32]) -> NDArray[np.float32]:
        parts = self._weights * magnitudes[self._bins]
        return np.add.reduceat(parts, self._starts, axis=0, dtype=np.float32)
