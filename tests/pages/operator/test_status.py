"""Who may see the status, and what it says while there is no speech model."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.domain import RatingState
from tests.pages.conftest import Site, tab_on
from tests.pages.practice.full import store

ADA = {"name": "Ada", "email": "ada@example.com", "password": "correct horse staple"}
EVE = ADA | {"email": "eve@example.com"}


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    with tab_on(
        tmp_path, monkeypatch, OPERATOR_EMAILS="grace@example.com, Ada@Example.com"
    ) as site:
        site.tab.run()
        yield site


def figures(site: Site) -> dict[str, str]:
    return {metric.label: str(metric.value) for metric in site.tab.metric}


def test_an_operator_sees_how_listening_does(watched: Site) -> None:
    watched.fill("Create account", **ADA)
    watched.open("operator/status.py")
    assert "Whisper base.en" in watched.words
    assert "Until then answers are recorded" in watched.words
    assert "From sound to words" not in watched.words
    assert figures(watched)["Answers open"] == "0"
    assert "Coach: The offline coach" in watched.words
    assert figures(watched)["Calls today"] == "0 of 5,000"


def test_an_answer_that_waits_for_its_rating_is_counted(watched: Site) -> None:
    watched.fill("Create account", **ADA)
    interview = watched.interview(answered=1)
    answer = watched.past.review(watched.owner, interview.id).items[0].answer
    assert answer is not None
    due = datetime.now(UTC) + timedelta(hours=1)
    store().mark_rating(watched.owner, answer.id, RatingState.WAITING, "It is busy.", due)
    watched.open("operator/status.py")
    assert figures(watched)["Ratings waiting"] == "1"
    assert figures(watched)["Next try"] == f"{due:%H:%M} UTC"


def test_nothing_on_it_is_about_a_candidate(watched: Site) -> None:
    watched.fill("Create account", **ADA)
    interview = watched.interview(answered=1, position="Their secret job")
    watched.open("operator/status.py")
    for personal in ("Ada", "example.com", "secret", str(interview.id), str(watched.owner)):
        assert personal not in watched.words


def test_everybody_else_reads_that_it_is_for_the_operator_and_no_more(watched: Site) -> None:
    watched.fill("Create account", **EVE)
    watched.open("operator/status.py")
    assert watched.words.splitlines() == ["Status", "This page is for the operator."]
    assert not watched.tab.metric


def test_a_guest_is_no_operator(watched: Site) -> None:
    watched.press("Try without an account")
    watched.open("operator/status.py")
    assert watched.words.splitlines() == ["Status", "This page is for the operator."]


def test_without_the_setting_nobody_is(site: Site) -> None:
    site.tab.run()
    site.fill("Create account", **ADA)
    site.open("operator/status.py")
    assert "This page is for the operator." in site.words


def test_an_operator_who_signs_out_sees_no_more(watched: Site) -> None:
    watched.fill("Create account", **ADA)
    watched.open("account/account.py")
    watched.press("Sign out")
    assert "Rehearse the interview" in watched.words
    with pytest.raises(ValueError, match="not"):
        watched.tab.switch_page("pages/operator/status.py")
