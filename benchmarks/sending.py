"""A browser's side of some connections, as a process of its own: packets that are encoded already, in real time.

    python -m benchmarks.sending CONNECTIONS PICTURES_A_SECOND

Zero pictures a second: sound only. Offers go to the standard output, a line each, and the answers come back.
"""

from __future__ import annotations

import asyncio
import json
import sys
from fractions import Fraction
from typing import Any

import av
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamTrack

from benchmarks.camera_packets import camera
from services.video.packets import PICTURE_RATE, SOUND_RATE
from tests.services.video.filmed import Sent, repeated, sounds

_LOOP_S = 8
_TIMES = 100


class Packets(MediaStreamTrack):
    """A track of packets; aiortc asks for a subclass."""

    def __init__(self, kind: str, packets: list[Sent]) -> None:
        super().__init__()
        self.kind = kind
        self._packets = repeated(packets, _TIMES)
        self._began: float | None = None

    async def recv(self) -> Any:
        now = asyncio.get_running_loop().time()
        self._began = now if self._began is None else self._began
        one = next(self._packets)
        await asyncio.sleep(max(0.0, self._began + one.taken - now))
        packet: av.Packet[Any] = av.Packet(one.data)
        packet.pts = packet.dts = one.ticks
        packet.time_base = Fraction(1, PICTURE_RATE if one.picture else SOUND_RATE)
        return packet


async def send(connections: int, rate: int) -> None:
    sound, picture = list(sounds(_LOOP_S)), camera(rate, _LOOP_S) if rate else []
    peers = []
    for _ in range(connections):
        peer = RTCPeerConnection(RTCConfiguration([]))
        peer.addTrack(Packets("audio", sound))
        if rate:
            peer.addTrack(Packets("video", picture))
        await peer.setLocalDescription(await peer.createOffer())
        sys.stdout.write(json.dumps(peer.localDescription.sdp) + "\n")
        sys.stdout.flush()
        line = await asyncio.to_thread(sys.stdin.readline)
        await peer.setRemoteDescription(RTCSessionDescription(json.loads(line), "answer"))
        peers.append(peer)
    await asyncio.to_thread(sys.stdin.read)  # until whoever hears has had enough
    for peer in peers:
        await peer.close()


if __name__ == "__main__":
    asyncio.run(send(int(sys.argv[1]), int(sys.argv[2])))
