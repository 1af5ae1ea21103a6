"""The same speakers in front of WhisperLive (collabora/WhisperLive, MIT), to compare with.

It needs torch, so it lives in an environment of its own, outside of the project's dependencies:

    python3 -m venv DIR && DIR/bin/pip install --no-deps whisper-live==0.10.0
    DIR/bin/pip install torch faster-whisper==1.2.0 websockets fastapi uvicorn python-multipart \\
        requests numba scipy soundfile kaldialign librosa openai-whisper

and is named to a benchmark with `--peer whisper-live --peer-python DIR/bin/python`. It runs with one
model for all clients (its -fw), on the same folder. Only real weights can be compared: it does not say
up to where the sound is in words, so its text is needed.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from benchmarks.speakers import Seen
from benchmarks.voices import Talk

_SERVE = """
import sys
from whisper_live.server import TranscriptionServer
TranscriptionServer().run(
    "127.0.0.1", int(sys.argv[2]), backend="faster_whisper", single_model=True, max_clients=99,
    faster_whisper_custom_model_path=sys.argv[1], max_connection_time=7200,
)
"""
_CHUNK_S = 0.1  # of sound in a message
_READY_WITHIN = 120.0  # s
_LAST_WORDS_WITHIN = 15.0  # s; its own client waits no longer after the end


@dataclass(eq=False)
class PeerSpeaker:
    """Somebody who says a talk. `stop_s`: from its end to the last change of the words on show."""

    talk: Talk
    seen: list[Seen] = field(default_factory=list)

    @property
    def stop_s(self) -> float:
        return max(0.0, self.seen[-1].at - self.talk.seconds) if self.seen else 0.0


class WhisperLive:
    """A server that runs. Made by `serving`."""

    def __init__(self, process: psutil.Process, port: int) -> None:
        self._process = process
        self._port = port

    def cpu_s(self) -> float:
        """CPU seconds of the server until now."""
        times = self._process.cpu_times()
        return float(times.user + times.system)

    def rss_mb(self) -> float:
        return float(self._process.memory_info().rss / 1e6)

    def hear(self, talks: Sequence[Talk]) -> list[PeerSpeaker]:
        """Let all talk at once, in real time, each until its talk ends, and wait for their last words."""
        speakers = [PeerSpeaker(talk) for talk in talks]
        together = threading.Barrier(len(speakers))
        threads = [
            threading.Thread(target=self._speak, args=(speaker, together)) for speaker in speakers
        ]
        for thread in threads:
            thread.start()
            time.sleep(0.05)
        for thread in threads:
            thread.join()
        return speakers

    def _speak(self, speaker: PeerSpeaker, together: threading.Barrier) -> None:
        from websockets.sync.client import connect

        sound = speaker.talk.at_16k()
        with connect(f"ws://127.0.0.1:{self._port}", max_size=None) as line:
            line.send(
                json.dumps(
                    {
                        "uid": f"speaker-{id(speaker)}",
                        "language": "en",
                        "task": "transcribe",
                        "model": "given by the server",
                        "use_vad": True,
                        "send_last_n_segments": 10_000,
                    }
                )
            )
            while "SERVER_READY" not in str(line.recv(_READY_WITHIN)):
                pass
            together.wait(_READY_WITHIN)
            began, step = time.monotonic(), round(_CHUNK_S * 16_000)
            reading = threading.Thread(target=_read, args=(line, speaker, began))
            reading.start()
            for number, at in enumerate(range(0, len(sound), step), 1):
                time.sleep(max(0.0, began + number * _CHUNK_S - time.monotonic()))
                line.send(sound[at : at + step].tobytes())
            line.send(b"END_OF_AUDIO")
            reading.join(_LAST_WORDS_WITHIN)


def _read(line: object, speaker: PeerSpeaker, began: float) -> None:
    from websockets.exceptions import ConnectionClosed
    from websockets.sync.client import ClientConnection

    assert isinstance(line, ClientConnection)
    try:
        for message in line:
            segments = json.loads(message).get("segments", ())
            kept = " ".join(s["text"].strip() for s in segments if s["completed"])
            rest = " ".join(s["text"].strip() for s in segments if not s["completed"])
            seen = Seen(time.monotonic() - began, kept, rest)
            if segments and not (speaker.seen and seen.shows_the_same_as(speaker.seen[-1])):
                speaker.seen.append(seen)
    except ConnectionClosed:
        return


@contextmanager
def serving(python: Path, folder: Path, log: Path) -> Iterator[WhisperLive]:
    """Start a server with the peer's Python on a model folder. Raises `RuntimeError` if it does not start."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    cores = str(len(os.sched_getaffinity(0)))
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [python, "-c", _SERVE, str(folder.resolve()), str(port)],
            stdout=output,
            stderr=output,
            env={**os.environ, "OMP_NUM_THREADS": cores, "HF_HUB_OFFLINE": "1"},
        ) as process,
    ):
        try:
            _wait_for(process, port, log)
            yield WhisperLive(psutil.Process(process.pid), port)
        finally:
            process.kill()


def _wait_for(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + _READY_WITHIN
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError(f"WhisperLive does not start: {log.read_text(errors='replace')[-800:]}")
