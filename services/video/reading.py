"""Reads videos that may be broken, and tells a broken one from a disk that cannot be read just now."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import av.error
from av.container import InputContainer


@contextmanager
def opened(path: Path) -> Iterator[InputContainer]:
    """A video to read from. What the disk refuses is an `OSError` of Python's own: FFmpeg tells of a file
    that ends too early by the same number as of a disk that fails."""
    with (
        path.open("rb") as file,
        av.open(file, "r", metadata_errors="replace") as container,
    ):
        yield container


def broken(failure: Exception) -> bool:
    """Whether what was raised while a video was `opened` is about what is in it, and comes again however
    often it is read."""
    return isinstance(failure, av.error.FFmpegError | EOFError | ValueError)
