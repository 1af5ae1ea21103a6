"""The sound of one answer on disk while it arrives: raw 16 kHz mono s16le that survives kill -9.

Every append is a write to the file before it returns, with no buffer of ours in between. When the
disk refuses, the sound stays in memory and is written as soon as there is room again.
"""

from __future__ import annotations

import errno
import os
from collections import deque
from pathlib import Path
from threading import Lock

import numpy as np

from services.errors import DiskFull
from services.ports import Samples

_BYTES = 2  # of a sample
_CHUNK = 64 * 1024  # bytes; unwritten sound is kept in pieces of about this size


class Spool:
    """Sound by sample number. Any thread may call; the ear thread appends, the worker reads."""

    def __init__(self, path: Path) -> None:
        """Open or continue the file; a half sample at its end is cut off. Never raises: see `trouble`."""
        self._lock = Lock()
        self._fd: int | None = None
        self._closed = False
        self._unwritten: deque[tuple[int, bytearray]] = deque()  # (first sample, PCM)
        self._hole = False  # sound that was neither written nor kept
        self._length = 0
        self.trouble: DiskFull | None = None
        self.opened = False  # or else a file of an earlier run may hold sound that is not seen here
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            # A voice is personal: nobody else on this machine may read it.
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            size = os.fstat(self._fd).st_size
            self._length = size // _BYTES
            if size % _BYTES:
                os.ftruncate(self._fd, self._length * _BYTES)
            self.opened = True
        except OSError as error:
            self.trouble = _trouble(error)

    @property
    def length(self) -> int:
        """Samples heard so far, written or not."""
        return self._length

    @property
    def unwritten(self) -> int:
        """Bytes that are only in memory."""
        with self._lock:
            return sum(len(pcm) for _, pcm in self._unwritten)

    @property
    def closed(self) -> bool:
        return self._closed

    def append(self, pcm: bytes) -> None:
        """Keep s16le sound. A disk that refuses is remembered in `trouble`, not raised."""
        with self._lock:
            if self._closed or not pcm:
                return
            if self._unwritten and len(self._unwritten[-1][1]) < _CHUNK:
                self._unwritten[-1][1].extend(pcm)
            else:
                self._unwritten.append((self._length, bytearray(pcm)))
            self._length += len(pcm) // _BYTES
            self._write()

    def read(self, start: int, end: int) -> Samples:
        """Samples start..end as float32 (-1..1); what is not there (any more) is silence.

        Raises `OSError` when closed.
        """
        count = max(0, end - start)
        pcm = np.zeros(count, "<i2")
        with self._lock:
            if self._closed:
                raise OSError(errno.EBADF, "this spool is closed")
            if self._fd is not None:
                raw = os.pread(self._fd, count * _BYTES, start * _BYTES)
                found = np.frombuffer(raw[: len(raw) // _BYTES * _BYTES], "<i2")
                pcm[: len(found)] = found
            for first, kept in self._unwritten:
                sound = np.frombuffer(kept, "<i2")
                a, b = max(start, first), min(end, first + len(sound))
                if a < b:
                    pcm[a - start : b - start] = sound[a - first : b - first]
        return pcm.astype(np.float32) / np.float32(32768)

    def release(self, before: int) -> None:
        """Sound before this sample has become words: memory need not hold it if the disk cannot."""
        with self._lock:
            while self._unwritten and self._end_of_first() <= before:
                self._unwritten.popleft()
                self._hole = True

    def close(self) -> None:
        """Stop; what arrives later is ignored. The file stays."""
        with self._lock:
            self._closed = True
            self._unwritten.clear()
            if self._fd is not None:
                os.close(self._fd)
                self._fd = None

    def _end_of_first(self) -> int:
        first, pcm = self._unwritten[0]
        return first + len(pcm) // _BYTES

    def _write(self) -> None:
        if self._fd is None:
            return
        try:
            while self._unwritten:
                first, pcm = self._unwritten[0]
                done = 0
                while done < len(pcm):  # a disk that fills up takes part of a write
                    done += os.pwrite(self._fd, pcm[done:], first * _BYTES + done)
                self._unwritten.popleft()
        except OSError as error:
            self.trouble = _trouble(error)
        else:
            if not self._hole:
                self.trouble = None


def _trouble(error: OSError) -> DiskFull:
    why = "The disk is full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "The disk refuses"
    return DiskFull(
        f"{why}, so the sound of this answer is not stored.",
        "You can go on speaking: what you say still becomes words.",
    )
