"""Two ratings side by side: what may be said of the change, and what may not."""

from __future__ import annotations

import pytest

from services.comparing import comparison
from services.domain import Followed, LastAction, Rating
from tests.services.storage.stored import a_rating


def otherwise(rating: Rating, **made: object) -> Rating:
    return rating.model_copy(update={"provenance": rating.provenance.model_copy(update=made)})


def test_changes_are_per_criterion_and_the_largest_is_named_first() -> None:
    both = comparison(a_rating(2, 4), a_rating(3, 1))
    assert [(c.criterion_id, c.before, c.after) for c in both.changes] == [
        ("relevance", 2, 3),
        ("structure", 4, 1),
    ]
    assert [c.by for c in both.largest] == [-3, 1]
    assert both.overall == (5.0, 2.5)
    assert comparison(a_rating(3, 3), a_rating(3, 3)).largest == ()


@pytest.mark.parametrize(
    "made", [{"coach": "another"}, {"coach_version": "2"}, {"rubric_version": "2"}]
)
def test_ratings_that_were_not_made_alike_are_not_compared(made: dict[str, str]) -> None:
    both = comparison(a_rating(2, 2), otherwise(a_rating(4, 4), **made))
    assert (both.alike, both.changes, both.overall) == (False, (), None)


def test_what_a_coach_is_unsure_of_is_left_out() -> None:
    unsure = a_rating(2, 2, others=(5, 2))
    both = comparison(unsure, a_rating(4, 4))
    assert both.alike
    assert [c.criterion_id for c in both.changes] == ["structure"]
    assert both.overall is None


def test_advice_is_followed_only_where_it_was_that_attempts_advice() -> None:
    before = a_rating(2, 2, next_action="Name the result.")
    own = LastAction(action="Name the result.", followed=Followed.PARTLY)
    assert comparison(before, a_rating(3, 3, last_action=own)).followed is Followed.PARTLY
    other = LastAction(action="Breathe.", followed=Followed.YES)
    assert comparison(before, a_rating(3, 3, last_action=other)).followed is None
    changed = otherwise(a_rating(3, 3, last_action=own), coach="another")
    assert comparison(before, changed).followed is Followed.PARTLY, "words are words"
