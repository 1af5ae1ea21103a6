"""Every recording of this process, and the one thread that writes them.

One per process, as the tap is: both belong to the one aiortc that this process has. Memory only; what is on
the disk can be assembled at any time.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

from services.failures import failure_of
from services.video.recording import Recording

_GATHER = (
    0.2  # s that packets gather: waking for each of 65 a second would cost more than writing them
)
_GONE = 60.0  # s without a packet: the connection has ended without a word
_PATIENCE = 3.0  # s that whoever ends a recording waits for the disk


class Recordings:
    """Any thread may call."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._open: dict[Path, list[Recording]] = {}
        self._ending: set[Path] = set()
        self._thread: threading.Thread | None = None

    def begin(
        self,
        folder: Path,
        *,
        heard: Callable[[], float],
        wanted: Callable[[], bool],
        limit: int,
        crowded: Callable[[], bool] = lambda: False,
    ) -> Recording:
        """Record a connection into `folder`; the parameters are those of `Recording`."""
        recording = Recording(
            folder, heard=heard, wanted=wanted, limit=limit, crowded=crowded, clock=self._clock
        )
        with self._changed:
            self._open.setdefault(folder, []).append(recording)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="video", daemon=True)
                self._thread.start()
            self._changed.notify_all()
        return recording

    def end(self, folder: Path) -> bool:
        """Finish what is being recorded into `folder`; back when its parts are whole, or after 3 s. False:
        they are not yet, because the disk stands still."""
        with self._changed:
            if folder not in self._open:
                return True
            self._ending.add(folder)
            self._changed.notify_all()
            return self._changed.wait_for(lambda: folder not in self._open, _PATIENCE)

    def discard(self, folder: Path) -> None:
        """Delete what is being recorded into `folder` with all else in it, even if the disk stands still."""
        with self._changed:
            for recording in self._open.get(folder, ()):
                recording.discard()
        self.end(folder)
        shutil.rmtree(folder, ignore_errors=True)

    # --- writer thread --------------------------------------------------------------------

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: bool(self._open))
                if not self._ending:
                    self._changed.wait(_GATHER)
                now = {folder: list(those) for folder, those in self._open.items()}
                ending = set(self._ending)
            over: list[Recording] = []
            for folder, recordings in now.items():
                for recording in recordings:
                    if folder in ending or self._is_over(recording):
                        failure_of(recording.close)
                        over.append(recording)
                    else:
                        failure_of(recording.write)
            with self._changed:
                for folder in now:
                    left = [one for one in self._open[folder] if one not in over]
                    if left:
                        self._open[folder] = left
                    else:
                        del self._open[folder]
                        self._ending.discard(folder)
                self._changed.notify_all()

    def _is_over(self, recording: Recording) -> bool:
        unwanted: list[bool] = []
        if recording.stopped:
            return True
        failed = failure_of(lambda: unwanted.append(not recording.wanted())) is not None
        return failed or any(unwanted) or self._clock() - recording.last_packet > _GONE


_RECORDINGS = Recordings()


def record(
    folder: Path,
    *,
    heard: Callable[[], float],
    wanted: Callable[[], bool],
    limit: int,
    crowded: Callable[[], bool] = lambda: False,
) -> Recording:
    """Record a connection of this process into `folder`; see `Recording`. Nothing is on the disk before
    its first picture."""
    return _RECORDINGS.begin(folder, heard=heard, wanted=wanted, limit=limit, crowded=crowded)


def end_recording(folder: Path) -> bool:
    """Let nothing be written into `folder` any more, here. False: the disk stands still, and what is in it
    is not whole yet."""
    return _RECORDINGS.end(folder)


def discard(folder: Path) -> None:
    """Delete the video of an answer; what is still being recorded into the folder is ended first."""
    _RECORDINGS.discard(folder)
