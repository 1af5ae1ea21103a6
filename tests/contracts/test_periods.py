"""Interviews of a period, on every database: the owner's, by when they were created, page by page."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import Engine

from services.progress import progress
from services.storage.periods import Period
from services.storage.store import Store
from tests.services.storage.stored import (
    Clock,
    a_rating,
    a_submitted_answer,
    a_user,
    an_interview,
)


def test_a_period_has_its_own_interviews_and_their_figures(
    store: Store, clock: Clock, ada: UUID, engine: Engine
) -> None:
    made = []
    for day, level in enumerate((1, 3, 4, 5)):
        clock.time = datetime(2026, 11, 2 + day, 9, 0, tzinfo=UTC)
        for owner in (ada, a_user(engine, "Eve")):
            interview = an_interview(store, owner)
            answer = a_submitted_answer(store, owner, interview.questions[0].id)
            store.add_rating(owner, answer.id, a_rating(level, level))
            store.finish_interview(owner, interview.id)
            made += [interview.id] if owner == ada else []
    within = Period(datetime(2026, 11, 3, tzinfo=UTC), datetime(2026, 11, 5, tzinfo=UTC))
    [first] = store.page_within(ada, within, None, 1)
    [second] = store.page_within(ada, within, first, 1)
    assert [first[1], second[1]] == made[1:3]
    assert store.page_within(ada, within, second, 1) == ()
    assert [one.id for one in store.summaries_within(ada, within, 10)] == made[2:0:-1]
    found = progress(store, ada, within)
    assert [point.interview_id for point in found.trend] == made[1:3]
    assert (found.interviews_done, found.answers_given) == (2, 2)
    assert {(f.mean, f.answers, f.earlier, f.recent) for f in found.criteria} == {(3.5, 2, 3, 4)}
    assert [(f.overall, f.answers) for f in found.kinds] == [(6.25, 2)]
    assert len(progress(store, ada).trend) == 4
