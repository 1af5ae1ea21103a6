"""Who talks in a benchmark, and what a reader of the captions saw."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from benchmarks.voices import Talk
from services.speech.heard import Heard
from services.speech.live_transcript import LiveTranscript


@dataclass(frozen=True, slots=True)
class Seen:
    """What a reader saw when it changed, `at` seconds after the speaker's first sample."""

    at: float
    settled: str
    interim: str
    stable: str = ""  # the part of `interim` that should not change any more
    settled_s: float = 0.0  # end of the last settled words, in the sound
    shown_s: float = 0.0  # the words on show were made from the sound up to here

    @staticmethod
    def of(at: float, heard: Heard) -> Seen:
        transcript = heard.transcript
        return Seen(
            at,
            transcript.settled_text,
            transcript.interim,
            transcript.interim[: transcript.stable],
            max((s.end for s in transcript.segments), default=0.0),
            heard.shown_s,
        )

    @property
    def visible(self) -> str:
        return f"{self.settled} {self.interim}".strip()

    def shows_the_same_as(self, other: Seen) -> bool:
        """Is nothing different but the time?"""
        return (self.settled, self.interim, self.stable, self.settled_s, self.shown_s) == (
            (other.settled, other.interim, other.stable, other.settled_s, other.shown_s)
        )


@dataclass(eq=False)
class Speaker:
    """Somebody who says a talk on a stage. Made by `Stage.enter`."""

    talk: Talk
    live: LiveTranscript
    source: int
    frames: int
    began: float = 0.0  # monotonic time of the first sample
    fed: int = 0  # frames
    said: threading.Event = field(default_factory=threading.Event)
    seen: list[Seen] = field(default_factory=list)
    watched: bool = True

    def look(self, now: float) -> None:
        """Note what has changed since the last look."""
        if not self.began:
            return
        new = Seen.of(now - self.began, self.live.snapshot())
        if not self.seen or not new.shows_the_same_as(self.seen[-1]):
            self.seen.append(new)

    def lost_s(self) -> float:
        """Seconds of sound that were fed and are not kept."""
        return self.talk.seconds - self.live.snapshot().seconds
