"""Why a file cannot be read, in one word that crosses from the reading process."""

from __future__ import annotations


class Problem(Exception):
    """`kind` is a key of what the candidate is told."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind
