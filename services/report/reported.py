"""What a report says of one interview."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from services.domain import Delivery, Review, ReviewedQuestion

KEPT_BACK: Final = "The coach's rating appears when you have given yours."


@dataclass(frozen=True, slots=True)
class Reported:
    """An interview without the ratings that its candidate is not to see yet: those of the answers
    `kept_back`. `deliveries` are by answer."""

    review: Review
    deliveries: Mapping[UUID, Delivery] = field(default_factory=dict)
    kept_back: Set[UUID] = frozenset()

    def keeps_back(self, item: ReviewedQuestion) -> bool:
        return item.answer is not None and item.answer.id in self.kept_back

    def delivery(self, item: ReviewedQuestion) -> Delivery | None:
        return self.deliveries.get(item.answer.id) if item.answer else None
