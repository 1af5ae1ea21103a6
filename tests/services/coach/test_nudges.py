"""Hints to every question of the bank: there are some, and none of them tells the answer."""

from __future__ import annotations

from services.coach.bank import load
from services.coach.nudges import nudges
from services.coach.rubrics import rubric_for
from services.domain import Question


def test_every_question_has_hints_that_do_not_give_its_answer_away() -> None:
    for asked in load():
        question = Question(
            text=asked.text,
            kind=asked.kind,
            rubric=rubric_for(asked.kind, asked.levels),
            model_answer=asked.model_answer,
            key_points=asked.key_points,
        )
        given = nudges(question)
        assert 3 <= len(given) <= 6, asked.id
        assert len(set(given)) == len(given)
        told = " ".join(given)
        assert not any(point in told for point in asked.key_points), asked.id
        assert not any(level in told for level in asked.levels), asked.id


def test_a_question_of_somebodys_own_has_hints_as_well() -> None:
    kind = load()[0].kind
    own = Question(text="Why us?", kind=kind, rubric=rubric_for(kind))
    assert nudges(own)
