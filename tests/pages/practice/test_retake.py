"""Answering a question once more, from the feedback through the interview screen and back."""

from __future__ import annotations

from uuid import uuid4

from pages.ui.context import services
from services.domain import (
    AnswerState,
    Category,
    Interview,
    InterviewMode,
    InterviewState,
    Job,
    Preferences,
    Question,
    RatingState,
    Setup,
)
from tests.logs import said
from tests.pages.conftest import ANSWER, Site, database_away
from tests.pages.practice.full import a_rating, store
from tests.services.rehearsal import eventually
from tests.services.storage.stored import a_segment, a_submitted_answer, an_interview

FEEDBACK, COMPARE, INTERVIEW = (
    "practice/feedback.py",
    "practice/compare.py",
    "practice/interview.py",
)
BETTER = said(
    "When I led the move of our reports, I asked both teams first, compared both versions for two weeks, "
    "found four errors, and we saved nine hours a month."
)


def answered(site: Site, questions: int = 2) -> tuple[Interview, Question]:
    """An interview whose first question is answered."""
    interview = site.interview(answered=1, questions=questions)
    until_rated(site, interview.questions[0])
    return interview, interview.questions[0]


def until_rated(site: Site, question: Question) -> None:
    eventually(lambda: all(a.rating for a in site.past.attempts(site.owner, question.id)))


def again(site: Site, question: Question, text: str = BETTER) -> None:
    """Another attempt, submitted and rated."""
    answer = site.interviews.answer_again(site.owner, question.id)
    site.submit(answer, text)
    until_rated(site, question)


def test_a_question_is_answered_again_and_the_new_answer_counts(guest: Site) -> None:
    interview, question = answered(guest)
    guest.open(FEEDBACK, interview=interview.id)
    guest.press("Answer again")
    assert "Another attempt" in guest.words
    assert "Last time's advice:" in guest.words
    assert question.text in guest.words
    assert {"Submit answer", "Back to feedback", "Discard this attempt"} <= set(guest.labels)
    assert not {"Skip question", "End interview", "Edit questions"} & set(guest.labels)
    guest.open(INTERVIEW, interview=interview.id, question=question.id)
    guest.tab.text_area[0].set_value(BETTER)
    guest.press("Submit answer")
    assert guest.tab.title[0].value == "Feedback"
    (item, _) = guest.past.review(guest.owner, interview.id).items
    assert item.answer is not None
    assert (item.answer.text, item.others) == (BETTER, 1)
    assert "Compare 2 attempts" in guest.labels
    assert guest.past.review(guest.owner, interview.id).interview.state is InterviewState.OPEN
    standing = guest.interviews.standing(guest.owner, interview)
    assert standing.question == interview.questions[1], "the interview goes on where it was"


def test_an_attempt_that_was_begun_waits_and_the_first_goes_on_counting(guest: Site) -> None:
    interview, question = answered(guest)
    guest.open(FEEDBACK, interview=interview.id)
    guest.press("Answer again")
    guest.open(INTERVIEW, interview=interview.id, question=question.id)
    guest.tab.text_area[0].set_value(said("Half a thought"))
    guest.press("Back to feedback")
    guest.open(FEEDBACK, interview=interview.id)
    assert "You have begun another attempt." in guest.words
    assert ANSWER in guest.words
    guest.press("Go on with your new attempt")
    guest.open(INTERVIEW, interview=interview.id, question=question.id)
    assert guest.tab.text_area[0].value == "Half a thought"
    guest.press("Discard this attempt")
    guest.open(FEEDBACK, interview=interview.id)
    assert "Answer again" in guest.labels
    (item, _) = guest.past.review(guest.owner, interview.id).items
    assert (item.retake, item.others) == (None, 0)
    guest.open(INTERVIEW, interview=interview.id, question=interview.questions[0].id)
    assert guest.tab.title[0].value == "Feedback", "there is nothing to go on with"


