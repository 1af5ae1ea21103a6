"""What connections cost the server from the network on: sound alone, and the picture in three ways.

The other side is a process of its own (`benchmarks.sending`) whose CPU time is not counted.
"""

from __future__ import annotations

import asyncio
import json
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import av
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.contrib.media import MediaRelay
from streamlit_webrtc.sink import AudioSinkTrack, VideoSinkTrack

from benchmarks.camera_packets import X264
from services.video import Filming, record
from services.video.recordings import end_recording

WAYS = ("sound", "copied", "decoded", "x264")
_SETTLES_S = 2.0


def cost(way: str, connections: int, rate: int, seconds: float) -> float:
    """CPU seconds of one connection for each second. `way`: one of `WAYS`."""
    with tempfile.TemporaryDirectory() as place:
        return asyncio.run(
            _receive(way, connections, rate if way != "sound" else 0, seconds, Path(place))
        )


async def _receive(way: str, connections: int, rate: int, seconds: float, place: Path) -> float:
    child = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.sending", str(connections), str(rate)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    relay, peers, endings = MediaRelay(), [], list[Callable[[], None]]()
    for n in range(connections):
        peer = RTCPeerConnection(RTCConfiguration([]))
        sinks, ended = _sinks(way, place / f"{n}", rate)
        endings.append(ended)

        def on_track(track: Any, sinks: dict[str, Any] = sinks) -> None:
            sinks[track.kind].addTrack(relay.subscribe(track))
            sinks[track.kind].start()

        peer.on("track", on_track)
        offer = json.loads(await asyncio.to_thread(child.stdout.readline))
        await peer.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        await peer.setLocalDescription(await peer.createAnswer())
        child.stdin.write(json.dumps(peer.localDescription.sdp) + "\n")
        child.stdin.flush()
        peers.append(peer)
    await asyncio.sleep(_SETTLES_S)
    cpu, began = time.process_time(), time.monotonic()
    await asyncio.sleep(seconds)
    spent, took = time.process_time() - cpu, time.monotonic() - began
    child.stdin.close()
    for peer in peers:
        await peer.close()
    for ended in endings:
        ended()
    child.wait(20)
    return spent / took / connections


def _end(folder: Path) -> None:
    assert end_recording(folder)


def _sinks(way: str, folder: Path, rate: int) -> tuple[dict[str, Any], Callable[[], None]]:
    """Who takes sound and picture, and how to end it."""
    sound: Any = AudioSinkTrack(lambda _frame: None)
    if way == "copied":
        filming = Filming(record(folder, heard=lambda: 0.0, wanted=lambda: True, limit=10**9))
        sinks = {
            "audio": filming.sound_sink(sound),
            "video": filming.picture_sink(VideoSinkTrack(filming.seen)),
        }
        return sinks, partial(_end, folder)
    if way != "x264":
        return {"audio": sound, "video": VideoSinkTrack(lambda _frame: None)}, lambda: None
    frames: queue.SimpleQueue[av.VideoFrame | av.AudioFrame | None] = queue.SimpleQueue()

    def encode() -> None:
        file = X264(folder.with_suffix(".mp4"), rate)
        while (frame := frames.get()) is not None:
            file.take(frame)
        file.close()

    thread = threading.Thread(target=encode, daemon=True)
    thread.start()

    def end() -> None:
        frames.put(None)
        thread.join(20)

    return {"audio": AudioSinkTrack(frames.put), "video": VideoSinkTrack(frames.put)}, end
