"""A shared interview as whoever has its link sees it, without a sign-in."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui.context import services
from services.domain import Interview, Rating, SharePart
from tests.logs import secret
from tests.pages.conftest import ANSWER, ROOT, Site, database_away
from tests.pages.practice.full import a_rating, filmed, spoken, store
from tests.services.rehearsal import eventually

SCRIPT = "shared/shared.py"
NOTHING = "This link opens nothing any more."
EVERYTHING = tuple(SharePart)


def share(site: Site, interview: Interview, *parts: SharePart) -> tuple[UUID, str]:
    made, token = services().sharing.share(site.owner, interview.id, "Anna", 7, parts)
    return made.id, secret(token)


def open_link(token: str) -> Site:
    """In a browser of its own, where nobody is signed in."""
    mentor = Site(AppTest.from_file(str(ROOT / "app.py"), default_timeout=30))
    mentor.tab.run()
    mentor.open(SCRIPT, link=token)
    return mentor


def rated(site: Site, interview: Interview) -> Rating:
    """The rating of the first answer, once it is there."""
    eventually(lambda: site.past.review(site.owner, interview.id).items[0].rating is not None)
    rating = site.past.review(site.owner, interview.id).items[0].rating
    assert rating is not None
    return rating


def notes(site: Site, interview: Interview) -> list[tuple[str, dict[str, int], str]]:
    kept = services().sharing.views(site.owner, interview.id).notes
    return [(note.mentor, note.levels, note.note) for note in kept]


def test_the_coachs_view_comes_after_the_mentors(guest: Site) -> None:
    interview = guest.interview(answered=1)
    rating = rated(guest, interview)
    mentor = open_link(share(guest, interview, *EVERYTHING)[1])
    assert ANSWER in mentor.words
    assert "There is no answer to this question." in mentor.words
    assert rating.scores[0].reason not in mentor.words
    for _ in range(5):
        group = next(g for g in mentor.tab.get("button_group") if not g.value)
        group.set_value(4)
        mentor.tab.run()
    assert rating.scores[0].reason.split(":")[0] in mentor.words
    [(name, levels, text)] = notes(guest, interview)
    assert (name, set(levels.values()), len(levels), text) == ("Anna", {4}, 5, "")


def test_it_can_be_asked_for_before_and_a_note_is_kept_as_it_is_left(guest: Site) -> None:
    interview = guest.interview(answered=1)
    rated(guest, interview)
    _, token = share(guest, interview, *EVERYTHING)
    mentor = open_link(token)
    assert notes(guest, interview) == []
    mentor.press("Show the coach's rating")
    assert notes(guest, interview) == []
    mentor.tab.text_input[0].set_value("Anna B.").run()
    mentor.tab.text_area[0].set_value("Name the result.").run()
    assert notes(guest, interview) == [("Anna B.", {}, "Name the result.")]
    again = open_link(token)
    assert again.tab.text_area[0].value == "Name the result."
    assert again.tab.text_input[0].value == "Anna B."


@pytest.mark.parametrize("left_out", [SharePart.WORDS, SharePart.RATINGS])
def test_what_is_left_out_is_not_there(guest: Site, left_out: SharePart) -> None:
    interview = guest.interview(answered=1)
    rated(guest, interview)
    parts = [part for part in EVERYTHING if part is not left_out]
    mentor = open_link(share(guest, interview, *parts)[1])
    assert (ANSWER in mentor.words) is (left_out is not SharePart.WORDS)
    assert ("Show the coach's rating" in mentor.labels) is (left_out is not SharePart.RATINGS)


def test_a_rating_without_the_words_is_levels_only_also_when_it_is_shown(
    guest: Site, tmp_path: Path
) -> None:
    interview = guest.interview()
    answer = spoken(guest.owner, interview.questions[0], tmp_path)
    rating = a_rating(interview.questions[0], answer.text)
    store().add_rating(guest.owner, answer.id, rating)
    score = next(score for score in rating.scores if score.evidence)
    for words in (True, False):
        parts = [p for p in EVERYTHING if words or p is not SharePart.WORDS]
        mentor = open_link(share(guest, interview, *parts)[1])
        mentor.press("Show the coach's rating")
        assert f"{rating.overall:.1f} out of 10" in mentor.words
        assert (score.evidence[0].quote in mentor.words) is words
        assert (score.reason in mentor.words) is words


def test_recordings_are_heard_and_seen_where_they_are_included(guest: Site, tmp_path: Path) -> None:
    interview = guest.interview()
    answer = spoken(guest.owner, interview.questions[0], tmp_path)
    filmed(guest.owner, answer)
    for parts, players in (((SharePart.RECORDING,), 1), ((SharePart.WORDS,), 0)):
        mentor = open_link(share(guest, interview, *parts)[1])
        assert [len(mentor.tab.get(kind)) for kind in ("video", "audio")] == [players] * 2


def test_a_link_that_is_ended_closes_the_open_tab(guest: Site) -> None:
    interview = guest.interview(answered=1)
    made, token = share(guest, interview, *EVERYTHING)
    mentor = open_link(token)
    services().sharing.revoke(guest.owner, made)
    mentor.tab.run()
    assert NOTHING in mentor.words
    assert ANSWER not in mentor.words
    for other in ("", "A" * 43, "../etc", "%00"):
        assert open_link(other).words == mentor.words


def test_who_is_signed_in_sees_the_shared_interview_and_keeps_their_own(
    guest: Site, tmp_path: Path
) -> None:
    interview = guest.interview(answered=1, position="Their job")
    _, token = share(guest, interview, *EVERYTHING)
    mentor = Site(AppTest.from_file(str(ROOT / "app.py"), default_timeout=30))
    mentor.enter()
    assert mentor.owner != guest.owner
    mentor.open(SCRIPT, link=token)
    assert "Their job" in mentor.words
    mentor.open("progress/history.py")
    assert "Their job" not in mentor.words
    mentor.open("practice/feedback.py", interview=interview.id)
    assert "There is no feedback at this address." in mentor.words


def test_while_the_database_is_away_the_page_says_so(guest: Site) -> None:
    _, token = share(guest, guest.interview(answered=1), *EVERYTHING)
    mentor = open_link(token)
    with database_away():
        mentor.tab.run()
        assert ANSWER not in mentor.words
        assert NOTHING not in mentor.words
