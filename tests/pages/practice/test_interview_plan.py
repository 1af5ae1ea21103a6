"""The plan of an interview while it is being answered: written, followed up, edited.

Answers are opened for typing first: the camera needs a connection that AppTest has not got.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from benchmarks import scripted_coach
from benchmarks.loopback_model import loopback_model
from benchmarks.loopback_protocols import Asked
from services.domain import Interview, InterviewState, Job, PlanState, Question, Setup
from tests.pages.conftest import ANSWER, Site, tab_on
from tests.services.rehearsal import eventually

WAIT_S = 20.0  # a door that nobody opens opens by itself


@dataclass
class Doors:
    """A scripted coach that writes and judges only while its doors are open."""

    plan: threading.Event = field(default_factory=threading.Event)
    judge: threading.Event = field(default_factory=threading.Event)
    plans: int = 0

    def answer(self, asked: Asked) -> dict[str, Any] | str:
        if "questions" in asked.keys:
            self.plans += 1
            if self.plans > 1:  # the first question comes at once
                self.plan.wait(WAIT_S)
        elif "strengths" in asked.keys:
            self.judge.wait(WAIT_S)
        return scripted_coach.answer(asked)

    def open(self) -> None:
        self.plan.set()
        self.judge.set()


@pytest.fixture
def doors() -> Iterator[Doors]:
    doors = Doors()
    yield doors
    doors.open()


@pytest.fixture
def paced(doors: Doors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A guest on a site whose language model waits behind the doors."""
    with (
        loopback_model(doors.answer) as model,
        tab_on(
            tmp_path, monkeypatch, GEMINI_API_KEY="test", GEMINI_BASE_URL=model.gemini_url
        ) as site,
    ):
        site.enter()
        yield site
        doors.open()


def begin(site: Site, questions: int = 2, *, follow_ups: bool = True) -> Interview:
    setup = Setup(job=Job(position="Nurse"), question_count=questions, follow_ups=follow_ups)
    return site.interviews.start(site.owner, setup)


def stored(site: Site, interview: Interview) -> Interview:
    return site.interviews.open_interview(site.owner, interview.id)


def all_written(site: Site, interview: Interview) -> Interview:
    eventually(lambda: stored(site, interview).plan_state is PlanState.READY)
    return stored(site, interview)


def open_typed(site: Site, interview: Interview, *questions: Question) -> None:
    """Go to the interview; these questions are answered in writing."""
    for question in questions:
        site.interviews.type_instead(site.owner, question)
    site.open("practice/interview.py", interview=interview.id)


def submit(site: Site, text: str = ANSWER) -> None:
    next(f for f in site.tab.text_area if f.label == "Your answer").set_value(text)
    site.press("Submit answer")


def place(site: Site) -> str:
    """The line over the question."""
    return next((str(bar.proto.text) for bar in site.tab.get("progress") if bar.proto.text), "")


def see(site: Site, interview: Interview, question: Question) -> None:
    """Draw this question for typing."""
    site.interviews.type_instead(site.owner, question)
    site.tab.run()
    assert not site.tab.exception


def test_the_first_question_is_there_while_the_others_are_written(
    paced: Site, doors: Doors
) -> None:
    interview = begin(paced, 3)
    open_typed(paced, interview, *interview.questions)
    assert place(paced).startswith("Question 1 of 3")
    assert "Writing question 2 of 3" in paced.words
    assert "Edit questions" not in paced.labels
    assert stored(paced, interview).questions[0].shown
    doors.open()
    all_written(paced, interview)
    paced.tab.run()
    assert "Writing question" not in paced.words
    assert "Edit questions" in paced.labels


def test_who_is_faster_than_the_coach_waits_calmly_and_may_end(paced: Site, doors: Doors) -> None:
    interview = begin(paced, 2, follow_ups=False)
    open_typed(paced, interview, *interview.questions)
    submit(paced)
    assert "Writing your next question" in "\n".join(h.value for h in paced.tab.header)
    assert "Your answers so far are kept" in paced.words
    assert place(paced) == "Writing question 2 of 2"
    assert "Skip question" not in paced.labels
    paced.press("End interview")
    assert paced.past.review(paced.owner, interview.id).interview.state is InterviewState.FINISHED


def test_the_next_question_is_asked_once_it_is_written(paced: Site, doors: Doors) -> None:
    interview = begin(paced, 2, follow_ups=False)
    open_typed(paced, interview, *interview.questions)
    submit(paced)
    doors.open()
    second = all_written(paced, interview).questions[1]
    see(paced, interview, second)
    assert place(paced).startswith("Question 2 of 2")


def test_a_follow_up_comes_after_the_answer_and_is_no_question_of_its_own_number(
    paced: Site, doors: Doors
) -> None:
    doors.plan.set()
    interview = all_written(paced, begin(paced))
    open_typed(paced, interview, *interview.questions)
    submit(paced)
    assert "A follow-up may come." in paced.words
    assert "Next question" in paced.labels
    doors.open()
    eventually(lambda: len(stored(paced, interview).questions) == 3)
    asked_on = stored(paced, interview).questions[1]
    see(paced, interview, asked_on)
    assert place(paced) == "Follow-up to question 1 · Put a number on it"
    assert asked_on.text in "\n".join(h.value for h in paced.tab.header).replace("\\", "")


def test_nobody_has_to_wait_for_a_follow_up(paced: Site, doors: Doors) -> None:
    doors.plan.set()
    interview = all_written(paced, begin(paced))
    open_typed(paced, interview, *interview.questions)
    submit(paced)
    paced.press("Next question")
    assert place(paced).startswith("Question 2 of 2")


