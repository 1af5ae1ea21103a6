"""Where the parts of an answer's video lie: a folder beside its spooled sound, one file per connection."""

from __future__ import annotations

from pathlib import Path

_SUFFIX = ".webm"


def video_folder(spool_path: Path) -> Path:
    """The folder of the video of the answer whose sound is spooled at `spool_path`."""
    return spool_path.with_name(f"{spool_path.name}.video")


def part_path(folder: Path, offset_s: float) -> Path:
    """Where the part that begins at second `offset_s` of the answer goes; no other lies there."""
    at = max(0, round(offset_s * 1000))
    while (path := folder / f"{at:010d}{_SUFFIX}").exists():
        at += 1  # a connection that broke before it had any sound
    return path


def parts_in(folder: Path) -> tuple[tuple[float, Path], ...]:
    """(second of the answer, file) of every part, in order; none where there is no folder."""
    if not folder.is_dir():
        return ()
    found = (path for path in folder.iterdir() if path.suffix == _SUFFIX and path.stem.isdigit())
    return tuple((int(path.stem) / 1000, path) for path in sorted(found))


def size_of(folder: Path) -> int:
    """Bytes that the parts in the folder take; 0 where there is none."""
    size = 0
    for _, path in parts_in(folder):
        try:
            size += path.stat().st_size
        except FileNotFoundError:  # stored and discarded meanwhile
            continue
    return size
