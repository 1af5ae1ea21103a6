"""Standard, practice and one-way: what is chosen, and what an interview then shows and keeps to itself.

AppTest has no server for the camera, which is drawn last: what stands above it is looked at.
"""

from __future__ import annotations

from uuid import UUID

import numpy as np

from pages.ui.context import services
from services.domain import (
    Answer,
    AnswerMode,
    AnswerState,
    Category,
    Interview,
    InterviewMode,
    InterviewState,
    Job,
    Setup,
)
from services.ports import SAMPLE_RATE
from tests.logs import said
from tests.pages.conftest import ANSWER, Site, database_away
from tests.pages.practice.full import store
from tests.services.rehearsal import eventually
from tests.services.storage.stored import a_segment

INTERVIEW, FEEDBACK, SET_UP = (
    "practice/interview.py",
    "practice/feedback.py",
    "practice/set_up.py",
)


def start(site: Site, mode: InterviewMode, **limits: int) -> Interview:
    setup = Setup(
        job=Job(position="Nurse"),
        category=Category.BEHAVIOURAL,
        question_count=2,
        mode=mode,
        **limits,  # type: ignore[arg-type]
    )
    return site.interviews.start(site.owner, setup)


def look(site: Site, interview: Interview) -> None:
    site.tab.switch_page(f"pages/{INTERVIEW}")
    site.tab.query_params["interview"] = str(interview.id)
    site.tab.run()


def press(site: Site, label: str) -> None:
    """A press that leads to the camera."""
    next(button for button in site.tab.button if button.label == label).click()
    site.tab.run()


def a_take(site: Site, question_id: UUID, *words: str) -> Answer:
    """What was said to a question, as it is when the answer is finished."""
    answer = store().open_answer(site.owner, question_id, AnswerMode.SPOKEN)
    for number, text in enumerate(words):
        store().append_segment(site.owner, answer.id, number, a_segment(said(text), 10.0 * number))
    store().set_sound(site.owner, answer.id, 12.0, False)
    store().heard(site.owner, answer.id, False)
    return store().answer(site.owner, answer.id)


def test_a_one_way_interview_is_chosen_with_its_limits_and_offered_again(guest: Site) -> None:
    guest.open(SET_UP)
    tab = guest.tab
    tab.text_input[0].set_value("Nurse")
    (longest,) = [box for box in tab.selectbox if box.label == "Longest answer"]
    assert (longest.value, longest.placeholder) == (None, "No limit")
    group = next(one for one in tab.button_group if one.label == "How it runs")
    group.set_value(InterviewMode.ONE_WAY).run()
    chosen = {box.label: box for box in tab.selectbox}
    assert (chosen["Longest answer"].value, chosen["Time to think"].value) == (120, 30)
    chosen["Time to think"].set_value(15)
    chosen["Takes"].set_value(3)
    assert "There is no clock" not in guest.words
    guest.start_interview()
    setup = guest.interviews.open_interview(guest.owner, None).setup
    assert (setup.mode, setup.answer_s, setup.think_s, setup.takes) == (
        InterviewMode.ONE_WAY,
        *(120, 15, 3),
    )
    guest.open(SET_UP)
    again = {box.label: box.value for box in guest.tab.selectbox}
    assert (again["Time to think"], again["Takes"]) == (15, 3)


def test_a_one_way_question_stays_out_of_sight_until_one_is_ready(guest: Site) -> None:
    interview = start(guest, InterviewMode.ONE_WAY, answer_s=120)
    look(guest, interview)
    assert "Your question comes when you start" in guest.words
    assert interview.questions[0].text not in guest.words
    assert "30 seconds to think" in guest.words
    assert not guest.interviews.open_interview(guest.owner, interview.id).questions[0].shown
    assert "Edit questions" not in guest.labels