def test_a_reload_goes_on_without_waiting(paced: Site, doors: Doors) -> None:
    doors.plan.set()
    interview = all_written(paced, begin(paced))
    open_typed(paced, interview, *interview.questions)
    submit(paced)
    paced.tab.session_state["tab"].considering = None  # a reload begins with nothing
    paced.tab.run()
    assert place(paced).startswith("Question 2 of 2")


def test_the_last_answer_is_considered_too_before_the_interview_ends(
    paced: Site, doors: Doors
) -> None:
    interview = begin(paced, 1)
    open_typed(paced, interview, *interview.questions)
    submit(paced)
    assert "A follow-up may come." in paced.words
    assert stored(paced, interview).state is InterviewState.OPEN
    paced.press("Go to your feedback")
    assert paced.past.review(paced.owner, interview.id).interview.state is InterviewState.FINISHED


def test_the_offline_coach_is_done_at_once(guest: Site) -> None:
    interview = begin(guest)
    open_typed(guest, interview, *interview.questions)
    next(f for f in guest.tab.text_area if f.label == "Your answer").set_value(ANSWER)
    next(b for b in guest.tab.button if b.label == "Submit answer").click().run()
    assert "A follow-up may come." not in guest.words
    assert place(guest).startswith(("Question 2 of 2", "Follow-up to question 1"))


def test_nothing_is_considered_where_follow_ups_are_switched_off(paced: Site, doors: Doors) -> None:
    doors.plan.set()
    interview = all_written(paced, begin(paced, follow_ups=False))
    open_typed(paced, interview, *interview.questions)
    submit(paced)
    assert place(paced).startswith("Question 2 of 2")


def test_why_questions_come_from_the_bank_is_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = "http://127.0.0.1:9"
    with tab_on(tmp_path, monkeypatch, GEMINI_API_KEY="test", GEMINI_BASE_URL=nobody) as site:
        site.enter()
        interview = begin(site, 2, follow_ups=False)
        open_typed(site, interview, *interview.questions)
        told = "\n".join(info.value for info in site.tab.info).replace("\\", "")
        assert "question bank" in told
        assert "your answers are kept" in told
        site.tab.run()
        assert site.tab.info  # still beside the same question
        submit(site)
        assert place(site).startswith("Question 2 of 2")
        assert not site.tab.info


def editing(site: Site, questions: int = 3) -> Interview:
    interview = begin(site, questions)
    open_typed(site, interview, *interview.questions[:1])
    site.press("Edit questions")
    return interview


def press_on(site: Site, label: str, question: Question) -> None:
    site.tab.button(key=f"{label}-{question.id}").click().run()
    assert not site.tab.exception


def texts(site: Site, interview: Interview) -> list[str]:
    return [q.text for q in stored(site, interview).questions]


def test_questions_that_were_not_shown_are_moved_and_dropped(guest: Site) -> None:
    interview = editing(guest, 4)
    one, two, three, four = interview.questions
    assert [label for label in guest.labels if label == "Drop"] == ["Drop"] * 3
    assert guest.tab.button(key=f"Move up-{two.id}").disabled
    assert guest.tab.button(key=f"Move down-{four.id}").disabled
    press_on(guest, "Move up", three)
    assert texts(guest, interview) == [one.text, three.text, two.text, four.text]
    press_on(guest, "Move down", three)
    press_on(guest, "Drop", two)
    assert texts(guest, interview) == [one.text, three.text, four.text]
    assert "Drop" in guest.labels  # the dialog is still open
    guest.tab.session_state["tab"].editing = None  # AppTest cannot close a dialog
    guest.tab.run()
    assert place(guest).startswith("Question 1 of 3")


def test_a_question_that_was_shown_elsewhere_meanwhile_keeps_its_place(guest: Site) -> None:
    interview = editing(guest)
    second = interview.questions[1]
    guest.interviews.show(guest.owner, second)
    press_on(guest, "Drop", second)
    assert "This question keeps its place." in guest.words
    assert len(texts(guest, interview)) == 3


def write_own(site: Site, text: str) -> None:
    label = "Add a question of your own"
    next(f for f in site.tab.text_area if f.label == label).set_value(text)
    site.press("Add")


def test_a_question_of_ones_own_comes_last_and_is_shown_as_typed(guest: Site) -> None:
    interview = editing(guest)
    write_own(guest, "Why do you **want** to leave <b>us</b>?")
    assert texts(guest, interview)[-1] == "Why do you **want** to leave <b>us</b>?"
    assert "Why do you **want** to leave <b>us</b>?" in guest.words
    label = "Add a question of your own"
    assert next(f for f in guest.tab.text_area if f.label == label).value == ""


@pytest.mark.parametrize("odd", ["", "Why?", "x" * 500])
def test_what_is_no_question_is_said_in_place_and_kept(guest: Site, odd: str) -> None:
    interview = editing(guest)
    write_own(guest, odd)
    assert "Between 10 and 400 fit." in guest.words
    assert len(texts(guest, interview)) == 3
    label = "Add a question of your own"
    assert next(f for f in guest.tab.text_area if f.label == label).value == odd


def test_the_language_model_writes_what_a_good_answer_to_it_holds(
    paced: Site, doors: Doors
) -> None:
    doors.open()
    interview = all_written(paced, begin(paced))
    open_typed(paced, interview, *interview.questions[:1])
    paced.press("Edit questions")
    write_own(paced, "Why do you want to leave your present job?")
    assert stored(paced, interview).questions[-1].key_points


def test_another_interview_opens_without_the_dialog(guest: Site) -> None:
    editing(guest)
    other = begin(guest)
    open_typed(guest, other, *other.questions[:1])
    assert "Drop" not in guest.labels
