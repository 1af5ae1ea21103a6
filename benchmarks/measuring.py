"""What every benchmark says about the machine it ran on."""

from __future__ import annotations

import os


def machine() -> dict[str, object]:
    """`cores` that this process may use and the load of the last minute, taken before measuring."""
    return {"cores": len(os.sched_getaffinity(0)), "load_before": round(os.getloadavg()[0], 2)}