def test_a_take_is_used_or_recorded_again_and_the_last_one_is_used_by_itself(guest: Site) -> None:
    interview = start(guest, InterviewMode.ONE_WAY, answer_s=120, takes=2)
    question = interview.questions[0]
    a_take(guest, question.id, "I asked everybody")
    look(guest, interview)
    assert "I asked everybody" in guest.words
    assert not guest.tab.text_area, "a take is not edited"
    assert {"Use this take", "Record again (1 take left)"} <= set(guest.labels)
    next(b for b in guest.tab.button if b.label.startswith("Record again")).click()
    guest.tab.run()
    assert question.text in guest.words, "it has been seen"
    second = a_take(guest, question.id, "I asked nobody")
    assert second.attempt == 2
    look(guest, interview)
    (item, _) = guest.past.review(guest.owner, interview.id).items
    assert item.answer is not None
    assert (item.answer.state, item.answer.text) == (AnswerState.SUBMITTED, "I asked nobody")
    standing = guest.interviews.standing(guest.owner, interview)
    assert standing.question == interview.questions[1]


def test_a_take_in_which_nothing_was_heard_does_not_count(guest: Site) -> None:
    interview = start(guest, InterviewMode.ONE_WAY, takes=1)
    a_take(guest, interview.questions[0].id)
    look(guest, interview)
    assert "We heard nothing in this take" in guest.words
    assert "Use this take" not in guest.labels
    assert "Record again" in guest.labels


def test_a_one_way_interview_tells_nothing_before_its_end(guest: Site) -> None:
    interview = start(guest, InterviewMode.ONE_WAY)
    a_take(guest, interview.questions[0].id, ANSWER)
    look(guest, interview)
    press(guest, "Use this take")
    guest.open(FEEDBACK, interview=interview.id)
    assert "Your feedback comes at the end" in guest.words
    assert ANSWER not in guest.words
    guest.interviews.end(guest.owner, interview)
    guest.open(FEEDBACK, interview=interview.id)
    assert "Answer again" in guest.labels


def goes_on(site: Site, interview: Interview) -> None:
    """As after the first press of a start button in this tab."""
    site.tab.session_state["tab"].going = (interview.id, "audio")


def test_the_next_answer_opens_by_itself_and_starts_after_the_time_to_think(guest: Site) -> None:
    interview = start(guest, InterviewMode.ONE_WAY, think_s=60)
    question = interview.questions[0]
    goes_on(guest, interview)
    look(guest, interview)
    assert question.text in guest.words
    assert "Your answer starts in **1:00**" in guest.words
    assert "Start now" in guest.labels
    assert "What a good answer shows" not in str(guest.tab.main)
    answer = guest.interviews.stands(guest.owner, interview.id).answer
    assert answer is not None
    assert (answer.state, answer.mode) == (AnswerState.OPEN, AnswerMode.SPOKEN)


def test_after_a_reload_nothing_starts_by_itself_and_the_time_to_think_has_gone_on(
    guest: Site,
) -> None:
    interview = start(guest, InterviewMode.ONE_WAY, think_s=60)
    goes_on(guest, interview)
    look(guest, interview)
    begun = guest.interviews.stands(guest.owner, interview.id).answer
    guest.tab.session_state["tab"].going = None
    look(guest, interview)
    assert "Your answer starts in" not in guest.words
    assert "Sound only" in guest.labels
    assert interview.questions[0].text in guest.words
    now = guest.interviews.stands(guest.owner, interview.id).answer
    assert begun is not None
    assert now is not None
    assert (now.id, now.started_at) == (begun.id, begun.started_at)


def test_a_database_that_is_away_opens_no_answer_and_waits_for_a_press(guest: Site) -> None:
    interview = start(guest, InterviewMode.ONE_WAY)
    goes_on(guest, interview)
    with database_away("INSERT"):
        look(guest, interview)
    assert guest.tab.session_state["tab"].going is None
    assert interview.questions[0].text not in guest.words
    assert "Sound only" in guest.labels


