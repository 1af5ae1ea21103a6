"""Planning: the first question at once, the others while it is answered, the bank where a coach fails."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

from services.domain import OWN, PlanState, Question
from services.errors import ModelUnreachable
from services.plans import ABANDONED_AFTER, Plans
from services.ports import Brief
from tests.doubles import ScriptedCoach
from tests.services.rehearsal import SETUP, candidate, eventually, questions, running

THREE = SETUP.model_copy(update={"question_count": 3})
ASKED = questions("Why did you choose us?", "What did you learn?", "What would you do again?")


class SlowWriter(ScriptedCoach):
    """Writes its first question at once and the others when it is let."""

    def __init__(self, questions: tuple[Question, ...]) -> None:
        super().__init__(questions, name="model-x")
        self.may_go_on = Event()
        self.briefs: list[Brief] = []

    def plan(self, brief: Brief) -> Iterator[Question]:
        self.briefs.append(brief)
        for n, question in enumerate(super().plan(brief)):
            if n == 1:
                assert self.may_go_on.wait(20)
            yield question


def test_the_first_question_is_there_while_the_others_are_still_being_written(
    tmp_path: Path,
) -> None:
    coach = SlowWriter(ASKED)
    with running(tmp_path, language_model=coach) as here:
        owner = candidate(here)
        interview = here.interviews.start(owner, THREE, "Ten years of nursing.")
        assert interview.plan_state is PlanState.WRITING
        assert [q.text for q in interview.questions] == ["Why did you choose us?"]
        standing = here.interviews.standing(owner, interview)
        assert standing.question is not None
        here.interviews.skip(owner, standing.question)
        standing = here.interviews.standing(owner, interview)
        assert standing.question is None
        assert standing.writing, "the next question is on its way, the interview is not over"
        coach.may_go_on.set()
        eventually(lambda: here.store.interview(owner, interview.id).plan_state is PlanState.READY)
        done = here.store.interview(owner, interview.id)
        assert [q.text for q in done.questions] == [q.text for q in ASKED]
        assert done.plan_problem == ""
        assert coach.briefs[0].cv == "Ten years of nursing."


def test_a_coach_that_fails_at_once_costs_nothing_but_its_questions(tmp_path: Path) -> None:
    coach = ScriptedCoach(ASKED, failure=ModelUnreachable("The coach could not be reached."))
    with running(tmp_path, language_model=coach) as here:
        owner = candidate(here)
        interview = here.interviews.start(owner, THREE)
        assert len(interview.questions) == 3
        assert interview.plan_state is PlanState.READY
        assert interview.plan_problem.startswith("The coach could not be reached. 3 questions come")


def test_a_coach_that_fails_midway_is_helped_out_by_the_bank(tmp_path: Path) -> None:
    coach = ScriptedCoach(
        ASKED, failure=ModelUnreachable("The coach could not be reached."), fails_after=1
    )
    with running(tmp_path, language_model=coach) as here:
        owner = candidate(here)
        interview = here.interviews.start(owner, THREE)
        eventually(lambda: here.store.interview(owner, interview.id).plan_state is PlanState.READY)
        done = here.store.interview(owner, interview.id)
        assert len(done.questions) == 3
        assert "2 questions come from our question bank" in done.plan_problem


def test_a_coach_that_writes_too_few_questions_is_helped_out_as_well(tmp_path: Path) -> None:
    with running(tmp_path, language_model=ScriptedCoach(ASKED[:2])) as here:
        owner = candidate(here)
        interview = here.interviews.start(owner, THREE)
        eventually(lambda: here.store.interview(owner, interview.id).plan_state is PlanState.READY)
        assert len(here.store.interview(owner, interview.id).questions) == 3


def test_a_plan_whose_writer_was_killed_is_filled_up_when_somebody_looks(tmp_path: Path) -> None:
    with running(tmp_path) as here:
        owner = candidate(here)
        interview = here.store.add_interview(owner, THREE, ASKED[:1], plan_state=PlanState.WRITING)
        assert here.interviews.open_interview(owner, interview.id).plan_state == "writing"
        later = datetime.now(UTC) + ABANDONED_AFTER + timedelta(seconds=1)
        found = Plans(here.store, here.coaches, lambda: later).look_after(owner, interview)
        assert found.plan_state is PlanState.READY
        assert len(found.questions) == 3
        assert "interrupted" in found.plan_problem


def test_many_tabs_that_look_at_an_abandoned_plan_fill_it_up_once(tmp_path: Path) -> None:
    with running(tmp_path) as here:
        owner = candidate(here)
        interview = here.store.add_interview(owner, THREE, ASKED[:1], plan_state=PlanState.WRITING)
        later = datetime.now(UTC) + ABANDONED_AFTER + timedelta(seconds=1)
        plans = Plans(here.store, here.coaches, lambda: later)
        tabs = [Thread(target=plans.look_after, args=(owner, interview)) for _ in range(4)]
        for tab in tabs:
            tab.start()
        for tab in tabs:
            tab.join(20)
        assert len(here.store.interview(owner, interview.id).questions) == 3


def test_a_coach_that_breaks_in_a_way_nobody_foresaw_is_helped_out_as_well(tmp_path: Path) -> None:
    class Broken(ScriptedCoach):
        def plan(self, brief: Brief) -> Iterator[Question]:
            yield next(super().plan(brief))
            raise ZeroDivisionError

    with running(tmp_path, language_model=Broken(ASKED, name="model-x")) as here:
        owner = candidate(here)
        interview = here.interviews.start(owner, THREE)
        eventually(lambda: here.store.interview(owner, interview.id).plan_state is PlanState.READY)
        assert len(here.store.interview(owner, interview.id).questions) == 3


def test_what_was_asked_before_is_told_to_the_coach(tmp_path: Path) -> None:
    coach = SlowWriter(ASKED)
    coach.may_go_on.set()
    with running(tmp_path, language_model=coach) as here:
        owner = candidate(here)
        first = here.interviews.start(owner, THREE)
        eventually(lambda: len(here.store.interview(owner, first.id).questions) == 3)
        here.interviews.start(owner, THREE)
        assert set(coach.briefs[1].past) == {q.text for q in ASKED}


def test_a_guest_who_signs_in_meanwhile_gets_the_rest_of_the_plan(tmp_path: Path) -> None:
    coach = SlowWriter(ASKED)
    with running(tmp_path, language_model=coach) as here:
        guest, account = candidate(here), candidate(here)
        interview = here.interviews.start(guest, THREE)
        here.belongings.adopt(guest, account)
        coach.may_go_on.set()
        eventually(
            lambda: here.store.interview(account, interview.id).plan_state is PlanState.READY
        )
        found = here.store.interview(account, interview.id)
        assert [q.text for q in found.questions] == [q.text for q in ASKED]
        assert found.plan_problem == ""


def test_an_own_question_is_added_even_when_the_coach_fails(tmp_path: Path) -> None:
    coach = ScriptedCoach(ASKED, name="model-x")
    with running(tmp_path, language_model=coach) as here:
        owner = candidate(here)
        interview = here.interviews.start(owner, SETUP)
        eventually(lambda: len(here.store.interview(owner, interview.id).questions) == 2)
        coach.failure = ModelUnreachable("The coach could not be reached.")
        here.interviews.add_own_question(owner, interview, "Why do you want   to leave?")
        last = here.store.interview(owner, interview.id).questions[-1]
        assert last.text == "Why do you want to leave?"
        assert last.source == OWN
        assert len(last.rubric.criteria) >= 3
