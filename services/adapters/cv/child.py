"""The process that reads one file: bytes on standard input, one JSON object on standard output.

`{"text": ...}`, or `{"problem": ...}` with a word of why. Anything else, a crash included, is a damaged
file: the parent looks no further. Run as `python -m services.adapters.cv.child ENDING`.
"""

from __future__ import annotations

import json
import sys
from contextlib import suppress

from services.adapters.cv.limits import LEAST_LETTERS, MEMORY, MOST_LETTERS, SECONDS
from services.adapters.cv.problem import Problem


def text_of(file: bytes, ending: str) -> str:
    """Raises `Problem`, and whatever a damaged file makes a library raise."""
    # Each library is only loaded for its own kind of file.
    if b"%PDF-" in file[:1_024]:  # some programs write a few bytes before it
        from services.adapters.cv.pdf import text_of_pdf

        found, scanned = text_of_pdf(file), "scanned"
    elif file[:4] == b"PK\x03\x04":
        from services.adapters.cv.docx import text_of_docx

        found, scanned = text_of_docx(file), "empty"
    else:
        from services.adapters.cv.plain import text_of_plain

        found, scanned = text_of_plain(file, ending), "empty"
    text = _tidy(found)
    if sum(letter.isalpha() for letter in text) < LEAST_LETTERS:
        raise Problem(scanned)
    return _cut(text)


def _tidy(text: str) -> str:
    """Without half letters, control characters and runs of blank space."""
    text = text.encode("utf-8", "ignore").decode()
    text = text.translate(_LIGATURES)
    text = "".join(c if c.isprintable() or c == "\n" else " " for c in text)
    lines = (" ".join(line.split()) for line in text.split("\n"))
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip()


# What typesetting joins, and hyphens that only mark where a word may be broken.
_LIGATURES = str.maketrans(
    {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl", "\u00ad": ""}
)


def _cut(text: str) -> str:
    """At the end of a word."""
    if len(text) <= MOST_LETTERS:
        return text
    text = text[:MOST_LETTERS]
    return text[: max(text.rfind(" "), text.rfind("\n"), MOST_LETTERS - 100)].rstrip()


def _limit() -> None:
    """Where the system has such limits: memory, processor time, and no file may be written."""
    try:
        import resource
    except ImportError:  # Windows; there the parent's clock is all there is
        return
    for kind, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError, OSError):  # macOS refuses some
            resource.setrlimit(kind, (most, most))


def main() -> None:
    _limit()
    file = sys.stdin.buffer.read()
    told: dict[str, str]
    try:
        told = {"text": text_of(file, sys.argv[1] if len(sys.argv) > 1 else "")}
    except Problem as problem:
        told = {"problem": problem.kind}
    except (MemoryError, RecursionError):
        told = {"problem": "heavy"}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