def test_an_answer_ends_by_itself_at_its_limit_and_nothing_of_it_is_lost(guest: Site) -> None:
    interview = start(guest, InterviewMode.STANDARD, answer_s=30)
    question = interview.questions[0]
    live = services().spoken.listen(guest.owner, question)
    assert live is not None
    live.hear_samples(np.zeros(29 * SAMPLE_RATE, np.float32))
    eventually(lambda: live.snapshot().seconds >= 29)
    look(guest, interview)
    assert not live.ending, "there is a second left"
    live.hear_samples(np.zeros(2 * SAMPLE_RATE, np.float32))
    eventually(lambda: live.snapshot().seconds >= 31)
    look(guest, interview)
    eventually(lambda: store().answer(guest.owner, live.answer_id).state is AnswerState.HEARD)
    assert store().answer(guest.owner, live.answer_id).sound_s == 31


def test_typing_a_one_way_answer_has_a_note_and_no_limit(guest: Site) -> None:
    interview = start(guest, InterviewMode.ONE_WAY)
    guest.interviews.type_instead(guest.owner, interview.questions[0])
    look(guest, interview)
    assert interview.questions[0].text in guest.words
    assert "Employers want to hear you" in guest.words
    guest.tab.text_area[0].set_value(ANSWER)
    press(guest, "Submit answer")
    assert "Your question comes when you start" in guest.words


def test_practice_gives_hints_one_at_a_time(guest: Site) -> None:
    interview = start(guest, InterviewMode.PRACTICE)
    guest.interviews.type_instead(guest.owner, interview.questions[0])
    look(guest, interview)
    guest.press("A hint")
    assert guest.words.count(":material/lightbulb:") == 1
    while "Another hint" in guest.labels:
        guest.press("Another hint")
    assert guest.words.count(":material/lightbulb:") > 2
    assert not any(point in guest.words for point in interview.questions[0].key_points)


def test_practice_shows_the_feedback_on_each_answer_at_once(guest: Site) -> None:
    interview = start(guest, InterviewMode.PRACTICE)
    first, second = interview.questions
    guest.interviews.type_instead(guest.owner, first)
    look(guest, interview)
    guest.tab.text_area[0].set_value(ANSWER)
    guest.press("Submit answer")
    assert first.text in guest.words
    assert {"Next question", "Answer again"} <= set(guest.labels)
    guest.interviews.type_instead(guest.owner, second)
    look(guest, interview)
    assert first.text in guest.words, "it stays until it has been read"
    guest.press("Next question")
    assert second.text in guest.words
    guest.tab.text_area[0].set_value(ANSWER)
    guest.press("Submit answer")
    assert guest.interviews.open_interview(guest.owner, interview.id).state is InterviewState.OPEN
    guest.press("Go to your feedback")
    assert guest.tab.title[0].value == "Feedback"


def test_an_answer_is_given_again_before_the_next_question(guest: Site) -> None:
    interview = start(guest, InterviewMode.PRACTICE)
    question = interview.questions[0]
    guest.interviews.type_instead(guest.owner, question)
    look(guest, interview)
    guest.tab.text_area[0].set_value(said("I told them."))
    guest.press("Submit answer")
    guest.press("Answer again")
    assert "Another attempt" in guest.words
    guest.tab.text_area[0].set_value(ANSWER)
    guest.press("Submit answer")
    assert ANSWER in guest.words
    assert "Compare 2 attempts" in guest.labels
    press(guest, "Next question")
    assert interview.questions[1].text in guest.words


def test_standard_shows_no_feedback_and_no_hints_on_the_way(guest: Site) -> None:
    interview = start(guest, InterviewMode.STANDARD)
    guest.interviews.type_instead(guest.owner, interview.questions[0])
    look(guest, interview)
    assert "A hint" not in guest.labels
    guest.tab.text_area[0].set_value(ANSWER)
    press(guest, "Submit answer")
    assert interview.questions[1].text in guest.words
