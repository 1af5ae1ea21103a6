"""What every coach promises, the offline one and the double alike."""

from __future__ import annotations

import pytest

from services.coach.offline import OfflineCoach
from services.coach.rubrics import rubric_for
from services.domain import OWN, Job, Kind, Question, Setup
from services.ports import Brief, Coach, Submission
from tests.doubles import ScriptedCoach

SETUP = Setup(job=Job(position="Data engineer", tech_stack=("Python",)), question_count=4)


@pytest.fixture(params=["offline", "scripted"])
def coach(request: pytest.FixtureRequest) -> Coach:
    if request.param == "offline":
        return OfflineCoach()
    question = Question(
        text="Tell me about a mistake.", kind=Kind.BEHAVIOURAL, rubric=rubric_for(Kind.BEHAVIOURAL)
    )
    return ScriptedCoach((question,) * 4)


def test_a_plan_has_as_many_questions_as_were_asked_for(coach: Coach) -> None:
    plan = tuple(coach.plan(Brief(SETUP)))
    assert len(plan) == 4
    assert all(q.text and q.rubric.criteria for q in plan)


def test_a_rating_has_a_score_for_every_criterion_and_says_who_made_it(coach: Coach) -> None:
    question = next(iter(coach.plan(Brief(SETUP))))
    text = question.model_answer or "I made a mistake in a release and told my team at once."
    rating = coach.judge(Submission(SETUP, question, text, speech_model="base.en")).rating
    assert [s.criterion for s in rating.scores] == list(question.rubric.criteria)
    assert all(text[e.start : e.end] == e.quote for s in rating.scores for e in s.evidence)
    assert rating.provenance.coach == coach.name
    assert rating.provenance.rubric_version == question.rubric.version
    assert rating.provenance.speech_model == "base.en"
    assert 0 <= rating.overall <= 10


def test_a_question_of_the_candidates_own_keeps_its_words_and_gets_a_rubric(coach: Coach) -> None:
    question = coach.write_up(SETUP, "Tell me about a time when you had to say no.")
    assert question.text == "Tell me about a time when you had to say no."
    assert question.source == OWN
    assert len(question.rubric.criteria) >= 3


def test_no_follow_up_comes_where_none_is_left(coach: Coach) -> None:
    question = next(iter(coach.plan(Brief(SETUP))))
    assert coach.judge(Submission(SETUP, question, "We shipped it late.")).follow_up is None


def test_a_coach_has_a_label_that_candidates_read(coach: Coach) -> None:
    assert coach.label
