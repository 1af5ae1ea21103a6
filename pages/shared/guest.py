"""Who looks at a shared interview: whoever has its link."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from pages.ui.phrases import Phrases


@dataclass(frozen=True)
class Guest:
    """What every part of the shared screen is drawn for."""

    secret: str = field(repr=False)  # of the link
    share_id: UUID
    name: str  # that they gave
    say: Phrases  # in the interview's language
