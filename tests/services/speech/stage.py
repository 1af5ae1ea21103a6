"""A stage for speech tests: an engine that plays a script, a clock set by hand, patience with a limit."""

from __future__ import annotations

import shutil
import time
from collections import deque
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Lock
from uuid import UUID, uuid4

from services.domain import Segment, Word
from services.errors import TranscriptionFailed
from services.ports import (
    SAMPLE_RATE,
    EngineReport,
    Passage,
    Samples,
    Settled,
    Sketch,
    SpeechEngine,
)
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
    """Says how much it heard: a word `heard<N>` for N tenths of a second, over the whole passage.

    `open_gate` cleared stalls it; `fail_times` makes the next calls that keep words fail, `fails_on` those
    with such a passage, `poison` every call with such a prompt. `calls` tells what passages came, `batches` how many in each call, and
    `under_way` how many calls run now.
    """

    name = "scripted"

    def __init__(
        self,
        clock: HandClock | None = None,
        cost: float = 0.0,
        *,
        languages: str = "en",
        spoken: Sequence[tuple[str, float]] = (("en", 1.0),),
        calls_at_once: int = 1,
    ) -> None:
        self.open_gate = Event()
        self.open_gate.set()
        self.fail_times = 0
        self.fails_on: Callable[[Passage], bool] = lambda _: False
        self.poison = ""
        self.calls: list[tuple[str, int]] = []
        self.passages: list[Passage] = []
        self.batches: list[int] = []
        self.under_way = self.most_under_way = 0
        self.languages = frozenset(languages.split())
        self.calls_at_once = calls_at_once
        self._spoken = deque(spoken)
        self._clock = clock
        self._cost = cost
        self._lock = Lock()

    def group(self, passage: Passage, *, keep: bool) -> Hashable:
        return keep

    def settle(self, passages: Sequence[Passage]) -> tuple[Settled, ...]:
        self._work(passages, keep=True)
        fails = self.fail_times > 0 or any(map(self.fails_on, passages))
        self.fail_times = max(0, self.fail_times - 1)
        if fails:
            raise TranscriptionFailed("The model stumbled.", "The sound is kept.")
        if self.poison and any(self.poison in p.prompt for p in passages):
            raise ZeroDivisionError
        return tuple(
            Settled((Word(start=0.0, end=_seconds(p), text=_word("heard", p), probability=0.9),))
            for p in passages
        )

    def sketch(self, passages: Sequence[Passage]) -> tuple[Sketch, ...]:
        self._work(passages, keep=False)
        # The last word is always one that is cut in two, which a draft holds back.
        return tuple(
            Sketch((_word("sketch", p), "and"), (0.5, _seconds(p)) if p.timed else ())
            for p in passages
        )

    def language_of(self, samples: Samples) -> tuple[str, float]:
        self._work([Passage(samples, prompt="language")], keep=True)
        return self._spoken.popleft() if len(self._spoken) > 1 else self._spoken[0]

    def report(self) -> EngineReport:
        return EngineReport()

    def _work(self, passages: Sequence[Passage], *, keep: bool) -> None:
        with self._lock:
            self.under_way += 1
            self.most_under_way = max(self.most_under_way, self.under_way)
        assert self.open_gate.wait(30)
        with self._lock:
            self.under_way -= 1
            self.batches.append(len(passages))
            self.passages += passages
            self.calls += [
                ((p.prompt or "settle") if keep else "sketch", len(p.samples)) for p in passages
            ]
            if self._clock:
                self._clock.now += self._cost


def _seconds(passage: Passage) -> float:
    return len(passage.samples) / SAMPLE_RATE


def _word(kind: str, passage: Passage) -> str:
    return f"{kind}{round(_seconds(passage) * 10)}"


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
        self.languages: list[str] = []
        self.finished: list[bool] = []  # `pending` at every on_finished

    def open(
        self,
        ears: Ears,
        prompt: str = "",
        settled: tuple[Segment, ...] | None = None,
        *,
        language: str = "en",
        live_words: bool = True,
    ) -> LiveTranscript:
        return ears.open(
            self.answer_id,
            settled=self.in_order if settled is None else settled,
            prompt=prompt,
            language=language,
            on_language=self.languages.append,
            live_words=live_words,
            on_segment=self.segments.__setitem__,
            on_finished=lambda live: self.finished.append(live.snapshot().pending),
        )

    @property
    def in_order(self) -> tuple[Segment, ...]:
        return tuple(self.segments[i] for i in sorted(self.segments))

    @property
    def text(self) -> str:
        return " ".join(s.text for s in sorted(self.in_order, key=lambda s: s.start))
