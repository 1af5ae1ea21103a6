"""Reports as JSON, interview by interview. `schema.json` beside this file says what every field means.

A change that a reader of the file could stumble over raises `VERSION`; a field more does not.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from services.domain import Answer, Question, Rating, ReviewedQuestion, Score
from services.report.reported import Reported

NAME: Final = "ai-interview-mocker/report"
VERSION: Final = 1
SCHEMA: Final = Path(__file__).with_name("schema.json")


def written(
    found: Iterable[Reported], days: tuple[date, date] | None, made_at: datetime
) -> Generator[bytes]:
    """The file in pieces, one for each interview. What stands before them comes with the first, so that
    nothing is sent before it is read."""
    head: dict[str, Any] = {"schema": NAME, "schema_version": VERSION}
    head["made_at"] = made_at.isoformat()
    head["period"] = days and {"from": days[0].isoformat(), "to": days[1].isoformat()}
    between = _json(head).removesuffix("\n}") + ',\n "interviews": ['
    for one in found:
        yield f"{between}\n{_json(_interview(one))}".encode("utf-8", "replace")
        between = ","
    yield f"{'' if between == ',' else between}\n]}}\n".encode()


def _interview(one: Reported) -> dict[str, Any]:
    review, interview = one.review, one.review.interview
    return {
        "id": str(interview.id),
        "created_at": interview.created_at.isoformat(),
        "finished_at": interview.finished_at and interview.finished_at.isoformat(),
        "state": interview.state.value,
        "setup": interview.setup.model_dump(mode="json"),
        "overall_of_10": review.overall,
        "questions": [_question(one, item) for item in review.items],
    }


def _question(one: Reported, item: ReviewedQuestion) -> dict[str, Any]:
    asked: Question = item.question
    delivery = one.delivery(item)
    return {
        "id": str(asked.id),
        "number": asked.number,
        "text": asked.text,
        "kind": asked.kind.value,
        "competency": asked.competency,
        "difficulty": asked.difficulty.value,
        "follow_up": asked.follow_up and asked.follow_up.value,
        "parent_id": asked.parent_id and str(asked.parent_id),
        "answer": item.answer and _answer(item.answer),
        "rating": item.rating and _rating(item.rating),
        "rating_kept_back": one.keeps_back(item),
        "delivery": delivery and delivery.model_dump(mode="json"),
    }


def _answer(answer: Answer) -> dict[str, Any]:
    return {
        "id": str(answer.id),
        "attempt": answer.attempt,
        "mode": answer.mode.value,
        "state": answer.state.value,
        "started_at": answer.started_at.isoformat(),
        "finished_at": answer.finished_at and answer.finished_at.isoformat(),
        "sound_seconds": answer.sound_s,
        "complete": not answer.pending,
        "text": answer.text,
        "as_heard": answer.raw,
        "rating_state": answer.rating_state.value,
    }


def _rating(rating: Rating) -> dict[str, Any]:
    low, high = rating.overall_range
    return {
        "id": str(rating.id),
        "rated_at": rating.rated_at and rating.rated_at.isoformat(),
        "overall_of_10": rating.overall,
        "overall_low": low,
        "overall_high": high,
        "unsure": rating.unsure,
        "offline_estimate": rating.is_estimate,
        "provenance": rating.provenance.model_dump(mode="json"),
        "scores": [_score(score) for score in rating.scores],
        "strengths": list(rating.strengths),
        "improvements": list(rating.improvements),
        "next_action": rating.next_action,
        "improved_answer": rating.improved_answer,
        "star": rating.star and rating.star.model_dump(mode="json"),
        "last_action": rating.last_action and rating.last_action.model_dump(mode="json"),
    }


def _score(score: Score) -> dict[str, Any]:
    return {
        "criterion": score.criterion.model_dump(mode="json"),
        "level_of_5": score.level,
        "second_pass": score.other,
        "reason": score.reason,
        "evidence": [evidence.model_dump(mode="json") for evidence in score.evidence],
        "evidenced": score.evidenced,
    }


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)
