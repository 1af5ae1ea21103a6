"""A CV file -> its text, read in a process of its own, because such files can be made to do harm.

Nothing is written to disk and nothing is logged: the file goes to the process through a pipe, the text
comes back through another.

limits     how much of a file is read, and why
child      the process: file -> text, or what is wrong with it
pdf, docx, plain    one for each kind of file
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

from services.adapters.cv.limits import AT_ONCE, MOST_BYTES, SECONDS, WAIT_S
from services.errors import UnreadableFile

_ROOT = Path(__file__).parents[3]  # of the project, where `services` is found
# What a Python needs to start; everything else, keys above all, is no business of a file's reader.
_PASSED_ON = {
    "PATH", "HOME", "USERPROFILE", "APPDATA", "SYSTEMROOT", "LD_LIBRARY_PATH", "PYTHONHOME",
    "PYTHONPATH", "VIRTUAL_ENV",
}  # fmt: skip

_WHY = {
    "empty": ("This file has no text in it.", "Choose another file, or paste the text."),
    "large": (
        f"This file is larger than {MOST_BYTES // 1_000_000} MB.",
        "Leave pictures out, or save only the pages that count.",
    ),
    "pages": ("This file has far more pages than a CV.", "Save only the pages that count."),
    "encrypted": ("This file is protected by a password.", "Save a copy without one."),
    "scanned": (
        "This file holds pictures of pages, not text.",
        "Save it as PDF from where it was written, or paste the text.",
    ),
    "bomb": (
        "This file unpacks to far more than a CV.",
        "Save it anew, as PDF, or paste the text.",
    ),
    "heavy": (
        "This file takes too long to read.",
        "Save it anew, as a plainer PDF, or paste the text.",
    ),
    "corrupt": ("This file is damaged.", "Save it anew, as PDF, or paste the text."),
    "kind": (
        "This is neither a PDF nor a Word file (.docx) nor plain text.",
        "Save it as PDF, or paste the text.",
    ),
    "busy": ("Other files are being read at the moment.", "Try again in a minute."),
}

# Threads that read a file at the same time; each may take the memory of one process.
_turns = threading.BoundedSemaphore(AT_ONCE)


def read_cv(file: bytes, name: str, *, seconds: float = SECONDS) -> str:
    """The text of a PDF, .docx or plain text file, told by content; `name` only helps with plain text.

    At most `limits.MOST_LETTERS` characters; the rest is left out. Raises `UnreadableFile`. Blocks for
    up to `seconds`, longer while others are read; any thread may call.
    """
    if not file:
        raise _unreadable("empty")
    if len(file) > MOST_BYTES:
        raise _unreadable("large")
    if not _turns.acquire(timeout=WAIT_S):
        raise _unreadable("busy")
    try:
        told = _read(file, name, seconds)
    finally:
        _turns.release()
    if "text" not in told:
        raise _unreadable(told.get("problem", "corrupt"))
    return told["text"]


def _read(file: bytes, name: str, seconds: float) -> dict[str, str]:
    environment = {key: value for key, value in os.environ.items() if key in _PASSED_ON}
    try:
        done = subprocess.run(
            # -B: not even byte code is written; -X utf8: whatever the machine's locale is.
            [sys.executable, "-B", "-X", "utf8", "-m", "services.adapters.cv.child", _ending(name)],
            input=file,
            capture_output=True,
            timeout=seconds,
            cwd=_ROOT,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired:  # it has been killed
        return {"problem": "heavy"}
    except OSError:
        return {"problem": "busy"}
    if done.returncode < 0:  # killed by the system, for its memory or its time
        return {"problem": "heavy"}
    try:
        told = json.loads(done.stdout)
    except ValueError:
        return {"problem": "corrupt"}
    return told if isinstance(told, dict) else {"problem": "corrupt"}


def _ending(name: str) -> str:
    """Of a file name, in lower case and harmless as an argument: `.txt`, or "" for a strange one."""
    ending = Path(name.replace("\0", "")).suffix.lower()
    return ending if ending[1:].isalnum() and len(ending) <= 6 else ""


def _unreadable(problem: str) -> UnreadableFile:
    return UnreadableFile(*_WHY.get(problem, _WHY["corrupt"]))
