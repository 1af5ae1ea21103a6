"""The coach on a language model, put together."""

from __future__ import annotations

import pytest

from services.coach.language_model.coach import LanguageCoach
from services.coach.rubrics import rubric_for
from services.domain import Job, Kind, Provenance, Question, Rating, Score, Setup, Turn
from services.errors import RatingFailed
from services.ports import Brief, Coach, Submission
from tests.services.coach.language_model.planning_model import PlanningModel, a_question

SETUP = Setup(job=Job(position="Backend developer"), question_count=3)


def coach(model: PlanningModel) -> Coach:
    return LanguageCoach(model, "Gemini", passes=2)


def test_it_is_named_after_the_model_that_rates_and_can_talk() -> None:
    talking = coach(PlanningModel())
    assert (talking.name, talking.label, talking.talks) == ("scripted-rate", "Gemini", True)


def test_it_plans_writes_up_and_talks_on_its_model() -> None:
    model = PlanningModel(pieces=("Because ", "of this."))
    planned = list(coach(model).plan(Brief(SETUP)))
    assert [q.number for q in planned] == [1, 2, 3]

    model.write = lambda _: a_question("change of ward")
    own = coach(model).write_up(SETUP, "Why do you want to leave your ward?")
    assert own.text == "Why do you want to leave your ward?"

    answer = Submission(setup=SETUP, question=own, text="I want to learn.")
    rating = Rating(
        scores=tuple(Score(criterion=c, level=3, reason="So.") for c in own.rubric.criteria),
        provenance=Provenance(coach="m", coach_version="1", rubric_version="1"),
    )
    turns = (Turn(by_candidate=True, text="Why?"),)
    assert "".join(coach(model).talk(answer, rating, turns)) == "Because of this."


def test_it_judges_by_the_rater_on_language_models_which_invents_nothing() -> None:
    own = Question(
        text="Why do you want this job?",
        kind=Kind.BEHAVIOURAL,
        rubric=rubric_for(Kind.BEHAVIOURAL),
    )
    model = PlanningModel()
    with pytest.raises(RatingFailed):
        coach(model).judge(Submission(setup=SETUP, question=own, text="..."))
    assert not model.prompts
