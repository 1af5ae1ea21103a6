"""Whoever is sent to another screen arrives there, whatever the browser still asks for."""

from __future__ import annotations

from dataclasses import replace

from pages.ui.places import LATE_S
from services.domain import Interview
from tests.pages.conftest import Site

FEEDBACK, REVIEW, HISTORY = "practice/feedback.py", "practice/review.py", "progress/history.py"


def told(site: Site, script: str, interview: Interview) -> None:
    """The browser knows on which screen it is."""
    site.tab.switch_page(f"pages/{script}")
    site.tab.query_params["interview"] = str(interview.id)


def ask_for(site: Site, script: str, interview: Interview) -> None:
    """As a component does that has news before the browser was told of another screen."""
    told(site, script, interview)
    site.tab.run()
    assert not site.tab.exception


def test_a_late_request_of_the_screen_before_does_not_lead_back(guest: Site) -> None:
    interview = guest.interview(answered=1)
    guest.open(FEEDBACK, interview=interview.id)
    guest.press("Review")
    reviewed = guest.words
    assert reviewed.startswith("Review")
    for _ in range(2):
        ask_for(guest, FEEDBACK, interview)
        assert guest.words == reviewed


def test_nor_does_one_of_a_screen_that_was_only_passed_through(guest: Site) -> None:
    interview = guest.interview(answered=1)
    guest.open(FEEDBACK, interview=interview.id)
    guest.press("Review")
    told(guest, REVIEW, interview)
    guest.press("Feedback")
    assert guest.words.startswith("Feedback")
    ask_for(guest, REVIEW, interview)
    assert guest.words.startswith("Feedback")


def test_who_comes_back_later_has_come_back(guest: Site) -> None:
    interview = guest.interview(answered=1)
    guest.open(FEEDBACK, interview=interview.id)
    guest.press("Review")
    state = guest.tab.session_state["tab"]
    state.course = replace(state.course, since=state.course.since - LATE_S)
    ask_for(guest, FEEDBACK, interview)
    assert guest.words.startswith("Feedback")


def test_who_chooses_a_screen_in_the_navigation_is_there_at_once(guest: Site) -> None:
    interview = guest.interview(answered=1)
    guest.open(HISTORY)
    guest.press("Review")
    assert guest.words.startswith("Review")
    ask_for(guest, HISTORY, interview)
    assert guest.words.startswith("History")
    ask_for(guest, FEEDBACK, interview)
    assert guest.words.startswith("Feedback"), "the course is forgotten"
