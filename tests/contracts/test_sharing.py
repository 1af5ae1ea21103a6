"""Links for mentors on every database: found by the service, read and written as their candidate."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.domain import SelfRating
from services.errors import NotFound
from services.storage.sharing import new_note
from services.storage.store import Store
from tests.services.storage.stored import a_share, a_submitted_answer, an_interview


def test_a_link_from_its_making_to_its_end(store: Store, ada: UUID) -> None:
    interview = an_interview(store, ada)
    answer = a_submitted_answer(store, ada, interview.questions[0].id)
    share, now = a_share(), datetime.now(UTC)
    assert store.add_share(ada, interview.id, share, "hash", 1)
    assert not store.add_share(ada, interview.id, a_share(), "other", 1)

    key = store.share_by_hash("hash", now)
    assert key is not None
    assert (key.owner, key.share_id, key.interview_id) == (ada, share.id, interview.id)
    assert store.share_by_hash("HASH", now) is None
    assert store.share_by_hash("hash", now + timedelta(days=8)) is None

    for text in ("first\x00", "second"):
        note = new_note(share.id, answer.id, "Anna", {"structure": 4}, text, now)
        store.keep_mentor_note(ada, answer.id, note)
    store.keep_self_rating(
        ada, answer.id, SelfRating(answer_id=answer.id, levels={"structure": 2}, rated_at=now)
    )
    store.mark_opened(ada, share.id, now)
    opened, review, notes = store.shown_by(ada, share.id)
    assert opened.opened_at == now
    assert review.interview.id == interview.id
    assert [(note.note, note.levels) for note in notes] == [("second", {"structure": 4})]
    views = store.views(ada, interview.id)
    assert views.own[answer.id].levels == {"structure": 2}
    assert views.notes == notes
    assert views.asks

    store.revoke_share(ada, share.id, now)
    assert store.share_by_hash("hash", now) is None
    with pytest.raises(NotFound):
        store.keep_mentor_note(ada, answer.id, note)
    store.delete_interview(ada, interview.id)
    with pytest.raises(NotFound):
        store.shown_by(ada, share.id)
