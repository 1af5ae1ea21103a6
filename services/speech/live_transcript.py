"""LiveTranscript: the one object where the threads meet, and Heard, what its readers get.

    asyncio loop (WebRTC)     take_over, hear          copies a frame and queues it
    script thread             snapshot, finish, ...    reads an immutable value
    ear thread                kept                     sound is on disk
    transcription workers     sketched, settled, gave_up, paced, language_found, end (one at a time)

One lock, held for microseconds and never while a callback runs.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Sequence
from threading import Event, Lock
from uuid import UUID

import av

from services.domain import Segment, Transcript
from services.failures import failure_of, told
from services.ports import SAMPLE_RATE, Samples
from services.speech.heard import Heard as Heard  # readers of a transcript need it
from services.speech.heard import HeardState as HeardState
from services.speech.heard import Pace as Pace
from services.speech.interim import Interim, together
from services.speech.sound import Piece, pcm_of

_QUIET_AFTER = 0.5  # s without a frame: the meter falls to nothing


class End:
    """Queued after the last sound of an answer."""


Sound = Piece | bytes | End  # bytes: s16le at 16 kHz


class LiveTranscript:
    """The transcript of one answer while it is being spoken. Made by `Ears.open`."""

    def __init__(
        self,
        answer_id: UUID,
        *,
        settled: Sequence[Segment],
        send: Callable[[LiveTranscript, Sound], None],
        model_is_ready: Callable[[], bool],
        on_segment: Callable[[int, Segment], None],
        on_finished: Callable[[LiveTranscript], None],
        on_language: Callable[[str], None],
        pace: Pace,
        clock: Callable[[], float],
    ) -> None:
        self.answer_id = answer_id
        self._send = send
        self._model_is_ready = model_is_ready
        self._on_segment = on_segment
        self._on_finished = on_finished
        self._on_language = on_language
        self._clock = clock
        self._lock = Lock()
        self._over = Event()
        # Everything below is guarded by the lock.
        self._source = 0
        self._arrived = False
        self._last_frame = clock()
        self._seconds = 0.0
        self._level = 0.0
        self._speaking = False
        self._segments = sorted((_light(s) for s in settled), key=_start)
        self._unstored: list[tuple[int, Segment]] = []
        self._next_index = len(settled)
        self._interims: dict[int, Interim] = {}  # by the first sample of their utterance
        self._settled_to = max((round(s.end * SAMPLE_RATE) for s in settled), default=0)
        self._pace = pace
        self._lost: list[tuple[float, float]] = []  # spans that the model failed on
        self._ending = False
        self._end_state: HeardState | None = None
        self._pending = False
        self._problems: dict[str, str] = {}
        self._version = 0

    # --- asyncio loop ---------------------------------------------------------------------

    def take_over(self) -> int:
        """Become the one source of sound; frames of earlier ones (another tab) are ignored."""
        with self._lock:
            self._source += 1
            self._arrived = False
            return self._source

    def hear(self, source: int, frame: av.AudioFrame) -> None:
        """Queue a frame of any format, rate and layout. Must stay far below a millisecond."""
        if source == self._source and frame.samples and not self._ending:
            self._queue(Piece.of(source, frame))

    # --- script thread --------------------------------------------------------------------

    def hear_samples(self, samples: Samples) -> None:
        """Take a finished recording: 16 kHz mono float32."""
        self._queue(pcm_of(samples))

    def finish(self) -> None:
        """No more sound comes. What is open is settled, then `on_finished` is called, once."""
        with self._lock:
            if self._ending:
                return
            self._ending = True
            self._version += 1
            self._send(self, End())

    def wait_finished(self, timeout: float) -> bool:
        """Wait until `on_finished` has returned; False after `timeout` seconds."""
        return self._over.wait(timeout)

    def snapshot(self) -> Heard:
        """What has been heard so far. Cheap: call it as often as the screen is drawn."""
        ready = self._model_is_ready()
        with self._lock:
            idle = max(0.0, self.idle_s)
            interims = [i for _, i in sorted(self._interims.items())]
            shown = max([self._settled_to, *(i.upto for i in interims)])
            text, stable = together(interims)
            return Heard(
                transcript=Transcript(segments=tuple(self._segments), interim=text, stable=stable),
                source=self._source,
                arrived=self._arrived,
                seconds=self._seconds,
                level=self._level if idle < _QUIET_AFTER else 0.0,
                idle_s=idle,
                shown_s=shown / SAMPLE_RATE,
                state=self._state(ready),
                pace=self._pace,
                pending=self._pending,
                problem=" ".join(self._problems.values()),
                # The model's arrival changes the state without passing here.
                version=2 * self._version + ready,
                speaking=self._speaking,
            )

    # --- ear thread -----------------------------------------------------------------------

    def kept(self, length: int, level: float, problem: str, *, speaking: bool = False) -> None:
        """Sound is in the spool: `length` samples in all; `speaking`: an utterance is under way."""
        with self._lock:
            self._seconds = length / SAMPLE_RATE
            self._level = level
            self._speaking = speaking
            self._tell("sound", problem)

    @property
    def idle_s(self) -> float:
        return self._clock() - self._last_frame

    @property
    def pace(self) -> Pace:
        return self._pace

    @property
    def ending(self) -> bool:
        return self._ending

    @property
    def over(self) -> bool:
        return self._over.is_set()

    def trouble(self, problem: str) -> None:
        with self._lock:
            self._tell("hearing", problem)

    # --- transcription workers ------------------------------------------------------------

    def sketched(self, start: int, text: str, stable: int, upto: int) -> None:
        """Interim text of the utterance that starts at sample `start`, of its sound up to `upto`.

        The first `stable` characters will hardly change until it is settled.
        """
        with self._lock:
            before = self._interims.get(start)
            self._interims[start] = Interim(text, stable, upto)
            if before is None or (before.text, before.stable) != (text, stable):
                self._version += 1

    def settled(self, end: int, segment: Segment | None) -> None:
        """The utterance up to sample `end` has its final words (None: it held none)."""
        with self._lock:
            self._interims = {s: i for s, i in self._interims.items() if s >= end}
            self._settled_to = max(self._settled_to, end)
            if segment is not None:
                insort(self._segments, _light(segment), key=_start)
                self._unstored.append((self._next_index, segment))
                self._next_index += 1
            self._version += 1
        self._store()

    def paced(self, pace: Pace) -> None:
        """How the words keep up has changed."""
        with self._lock:
            if self._pace is not pace:
                self._pace = pace
                self._version += 1

    def language_found(self, code: str) -> None:
        """The language was recognised from the first words; it is kept from now on."""
        error = failure_of(self._on_language, code)
        with self._lock:
            self._tell(
                "language", told(error, "Your language could not be stored.") if error else ""
            )

    def gave_up(self, start: int, end: int, error: Exception) -> None:
        """An utterance (samples start..end) did not become words; its sound stays in the spool."""
        why = told(error, "The speech model failed on part of your answer.")
        with self._lock:
            self._interims = {s: i for s, i in self._interims.items() if s >= end}
            self._lost.append((start / SAMPLE_RATE, end / SAMPLE_RATE))
            places = ", ".join(f"{_clock_time(a)} to {_clock_time(b)}" for a, b in self._lost)
            self._tell("words", f"{why} Not in words: {places}. The sound is kept.")

    def end(self, pending: bool) -> None:
        """All is settled (or cannot be now: `pending`). Tells the caller, then whoever waits."""
        self._store()
        with self._lock:
            failed = bool(self._lost or self._unstored)
            self._pending = pending or failed
            self._interims = {}
        error = failure_of(self._on_finished, self)
        with self._lock:
            if error is not None:
                self._tell("end", told(error, "Your answer could not be stored yet."))
            self._end_state = HeardState.FAILED if failed or error else HeardState.FINISHED
            self._version += 1
        self._over.set()

    def _queue(self, sound: Sound) -> None:
        with self._lock:
            if self._ending:  # checked with the lock: nothing is queued after the End
                return
            if isinstance(sound, Piece):
                if sound.source != self._source:  # another tab has taken over this very moment
                    return
                self._arrived = True
            self._last_frame = self._clock()
            self._send(self, sound)

    def _store(self) -> None:
        """Hand over segments in order; those that could not be stored are tried again next time."""
        while self._unstored:
            index, segment = self._unstored[0]
            error = failure_of(self._on_segment, index, segment)
            with self._lock:
                if error is not None:
                    self._tell("store", told(error, "Your last words could not be stored yet."))
                    return
                del self._unstored[0]
                self._tell("store", "")

    def _state(self, ready: bool) -> HeardState:
        if self._end_state is not None:
            return self._end_state
        if self._ending:
            return HeardState.FINISHING
        return HeardState.LISTENING if ready else HeardState.WAITING_FOR_MODEL

    def _tell(self, about: str, problem: str) -> None:
        if self._problems.get(about, "") != problem:
            self._problems.pop(about, None)
            if problem:
                self._problems[about] = problem
            self._version += 1


def _light(segment: Segment) -> Segment:
    """Without the words' times, which nobody reads here: those of half an hour take three megabytes."""
    return segment.model_copy(update={"words": ()})


def _start(segment: Segment) -> float:
    return segment.start


def _clock_time(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
