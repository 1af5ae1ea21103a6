"""How long things may take in an interview that has limits. All times are seconds.

What an answer has taken is counted in the sound that was heard, so a connection that breaks costs nothing.
"""

from __future__ import annotations

from datetime import datetime

from services.domain import Answer, Setup
from services.speech.heard import Heard

ANSWER_LIMITS_S = (60, 120, 180, 300)  # on offer as the longest answer
ONE_WAY_ANSWER_S = 120  # as recorded interviews mostly have it: one to three minutes an answer
THINK_S = 30
THINK_TIMES_S = (0, 15, 30, 60)  # on offer before a one-way answer starts by itself
TAKES_GIVEN = 2
TAKES = (1, 2, 3, 4, 5)  # on offer for a one-way answer

SOON_S = 30.0  # before the end of an answer this is said
GRACE_S = 5.0  # an utterance that is under way at the limit may last so much longer
LEAD_S = 3.0  # a question stands so long at least before its answer starts by itself
_STILL_S = 1.0  # without any sound arriving: nobody is heard speaking


def left_s(limit_s: float, heard_s: float) -> float:
    """Time left of an answer; never below 0."""
    return max(0.0, limit_s - heard_s)


def ends_soon(limit_s: float, heard_s: float) -> bool:
    """Whether it is time to come to a close: `SOON_S` before the end, of a short answer its second half."""
    return left_s(limit_s, heard_s) <= min(SOON_S, limit_s / 2)


def is_up(limit_s: float, heard: Heard) -> bool:
    """Whether the answer ends now: at its limit, or within `GRACE_S` after it where somebody is in the middle
    of an utterance."""
    if heard.seconds < limit_s:
        return False
    speaks = heard.speaking and heard.idle_s < _STILL_S
    return not speaks or heard.seconds >= limit_s + GRACE_S


def think_left_s(think_s: float, since: datetime, now: datetime) -> float:
    """Time left before an answer starts by itself. `since` is when its answer was opened, which is when the
    question was shown: a reload does not begin it anew."""
    return max(0.0, max(think_s, LEAD_S) - (now - since).total_seconds())


def takes_left(setup: Setup, answer: Answer) -> int:
    """How often a one-way answer may be recorded again; those put aside are counted by its attempts."""
    return max(0, setup.takes - answer.attempt)
