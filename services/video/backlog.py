"""Packets on their way to the writer: when it falls behind, pictures go first, and sound last."""

from __future__ import annotations

import threading
from collections import deque

from services.video.packets import Copied, SoundPacket

LIMIT = 1_500_000  # bytes; some 20 s of picture as browsers send it
LIMIT_S = (
    2.0  # s that the oldest packet may wait: a machine that is so late has better things to do
)
_LOW = 0.25  # share of LIMIT below which pictures are taken again
_SOUND_LIMIT = (
    2 * LIMIT
)  # bytes beyond which even sound is left out of the video; its time still counts


class Backlog:
    """Filled on the connection's decoder threads, emptied by the writer; a lock held for microseconds."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._packets: deque[Copied] = deque()
        self._bytes = 0
        self._dropping = False

    def put(self, packet: Copied) -> bool:
        """Take a packet or leave it out. True: a key frame is needed to go on with the picture."""
        with self._lock:
            if isinstance(packet, SoundPacket):
                if self._bytes > _SOUND_LIMIT:
                    packet = SoundPacket(b"", packet.ticks, packet.arrived, packet.samples)
                self._add(packet)
                return False
            behind = self._bytes > LIMIT or self._waited(packet.arrived) > LIMIT_S
            ready = self._bytes <= LIMIT * _LOW and not behind
            if self._dropping and ready and packet.key:
                self._dropping = False
            elif behind:
                # Pictures build on those before them: without one, the rest up to a key frame is no use.
                self._dropping = True
            if self._dropping:
                return ready
            self._add(packet)
            return False

    def take(self) -> list[Copied]:
        """All that waits, in the order of its coming."""
        with self._lock:
            packets = list(self._packets)
            self._packets.clear()
            self._bytes = 0
            return packets

    def _add(self, packet: Copied) -> None:
        self._packets.append(packet)
        self._bytes += len(packet.data)

    def _waited(self, now: float) -> float:
        return now - self._packets[0].arrived if self._packets else 0.0
