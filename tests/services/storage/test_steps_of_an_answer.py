"""Any order of steps from any tab keeps the promises: nothing said is lost, one decision at most."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from services.domain import AnswerMode, AnswerState
from services.errors import AlreadyAnswered
from services.storage.database import SERVICE, reading
from services.storage.store import Store
from services.storage.tables import AnswerRow
from tests.services.storage.stored import (
    a_database,
    a_segment,
    a_user,
    an_interview,
    current_answer,
)

STEPS: dict[str, Callable[[Store, UUID, UUID, UUID], object]] = {
    "speak": lambda s, o, q, a: s.open_answer(o, q, AnswerMode.SPOKEN),
    "type": lambda s, o, q, a: s.open_answer(o, q, AnswerMode.TYPED),
    "hear": lambda s, o, q, a: s.heard(o, a, pending=False),
    "draft": lambda s, o, q, a: s.save_draft(o, a, "draft"),
    "submit": lambda s, o, q, a: s.submit(o, a, "words"),
    "skip": lambda s, o, q, a: s.skip(o, q),
    "again": lambda s, o, q, a: s.replace(o, a),
}


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with tempfile.TemporaryDirectory() as folder:
        made = a_database(Path(folder))
        yield made
        made.dispose()


@settings(max_examples=40, deadline=None)
@given(steps=st.lists(st.sampled_from(sorted(STEPS)), max_size=12))
def test_whatever_the_tabs_do_in_whatever_order(engine: Engine, steps: list[str]) -> None:
    store, owner = Store(engine), a_user(engine)
    question = an_interview(store, owner, questions=1).questions[0].id
    answer = store.open_answer(owner, question, AnswerMode.SPOKEN)
    store.append_segment(owner, answer.id, 0, a_segment())
    decided: AnswerState | None = None
    for step in steps:
        try:
            STEPS[step](store, owner, question, answer.id)
        except AlreadyAnswered:
            assert decided or store.answer(owner, answer.id).state is AnswerState.REPLACED
        answer = current_answer(store, owner, question) or answer
        if decided is not None:
            assert answer.state is decided, "a decision was undone"
        if answer.state in (AnswerState.SUBMITTED, AnswerState.SKIPPED):
            decided = answer.state
    with reading(engine, SERVICE) as db:
        rows = db.execute(
            select(AnswerRow.id, AnswerRow.attempt, AnswerRow.state)
            .where(AnswerRow.question_id == question)
            .order_by(AnswerRow.attempt)
        ).all()
    assert [row.attempt for row in rows] == list(range(1, len(rows) + 1))
    assert all(row.state == AnswerState.REPLACED for row in rows[:-1])
    assert store.answer(owner, rows[0].id).raw == "I asked the team"
