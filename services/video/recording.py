"""One connection's picture and sound on their way to a part on the disk.

    decoder threads (aiortc)   sound_packet, picture_packet     copy and queue
    encoder thread             the same, where packets cannot be copied
    writer thread              write, close
    script thread              state

Nothing here is ever waited for by whoever hears or transcribes the sound.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from services.failures import failure_of
from services.video.backlog import Backlog
from services.video.folder import part_path
from services.video.packets import (
    Copied,
    PicturePacket,
    SoundPacket,
    dimensions,
    is_key,
    samples_in,
)
from services.video.part import Part
from services.video.timeline import Timeline

KEY_EVERY = 4.0  # s between two key frames: so far a player may have to go back when one seeks
_ASK_AGAIN = 0.7  # s until a key frame is asked for once more
_HOLD = 0.3  # s of both streams that tell how their clocks stand, before anything is placed
_PRE_ROLL = 5.0  # s of sound that is kept while there is no picture yet
_PRE_ROLL_PICTURES = 4_000_000  # bytes
_FRAMING = 16  # bytes that WebM adds to a packet, roughly


@dataclass(frozen=True)
class Filmed:
    """How a recording stands."""

    size: int  # bytes, of this connection
    picture: bool  # pictures have come and been kept
    full: bool  # the limit is reached: sound goes on, the picture does not
    crowded: bool  # so it does when all pictures together have used up their room on this disk
    failed: bool  # the disk refused


class Recording:
    """Made by `record`. Every limit is of this one connection."""

    def __init__(
        self,
        folder: Path,
        *,
        heard: Callable[[], float],
        wanted: Callable[[], bool],
        limit: int,
        crowded: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`heard`: seconds of the answer that are kept as sound so far. `wanted` False: its sound is no
        longer taken either, so the recording ends. `limit`: bytes after which the picture stops; `crowded`:
        whether it stops because of what others have recorded (asked on the writer thread, five times a second)."""
        self.folder = folder
        self.wanted = wanted
        self._heard = heard
        self._limit = limit
        self._no_room = crowded
        self._clock = clock
        self._backlog = Backlog()
        self.ask_for_key: Callable[[], None] = lambda: None
        # Of the decoder threads: one for sound, one for pictures.
        self._began_at: float | None = None  # second of the answer at the first sound
        self._keyed, self._asked = 0.0, 0.0
        self._released: float | None = None  # when a picture was handed on last
        self.last_packet = clock()
        # Of the writer thread.
        self._timeline = Timeline()
        self._part: Part | None = None
        self._base = 0.0  # s of the timeline at which the part begins
        self._waiting: list[tuple[float, Copied]] = []  # with what is known of their places
        self._first_key: float | None = None
        self._size = 0
        self._picture = False
        self._full = False
        self._crowded = False
        self._failed = False
        self._closed = False
        # Set by others.
        self.stopped = False
        self._unwanted = False

    @property
    def state(self) -> Filmed:
        return Filmed(self._size, self._picture, self._full, self._crowded, self._failed)

    @property
    def closed(self) -> bool:
        """Nothing is taken any more."""
        return self._closed

    @property
    def takes_pictures(self) -> bool:
        over = self._full or self._crowded or self._failed
        return not (over or self.stopped or self._closed)

    def stop(self) -> None:
        """End at the writer's next look; what is on the disk stays."""
        self.stopped = True

    def discard(self) -> None:
        """Nobody wants it any more: no part is begun, and one that is being written goes when it is closed."""
        self._unwanted = True

    # --- decoder threads ------------------------------------------------------------------

    def sound_packet(self, data: bytes, ticks: int) -> None:
        """An Opus packet, `ticks` of 48 kHz since the first one of its stream."""
        if self._closed:
            return
        if self._began_at is None:
            self._began_at = self._heard()
        samples = samples_in(data)
        if samples:
            self.last_packet = self._clock()
            self._backlog.put(SoundPacket(data, ticks, self.last_packet, samples))

    def picture_packet(self, data: bytes, ticks: int) -> None:
        """A VP8 frame, `ticks` of 90 kHz since the first one of its stream."""
        if not data or not self.takes_pictures:
            return
        now, key = self._clock(), is_key(data)
        self.last_packet = now
        # aiortc hands a picture on when the next one begins.
        begun, self._released = self._released, now
        wanted = self._backlog.put(PicturePacket(data, ticks, now, begun, key))
        if key:
            self._keyed = now
        if (wanted or now - self._keyed > KEY_EVERY) and now - self._asked > _ASK_AGAIN:
            self._asked = now
            self.ask_for_key()

    # --- writer thread --------------------------------------------------------------------

    def write(self) -> None:
        """Bring to the disk what has come."""
        packets = self._backlog.take()
        if self._closed or self._failed:
            return
        if not (self._full or self._crowded):
            failure_of(self._look_around)
        if failure_of(self._place, packets) is not None:
            self._failed = True
            self._end_part()

    def close(self) -> None:
        """Write what is left, and make the part whole. Nothing is taken afterwards."""
        self.write()
        self._closed = True
        if self._part is None and self._waiting and not self._failed:
            failure_of(self._begin)
        self._end_part()

    def _end_part(self) -> None:
        part, self._part = self._part, None
        self._waiting.clear()
        if part is not None:
            failure_of(part.close)
            if self._unwanted:  # begun while its folder was deleted
                failure_of(part.remove)

    def _look_around(self) -> None:
        self._crowded = self._no_room()

    def _place(self, packets: list[Copied]) -> None:
        for packet in packets:
            if isinstance(packet, SoundPacket):
                place = self._timeline.hear(packet)
            else:
                self._timeline.arrived(packet)
                place = 0.0  # pictures are placed when both clocks are known
                if packet.key and self._first_key is None:
                    self._first_key = packet.arrived
                elif self._first_key is None:
                    continue  # nothing can be seen before the first key frame
            if self._part is None:
                self._waiting.append((place, packet))
            else:
                self._keep(place, packet)
        if self._part is None:
            self._hold()

    def _hold(self) -> None:
        """Wait until there is a picture and the clocks of both streams are known."""
        if self._first_key is None:
            enough = self._timeline.length - _PRE_ROLL
            self._waiting = [one for one in self._waiting if one[0] >= enough]
        elif self._timeline.ready and self._clock() - self._first_key >= _HOLD:
            self._begin()
        elif sum(len(p.data) for _, p in self._waiting) > _PRE_ROLL_PICTURES:
            self._waiting = [one for one in self._waiting if isinstance(one[1], SoundPacket)]
            self._first_key = None

    def _begin(self) -> None:
        """The part begins with the first key frame, and with the sound of that moment."""
        key = next((p for _, p in self._waiting if isinstance(p, PicturePacket)), None)
        if key is None or self._began_at is None or not self._timeline.ready or self._unwanted:
            return
        self._base = self._timeline.see(key)
        path = part_path(self.folder, self._began_at + self._base)
        self._part = Part(path, *dimensions(key.data))
        self._picture = True
        waiting, self._waiting = self._waiting, []
        for place, packet in waiting:
            self._keep(place, packet)

    def _keep(self, place: float, packet: Copied) -> None:
        assert self._part is not None
        if isinstance(packet, SoundPacket):
            if packet.data and place >= self._base:
                self._part.sound(self._ms(place), packet.data, packet.samples)
                self._size += len(packet.data) + _FRAMING
            return
        if self._full or self._crowded:
            return
        self._part.picture(self._ms(self._timeline.see(packet)), packet.data, packet.key)
        self._size += len(packet.data) + _FRAMING
        self._full = self._size >= self._limit

    def _ms(self, place: float) -> int:
        return max(0, round(1000 * (place - self._base)))
