"""How far apart candidate, coach and mentor are."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from services.domain import (
    Answer,
    AnswerMode,
    AnswerState,
    MentorNote,
    Rating,
    ReviewedQuestion,
    SelfRating,
)
from services.gaps import gaps, widest
from tests.services.storage.stored import a_question, a_rating

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


def item(rating: Rating | None) -> tuple[UUID, ReviewedQuestion]:
    question, id = a_question(), uuid4()
    answer = Answer(
        id=id,
        interview_id=uuid4(),
        question_id=question.id,
        attempt=1,
        mode=AnswerMode.TYPED,
        state=AnswerState.SUBMITTED,
        started_at=NOON,
    )
    return id, ReviewedQuestion(question=question, answer=answer, rating=rating)


def own(id: UUID, **levels: int) -> dict[UUID, SelfRating]:
    return {id: SelfRating(answer_id=id, levels=levels, rated_at=NOON)}


def note(id: UUID, mentor: str, share_id: UUID | None = None, **levels: int) -> MentorNote:
    return MentorNote(
        id=uuid4(),
        share_id=share_id or uuid4(),
        answer_id=id,
        mentor=mentor,
        levels=levels,
        noted_at=NOON,
    )


def test_the_difference_is_over_answers_that_both_rated() -> None:
    first, one = item(a_rating(2, 3))
    second, two = item(None)
    found = gaps(
        [one, two],
        own(first, structure=4) | own(second, structure=1),
        [note(first, "Anna", structure=5)],
    )
    [gap] = found
    assert (gap.criterion_id, gap.coach, gap.own, gap.difference) == ("structure", 3, 4, 1)
    assert [(view.name, view.level) for view in gap.mentors] == [("Anna", 5)]


def test_an_unsure_rating_is_compared_with_nothing() -> None:
    id, one = item(a_rating(1, 3, others=(4, 3)))
    [gap] = gaps([one], own(id, structure=4), [])
    assert gap.coach is None
    assert gap.difference is None


def test_the_widest_gap_may_be_above_or_below() -> None:
    id, one = item(a_rating(4, 3))
    found = gaps([one], own(id, relevance=2, structure=4), [])
    wide = widest(found)
    assert wide is not None
    assert (wide.criterion_id, wide.difference) == ("relevance", -2)
    assert widest(gaps([one], {}, [note(id, "Anna", structure=1)])) is None


def test_mentors_are_told_apart_by_their_links_and_notes_on_other_answers_passed_over() -> None:
    first, one = item(None)
    second, two = item(None)
    link = uuid4()
    notes = [
        note(first, "A.", link, structure=1),
        note(second, "Anna", link, structure=2),
        note(first, "Anna", structure=4),
        note(uuid4(), "Bo", structure=1),
    ]
    [gap] = gaps([one, two], {}, notes)
    seen = [(view.name, view.level) for view in gap.mentors]
    assert seen == [("Anna", pytest.approx(1.5)), ("Anna", 4)]


def test_the_coachs_mean_is_over_the_answers_that_others_rated_too() -> None:
    first, one = item(a_rating(2, 3))
    _, two = item(a_rating(2, 5))
    [gap] = gaps([one, two], own(first, structure=4), [])
    assert (gap.coach, gap.own, gap.difference) == (3, 4, 1)


def test_who_skipped_an_answer_has_no_view_of_it() -> None:
    id, one = item(a_rating(2, 3))
    assert gaps([one], own(id), []) == ()
