"""Which coach a candidate has: a language model that somebody pays for, or the offline one."""

from __future__ import annotations

from collections.abc import Callable

from services.ports import Coach, Owner


class Coaches:
    """Any thread may call. `on_language_model` is asked every time, as a key may come or go."""

    def __init__(
        self,
        offline: Coach,
        on_language_model: Callable[[Owner], Coach | None] = lambda _owner: None,
    ) -> None:
        self.offline = offline
        self._on_language_model = on_language_model

    def of(self, owner: Owner) -> Coach:
        return self._on_language_model(owner) or self.offline
