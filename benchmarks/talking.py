"""Speakers who talk in real time into the product's own ears, and a watcher who reads along.

    pacing thread    makes every speaker's frame, every 20 ms on an absolute schedule
    asyncio loop     hands the frames over, as WebRTC does; a ticker measures how late the loop is
    watching thread  reads every transcript every 20 ms, as a page does, and notes what changed

What pacing and watching cost is not counted as the product's.
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import uuid4

import av
import numpy as np

from benchmarks.speakers import Speaker
from benchmarks.voices import RATE, Talk
from services.speech.ears import Ears
from services.speech.live_transcript import LiveTranscript
from services.speech.model import SpeechModel

FRAME_S = 0.02  # of a WebRTC frame
_FRAME = round(FRAME_S * RATE)
_LOOK_EVERY = 0.02  # s
_QUIET_LOOKS = 25  # 0.5 s
_STOP_WITHIN = 120.0  # s; a stop that takes longer has failed


class Stage:
    """Where the speakers stand. A context: its threads run inside it."""

    def __init__(self, model: SpeechModel, spool_dir: Path) -> None:
        spool_dir.mkdir(parents=True, exist_ok=True)
        self._ears = Ears(model, spool_dir)
        self._loop = asyncio.new_event_loop()
        self._over = threading.Event()
        self._entering = threading.Lock()
        self._speakers: tuple[Speaker, ...] = ()  # replaced as a whole
        self.late: list[float] = []  # s, of every tick of the pacing thread
        self.lag: list[float] = []  # s, of every tick in the asyncio loop
        self.callbacks: list[float] = []  # s, of every frame handed over
        self._own_cpu = {"pacing": 0.0, "watching": 0.0}
        self._threads = [
            threading.Thread(target=run, name=name, daemon=True)
            for name, run in (
                ("pacing", self._pace),
                ("watching", self._watch),
                ("loop", self._run_loop),
            )
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(5)
        self._ears.shutdown()

    def enter(self, *talks: Talk, head: Talk | None = None, watched: bool = True) -> list[Speaker]:
        """Let new speakers begin with the next frame, all at once.

        `head` is what has been said before: it is heard as fast as it goes, before the talk begins.
        """
        new = []
        for talk in talks:
            live = self.listen()
            if head is not None:
                live.hear_samples(head.at_16k())
                self.work_off(live, head.seconds)
            frames = -(-len(talk.pcm) // _FRAME)
            new.append(Speaker(talk, live, live.take_over(), frames, watched=watched))
        with self._entering:
            self._speakers = (*self._speakers, *new)
        return new

    def leave(self, speaker: Speaker) -> None:
        """Forget a speaker; what was seen is kept."""
        with self._entering:
            self._speakers = tuple(s for s in self._speakers if s is not speaker)
        self._ears.discard(speaker.live.answer_id)

    def cpu_s(self) -> float:
        """CPU seconds of this process until now, without pacing and watching."""
        return time.process_time() - sum(self._own_cpu.values())

    def listen(self) -> LiveTranscript:
        """An answer that nobody gives in real time."""
        return self._ears.open(
            uuid4(),
            settled=(),
            prompt="",
            on_segment=lambda index, segment: None,
            on_finished=lambda live: None,
        )

    def work_off(self, live: LiveTranscript, seconds: float) -> None:
        """Returns when so many seconds of sound are in words; they must end with a pause, and nobody
        else may speak."""
        deadline = time.monotonic() + seconds + _STOP_WITHIN
        quiet = 0  # looks in a row that found no work
        while quiet < _QUIET_LOOKS:
            if time.monotonic() > deadline:
                raise TimeoutError("what was said before did not become words")
            time.sleep(_LOOK_EVERY)
            figures = self._ears.figures()
            here = live.snapshot().seconds >= seconds - FRAME_S
            quiet = quiet + 1 if here and not figures.waiting and not figures.speaking else 0

    # --- asyncio loop ---------------------------------------------------------------------

    def _run_loop(self) -> None:
        self._loop.run_until_complete(self._tick())
        self._loop.close()

    async def _tick(self) -> None:
        while not self._over.is_set():
            due = self._loop.time() + FRAME_S
            await asyncio.sleep(FRAME_S)
            self.lag.append(self._loop.time() - due)

    def _hand_over(self, frames: list[tuple[Speaker, av.AudioFrame]]) -> None:
        for speaker, frame in frames:
            began = time.perf_counter()
            speaker.live.hear(speaker.source, frame)
            self.callbacks.append(time.perf_counter() - began)
            speaker.fed += 1
            if speaker.fed == speaker.frames:
                speaker.said.set()

    # --- pacing thread --------------------------------------------------------------------

    def _pace(self) -> None:
        _go_first()
        started, tick = time.monotonic(), 0
        made: dict[Speaker, int] = {}
        while not self._over.is_set():
            due = started + (tick + 1) * FRAME_S  # a frame is there when its last sample is
            time.sleep(max(0.0, due - time.monotonic()))
            self.late.append(time.monotonic() - due)
            frames = []
            for speaker in self._speakers:
                number = made.setdefault(speaker, 0)
                if number == 0:
                    speaker.began = due - FRAME_S
                if number < speaker.frames:
                    frames.append((speaker, _frame(speaker.talk, number)))
                    made[speaker] += 1
            if frames and not self._loop.is_closed():
                self._loop.call_soon_threadsafe(self._hand_over, frames)
            tick += 1
            self._own_cpu["pacing"] = time.thread_time()

    # --- watching thread ------------------------------------------------------------------

    def _watch(self) -> None:
        _go_first()
        while not self._over.wait(_LOOK_EVERY):
            for speaker in self._speakers:
                if speaker.watched:
                    speaker.look(time.monotonic())
            self._own_cpu["watching"] = time.thread_time()


def stop(speaker: Speaker) -> float:
    """Finish a speaker's answer; seconds until its transcript is complete. Raises `TimeoutError`."""
    began = time.monotonic()
    speaker.live.finish()
    if not speaker.live.wait_finished(_STOP_WITHIN):
        raise TimeoutError(f"an answer was not in words {_STOP_WITHIN:.0f} s after its end")
    took = time.monotonic() - began
    speaker.look(time.monotonic())
    return took


def _go_first() -> None:
    """Speakers and readers are outside of the machine: where it is allowed, they need not queue for it."""
    with suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), -10)


def _frame(talk: Talk, number: int) -> av.AudioFrame:
    mono = talk.pcm[number * _FRAME : (number + 1) * _FRAME]
    frame = av.AudioFrame.from_ndarray(
        np.repeat(mono, 2)[np.newaxis], format="s16", layout="stereo"
    )
    frame.sample_rate = RATE
    return frame
