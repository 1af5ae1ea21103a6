"""Feedback in each of its states, on the real database."""

from uuid import UUID, uuid4

import pytest

from services.domain import AnswerMode, RatingState, Segment
from services.settings import Settings
from services.storage.database import open_database
from services.storage.store import Store
from tests.pages.conftest import ANSWER, Site


def store() -> Store:
    """A second way into the same database, to put it into states that are hard to reach."""
    return Store(open_database(Settings().database_url))


def answer_id(site: Site, interview: UUID) -> UUID:
    answer = site.interviews.review(site.owner, interview).items[0].answer
    assert answer is not None
    return answer.id


def test_a_rated_answer_shows_words_levels_reasons_and_the_next_step(guest: Site) -> None:
    interview = guest.interview(answered=1)
    guest.open("practice/feedback.py", interview=interview.id)
    rating = guest.interviews.review(guest.owner, interview.id).items[0].rating
    assert rating is not None
    for expected in (
        "Offline estimate",
        "What was good",
        "What to improve",
        "1 of 2 questions rated",
    ):
        assert expected in guest.words or expected in str(guest.tab.main)
    for score in rating.scores:
        assert score.criterion.name in guest.words
        assert score.criterion.levels[score.level - 1] in guest.words
        assert score.reason.split(":")[0] in guest.words
    assert f"{rating.overall:.1f} out of 10" in guest.words


def test_an_unanswered_question_is_not_a_zero(guest: Site) -> None:
    interview = guest.interview(answered=1)
    guest.interviews.skip(guest.owner, interview.questions[1])
    guest.open("practice/feedback.py", interview=interview.id)
    rating = guest.interviews.review(guest.owner, interview.id).items[0].rating
    assert rating is not None
    assert "You skipped this question. It does not count." in guest.words
    overall = next(
        html.value
        for html in guest.tab.html
        if "overall" in html.value and "<style" not in html.value
    )
    assert f"{rating.overall:.1f}" in overall


def test_a_failed_rating_says_why_and_can_be_tried_again(guest: Site) -> None:
    interview = guest.interview(answered=1)
    failed = answer_id(guest, interview.id)
    store().mark_rating(guest.owner, failed, RatingState.FAILED, "The coach was not there.")
    guest.open("practice/feedback.py", interview=interview.id)
    assert "Not rated yet. The coach was not there." in guest.words
    guest.press("Rate again")
    answer = guest.interviews.review(guest.owner, interview.id).items[0].answer
    assert answer is not None
    assert answer.rating_state is RatingState.RATED
    assert "Not rated yet" not in guest.words


def test_html_and_emoji_codes_in_an_answer_are_shown_as_typed(guest: Site) -> None:
    interview = guest.interview()
    answer = guest.interviews.type_instead(guest.owner, interview.questions[0])
    guest.interviews.submit(
        guest.owner, answer, ANSWER + " <script>alert(1)</script> **loud** :smile:"
    )
    guest.open("practice/feedback.py", interview=interview.id)
    assert r"\<script\>alert\(1\)\<\/script\> \*\*loud\*\*" in "\n".join(
        m.value for m in guest.tab.markdown
    )
    assert not any("alert" in html.value for html in guest.tab.html)


@pytest.mark.parametrize("edited", [True, False])
def test_words_that_may_be_misheard_are_named_beside_what_was_heard(
    guest: Site, edited: bool
) -> None:
    interview, kept = guest.interview(), store()
    answer = kept.open_answer(guest.owner, interview.questions[0].id, AnswerMode.SPOKEN)
    heard = (
        Segment(start=0, end=2, text="I asked the team."),
        Segment(start=3, end=4, text="thank you", certain=False),
    )
    for index, segment in enumerate(heard):
        kept.append_segment(guest.owner, answer.id, index, segment)
    kept.heard(guest.owner, answer.id, pending=False)
    answer = kept.answer(guest.owner, answer.id)
    guest.interviews.submit(guest.owner, answer, ANSWER if edited else answer.raw)
    guest.open("practice/feedback.py", interview=interview.id)
    assert "We may have misheard 1 passage, near “thank you”." in guest.words
    assert (":gray-background[thank you]" in guest.words) is edited


@pytest.mark.parametrize("named", ["unknown", "broken", "missing", "somebody else's"])
def test_what_is_not_yours_and_what_does_not_exist_look_the_same(guest: Site, named: str) -> None:
    theirs = guest.interview(answered=1, position="Their secret job")
    guest.open("account/account.py")
    guest.press("Sign out")
    guest.press("Try without an account")
    query = {"unknown": uuid4(), "broken": "zzz", "missing": "", "somebody else's": theirs.id}[
        named
    ]
    guest.open("practice/feedback.py", interview=query)
    assert guest.words.splitlines() == [
        "Feedback",
        "There is no feedback at this address. It may have been deleted, or the link is incomplete.",
    ]
    assert guest.labels == ["Practise again", "History"]


def test_an_unfinished_interview_can_be_continued(guest: Site) -> None:
    interview = guest.interview(answered=1)
    guest.open("practice/feedback.py", interview=interview.id)
    assert "Continue" in guest.labels
    guest.interviews.end(guest.owner, interview)
    guest.open("practice/feedback.py", interview=interview.id)
    assert "Continue" not in guest.labels
