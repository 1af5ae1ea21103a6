"""The time of an answer on the interview screen: what is left of it, and its end at the limit."""

from __future__ import annotations

from math import ceil

from pages.ui.wording import clock
from services.speech.heard import Heard
from services.timing import GRACE_S, ends_soon, is_up, left_s

FINISH = "Finish answer"
ENDING = ("finishing", "finished", "failed")  # states of a live transcript after "Finish answer"
_SOON = "Your time is nearly over: come to your close."
_UP = "Your time is up: finish your sentence."


def time_left(limit_s: float | None, heard_s: float) -> str:
    """`1:18 left`; empty where an answer has no limit."""
    return "" if limit_s is None else f"{clock(ceil(left_s(limit_s, heard_s)))} left"


def time_note(limit_s: float | None, heard_s: float) -> str:
    """One quiet sentence before the end, and one at it; empty otherwise."""
    if limit_s is None or not ends_soon(limit_s, heard_s):
        return ""
    return _SOON if left_s(limit_s, heard_s) > 0 else _UP


def ends_now(limit_s: float | None, heard: Heard) -> bool:
    """Whether this answer is to be finished as if its candidate had pressed the button."""
    return limit_s is not None and heard.state not in ENDING and is_up(limit_s, heard)


def limit_told(limit_s: int, *, one_way: bool) -> str:
    """What the limit means, before the answer begins."""
    kept = "the take ends by itself" if one_way else "the answer ends by itself and you review it"
    return (
        f"You have {clock(limit_s)}, counted while you are heard. Then {kept}; a sentence that you are in "
        f"may last {GRACE_S:.0f} seconds longer."
    )
