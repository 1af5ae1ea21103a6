"""Where the frames of a tab's connection go.

The sinks that streamlit-webrtc keeps for us belong to the page they were made on, and it looks once a second
whether that page is still shown. One that was made on the page before is stopped up to a second after the
devices were opened on the next, and nothing is heard from then on. These belong to a press of a start button
and to one connection, which stops them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Take = Callable[[Any], None]  # a frame, on the server's event loop
Make = Callable[[Take], Any]  # streamlit-webrtc's AudioSinkTrack or VideoSinkTrack


class FrameSink:
    """A `MediaSink` of streamlit-webrtc for one connection. A script thread may put another `take` in its
    place at any time."""

    def __init__(self, make: Make, take: Take) -> None:
        self.take = take
        self.ended = False  # its connection is over: the next one needs another sink
        self._track = make(lambda frame: self.take(frame))

    def addTrack(self, track: Any) -> None:
        self._track.addTrack(track)

    def hasTrack(self) -> bool:
        return bool(self._track.hasTrack())

    def start(self) -> None:
        self._track.start()

    def stop(self) -> None:
        """By its connection, from any thread; again it does nothing."""
        self.ended = True
        self._track.stop()


@dataclass
class Sinks:
    """Those of a tab, one for every kind of frame. Used by its script thread alone."""

    _made: dict[Make, tuple[float, FrameSink]] = field(default_factory=dict)

    def of(self, make: Make, press: float, take: Take) -> FrameSink:
        """The sink for the connection that was asked for at `press` (time.monotonic()); `take` gets its
        frames from now on."""
        made_for, sink = self._made.get(make, (None, None))
        if sink is None or sink.ended or made_for != press:
            sink = FrameSink(make, take)
            self._made[make] = press, sink
        sink.take = take
        return sink
