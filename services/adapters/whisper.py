"""faster-whisper on a local folder: one utterance in, words with times out."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from services.domain import Word
from services.errors import SpeechModelMissing, TranscriptionFailed
from services.ports import Samples

# What CTranslate2, the tokenizer and numpy raise. MemoryError included: the utterance is tried again.
_ENGINE_ERRORS = (
    RuntimeError, ValueError, IndexError, KeyError, TypeError, OSError, MemoryError,
)  # fmt: skip
_WITHOUT_SPACES = {"zh", "ja", "th", "lo", "my", "yue"}  # languages that do not put spaces


class WhisperEngine:
    """A `SpeechEngine`. Safe for one caller at a time; the transcription worker is that one."""

    def __init__(self, folder: Path, threads: int = 2, language: str | None = None) -> None:
        """Load a checked folder (`check_model_folder`); `language` None: detect, or English-only.

        Raises `SpeechModelMissing`. Opens no connection.
        """
        # OpenMP's threads spin while they wait for the next layer, which doubles the CPU of a spoken
        # second (0.39 -> 0.20 s on two shared cores). It reads this once, at the import.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        # Imported here, on the loading thread: the server's first screen does not wait for it.
        from faster_whisper import WhisperModel

        try:
            self._model = WhisperModel(
                str(folder),
                device="cpu",
                compute_type="int8",
                cpu_threads=threads,
                local_files_only=True,
            )
        except _ENGINE_ERRORS as error:
            raise SpeechModelMissing(
                f"The speech model in {folder} cannot be loaded.",
                "Copy or convert it again; it must be in faster-whisper's (CTranslate2's) format.",
            ) from error
        self._name = folder.resolve().name
        self._language = language if self._model.model.is_multilingual else "en"

    @property
    def name(self) -> str:
        return self._name

    def transcribe(self, samples: Samples, *, prompt: str = "") -> tuple[Word, ...]:
        """Words of one utterance (16 kHz, at most 30 s), times in seconds from its first sample."""
        # Beam 5 as faster-whisper ships it: with one short utterance padded to 30 s the encoder is the
        # cost, and the fixture's word errors fall from 0.7 % to none. The second temperature
        # is for text that repeats itself (compression ratio above 2.4).
        heard, language = self._run(
            samples,
            beam_size=5,
            temperature=(0.0, 0.4),
            initial_prompt=prompt or None,
            word_timestamps=True,
        )
        return _words(heard.words or () if heard else (), spaced=language not in _WITHOUT_SPACES)

    def sketch(self, samples: Samples) -> str:
        """Greedy text without times."""
        heard, _ = self._run(samples, beam_size=1, temperature=0.0)
        return heard.text.strip() if heard else ""

    def _run(self, samples: Samples, **options: Any) -> tuple[Any | None, str]:
        """The segment that faster-whisper makes of the utterance, None for silence; its language.

        The edges of the utterance come from the detector, so no timestamp tokens are asked for. Then
        a window is one segment, and asking for another would have the padding behind the last word
        decoded once more: invented words (17 % of the fixture's) and twice the time.
        """
        try:
            segments, info = self._model.transcribe(
                samples,
                language=self._language,
                without_timestamps=True,
                condition_on_previous_text=False,
                vad_filter=False,
                **options,
            )
            return next(iter(segments), None), info.language
        except _ENGINE_ERRORS as error:
            raise TranscriptionFailed(
                "The speech model failed on part of your answer.", "The sound is kept."
            ) from error


def _words(pieces: Iterable[Any], spaced: bool) -> tuple[Word, ...]:
    """faster-whisper's pieces as words: what follows without a space (`-known`) belongs together."""
    words: list[Word] = []
    for piece in pieces:
        text = piece.word.strip()
        if not text:
            continue
        if words and spaced and not piece.word.startswith(" "):
            last = words.pop()
            words.append(
                Word(
                    start=last.start,
                    end=float(piece.end),
                    text=last.text + text,
                    probability=min(last.probability, float(piece.probability)),
                )
            )
        else:
            words.append(
                Word(
                    start=float(piece.start),
                    end=float(piece.end),
                    text=text,
                    probability=float(piece.probability),
                )
            )
    return tuple(words)
