"""How an answer was said, in a few lines: each figure that there is, and what it cannot say."""

from __future__ import annotations

from collections.abc import Iterator

from services.domain import Delivery
from services.report.saying import Says, clock


def delivery_lines(delivery: Delivery, say: Says) -> Iterator[str]:
    """A line for each figure that could be measured."""
    if delivery.words_per_minute is not None:
        pace = round(delivery.words_per_minute)
        yield say("report_pace", pace=pace, words=delivery.words, length=clock(delivery.speech_s))
    if delivery.pauses:
        longest = say.number(max(pause.seconds for pause in delivery.pauses))
        yield say("report_pauses", count=len(delivery.pauses), longest=longest)
    if delivery.fillers_per_minute is not None:
        rate = say.number(delivery.fillers_per_minute)
        yield say("report_fillers", count=len(delivery.fillers), rate=rate)
