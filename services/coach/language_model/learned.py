"""What turned out about models since this process began, so that nothing is found out twice."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Learned:
    """Any thread may ask and tell."""

    def __init__(
        self, on_fallback: Callable[[str, str], None] = lambda gone, instead: None
    ) -> None:
        """`on_fallback(gone, instead)` is told once for a model, on the thread that found out."""
        self._on_fallback = on_fallback
        self._instead: dict[str, str] = {}
        self._refused: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    def taken(self, model: str) -> str:
        """The model that answers for this one."""
        return self._instead.get(model, model)

    def gone(self, model: str, instead: str) -> None:
        with self._lock:
            if model in self._instead:
                return
            self._instead[model] = instead
        self._on_fallback(model, instead)

    def takes(self, model: str, option: str) -> bool:
        """Whether the model is not known to refuse an option of a request."""
        return (model, option) not in self._refused

    def refuses(self, model: str, option: str) -> None:
        with self._lock:
            self._refused.add((model, option))
