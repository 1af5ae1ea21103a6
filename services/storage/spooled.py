"""The sound of an answer in its spool, a file of raw 16 kHz mono s16le, while nobody speaks into it."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from services.ports import SAMPLE_RATE
from services.storage.flac import SAMPLE_BYTES
from services.storage.object_store import in_our_words
from services.storage.recording_keys import Part

# A microphone gives no second of exact zeros: so much is where sound that lay elsewhere was left out.
LEFT_OUT = SAMPLE_RATE


def bytes_in(spool: Path) -> int:
    """0 for a file that is not there."""
    try:
        return spool.stat().st_size
    except FileNotFoundError:
        return 0


def samples_in(spool: Path) -> int:
    """Whole samples; none in a file that is not there."""
    return bytes_in(spool) // SAMPLE_BYTES


def append(spool: Path, sound: Iterable[bytes]) -> None:
    """All of `sound` at the end of the spool, or nothing of it when getting it raises. Raises `DiskFull`
    and `StorageError`, too."""
    coming = spool.with_name(f"{spool.name}.coming")
    try:
        with in_our_words():
            spool.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with coming.open("wb") as out:
                coming.chmod(0o600)  # a voice is personal
                for piece in sound:
                    out.write(piece)
            if samples_in(coming) and not spool.exists():
                coming.replace(spool)
            elif samples_in(coming):  # whoever has the spool open sees it grow
                with coming.open("rb") as more, spool.open("r+b") as out:
                    out.seek(
                        samples_in(spool) * SAMPLE_BYTES
                    )  # over half a sample that a kill left
                    shutil.copyfileobj(more, out)
    finally:
        coming.unlink(missing_ok=True)


def left_out(spool: Path, part: Part) -> Iterator[tuple[int, int]]:
    """Stretches of a part, in samples, that are silence in the spool."""
    begin = max(0, part.first - LEFT_OUT)
    with spool.open("rb") as file:
        file.seek(begin * SAMPLE_BYTES)
        read = file.read((part.end + LEFT_OUT - begin) * SAMPLE_BYTES)
    samples = np.frombuffer(read[: len(read) // SAMPLE_BYTES * SAMPLE_BYTES], "<i2")
    silent = np.concatenate(([False], samples == 0, [False]))
    edges = np.flatnonzero(silent[1:] != silent[:-1]).tolist()
    for first, end in zip(edges[::2], edges[1::2], strict=True):
        inside = max(begin + first, part.first), min(begin + end, part.end)
        if end - first >= LEFT_OUT and inside[0] < inside[1]:
            yield inside


def put_back(spool: Path, stretches: Iterable[tuple[int, int]], part: Part, sound: bytes) -> None:
    """What a part holds of these stretches goes where it was left out. Raises `DiskFull` and
    `StorageError`."""
    with in_our_words(), spool.open("r+b") as file:
        for first, end in stretches:
            file.seek(first * SAMPLE_BYTES)
            file.write(
                sound[(first - part.first) * SAMPLE_BYTES : (end - part.first) * SAMPLE_BYTES]
            )
