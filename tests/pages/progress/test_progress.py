"""Progress: empty, not rated yet, and full."""

from datetime import datetime, timedelta, tzinfo

import pytest

from tests.pages.conftest import ANSWER, Site
from tests.pages.practice.full import MODEL, a_rating, store

SCRIPT = "progress/progress.py"


def test_without_interviews_it_starts_the_first_step(guest: Site) -> None:
    guest.open(SCRIPT)
    assert "Your progress starts with one interview" in guest.words
    guest.press("Set up an interview")
    assert "Set up your interview" in guest.words


def test_rated_interviews_are_drawn_with_sentences_and_figures(guest: Site) -> None:
    for _ in range(2):
        interview = guest.interview(answered=2)
        guest.interviews.end(guest.owner, interview)
    guest.open(SCRIPT)
    assert [(metric.label, metric.value) for metric in guest.tab.metric] == [
        ("Interviews done", "2"),
        ("Answers given", "4"),
        ("Minutes spoken", "0"),
    ]
    assert len(guest.tab.get("plotly_chart")) == 3
    assert "out of 10 within a day" in guest.words
    assert "Practise “" in guest.words


def test_a_clock_that_was_put_back_takes_nothing_away(
    guest: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = guest.interview(answered=1, position="Nurse")
    guest.interviews.end(guest.owner, first)

    class Yesterday(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime.now(tz) - timedelta(days=1)

    monkeypatch.setattr("services.storage.clock.datetime", Yesterday)
    second = guest.interview(answered=2, position="Barista")
    guest.interviews.end(guest.owner, second)
    for script in ("practice/feedback.py", SCRIPT, "progress/history.py"):
        guest.open(script, interview=first.id)
    assert guest.words.index("Nurse") < guest.words.index("Barista")
    guest.open(SCRIPT)
    assert [metric.value for metric in guest.tab.metric] == ["2", "3", "0"]


def rate(site: Site, *, other: int = 0) -> None:
    """An interview with one answer, rated by a language model."""
    interview = site.interview(answered=1, questions=1)
    answer = site.past.review(site.owner, interview.id).items[0].answer
    assert answer is not None
    store().add_rating(site.owner, answer.id, a_rating(interview.questions[0], ANSWER, other=other))
    site.interviews.end(site.owner, interview)


def test_two_coaches_are_named_and_their_figures_kept_apart(guest: Site) -> None:
    guest.interviews.end(guest.owner, guest.interview(answered=1))
    rate(guest)
    guest.open(SCRIPT)
    chart = guest.tab.get("plotly_chart")[0].proto.spec
    assert "Offline estimate, 1 interview" in chart
    assert f"{MODEL}, 1 interview" in chart
    assert f"out of 10 ({MODEL})" in guest.words
    assert "Levels of different coaches count alike here." in guest.words


def test_a_rating_that_the_coach_is_unsure_about_is_no_progress_and_that_is_said(
    guest: Site,
) -> None:
    rate(guest, other=2)
    guest.open(SCRIPT)
    assert "unsure about appears once it is rated again" in guest.words
    rate(guest)
    guest.open(SCRIPT)
    assert "Ratings that the coach is unsure about are left out." in guest.words
    assert "first rated interview came to 2.5" in guest.words


def test_a_report_of_a_period_is_offered_once_something_is_rated(guest: Site) -> None:
    guest.open(SCRIPT)
    assert not guest.tab.get("date_input")
    interview = guest.interview(answered=1)
    guest.interviews.end(guest.owner, interview)
    guest.open(SCRIPT)
    first, last = guest.tab.date_input
    assert (first.label, last.label) == ("From", "To")
    assert first.value == last.value, "from the first interview, which is today's, to today"
    assert len(guest.tab.get("download_button")) == 4, "where no cookie is kept, through the tab"
    last.set_value(last.value - timedelta(days=1))
    guest.tab.run()
    assert "The last day lies before the first." in guest.words
    assert not guest.tab.get("download_button")
