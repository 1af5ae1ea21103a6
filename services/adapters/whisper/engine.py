"""The speech engine: which window, prompt and care each passage gets, and which words are kept."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from services.adapters.whisper.decoder import Asked, Decoder, Heard
from services.errors import SpeechModelMissing, TranscriptionFailed
from services.ports import SAMPLE_RATE, EngineReport, Passage, Samples, Settled, Sketch
from services.speech import trial
from services.speech.guards import Verdict, audible, judge, made_safe
from services.speech.languages import units
from services.speech.windows import (
    FULL,
    LONGEST_S,
    MOST_TOKENS,
    TokenBudget,
    frames_of,
    prompt_of,
    tight_frames,
)

log = logging.getLogger(__name__)

# What CTranslate2, the tokenizer and numpy raise. MemoryError included: the passage is tried again.
_ENGINE_ERRORS = (
    RuntimeError, ValueError, IndexError, KeyError, TypeError, OSError, MemoryError,
)  # fmt: skip
# On clean speech greedy is as good, but what a browser's microphone and codec leave of it needs a beam: of
# the test model's words behind WebRTC it gets back whole phrases. A beam finds the way out of loops, too.
_SETTLE_BEAM = 5
_SKETCH_BEAM = 1
_ENOUGH_WORDS = 4  # of a passage that is heard both ways; fewer prove nothing
_DEFAULT_BUDGET = TokenBudget()


class WhisperEngine:
    """A `SpeechEngine`; any thread may call."""

    def __init__(
        self,
        folder: Path,
        *,
        calls_at_once: int | None = None,
        margin_s: float | None = None,
        tokens: TokenBudget = _DEFAULT_BUDGET,
        recheck: bool = True,
    ) -> None:
        """Load a checked folder (`check_model_folder`). Raises `SpeechModelMissing`; opens no connection.

        `calls_at_once` None: one for each core. `margin_s` None: found by trials, at load and on live
        speech; a number (s) is taken as it is, and 30 pads every passage to 30 s. `recheck` allows the
        trials on live speech, the one thing that lets a passage's words depend on others: when one
        fails, all later passages get full windows.
        """
        self._name = folder.resolve().name
        self._calls_at_once = calls_at_once or _cores()
        self._budget = tokens
        self._prompts = True
        self._margin = margin_s if margin_s is None or margin_s < LONGEST_S else None
        self._lock = threading.Lock()  # guards what is counted and noted
        # Beside short windows one full window at a time: each takes 100 MB at base size.
        self._one_full = threading.Lock()
        self._retries = self._uncertain = self._damaged = 0
        self._notes: list[str] = []
        try:
            self._decoder = Decoder(folder, self._calls_at_once)
            if margin_s is None:
                self._try()
        except _ENGINE_ERRORS as error:
            raise SpeechModelMissing(
                f"The speech model in {folder} cannot be loaded.",
                "Copy or convert it again; it must be in faster-whisper's (CTranslate2's) format.",
            ) from error
        trusted = margin_s is None and self._margin is not None
        self._live = trial.LiveTrial(wanted=recheck and trusted)

    @property
    def name(self) -> str:
        return self._name

    @property
    def languages(self) -> frozenset[str]:
        return self._decoder.languages

    @property
    def calls_at_once(self) -> int:
        return self._calls_at_once

    def group(self, passage: Passage, *, keep: bool) -> Hashable:
        """The length of the window, and of the prompt when the words are kept.

        Raises `ValueError` for a passage of more than 30 s.
        """
        asked = self._ask(passage, self._margin, keep=keep)
        return keep, asked.frames, len(asked.prompt)

    def settle(self, passages: Sequence[Passage]) -> tuple[Settled, ...]:
        """The words to keep of passages of one group; the doubtful ones are heard once more."""
        with _told():
            checked = {i: self._checked(h) for i, h in self._heard(passages, keep=True).items()}
            kept = {i: heard for i, (heard, _) in checked.items() if heard}
            words = dict(zip(kept, self._decoder.words(list(kept.values())), strict=True))
            return tuple(
                Settled(words.get(i, ()), checked[i][1] if i in checked else True)
                for i in range(len(passages))
            )

    def sketch(self, passages: Sequence[Passage]) -> tuple[Sketch, ...]:
        """Quick words of passages of one group, greedy and without a prompt."""
        with _told():
            heard = self._heard(passages, keep=False)
            shown = [i for i, h in heard.items() if self._may_be_shown(h)]
            sketches = [Sketch()] * len(passages)
            for timed in (False, True):
                those = [i for i in shown if passages[i].timed is timed]
                words_of_all = self._decoder.words([heard[i] for i in those], timed=timed)
                for i, words in zip(those, words_of_all, strict=True):
                    ends = tuple(w.end for w in words) if timed else ()
                    sketches[i] = Sketch(tuple(w.text for w in words), ends)
            return tuple(sketches)

    def language_of(self, samples: Samples) -> tuple[str, float]:
        """Of at most the first 30 s; better not asked before 2 s of speech are there."""
        if self.languages == {"en"}:
            return "en", 1.0
        with _told():
            sound = self._clean(samples)[: round(LONGEST_S * SAMPLE_RATE)]
            if not audible(sound):
                return self._decoder.default, 0.0
            frames = frames_of(len(sound), self._margin, self._decoder.mel_bins)
            return self._decoder.language_of(sound, frames)

    def report(self) -> EngineReport:
        """Figures since the load."""
        with self._lock:
            damaged = (
                f"{self._damaged} passages held values that are no sound; they count as silence."
            )
            return EngineReport(
                margin_s=self._margin,
                prompts=self._prompts,
                rechecks=self._live.rechecks,
                disagreements=self._live.disagreements,
                retries=self._retries,
                uncertain=self._uncertain,
                notes=(*self._notes, *([damaged] if self._damaged else [])),
            )

    # --- hearing ------------------------------------------------------------------------------

    def _heard(self, passages: Sequence[Passage], *, keep: bool) -> dict[int, Heard]:
        """What there is to hear, by place; passages without any sound are not asked about."""
        beam = _SETTLE_BEAM if keep else _SKETCH_BEAM
        margin = self._margin  # once: a trial on another thread may change it meanwhile
        asked = {}
        for i, passage in enumerate(passages):
            sound = self._clean(passage.samples)
            if audible(sound):
                asked[i] = self._ask(replace(passage, samples=sound), margin, keep=keep)
        if len({(a.frames, len(a.prompt)) for a in asked.values()}) > 1:
            raise ValueError("passages of different groups in one call")
        return dict(zip(asked, self._decoder.hear(list(asked.values()), beam), strict=True))

    def _ask(self, passage: Passage, margin: float | None, *, keep: bool) -> Asked:
        """All of it follows from the passage itself."""
        prompt: tuple[int, ...] = ()
        if keep and self._prompts and passage.prompt.strip():
            prompt = prompt_of(self._decoder.tokens_of(passage.prompt, passage.language))
        length = len(passage.samples)
        return Asked(
            passage,
            frames_of(length, margin, self._decoder.mel_bins),
            self._budget.limit(length, passage.language),
            prompt,
        )

    def _clean(self, samples: Samples) -> Samples:
        sound, damaged = made_safe(samples)
        with self._lock:
            self._damaged += damaged
        return sound

    # --- care ---------------------------------------------------------------------------------

    def _may_be_shown(self, heard: Heard) -> bool:
        verdict = Verdict.CLEAR if self._budget.strict else judge(heard.reading)
        return verdict in (Verdict.CLEAR, Verdict.DOUBTFUL)

    def _checked(self, heard: Heard) -> tuple[Heard | None, bool]:
        """What is kept of a passage (None: nobody spoke), and whether it is certain."""
        if self._budget.strict:
            return heard, True
        verdict = judge(heard.reading, heard.asked.passage.prompt if heard.asked.prompt else "")
        if verdict is Verdict.SILENT:
            return None, True
        if verdict is Verdict.CLEAR:
            return self._rechecked(heard), True
        again = self._heard_with_care(heard.asked.passage)
        verdict = judge(again.reading)
        with self._lock:
            self._retries += 1
            self._uncertain += verdict is Verdict.DOUBTFUL
        if verdict in (Verdict.SILENT, Verdict.STOCK):
            return None, True
        return again, verdict is Verdict.CLEAR

    def _heard_with_care(self, passage: Passage) -> Heard:
        """In a full window, with a beam, without a limit or a prompt; by itself."""
        with self._one_full:
            (heard,) = self._decoder.hear([Asked(passage, FULL, MOST_TOKENS)], _SETTLE_BEAM)
        return heard

    def _rechecked(self, heard: Heard) -> Heard:
        """The passage, from a full window if it is its turn to be heard both ways."""
        asked = heard.asked
        said = units(heard.reading.text, heard.reading.language)
        if asked.frames == FULL or len(said) < _ENOUGH_WORDS or not self._live.due():
            return heard
        with self._one_full:
            (full,) = self._decoder.hear([replace(asked, frames=FULL)], _SETTLE_BEAM)
        if not self._live.agree(said, units(full.reading.text, full.reading.language)):
            self._live.stop()
            self._margin = None
            self._note(
                f"Check {self._live.rechecks} on live speech: a short window changed more than one "
                "word in ten; since then every passage is padded to 30 s."
            )
        return full

    # --- trials at load -----------------------------------------------------------------------

    def _try(self) -> None:
        """Find the margin and whether prompts can be given, on the clip that comes with the product."""
        sound, language = trial.clip(), self._decoder.default
        passage = Passage(sound, language)
        limit = self._budget.limit(len(sound), language)

        neutral = prompt_of(self._decoder.tokens_of(trial.NEUTRAL_PROMPT, language)[:32])

        def hear(margin: float | None, prompted: bool) -> list[str]:
            frames = tight_frames(len(sound), margin, self._decoder.mel_bins)
            asked = Asked(passage, frames, limit, neutral if prompted else ())
            (heard,) = self._decoder.hear([asked], _SETTLE_BEAM)
            # A loop is a loop in any window; it proves nothing.
            clear = self._budget.strict or judge(heard.reading) is Verdict.CLEAR
            return units(heard.reading.text, language) if clear else []

        found = trial.try_out(hear)
        self._margin, self._prompts = found.margin_s, found.prompts
        log.info("%s: margin %s s, prompts %s", self._name, found.margin_s, found.prompts)
        for note in found.notes:
            self._note(note)

    def _note(self, sentence: str) -> None:
        log.info("%s: %s", self._name, sentence)
        with self._lock:
            self._notes.append(sentence)


def _cores() -> int:
    """That this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except _ENGINE_ERRORS as error:
        raise TranscriptionFailed(
            "The speech model failed on part of your answer.", "The sound is kept."
        ) from error
