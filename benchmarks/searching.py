"""Looks for the highest number that is held, with few long runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from benchmarks.measuring import tell

_SHORT_S = 30.0  # of the runs that look for the number
Figures = dict[str, Any]  # of a run, with `held` and `seconds`


def most_held(
    name: str, run: Callable[[int, float], Figures], guess: int, most: int, seconds: float
) -> Figures:
    """The figures of the highest number, `most` at most, that is held, looked for with short runs and confirmed with
    long ones; those of one speaker with `held` False if none is. `tried` has all runs."""
    tried: list[Figures] = []

    def held(count: int, length: float) -> bool:
        for _ in range(2):  # a machine that was busy with something else gets a second chance
            tried.append(run(count, length))
            tell(f"{name}: {json.dumps(tried[-1])}")
            if tried[-1]["held"] or tried[-1].get("valid", True):
                break
        return bool(tried[-1]["held"])

    low, high = _bracket(lambda count: held(count, min(_SHORT_S, seconds)), guess, most)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if held(middle, min(_SHORT_S, seconds)) else (low, middle)
    if seconds > _SHORT_S:
        count = max(1, low)
        if held(count, seconds):
            while count < most and held(count + 1, seconds):
                count += 1
        else:
            while count > 1 and not held(count := count - 1, seconds):
                pass
    long = [f for f in tried if f["seconds"] == tried[-1]["seconds"]]
    best = max((f for f in long if f["held"]), key=lambda f: int(f["speakers"]), default=tried[-1])
    return best | {"tried": tried}


def _bracket(held: Callable[[int], bool], guess: int, most: int) -> tuple[int, int]:
    """(held or 0, not held), apart by doubling or halving."""
    if held(guess):
        low = guess
        while (high := min(most, low + max(1, low // 2))) > low and held(high):
            low = high
        return low, high if high > low else low + 1
    high = guess
    while high > 1 and not held(low := high // 2):
        high = low
    return (low, high) if high > 1 else (0, 1)
