"""Follow-up questions: only about what was left open, and never the question again."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from services.coach.language_model.rating import judge
from services.domain import FollowUp, Question
from services.errors import ModelBusy
from services.ports import Submission
from tests.services.coach.language_model.rehearsed import QUESTION, scripted, submission
from tests.services.coach.language_model.scripted import ScriptedModel

ASKED: dict[str, Any] = {
    "kind": "deepen",
    "key_point": 3,
    "text": "What do you do differently since that launch?",
    "model_answer": "Since then I plan the riskiest part first.",
    "key_points": ["names a change", "says how it works"],
    "criteria": [
        {
            "id": name,
            "name": name.title(),
            "description": f"About {name}.",
            "levels": [f"{name} at level {n}" for n in range(1, 6)],
        }
        for name in ("specificity", "relevance", "coverage", "charm")
    ],
}


def asked(given: Submission | None = None, *, passes: int = 1, **changes: Any) -> Question | None:
    script = scripted(first={"follow_up": {**ASKED, **changes}})
    model = ScriptedModel(script)
    return judge(model, given or submission(follow_ups_left=1), passes=passes).follow_up


def test_a_follow_up_is_a_question_with_its_parent_and_its_own_scale() -> None:
    question = asked(passes=2)
    assert question is not None
    assert question.text == ASKED["text"]
    assert question.follow_up is FollowUp.DEEPEN
    assert question.parent_id == QUESTION.id
    assert (question.kind, question.competency, question.difficulty) == (
        QUESTION.kind,
        QUESTION.competency,
        QUESTION.difficulty,
    )
    assert question.key_points == ("names a change", "says how it works")
    assert [c.id for c in question.rubric.criteria] == ["relevance", "coverage", "specificity"]
    assert question.rubric.criteria[1].levels[4] == "coverage at level 5"
    assert question.rubric.version == "rate-1"
    assert question.source == "model:scripted-rate"


def test_the_parent_of_a_second_follow_up_is_the_planned_question() -> None:
    planned = uuid4()
    parent = QUESTION.model_copy(update={"parent_id": planned, "follow_up": FollowUp.CLARIFY})
    question = asked(submission(question=parent, follow_ups_left=1))
    assert question is not None
    assert question.parent_id == planned


def test_no_follow_up_comes_when_none_is_left() -> None:
    assert asked(submission(follow_ups_left=0)) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"key_point": 1},  # was said
        {"key_point": 9},
        {"text": "Tell me about a time you missed a deadline!"},
        {"text": "Could you tell me once more about a time you missed a deadline?"},
        {"text": "Why " + "very " * 80 + "late?"},
        {"text": "<b></b>"},
        {"text": "¿Qué hace usted de otra manera desde ese día con su equipo y por qué lo hace?"},
        {"key_points": ["only one"]},
        {"criteria": []},
        {"criteria": ASKED["criteria"][:2]},
        {"criteria": [{**c, "levels": ["the same"] * 5} for c in ASKED["criteria"]]},
        {"criteria": [{**c, "levels": c["levels"][:4]} for c in ASKED["criteria"]]},
    ],
)
def test_a_follow_up_that_cannot_be_used_is_left_out(changes: dict[str, Any]) -> None:
    assert asked(**changes) is None


def test_nothing_is_asked_on_when_every_key_point_was_said() -> None:
    said = [{"number": n, "said": True} for n in (1, 2, 3)]
    script = scripted(first={"follow_up": ASKED, "key_points": said})
    assert judge(ScriptedModel(script), submission(follow_ups_left=2), passes=1).follow_up is None


def test_what_the_thread_asked_before_is_not_asked_again() -> None:
    thread = (("And what do you do differently since that launch?", "Nothing."),)
    assert asked(submission(follow_ups_left=1, thread=thread)) is None


def test_markup_in_a_follow_up_is_cleaned() -> None:
    question = asked(text="What do you <i>now</i> do\ndifferently since that launch?")
    assert question is not None
    assert question.text == "What do you now do differently since that launch?"


def test_without_the_first_pass_there_is_no_follow_up() -> None:
    model = ScriptedModel(scripted(first=ModelBusy("Busy."), follow_up=ASKED))
    made = judge(model, submission(follow_ups_left=1), passes=2)
    assert made.follow_up is None
    assert made.rating.provenance.passes == 1