def test_a_skipped_question_of_an_ended_interview_is_answered_after_all(guest: Site) -> None:
    skipped = guest.interview(questions=1)
    guest.interviews.skip(guest.owner, skipped.questions[0])
    guest.interviews.end(guest.owner, skipped)
    guest.open(FEEDBACK, interview=skipped.id)
    next(button for button in guest.tab.button if button.label == "Answer it now").click()
    guest.tab.run()  # by voice, which AppTest has no server for
    assert skipped.questions[0].text in guest.words
    answer = guest.interviews.stands(guest.owner, skipped.id, skipped.questions[0].id).answer
    assert answer is not None
    guest.submit(answer, ANSWER)
    review = guest.past.review(guest.owner, skipped.id)
    assert review.interview.state is InterviewState.FINISHED
    assert review.overall is not None


def test_what_was_said_before_skipping_is_there_beside_the_answer_given_after_all(
    guest: Site,
) -> None:
    interview = guest.interview(questions=1)
    question = interview.questions[0]
    begun = guest.interviews.type_instead(guest.owner, question)
    store().append_segment(guest.owner, begun.id, 0, a_segment(said("I began to tell it")))
    guest.interviews.skip(guest.owner, question)
    answer = guest.interviews.answer_again(guest.owner, question.id)
    guest.submit(answer, BETTER)
    eventually(lambda: guest.past.attempts(guest.owner, question.id)[-1].rating is not None)
    guest.open(FEEDBACK, interview=interview.id)
    guest.press("Compare 2 attempts")
    guest.open(COMPARE, question=question.id)
    assert "I began to tell it" in guest.words
    assert "You had skipped it." in guest.words
    guest.press("Rate again")
    until_rated(guest, question)


def test_an_attempt_without_a_rating_is_not_called_unsubmitted_and_can_be_rated(
    guest: Site,
) -> None:
    _, question = answered(guest)
    first = guest.interviews.answer_again(guest.owner, question.id)
    store().submit(guest.owner, first.id, BETTER)
    store().mark_rating(guest.owner, first.id, RatingState.FAILED, "The coach was out.")
    second = guest.interviews.answer_again(guest.owner, question.id)
    store().submit(guest.owner, second.id, ANSWER)
    store().mark_rating(guest.owner, second.id, RatingState.FAILED, "It was out again.")
    guest.open(COMPARE, question=question.id)
    assert "You have not submitted this answer" not in guest.words
    assert "Not rated. The coach was out." in guest.words
    assert guest.labels.count("Rate again") == 2
    next(b for b in guest.tab.button if b.key == f"rate-{first.id}").click()
    guest.tab.run()
    eventually(lambda: guest.past.attempts(guest.owner, question.id)[1].rating is not None)
    guest.open(COMPARE, question=question.id)
    assert guest.labels.count("Rate again") == 2, "also where there is a rating"


def test_of_a_one_way_interview_nothing_is_compared_before_its_end(guest: Site) -> None:
    setup = Setup(
        job=Job(position="Nurse"),
        category=Category.BEHAVIOURAL,
        question_count=2,
        mode=InterviewMode.ONE_WAY,
    )
    interview = guest.interviews.start(guest.owner, setup)
    question = interview.questions[0]
    answer = guest.interviews.type_instead(guest.owner, question)
    guest.submit(answer, ANSWER)
    again(guest, question)
    for script in (COMPARE, FEEDBACK, "practice/review.py"):
        guest.open(script, question=question.id, interview=interview.id)
        assert "Your feedback comes at the end" in guest.words
        assert "out of 10" not in guest.words
        assert not {"Answer again", "Let this one count", "Rate again"} & set(guest.labels)
    guest.interviews.end(guest.owner, interview)
    guest.open(COMPARE, question=question.id)
    assert {"Answer again", "Let this one count"} <= set(guest.labels)


