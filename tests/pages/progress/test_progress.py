"""Progress: empty, not rated yet, and full."""

from datetime import datetime, timedelta, tzinfo

import pytest

from tests.pages.conftest import Site

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
