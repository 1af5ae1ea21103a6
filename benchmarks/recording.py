"""What keeping the picture costs, what a killed process loses, and how well picture and sound stay together.

    python -m benchmarks.recording --json [--seconds 64] [--kills 5] [--minutes 10] [--sessions 4,8 --size base]

`cpu_per_s`: CPU seconds for one second of 640x480 with sound, from encoded packets to a file: `copied` as it is
built here, `assembled` when the answer is finished, `encoded` where packets cannot be copied (libvpx), and
beside them `x264`: the same packets decoded and encoded with libx264 ultrafast, sound as well. Receiving and
decoding the sound are the same in all and left out. `live`: the same of whole connections, from the network
on: `sound` alone, and with the picture `copied`, only `decoded`, or recorded by `x264`. `lost_s`: seconds missing at the end after kill -9, of a
real process that records in real time. `apart_ms`: between flash and beep over ten minutes, with jitter and
clocks 300 ppm apart. `sessions`, with `--sessions 4,8 --size base`: for each number of people who talk at once
on two cores, whether they are held (see `benchmarks.capacity`), without and with as many connections that
bring and record a picture. Their senders run on the same cores, so in truth it is more.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks import capacity, receiving
from benchmarks.camera_packets import X264, camera, decoded
from benchmarks.engines import add_options, folder_of, loaded
from benchmarks.measuring import machine, pin, quantile, rounded, tell
from benchmarks.searching import Figures
from services.speech.model import SpeechModel
from services.video import assemble, size_of
from services.video.encoding import Encoding
from services.video.recording import Recording
from tests.services.video import filmed
from tests.services.video.filmed import Sent, VirtualClock

_LOOP_S = 8  # of pictures that are encoded; they come over and over
_KILL_AFTER_S = 4.0
_STARTS_S = 4.0  # that many connections take to stand
_DRIFT = 300e-6  # of one clock against the other


def stream(seconds: float, rate: int) -> list[tuple[float, Sent]]:
    """(arrival, packet) of a connection."""
    once = round(min(_LOOP_S, seconds))
    times = -(-round(seconds) // once)
    picture = filmed.repeated(camera(rate, once), times)
    sound = filmed.repeated(list(filmed.sounds(once)), times)
    both = [
        *filmed.delivered(picture, delay=0.03, jitter=0.005, seed=1, hold=1),
        *filmed.delivered(sound, delay=0.03, jitter=0.005, seed=2, hold=4),
    ]
    return sorted(both, key=lambda one: one[0])


def cpu_of(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def copied(folder: Path, packets: list[tuple[float, Sent]]) -> None:
    clock = VirtualClock()
    recording = Recording(folder, heard=lambda: 0.0, wanted=lambda: True, limit=10**9, clock=clock)
    filmed.feed(recording, clock, packets)
    recording.close()


def x264(path: Path, packets: list[tuple[float, Sent]], rate: int) -> None:
    file = X264(path, rate)
    for frame in decoded(packets):
        file.take(frame)
    file.close()


def encoded(folder: Path, packets: list[tuple[float, Sent]]) -> None:
    """Our own way where packets cannot be copied."""
    clock = VirtualClock()
    recording = Recording(folder, heard=lambda: 0.0, wanted=lambda: True, limit=10**9, clock=clock)
    encoding = Encoding(recording)
    began, written = clock.now, clock.now
    for frame in decoded(packets):
        clock.now = began + float(frame.time or 0)
        encoding.encode(frame)
        if clock.now - written > 0.2:
            recording.write()
            written = clock.now
    recording.close()


def costs(seconds: float, rate: int) -> dict[str, float]:
    """CPU seconds for each second, and what comes of it."""
    tell(f"{seconds:.0f} s at {rate} pictures a second")
    packets = stream(seconds, rate)
    with tempfile.TemporaryDirectory() as place:
        ours, other = Path(place) / "ours.video", Path(place) / "other.video"
        whole, usual = Path(place) / "ours.webm", Path(place) / "usual.mp4"
        spent = {
            "copied": cpu_of(lambda: copied(ours, packets)),
            "assembled": cpu_of(lambda: assemble(ours, whole)),
            "x264": cpu_of(lambda: x264(usual, packets, rate)),
            "encoded": cpu_of(lambda: encoded(other, packets)),
        }
        sizes = {
            "copied": whole.stat().st_size,
            "x264": usual.stat().st_size,
            "encoded": size_of(other),
        }
    return {
        **{f"{way}_cpu_per_s": rounded(cpu / seconds) for way, cpu in spent.items()},
        "ratio": rounded(spent["x264"] / (spent["copied"] + spent["assembled"])),
        **{f"{way}_mb_per_min": rounded(size / 1e6 * 60 / seconds) for way, size in sizes.items()},
    }


def lost(number: int) -> float:
    """Seconds that are missing of what had come when a process is killed in the middle of a recording."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "killed.video"
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.services.video.filming_child", str(folder), "60"],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert child.stdout is not None
        reached = 0.0
        for line in child.stdout:
            reached = float(line)
            if reached >= _KILL_AFTER_S + 0.37 * number:  # at any place in a cluster
                break
        child.kill()
        child.wait()
        made = assemble(folder, Path(place) / "out.webm")
        return reached - (made.offset_s + made.seconds) if made else reached


