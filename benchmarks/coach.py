"""What the coach adds to the time of its language model, what it costs, and what an outage does.

    python -m benchmarks.coach --json [--seconds-per-call 1] [--protocol gemini|openai]

The whole product without its screens (database, planning, judging, adapter) on a loopback model that
takes `model_s` per call:

    first_question_s   "Start interview" to the first question, median of the interviews
    rating_s           "Submit answer" to the stored rating, median of the answers
    calls, tokens_in   of one interview of five questions, follow-ups off
    tokens_today       of all three interviews, in and out, as the spend counts them
    outage_calls       of an interview of five questions in which every third call fails
    failures_injected  how many of these failed
    rated_in_the_end   of its answers, by a language model; `lost`: answers whose words are gone
    outage_s           until the last of them was rated
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID

from benchmarks.loopback_model import LoopbackModel, Step, loopback_model
from benchmarks.measuring import machine, pin, quantile, rounded, tell
from benchmarks.scripted_coach import answer
from services.domain import Interview, Job, PlanState, RatingState, Setup
from services.settings import Settings
from services.wiring import Services, build

SAID = (
    "Last spring our supplier told us on a Monday that the parts would be two weeks late. I called "
    "the three customers who were waiting on the same day and offered each a choice of two dates. "
    "Two took the later one, and for the third I found parts at another branch. We lost no order."
)
QUESTIONS = 5
_EVERY = 3
_FAILURES: tuple[Step, ...] = ("drop", "bad_json", 503, "empty", 429, "max_tokens", "wrong_shape")
_PATIENCE_S = 240.0


def setup(position: str) -> Setup:
    return Setup(job=Job(position=position, years=4), question_count=QUESTIONS)


def until(done: Callable[[], bool], seconds: float = _PATIENCE_S) -> bool:
    """Look every 2 ms; False when it never happened."""
    limit = time.monotonic() + seconds
    while not done():
        if time.monotonic() > limit:
            return False
        time.sleep(0.002)
    return True


def planned(ours: Services, owner: UUID, position: str) -> tuple[float, Interview]:
    """Seconds to the first question, and the interview once all are written."""
    began = time.monotonic()
    interview = ours.interviews.start(owner, setup(position))
    took = time.monotonic() - began

    def ready() -> bool:
        found = ours.interviews.open_interview(owner, interview.id)
        return found.plan_state is PlanState.READY

    if not until(ready):
        raise RuntimeError("the questions were never written")
    return took, ours.interviews.open_interview(owner, interview.id)


def state(ours: Services, owner: UUID, interview: Interview) -> list[tuple[RatingState, str]]:
    """Of each question's answer: where its rating stands, and who made the one that is there."""
    items = ours.past.review(owner, interview.id).items
    return [
        (i.answer.rating_state, i.rating.provenance.coach if i.rating else "")
        for i in items
        if i.answer
    ]


def in_good_times(ours: Services, model: LoopbackModel, owner: UUID) -> dict[str, object]:
    firsts, ratings = [], []
    for number in range(3):
        before = len(model.log)
        took, interview = planned(ours, owner, f"Planner {number}")
        firsts.append(took)
        for question in interview.questions:
            draft = ours.interviews.type_instead(owner, question)
            began = time.monotonic()
            ours.interviews.submit(owner, draft, SAID)
            if not until(
                lambda a=draft: (  # type: ignore[misc]
                    ours.interviews.answer(owner, a).rating_state is RatingState.RATED
                )
            ):
                raise RuntimeError("an answer was never rated")
            ratings.append(time.monotonic() - began)
        asked = model.log[before:]
        tell(f"interview {number + 1}: {len(asked)} calls, first question after {took:.2f} s")
    spent = ours.spending.today(owner)
    return {
        "first_question_s": rounded(median(firsts)),
        "rating_s": rounded(median(ratings)),
        "rating_p95_s": quantile(ratings, 0.95),
        "calls": len(asked),
        "tokens_in": sum(call.tokens for call in asked),
        "tokens_today": spent.tokens,
    }


def in_bad_times(ours: Services, model: LoopbackModel, owner: UUID) -> dict[str, object]:
    """Every third call fails, each time in another way."""
    model.misbehave(*[step for failure in _FAILURES * 50 for step in ("ok", "ok", failure)])
    before = len(model.log)
    began = time.monotonic()
    _, interview = planned(ours, owner, "Dispatcher")
    for question in interview.questions:
        draft = ours.interviews.type_instead(owner, question)
        ours.interviews.submit(owner, draft, SAID)
    told = f"{len(interview.questions)} questions, every {_EVERY}rd call fails"
    tell(told)
    rated = RatingState.RATED
    until(lambda: all(s == rated and c != "offline" for s, c in state(ours, owner, interview)))
    took = time.monotonic() - began
    items = ours.past.review(owner, interview.id).items
    done = [s == rated and c != "offline" for s, c in state(ours, owner, interview)]
    calls = len(model.log) - before
    model.behave()
    return {
        "outage_calls": calls,
        "failures_injected": calls // _EVERY,
        "rated_in_the_end": sum(done),
        "lost": sum(item.answer is None or item.answer.text != SAID for item in items),
        "outage_s": rounded(took),
    }


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="accepted for all benchmarks")
    parser.add_argument("--seconds-per-call", type=float, default=1.0)
    parser.add_argument("--protocol", choices=("gemini", "openai"), default="gemini")
    options = parser.parse_args(argv)
    pin()
    result: dict[str, object] = {**machine(), "model_s": options.seconds_per_call}
    with (
        tempfile.TemporaryDirectory() as folder,
        loopback_model(answer, seconds_per_call=options.seconds_per_call) as model,
    ):
        address: dict[str, Any] = (
            {"GEMINI_API_KEY": "loopback", "gemini_base_url": model.gemini_url}
            if options.protocol == "gemini"
            else {"openai_base_url": model.openai_url}
        )
        ours = build(
            Settings(_env_file=None, data_dir=Path(folder), coach=options.protocol, **address)
        )
        owner = ours.accounts.create_guest().id
        result |= in_good_times(ours, model, owner)
        result |= in_bad_times(ours, model, owner)
        ours.interviews.shutdown()
    print(json.dumps(result))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
