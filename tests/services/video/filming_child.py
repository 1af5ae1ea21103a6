"""A process that films into a folder in real time until it is killed; prints how far it has come.

python -m tests.services.video.filming_child FOLDER SECONDS
"""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

from services.video import record
from tests.services.video.filmed import both


def main() -> None:
    packets = sorted(both(float(sys.argv[2])), key=lambda one: one[0])
    recording = record(Path(sys.argv[1]), heard=lambda: 0.0, wanted=lambda: True, limit=10**9)
    pause, began = threading.Event(), time.monotonic()
    for arrival, packet in packets:
        pause.wait(max(0.0, began + arrival - time.monotonic()))
        take = recording.picture_packet if packet.picture else recording.sound_packet
        take(packet.data, packet.ticks)
        sys.stdout.write(f"{packet.taken:.3f}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
