"""Where this process keeps sound before it is a recording: a folder of its own on this machine's disk.

Several processes may share a data folder, and one that was killed leaves its sound behind. So each takes a
numbered folder by a lock that the system lets go of when the process ends, however it ends; whoever starts
later takes an unlocked one, with all that lies in it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import UUID, uuid4

from services.errors import StorageError
from services.storage.files import storage_failure

_NAMES = "place"  # the file that says which place a folder is, and which ones it has taken in


class Place:
    """A locked folder. `id` stays with the folder, so a process that is started again is where it was."""

    def __init__(self, folder: Path, handle: int) -> None:
        self.folder = folder
        self._handle = handle
        known = _names_in(folder)
        self.id = known[0] if known else uuid4()
        self.former = frozenset(known[1:])  # places whose sound was moved here
        if not known:
            self._write()

    def take_in(self, folder: Path) -> None:
        """Move everything out of the folder of a process that has died, and remove it."""
        self.former |= frozenset(_names_in(folder))
        self._write()  # first: a stop between the moves must not forget whose sound it was
        for path in folder.iterdir():
            if path.name != _NAMES:
                _move(path, self.folder / path.name)
        (folder / _NAMES).unlink(missing_ok=True)
        with suppress(OSError):  # something of somebody else lies in it
            folder.rmdir()

    def settled(self, former: frozenset[UUID]) -> None:
        """Everybody knows by now that what was at these places is here."""
        self.former -= former
        self._write()

    def release(self) -> None:
        """Let go of the folder, as the end of the process does. A second time changes nothing."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def _write(self) -> None:
        path = self.folder / _NAMES
        new = path.with_suffix(".new")
        new.write_text("".join(f"{name}\n" for name in (self.id, *sorted(self.former))))
        new.replace(path)


def take_place(spool_dir: Path) -> Place:
    """A folder below `spool_dir` for this process alone; what dead processes left is moved into it.

    Raises `DiskFull` and `StorageError`.
    """
    try:
        spool_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _one_at_a_time(spool_dir):
            return _take(spool_dir)
    except OSError as failure:
        raise storage_failure(failure) from failure


def _take(spool_dir: Path) -> Place:
    mine: Place | None = None
    numbers = sorted(int(path.name) for path in spool_dir.iterdir() if path.name.isdecimal())
    for number in (*numbers, max(numbers, default=0) + 1):
        folder = spool_dir / str(number)
        if mine is None:
            folder.mkdir(exist_ok=True, mode=0o700)
        elif number not in numbers:
            break
        handle = _locked(folder)
        if handle is None:  # somebody lives there
            continue
        if mine is None:
            mine = Place(folder, handle)
        else:
            mine.take_in(folder)
            os.close(handle)
    if mine is None:
        raise StorageError("No folder for sound can be locked.", "Check the data folder.")
    for path in spool_dir.glob("*-*-*-*-*.pcm"):  # of a version without places
        _move(path, mine.folder / path.name)
    return mine


def _locked(folder: Path) -> int | None:
    """A handle that holds the folder; None when another process does."""
    if sys.platform == "win32":  # folders cannot be locked there: one process for a data folder
        return os.open(folder / _NAMES, os.O_RDWR | os.O_CREAT)
    import fcntl

    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Processes that start together take their folders one after the other."""
    if sys.platform == "win32":
        yield
        return
    import fcntl

    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _names_in(folder: Path) -> list[UUID]:
    try:
        return [UUID(line) for line in (folder / _NAMES).read_text().split()]
    except (FileNotFoundError, ValueError):  # new, or cut off by a full disk
        return []


def _move(path: Path, to: Path) -> None:
    """Move a file; where there is one of that name already, lines go behind its lines, and what is in a
    folder goes into it."""
    if path.is_dir() and to.exists():
        for part in path.iterdir():
            _move(part, to / part.name)
        path.rmdir()
    elif to.exists() and path.suffix == ".jsonl":
        with to.open("ab+") as whole:
            whole.seek(max(0, to.stat().st_size - 1))
            if whole.read() != b"\n":  # a kill cut its last line off
                whole.write(b"\n")
            whole.write(path.read_bytes())
        path.unlink()
    elif to.exists() and to.stat().st_size >= path.stat().st_size:
        path.unlink()  # the same answer was heard at both: the longer sound holds more of it
    else:
        path.replace(to)
