"""The failures of threads that have no caller: they become values that somebody reads later."""

from __future__ import annotations

import logging
from collections.abc import Callable

from services.errors import AppError

log = logging.getLogger(__name__)


def failure_of(work: Callable[..., object], *args: object) -> Exception | None:
    """Run `work(*args)` and return what it raised, or None.

    Only the type is logged: the text of an error may hold what a candidate said (a failed INSERT
    prints its values).
    """
    try:
        work(*args)
    except Exception as error:  # noqa: BLE001  a thread without a caller must outlive any one job
        log.error(
            "%s failed with %s",
            getattr(work, "__qualname__", type(work).__name__),
            type(error).__name__,
        )
        return error
    return None


def told(error: Exception, otherwise: str) -> str:
    """The failure in words for the person who uses the app; `otherwise` when it was not expected."""
    return str(error) if isinstance(error, AppError) else otherwise
