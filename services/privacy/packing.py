"""A zip of any size in constant memory: what is written to it comes out in pieces at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from io import RawIOBase
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

PIECE = 256 * 1024  # bytes that are collected before they go out, so that few small ones do


class Packing:
    """A zip on its way out, of one thread at a time. Generators that add to it yield when there is
    something to send; `rest` is what ends it."""

    def __init__(self, made_at: datetime) -> None:
        self._pipe = _Pipe()
        self._zip = ZipFile(self._pipe, "w")
        self._made_at = made_at

    def add(self, name: str, blocks: Iterable[bytes], *, packed: bool = True) -> Iterator[bytes]:
        """A file of these blocks; `packed` False for what is compressed already."""
        # Its size is not known before it is written: 64-bit sizes, in case it is a large one.
        with self._zip.open(self._info(name, packed), "w", force_zip64=True) as file:
            yield from self._through(file, blocks)
        if self._pipe.waiting >= PIECE:
            yield self._pipe.take()

    def rest(self) -> bytes:
        """The directory of the zip; nothing can be added after it."""
        self._zip.close()
        return self._pipe.take()

    def _through(self, file: IO[bytes], blocks: Iterable[bytes]) -> Iterator[bytes]:
        for block in blocks:
            file.write(block)
            if self._pipe.waiting >= PIECE:
                yield self._pipe.take()

    def _info(self, name: str, packed: bool) -> ZipInfo:
        info = ZipInfo(name, self._made_at.timetuple()[:6])
        info.compress_type = ZIP_DEFLATED if packed else ZIP_STORED
        info.external_attr = 0o600 << 16  # as it should lie on the disk: for its owner alone
        return info


class _Pipe(RawIOBase):
    """What `ZipFile` writes to: it cannot be sought in, so nothing is ever gone back to."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self.waiting = 0  # bytes

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        part = bytes(data)  # type: ignore[call-overload]
        self._parts.append(part)
        self.waiting += len(part)
        return len(part)

    def take(self) -> bytes:
        taken = b"".join(self._parts)
        self._parts, self.waiting = [], 0
        return taken
