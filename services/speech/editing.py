"""How far two texts are from each other."""

from __future__ import annotations

from collections.abc import Sequence


def edits(words: Sequence[str], other: Sequence[str]) -> list[int]:
    """Words to insert, leave out or replace to get from `words` to the first 0, 1, ... words of `other`.

    Levenshtein's distance; the last entry is the one to all of `other`.
    """
    row = list(range(len(other) + 1))
    for i, word in enumerate(words, 1):
        before, row[0] = row[0], i
        for j, there in enumerate(other, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (word != there))
    return row
