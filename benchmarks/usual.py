"""The usual ways to caption with faster-whisper, to compare with, on the same folder and sound.

`Whole`: the whole answer is transcribed when it ends, as most applications do. `UsualSpeakers`: one
model, one lock, and everybody's current utterance is transcribed again whenever there is a second
more of it, padded to 30 s, with beam 5. Both get all cores for a call, pay nothing for a detector of
speech or for taking in frames, and wait in a fair line, which is better than they usually have it.
"""

from __future__ import annotations

import math
import os
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.engines import TOKENS_PER_S
from benchmarks.scoring import NEVER
from benchmarks.voices import Talk
from services.ports import SAMPLE_RATE, Samples

_LONGEST = 15.0  # s of one utterance (whisper_streaming's buffer)
_NEW = 1.0  # s of new sound before it is transcribed again (whisper_streaming, WhisperLive)
_WINDOW = 30.0  # s


class Whole:
    """faster-whisper as it comes, for sound of any length."""

    def __init__(self, folder: Path, *, natural: bool) -> None:
        """Load a folder. `natural` weights never end by themselves: their text gets its length here."""
        from faster_whisper import WhisperModel

        self._natural = natural
        cores = len(os.sched_getaffinity(0))
        self._model = WhisperModel(
            str(folder), device="cpu", compute_type="int8", cpu_threads=cores, local_files_only=True
        )

    def text(self, samples: Samples) -> str:
        """What is said in sound of any length."""
        return " ".join(self._pieces(samples))

    def phrase(self, samples: Samples) -> str:
        """What is said in one utterance (at most 30 s): behind its end the padding is not decoded."""
        return next(self._pieces(samples), "")

    def _pieces(self, samples: Samples) -> Iterator[str]:
        segments, _ = self._model.transcribe(
            samples,
            language="en",
            beam_size=5,
            temperature=0.0,  # the others only help against damaged text
            without_timestamps=True,
            condition_on_previous_text=False,
            max_new_tokens=_tokens(samples) if self._natural else None,
        )
        return (segment.text.strip() for segment in segments)


def _tokens(samples: Samples) -> int:
    """What to ask for to get the length of text that all ways get for random weights.

    faster-whisper adds the prompt of 4 tokens, and CTranslate2 makes at most half of that sum.
    """
    seconds = min(len(samples) / SAMPLE_RATE, _WINDOW)
    return 2 * (math.ceil(TOKENS_PER_S * seconds) + 2) - 4


@dataclass(eq=False)
class UsualSpeaker:
    """Somebody who talks without a pause until `talk` ends. `stop_s`: from its end to its last words."""

    talk: Talk
    reached: list[tuple[float, float]] = field(default_factory=list)  # (when, sound in words until)
    stop_s: float = NEVER

    def first_shown(self) -> list[float]:
        """For each word the seconds from its end to its first time on show."""
        return [self._first(word.end) for word in self.talk.words]

    def _first(self, end: float) -> float:
        return next((at - end for at, until in self.reached if until >= end), NEVER)


def talk_the_usual_way(
    whole: Whole, talks: Sequence[Talk], after: Sequence[Talk]
) -> list[UsualSpeaker]:
    """Let all talk at once, in real time, each until its talk ends.

    Whoever has ended goes on with the next answer, the talk in `after`, until all have ended.
    """
    line, began, over = _Line(), time.monotonic(), threading.Event()
    speakers = [UsualSpeaker(talk) for talk in talks]
    done = threading.Barrier(len(speakers), action=over.set)

    def speak(speaker: UsualSpeaker, then: Talk) -> None:
        _follow(whole, line, speaker, began, threading.Event())
        with ThreadPoolExecutor(1) as aside:
            aside.submit(done.wait)
            _follow(whole, line, UsualSpeaker(then), time.monotonic(), over)

    with ThreadPoolExecutor(len(speakers)) as threads:
        for finished in [threads.submit(speak, s, a) for s, a in zip(speakers, after, strict=True)]:
            finished.result()
    return speakers


def _follow(
    whole: Whole, line: _Line, speaker: UsualSpeaker, began: float, over: threading.Event
) -> None:
    sound, ends = speaker.talk.at_16k(), speaker.talk.seconds
    start = until = 0.0  # of what was transcribed last
    while until < ends and not over.is_set():
        now = time.monotonic() - began
        wanted = min(until + _NEW, ends)
        if now < wanted:
            time.sleep(wanted - now)
        with line.turn():
            # Only what is there when the turn comes; what is said later waits for the next turn.
            until = min(time.monotonic() - began, ends, start + _LONGEST)
            whole.phrase(sound[round(start * SAMPLE_RATE) : round(until * SAMPLE_RATE)])
        speaker.reached.append((time.monotonic() - began, until))
        if until - start >= _LONGEST:
            start = until
    speaker.stop_s = speaker.reached[-1][0] - ends if speaker.reached else NEVER


class _Line:
    """A lock that serves who has waited longest."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._taken = False

    @contextmanager
    def turn(self) -> Iterator[None]:
        mine = threading.Event()
        with self._lock:
            if self._taken:
                self._waiting.append(mine)
            else:
                self._taken = True
                mine.set()
        mine.wait()
        try:
            yield
        finally:
            with self._lock:
                if self._waiting:
                    self._waiting.popleft().set()
                else:
                    self._taken = False
