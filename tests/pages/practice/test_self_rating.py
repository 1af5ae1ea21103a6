"""Candidates are asked for their own view before they see the coach's."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from pages.ui.context import services
from services import veil
from services.domain import Interview, Preferences, RatingState, ReviewedQuestion
from services.storage.clock import utc_now
from tests.pages.conftest import Site, tab_on
from tests.pages.practice.full import store
from tests.services.rehearsal import eventually

SCRIPT = "practice/feedback.py"
TITLE = "How would you rate this answer yourself?"


@pytest.fixture
def asked(site: Site) -> Site:
    """A guest who wants to be asked, as everybody is who has not switched it off."""
    site.enter(asked=True)
    return site


def tap(site: Site, answer_id: UUID, level: int) -> None:
    """The same level for each criterion of this answer."""
    for _ in range(5):
        groups = site.tab.get("button_group")
        group = next(g for g in groups if str(answer_id) in str(g.key) and not g.value)
        group.set_value(level)
        site.tab.run()


def answer_ids(site: Site, interview: Interview) -> list[UUID]:
    """Once they are rated."""

    def items() -> list[ReviewedQuestion]:
        found = site.past.review(site.owner, interview.id).items
        return [item for item in found if item.answer]

    eventually(lambda: all(item.rating for item in items()))
    return [item.answer.id for item in items() if item.answer]


def test_no_part_of_the_rating_is_on_the_screen_before_it(asked: Site) -> None:
    interview = asked.interview(answered=1)
    answer_ids(asked, interview)
    asked.open(SCRIPT, interview=interview.id)
    rating = asked.past.review(asked.owner, interview.id).items[0].rating
    assert rating is not None
    assert TITLE in asked.words
    assert "0 of 2 questions rated" in asked.words
    assert f"{rating.overall:.1f} out of 10" not in asked.words
    assert ":green-background" not in asked.words
    for score in rating.scores:
        assert score.reason not in asked.words
    asked.press("Skip")
    assert TITLE not in asked.words
    assert f"{rating.overall:.1f} out of 10" in asked.words


def test_what_one_gives_is_kept_and_shown_beside_the_coach(asked: Site) -> None:
    interview = asked.interview(answered=1)
    [answer_id] = answer_ids(asked, interview)
    asked.open(SCRIPT, interview=interview.id)
    keep = next(b for b in asked.tab.button if b.label == "Keep my rating")
    assert keep.disabled
    tap(asked, answer_id, 4)
    asked.press("Keep my rating")
    own = services().sharing.views(asked.owner, interview.id).own[answer_id]
    assert set(own.levels.values()) == {4}
    assert len(own.levels) == 5
    assert "What was good" in asked.words
    assert "the coach" in asked.words
    assert TITLE not in asked.words


def test_one_can_rate_while_the_coach_still_does(asked: Site) -> None:
    interview = asked.interview(answered=1)
    [answer_id] = answer_ids(asked, interview)
    store().mark_rating(asked.owner, answer_id, RatingState.RUNNING, "")
    asked.open(SCRIPT, interview=interview.id)
    assert TITLE in asked.words


def test_several_answers_are_skipped_together_and_who_does_not_want_it_is_not_asked(
    asked: Site,
) -> None:
    interview = asked.interview(answered=2)
    answer_ids(asked, interview)
    asked.open(SCRIPT, interview=interview.id)
    assert asked.words.count(TITLE) == 2
    asked.press("Skip for all answers")
    assert TITLE not in asked.words
    assert "2 of 2 questions rated" in asked.words
    services().keep_preferences(asked.owner, Preferences(self_rating=False))
    asked.open(SCRIPT, interview=asked.interview(answered=1).id)
    assert TITLE not in asked.words


def test_feedback_of_long_ago_is_not_hidden(asked: Site) -> None:
    interview = asked.interview(answered=1)
    answer_ids(asked, interview)
    review = asked.past.review(asked.owner, interview.id)
    views = services().sharing.views(asked.owner, interview.id)
    now = utc_now()
    for later, hidden in ((timedelta(hours=23), 1), (timedelta(hours=25), 0)):
        assert len(veil.hidden_in(review, views, frozenset(), now + later)) == hidden


def test_history_keeps_back_what_feedback_does_also_in_the_next_tab(asked: Site) -> None:
    interview = asked.interview(answered=1)
    answer_ids(asked, interview)
    asked.open("progress/history.py")
    assert "Rate yourself first" in asked.words
    assert "out of 10" not in asked.words
    asked.open("progress/progress.py")
    assert "not rated yourself yet" in asked.words
    asked.open(SCRIPT, interview=interview.id)
    asked.press("Skip")
    views = services().sharing.views(asked.owner, interview.id)
    review = asked.past.review(asked.owner, interview.id)
    assert veil.hidden_in(review, views, frozenset(), utc_now()) == frozenset()
    asked.open("progress/history.py")
    assert "Rate yourself first" not in asked.words
    assert "out of 10" in asked.words
    asked.open("progress/progress.py")
    assert "not rated yourself yet" not in asked.words


def test_a_rating_given_stays_given_in_another_tab(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tab_on(tmp_path, monkeypatch) as site:
        site.enter(asked=True)
        interview = site.interview(answered=1)
        [answer_id] = answer_ids(site, interview)
        levels = dict.fromkeys((c.id for c in interview.questions[0].rubric.criteria), 3)
        services().sharing.rate_self(site.owner, answer_id, levels)
        site.open(SCRIPT, interview=interview.id)
        assert TITLE not in site.words
