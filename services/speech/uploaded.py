"""A recording that somebody uploaded -> sound, read by a process of its own; and why that may fail."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from threading import Event

from services.errors import AppError, DiskFull, InvalidInput, StorageError
from services.ports import SAMPLE_RATE

SECONDS = 600.0  # that reading one may take on a busy machine; an hour of MP3 takes about ten
_LOOK_S = 0.05  # between two looks whether it is done or is wanted no more
_ROOT = Path(__file__).parents[2]  # of the project, where `services` is found
# What a Python needs to start; everything else, keys above all, is no business of a file's reader.
_PASSED_ON = {
    "PATH", "HOME", "USERPROFILE", "APPDATA", "SYSTEMROOT", "LD_LIBRARY_PATH", "PYTHONHOME",
    "PYTHONPATH", "VIRTUAL_ENV",
}  # fmt: skip
# Or else numpy's libraries set memory aside for a thread on every core, more than the reader may have.
_ONE_THREAD = {key: "1" for key in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")}

WHY = {
    "zero": ("This file is empty.", "Choose another one; perhaps it is still being copied."),
    "empty": ("There is no sound in this recording.", "Choose another file."),
    "no track": (
        "This file has no sound track.",
        "Choose a recording with sound; a screen recording may have been made without a microphone.",
    ),
    "kind": (
        "This is not a recording that we can read.",
        "Choose a file in one of these formats: MP4, WebM, MP3, WAV, M4A, OGG or FLAC.",
    ),
    "codec": (
        "The sound in this recording is in a format that we cannot read.",
        "Save it as MP3 or WAV and upload that.",
    ),
    "damaged": (
        "This recording is damaged, or it is not what its name says.",
        "Save it anew from where it was recorded, or choose another file.",
    ),
    "encrypted": (
        "This recording is protected against copying.",
        "Choose one that you made yourself, without protection.",
    ),
    "rate": (
        "The sound in this recording has a sampling rate that no recorder uses.",
        "Save it anew with 44,100 or 48,000 Hz.",
    ),
    "channels": (
        "The sound in this recording has more channels than a voice needs.",
        "Save it anew in mono or stereo.",
    ),
    "heavy": (
        "Reading this recording takes more time or memory than its length explains.",
        "Save it anew as MP3 or WAV and upload that.",
    ),
}


class Cancelled(Exception):
    """Nobody wants the recording any more."""


def read_recording(
    file: Path, to: Path, longest_s: float, stop: Event, *, seconds: float = SECONDS
) -> float:
    """Decode `file` into `to`, 16 kHz mono s16le, which grows while it is read; returns its seconds.

    Raises `InvalidInput` with the reason for what is no such sound, `DiskFull`, `StorageError`, and
    `Cancelled` once `stop` is set. Blocks; memory does not grow with the length.
    """
    command = (sys.executable, "-B", "-X", "utf8", "-m", "services.speech.decoding")
    process = subprocess.Popen(
        [*command, str(file), str(to), str(longest_s)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=_ROOT,
        env=environment_of(os.environ),
    )
    try:
        limit = time.monotonic() + seconds
        while process.poll() is None:
            if stop.wait(_LOOK_S):
                raise Cancelled
            if time.monotonic() > limit:
                raise refusal("heavy", longest_s)
        said = process.stdout.read() if process.stdout else b""
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()
    if process.returncode < 0:  # ended by the system, for its memory or its time, or by the file
        raise refusal("heavy", longest_s)
    try:
        told = json.loads(said)
        samples = told.get("samples")
    except (ValueError, AttributeError):
        raise refusal("damaged", longest_s) from None
    if not isinstance(samples, int):
        raise refusal(str(told.get("problem")), longest_s)
    return samples / SAMPLE_RATE


def environment_of(ours: Mapping[str, str]) -> dict[str, str]:
    """What the reader of a file gets of our environment."""
    return {key: value for key, value in ours.items() if key in _PASSED_ON} | _ONE_THREAD


def refusal(why: str, longest_s: float) -> AppError:
    """The reason in words for the person who uploaded it."""
    if why == "disk full":
        return DiskFull("The disk of this server is full.", "Try again later, or type your answer.")
    if why == "disk":
        return StorageError("The disk of this server refuses.", "Try again later.")
    if why == "long":
        message = f"This recording is longer than {longest_s / 60:.0f} minutes."
        return InvalidInput("recording", message, "Cut it, and upload the part that answers.")
    return InvalidInput("recording", *WHY.get(why, WHY["damaged"]))