def test_attempts_stand_side_by_side_with_what_changed(guest: Site) -> None:
    _, question = answered(guest)
    first = guest.past.attempts(guest.owner, question.id)[0].answer
    store().add_rating(guest.owner, first.id, a_rating(question, ANSWER))
    again(guest, question)
    second = guest.past.attempts(guest.owner, question.id)[1].answer
    better = a_rating(question, BETTER)
    raised = better.scores[0].model_copy(update={"level": 4, "other": 4})
    last = better.last_action
    assert last is not None
    followed = last.model_copy(update={"action": "End with one figure."})
    rating = better.model_copy(
        update={"scores": (raised, *better.scores[1:]), "last_action": followed}
    )
    store().add_rating(guest.owner, second.id, rating)
    guest.open(COMPARE, question=question.id)
    name = question.rubric.criteria[0].name
    assert f"**{name}** rose from 2 to 4." in guest.words
    assert "You followed the advice: End with one figure." in guest.words
    assert "+2 since attempt 1" in guest.words
    assert f"Overall: 2.5 to {rating.overall:.1f} out of 10." in guest.words
    assert [heading.value for heading in guest.tab.subheader] == ["Attempt 1", "Attempt 2"]
    guest.press("Let this one count")
    assert [a.counts for a in guest.past.attempts(guest.owner, question.id)] == [True, False]


def test_estimates_are_named_and_what_was_rated_otherwise_is_not_compared(guest: Site) -> None:
    _, question = answered(guest)
    again(guest, question)
    guest.open(COMPARE, question=question.id)
    assert "Both are offline estimates, so take a change as a hint." in guest.words
    second = guest.past.attempts(guest.owner, question.id)[1].answer
    store().add_rating(guest.owner, second.id, a_rating(question, BETTER))
    guest.open(COMPARE, question=question.id)
    assert "These two were not rated alike" in guest.words
    assert "since attempt" not in guest.words


def test_of_many_attempts_any_two_are_compared(guest: Site) -> None:
    _, question = answered(guest)
    for _ in range(2):
        again(guest, question)
    guest.open(COMPARE, question=question.id)
    headings = [s.value for s in guest.tab.subheader]
    assert headings == ["Attempt 2", "Attempt 3"]
    earlier = guest.tab.get("button_group")[0]
    assert earlier.label == "Earlier attempt"


def test_a_rating_that_is_kept_back_is_not_told_by_comparing(guest: Site) -> None:
    _, question = answered(guest)
    store().keep_preferences(guest.owner, Preferences(self_rating=True))
    again(guest, question)
    guest.open(COMPARE, question=question.id)
    assert "The coach's rating appears when you have given yours" in guest.words
    assert "Levels are compared once both are rated." in guest.words
    assert "out of 10" not in guest.words, "the one before tells much of the same"
    for attempt in guest.past.attempts(guest.owner, question.id):
        services().sharing.rate_self(
            guest.owner, attempt.answer.id, {question.rubric.criteria[0].id: 3}
        )
        guest.tab.run()
        assert guest.words.count("appears when you have given yours") == 1 - attempt.counts
    assert "Levels are compared once both are rated." not in guest.words
    assert "out of 10" in guest.words


def test_of_somebody_else_nothing_is_compared(guest: Site) -> None:
    stranger = services().accounts.create_guest().id
    theirs = an_interview(store(), stranger).questions[0]
    a_submitted_answer(store(), stranger, theirs.id)
    shown = set()
    for address in ("", "x", uuid4(), theirs.id):
        guest.open(COMPARE, question=address)
        assert "There is nothing to compare at this address." in guest.words
        shown.add(guest.words)
    assert len(shown) == 1


def test_without_a_database_no_attempt_is_begun_and_that_is_said(guest: Site) -> None:
    interview, question = answered(guest)
    guest.open(FEEDBACK, interview=interview.id)
    with database_away():
        guest.press("Answer again")
        assert "The database is away." in guest.words
        assert "This page comes back by itself." in guest.words
    (attempt,) = guest.past.attempts(guest.owner, question.id)
    assert attempt.answer.state is AnswerState.SUBMITTED
