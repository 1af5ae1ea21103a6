"""An account that counts what is spent on it, and may have nothing left."""

from __future__ import annotations

from dataclasses import dataclass, field

from services.errors import SpendLimitReached


@dataclass
class Account:
    """Lists are appended to by any thread, and read when all calls are over."""

    calls_left: int = 1_000
    allowed: int = 0
    tokens: list[tuple[int, int]] = field(default_factory=list)  # (in, out) of each answered call

    def allow(self) -> None:
        if self.allowed >= self.calls_left:
            raise SpendLimitReached("Nothing is left today.", "Come back tomorrow.")
        self.allowed += 1

    def used(self, tokens_in: int, tokens_out: int) -> None:
        self.tokens.append((tokens_in, tokens_out))
