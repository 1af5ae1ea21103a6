"""A stage for speech tests: an engine that plays a script, a clock set by hand, patience with a limit."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Lock
from uuid import UUID, uuid4

from services.domain import Segment, Word
from services.errors import TranscriptionFailed
from services.ports import SAMPLE_RATE, Samples, SpeechEngine
from services.speech.ears import Ears
from services.speech.live_transcript import LiveTranscript
from services.speech.model import SpeechModel
from tests.spoken import MODEL


def until(condition: Callable[[], object], limit: float = 20.0) -> None:
    """Wait until a condition holds; fail after `limit` seconds."""
    end = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.005)


class HandClock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class ScriptedEngine:
    """Says how much it heard: a word `heard<N>` for N tenths of a second, over the whole utterance.

    `open_gate` cleared stalls it; `fail_times` makes the next calls fail; `calls` tells what came.
    """

    name = "scripted"

    def __init__(self, clock: HandClock | None = None, cost: float = 0.0) -> None:
        self.open_gate = Event()
        self.open_gate.set()
        self.fail_times = 0
        self.calls: list[tuple[str, int]] = []
        self._clock = clock
        self._cost = cost
        self._lock = Lock()

    def transcribe(self, samples: Samples, *, prompt: str = "") -> tuple[Word, ...]:
        self._work(prompt or "settle", samples)
        if self.fail_times > 0:
            self.fail_times -= 1
            raise TranscriptionFailed("The model stumbled.", "The sound is kept.")
        seconds = len(samples) / SAMPLE_RATE
        text = f"heard{round(seconds * 10)}"
        return (Word(start=0.0, end=seconds, text=text, probability=0.9),)

    def sketch(self, samples: Samples) -> str:
        self._work("sketch", samples)
        return f"sketch{round(len(samples) / SAMPLE_RATE * 10)}"

    def _work(self, kind: str, samples: Samples) -> None:
        assert self.open_gate.wait(30)
        with self._lock:
            self.calls.append((kind, len(samples)))
            if self._clock:
                self._clock.now += self._cost


def ready_model(engine: SpeechEngine) -> SpeechModel:
    """A model whose folder is the fixture's and whose engine is `engine`."""
    model = SpeechModel(
        str(MODEL), cache_dir=Path("unused"), load=lambda _: engine, download=_no_download
    )
    model.load_if_here()
    until(lambda: model.status().state == "ready")
    return model


def model_to_come(engine: SpeechEngine, cache_dir: Path) -> SpeechModel:
    """A model that is absent until `ensure` 'downloads' it."""

    def copy(_: str, folder: Path, report: Callable[[int, int], None]) -> None:
        shutil.copytree(MODEL, folder, dirs_exist_ok=True)

    return SpeechModel("base.en", cache_dir=cache_dir, load=lambda _: engine, download=copy)


def _no_download(*_: object) -> None:
    raise AssertionError("nothing may be downloaded here")


@contextmanager
def ears_on(model: SpeechModel, spool_dir: Path, clock: HandClock | None = None) -> Iterator[Ears]:
    ears = Ears(model, spool_dir, clock=clock) if clock else Ears(model, spool_dir)
    try:
        yield ears
    finally:
        ears.shutdown()


class Shelf:
    """Where a test keeps what an answer's callbacks bring, as the database would."""

    def __init__(self, answer_id: UUID | None = None) -> None:
        self.answer_id = answer_id or uuid4()
        self.segments: dict[int, Segment] = {}
        self.finished: list[bool] = []  # `pending` at every on_finished

    def open(
        self, ears: Ears, prompt: str = "", settled: tuple[Segment, ...] | None = None
    ) -> LiveTranscript:
        return ears.open(
            self.answer_id,
            settled=self.in_order if settled is None else settled,
            prompt=prompt,
            on_segment=self.segments.__setitem__,
            on_finished=lambda live: self.finished.append(live.snapshot().pending),
        )

    @property
    def in_order(self) -> tuple[Segment, ...]:
        return tuple(self.segments[i] for i in sorted(self.segments))

    @property
    def text(self) -> str:
        return " ".join(s.text for s in sorted(self.in_order, key=lambda s: s.start))
