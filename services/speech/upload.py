"""An upload as its candidate sees it, and how much is taken."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from services.errors import AppError


class UploadState(StrEnum):
    """READING: it is being read, or waits its turn. FAILED: see the problem; nothing of it is left."""

    READING = "reading"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Upload:
    """Where the recording stands that somebody uploaded."""

    state: UploadState
    seconds: float = 0.0  # of its sound that have been read
    problem: AppError | None = None
    begun: bool = False  # some of its sound is in the answer
    waits: AppError | None = None  # for what is away, and is tried again by itself


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """Of one recording: its file and its sound; and how many this process takes at once."""

    most_mb: int = 200
    longest_s: float = 3600.0
    at_once: int = 4