def apart(minutes: float = 10) -> list[float]:
    """Seconds between each flash and its beep."""
    times = round(minutes * 3)
    picture = filmed.repeated(list(filmed.pictures(20)), times, drift=_DRIFT)
    sound = filmed.repeated(list(filmed.sounds(20)), times)
    packets = [
        *filmed.delivered(picture, delay=0.045, jitter=0.015, seed=1, hold=1),
        *filmed.delivered(sound, delay=0.03, jitter=0.01, seed=2, hold=4),
    ]
    with tempfile.TemporaryDirectory() as place:
        folder, out = Path(place) / "long.video", Path(place) / "long.webm"
        copied(folder, packets)
        assemble(folder, out)
        seen, heard = filmed.flashes(out), filmed.beeps(out)
    return [abs(a - b) for a, b in zip(seen, heard, strict=True)]


def sessions(
    model: SpeechModel, count: int, seconds: float, *, by_text: bool
) -> dict[str, Figures]:
    """How captions do, without and with pictures."""
    tell(f"{count} speakers without a picture")
    alone = capacity.ours(model, count, seconds, by_text=by_text)
    tell(f"{count} speakers with a picture")
    long = seconds + count + _STARTS_S  # the last one stops a second for each later than the first
    beside = threading.Thread(target=receiving.cost, args=("copied", count, 15, long))
    beside.start()
    time.sleep(_STARTS_S)
    filmed_too = capacity.ours(model, count, seconds, by_text=by_text)
    beside.join()
    return {"sound": alone, "picture": filmed_too}


def main(arguments: Sequence[str] | None = None) -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    add_options(options)
    options.add_argument("--seconds", type=float, default=64.0, help="of each recording")
    options.add_argument("--connections", type=int, default=4, help="at once, from the network on")
    options.add_argument("--live", type=float, default=15.0, help="seconds of each; 0: none")
    options.add_argument("--kills", type=int, default=5)
    options.add_argument("--minutes", type=float, default=10.0, help="of the stream with flashes")
    options.add_argument("--sessions", default="", help="speakers at once, run after run")
    options.add_argument("--talk", type=float, default=60.0, help="seconds that each of them talks")
    chosen = options.parse_args(arguments)
    pin()
    facts = machine()
    found = {f"fps_{rate}": costs(chosen.seconds, rate) for rate in (15, 30)}
    live = {}
    for way in receiving.WAYS if chosen.live else ():
        tell(f"{chosen.connections} connections, {way}")
        live[way] = rounded(receiving.cost(way, chosen.connections, 15, chosen.live))
    tell("kill -9")
    missing = [lost(number) for number in range(chosen.kills)]
    tell("flashes and beeps")
    errors = apart(chosen.minutes)
    runs = []
    if counts := [int(n) for n in chosen.sessions.split(",") if n]:
        with folder_of(chosen) as folder:
            natural = chosen.size is not None
            model = loaded(folder, natural=natural)
            capacity.ours(model, 1, 8.0, by_text=not natural)  # the first calls are slower
            runs = [sessions(model, n, chosen.talk, by_text=not natural) for n in counts]
    print(
        json.dumps(
            {
                **found,
                "live": live,
                "lost_s": [rounded(seconds) for seconds in missing],
                "lost_max_s": rounded(max(missing, default=0.0)),
                "apart_p95_ms": rounded(1000 * (quantile(errors, 0.95) or 0.0)),
                "apart_max_ms": rounded(1000 * max(errors)),
                "flashes": len(errors),
                "sessions": runs,
                **facts,
            }
        )
    )


if __name__ == "__main__":
    main()
