"""What every benchmark says about the machine it ran on, and how it counts."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterable, Sequence

import psutil


def machine() -> dict[str, object]:
    """`cores` that this process may use and the load of the last minute, taken before measuring."""
    return {"cores": len(os.sched_getaffinity(0)), "load_before": round(os.getloadavg()[0], 2)}


def pin(cores: int = 2) -> None:
    """Stay on the first `cores` cores of those allowed: this thread and all that it starts."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])


def quantile(values: Iterable[float], share: float) -> float | None:
    """The value that `share` (0-1) of the values do not exceed, by nearest rank; None without values.

    A value that never came may be given as `math.inf`; a quantile that falls on one is None.
    """
    ranked = sorted(values)
    if not ranked:
        return None
    value = ranked[max(0, math.ceil(share * len(ranked)) - 1)]
    return rounded(value) if math.isfinite(value) else None


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Of the straight line that fits (x, y) best; 0 where there is nothing to fit."""
    if len(points) < 2:
        return 0.0
    x0 = sum(x for x, _ in points) / len(points)
    y0 = sum(y for _, y in points) / len(points)
    spread = sum((x - x0) ** 2 for x, _ in points)
    return sum((x - x0) * (y - y0) for x, y in points) / spread if spread else 0.0


def rounded(value: float) -> float:
    return round(value, 4)


def rss_mb() -> float:
    """What this process has in memory now, in MB."""
    return float(psutil.Process().memory_info().rss / 1e6)


def tell(text: str) -> None:
    """Progress, for who watches."""
    print(text, file=sys.stderr, flush=True)
