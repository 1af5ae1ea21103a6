"""How much picture may still be recorded."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Room:
    """In bytes, 0 or more."""

    left: int  # of an interview
    disk: int  # of what the pictures of all may take of this machine's disk

    @property
    def any(self) -> bool:
        return self.left > 0 and self.disk > 0
