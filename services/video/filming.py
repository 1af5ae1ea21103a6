"""A connection that is recorded: its packets are copied where that can be done, and else its frames encoded.

Sinks are streamlit-webrtc's `MediaSink`: `addTrack`, `hasTrack`, `start`, `stop`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import av

from services.failures import failure_of
from services.video.encoding import Encoding
from services.video.recording import Filmed, Recording
from services.video.tap import tap


class Filming:
    """One for every connection. Sinks are made on the script thread, tracks come on the event loop."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self._encoding = Encoding(recording)
        self._sound_is_copied = False

    @property
    def state(self) -> Filmed:
        return self.recording.state

    @property
    def takes_pictures(self) -> bool:
        """Whether there is any use in sending more of them."""
        return self.recording.takes_pictures

    def stop(self) -> None:
        """No more picture; what there is stays. The sound goes on to whoever hears it."""
        self.recording.stop()

    def sound_sink(self, sink: Any) -> TappedSink:
        """Sound goes on to `sink`, decoded, whatever becomes of the recording."""

        def packets(codec: str, data: bytes, ticks: int) -> bool:
            if codec.lower() == "opus":
                self.recording.sound_packet(data, ticks)
            return True

        def on_track(track: Any) -> None:
            self._sound_is_copied = False
            self._sound_is_copied = tap(track, packets)

        return TappedSink(sink, on_track)

    def picture_sink(self, sink: Any) -> TappedSink:
        """Pictures are decoded for `sink` only where their packets cannot be copied."""

        def packets(codec: str, data: bytes, ticks: int) -> bool:
            if codec.lower() != "vp8":
                return True
            self.recording.picture_packet(data, ticks)
            return False

        def begun(ask_for_key: Callable[[], None]) -> None:
            self.recording.ask_for_key = ask_for_key

        return TappedSink(sink, lambda track: tap(track, packets, begun))

    def heard(self, frame: av.AudioFrame) -> None:
        """A decoded frame of sound, on the event loop."""
        if not self._sound_is_copied:
            self._encoding.take(frame)

    def seen(self, frame: av.VideoFrame) -> None:
        """A decoded picture, on the event loop: there is none where packets are copied."""
        self._encoding.take(frame)


class TappedSink:
    """A sink whose track is shown to somebody before it begins. What that one does with it is no matter of
    the sink: it gets its track in any case."""

    def __init__(self, sink: Any, on_track: Callable[[Any], object]) -> None:
        self._sink = sink
        self._on_track = on_track

    def addTrack(self, track: Any) -> None:
        failure_of(self._on_track, track)
        self._sink.addTrack(track)

    def hasTrack(self) -> bool:
        return bool(self._sink.hasTrack())

    def start(self) -> None:
        self._sink.start()

    def stop(self) -> None:
        self._sink.stop()
