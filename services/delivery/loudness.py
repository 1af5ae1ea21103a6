"""How much the loudness of a voice changes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from services.delivery.timing import Spans, joined
from services.domain import SoundFigures

LEAST_STEPS = 10  # voiced steps; fewer say nothing about a range


def loudness_range_db(sound: SoundFigures) -> float | None:
    """dB between the 10th and the 90th percentile of the levels of voiced steps; None with too few.

    A step counts as voiced when half of it or more is. Automatic gain in the browser narrows it.
    """
    steps = np.arange(len(sound.levels) + 1, dtype=np.float64) * sound.step_s
    voiced_s = np.diff(_voiced_until(steps, sound.voice))
    voiced = np.asarray(sound.levels)[voiced_s >= sound.step_s / 2]
    if len(voiced) < LEAST_STEPS:
        return None
    low, high = np.percentile(voiced, (10, 90))
    return float(high - low)


def _voiced_until(seconds: NDArray[np.float64], voice: Spans) -> NDArray[np.float64]:
    """How much voice there was until each of these seconds."""
    edges = np.array(joined(voice, 0)).reshape(-1, 2)
    if not edges.size:
        return np.zeros_like(seconds)
    lasted = np.cumsum(edges[:, 1] - edges[:, 0])
    before = np.column_stack((np.concatenate(([0.0], lasted[:-1])), lasted))
    return np.asarray(np.interp(seconds, edges.ravel(), before.ravel()), np.float64)
