"""The process that decodes one recording: a file in, its 16 kHz mono s16le in another, one JSON object on
standard output.

`{"samples": n}`, or `{"problem": ...}` with a key of `uploaded.WHY`. It is a process of its own because
files can be made to do harm, and so that those who speak meanwhile share no interpreter with it. Run as
`python -m services.speech.decoding FILE OUT SECONDS`.
"""

from __future__ import annotations

import errno
import json
import os
import sys
from contextlib import suppress
from pathlib import Path

from services.ports import SAMPLE_RATE
from services.speech.sound_file import NotSound, pcm_in

MEMORY = (
    1_500_000_000  # bytes of address space; FFmpeg's libraries with numpy take about 600 MB of it
)
CPU_S = 300  # an hour of MP3 takes 6
_PIECE = 1 << 20  # bytes that are written at once


def decode(file: Path, out: Path, longest_s: float) -> int:
    """Samples written. Raises `NotSound` and `OSError`; then `out` holds what had come."""
    length = 0
    with file.open("rb") as coming, out.open("wb") as sound:
        out.chmod(0o600)  # a voice is personal
        waiting = bytearray()
        for pcm in pcm_in(coming, longest_s):
            waiting += pcm
            length += len(pcm) // 2
            if len(waiting) >= _PIECE:
                sound.write(waiting)
                waiting.clear()
        sound.write(waiting)
    return length


def _limit(longest_s: float) -> None:
    """Where the system has such limits; it also makes way for everything else."""
    with suppress(OSError, AttributeError):
        os.nice(10)
    try:
        import resource
    except ImportError:  # Windows; there the parent's clock is all there is
        return
    for kind, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_FSIZE, round(longest_s * SAMPLE_RATE * 2) + 2 * _PIECE),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError, OSError):  # macOS refuses some
            resource.setrlimit(kind, (most, most))


def main() -> None:
    file, out, seconds = Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])
    _limit(seconds)
    told: dict[str, int | str]
    try:
        told = {"samples": decode(file, out, seconds)}
    except NotSound as problem:
        told = {"problem": problem.why}
    except (MemoryError, RecursionError):
        told = {"problem": "heavy"}
    except OSError as failure:
        full = failure.errno in (errno.ENOSPC, errno.EDQUOT)
        told = {"problem": "disk full" if full else "disk"}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
