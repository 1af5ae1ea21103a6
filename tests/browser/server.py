"""The real app as a process of its own, for tests and benchmarks in a real browser."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from tests.logs import also_in

ROOT = Path(__file__).parents[2]
SPEECH_MODEL = ROOT / "tests" / "fixtures" / "speech-model"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """A running app. `stop` ends it politely, `kill` as a power cut would."""

    data: Path
    port: int
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()


def start(
    data: Path,
    *,
    port: int = 0,
    speech_model: str = str(SPEECH_MODEL),
    healthy: bool = True,
    **env: str,
) -> Server:
    """Start the app on `data` and wait until it answers (60 s at most), `healthy` or with its trouble."""
    port = port or free_port()
    data.mkdir(parents=True, exist_ok=True)
    log = data.parent / f"{data.name}-{port}.log"
    also_in(log)
    settings = {
        "DATA_DIR": str(data),
        "SPEECH_MODEL": speech_model,
        "HF_HUB_OFFLINE": "1",
        **env,
    }
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}",
             "--server.headless=true", "--server.address=127.0.0.1", "--server.fileWatcherType=none"],
            cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, env={**os.environ, **settings},
        )  # fmt: skip
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/health", timeout=2):
                return Server(data, port, process, log)
        except urllib.error.HTTPError:
            if not healthy:
                return Server(data, port, process, log)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            if process.poll() is not None:
                break
            time.sleep(0.05)
    process.kill()
    raise RuntimeError(f"the app did not start:\n{log.read_text()[-4000:]}")
