"""Figures of sound come to an answer once its sound is complete, and harm nothing when they do not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import event, update

from services.delivery.measuring import STEP_S
from services.domain import Answer
from services.errors import DatabaseAway, DatabaseUnusable
from services.ports import SAMPLE_RATE, Samples
from services.storage.database import SERVICE, writing
from services.storage.tables import UserRow
from tests.services.rehearsal import (
    Rehearsal,
    answer_to,
    begin,
    candidate,
    eventually,
    running,
    upload,
)
from tests.spoken import say


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Rehearsal]:
    with running(tmp_path) as here:
        yield here


@pytest.fixture(scope="module")
def speech() -> Samples:
    pause = np.zeros(SAMPLE_RATE, np.float32)
    return np.concatenate([say("my team built a new product"), pause, say("last year"), pause])


def given(here: Rehearsal, owner: UUID, sound: Samples) -> Answer:
    """An answer whose sound is nowhere but where it is kept."""
    _, question = begin(here, owner)
    upload(here.spoken, here.place.folder, owner, question, sound)
    answer = answer_to(here, owner, question)
    eventually(lambda: not here.keeping.has_sound(answer.id))
    return here.store.answer(owner, answer.id)


def test_a_finished_answer_is_measured_once_its_sound_is_complete(
    here: Rehearsal, speech: Samples
) -> None:
    owner = candidate(here)
    answer = given(here, owner, speech)
    figures = here.store.sound_figures(owner, answer.id)
    assert figures is not None
    assert len(figures.levels) == -(-len(speech) // round(STEP_S * SAMPLE_RATE))
    assert len(figures.voice) == 2
    delivery = here.past.delivery(owner, answer, "en")
    assert delivery is not None
    assert [round(pause.seconds) for pause in delivery.pauses] == [1]


def test_who_never_keeps_recordings_is_told_how_they_spoke_too(
    here: Rehearsal, speech: Samples
) -> None:
    owner = candidate(here)
    with writing(here.database, SERVICE) as db:
        db.execute(update(UserRow).where(UserRow.id == owner).values(media_days=0))
    answer = given(here, owner, speech)
    assert answer.recording is None
    assert here.store.sound_figures(owner, answer.id) is not None


@contextmanager
def refusing(here: Rehearsal, error: Exception) -> Iterator[list[str]]:
    """The database takes no figures. The list grows by what is asked of it instead, from the first one on."""
    asked: list[str] = []

    def refuse(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        refused = statement.startswith("INSERT INTO sound_figures")
        if refused or asked:
            asked.append(statement)
        if refused:
            raise error

    event.listen(here.database, "before_cursor_execute", refuse)
    try:
        yield asked
    finally:
        event.remove(here.database, "before_cursor_execute", refuse)


def finished(here: Rehearsal, owner: UUID, sound: Samples) -> Answer:
    """An answer that was given; what becomes of its sound is not waited for."""
    _, question = begin(here, owner)
    upload(here.spoken, here.place.folder, owner, question, sound)
    return answer_to(here, owner, question)


@pytest.mark.parametrize("days", [None, 0])
def test_figures_wait_with_their_sound_for_a_database_that_is_away(
    tmp_path: Path, speech: Samples, days: int | None
) -> None:
    with running(tmp_path, round_s=0.02, catch_up_s=0.02) as here:
        owner = candidate(here)
        with writing(here.database, SERVICE) as db:
            db.execute(update(UserRow).where(UserRow.id == owner).values(media_days=days))
        with refusing(here, DatabaseAway("The database is away.")) as asked:
            answer = finished(here, owner, speech)
            looked = "SELECT answers.user_id"  # whose sound lies here, before it is let go
            eventually(lambda: sum(one.startswith(looked) for one in asked) >= 5)
            kept = here.store.answer(owner, answer.id)
            assert (kept.recording is None) == (days == 0), "the recording waits for no figures"
            assert here.keeping.has_sound(answer.id)
        assert here.store.sound_figures(owner, answer.id) is None
        here.afterwards.catch_up()
        eventually(lambda: not here.keeping.has_sound(answer.id))
        figures = here.store.sound_figures(owner, answer.id)
        assert figures is not None
        assert len(figures.voice) == 2


def test_figures_that_can_never_be_stored_keep_no_sound_here(
    here: Rehearsal, speech: Samples
) -> None:
    owner = candidate(here)
    with refusing(here, DatabaseUnusable("The database cannot be used.")):
        answer = given(here, owner, speech)
    assert answer.recording is not None
    assert here.store.sound_figures(owner, answer.id) is None
    assert here.past.delivery(owner, answer, "en") is not None
