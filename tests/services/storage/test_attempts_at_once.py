"""Whoever changes which attempt counts never waits for somebody who waits for them, on PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from services.domain import Recording
from services.errors import AlreadyAnswered
from services.failures import failure_of
from services.storage import answering, attempts
from services.storage.database import open_database, writing
from services.storage.outbox import Outbox
from services.storage.places import Places
from services.storage.steps import Edited, Submitted
from services.storage.store import Store
from tests.services.rehearsal import eventually
from tests.services.storage.stored import a_user, an_interview
from tests.standins import postgres


@pytest.fixture
def name() -> Iterator[str]:
    made = postgres.new_database()
    yield made
    postgres.drop_database(made)


@pytest.fixture
def engine(name: str) -> Iterator[Engine]:
    opened = open_database(postgres.server().backend(name))
    yield opened
    opened.dispose()


def another(store: Store, owner: UUID, question_id: UUID) -> UUID:
    """A submitted attempt with a recording."""
    answer = store.answer_again(owner, question_id)
    store.submit(owner, answer.id, "I did")
    key = f"{owner}/{answer.interview_id}/{answer.id}.flac"
    kept = Recording(key=key, media_type="audio/flac", seconds=1, size=1)
    store.keep_recording(owner, answer.id, kept)
    return answer.id


def held_up(
    engine: Engine,
    name: str,
    place: tuple[UUID, UUID],
    act: Callable[[Session], object],
    other: Callable[[], object],
) -> BaseException | None:
    """Hold the question at `place` (its owner and id), `act` on its answers once `other` waits; what
    `other` failed with."""
    failures: list[BaseException | None] = []
    thread = threading.Thread(target=lambda: failures.append(failure_of(other)))
    with psycopg.connect(postgres.server().owner(name), autocommit=True) as watched:

        def waits() -> bool:
            found = watched.execute("select count(*) from pg_locks where not granted").fetchone()
            return found != (0,)

        with writing(engine, place[0]) as db:
            attempts.hold(db, *place)
            thread.start()
            eventually(waits)
            act(db)
        thread.join(20)
    (failure,) = failures
    return failure


def test_an_edit_that_waited_with_its_submission_meets_that_of_another_tab(
    engine: Engine, name: str, tmp_path: Path
) -> None:
    store, ada = Store(engine), a_user(engine)
    question = an_interview(store, ada).questions[0]
    another(store, ada, question.id)
    retake = store.answer_again(ada, question.id).id
    outbox = Outbox(engine, tmp_path, Places(engine, uuid4()))
    now = datetime.now(UTC)
    steps = (Edited(text="here"), Submitted(text="here", at=now))

    def submit(db: Session) -> None:
        answering.submit(db, ada, retake, "there", now)

    def put() -> None:
        outbox.put(retake, *steps, owner=ada)

    try:
        failure = held_up(engine, name, (ada, question.id), submit, put)
    finally:
        outbox.shutdown()
    assert isinstance(failure, AlreadyAnswered)
    assert [one.counts for one in store.attempts(ada, question.id).attempts] == [False, True]
    assert store.answer(ada, retake).text == "there"


def test_a_guest_who_moves_meets_a_choice_in_another_tab(engine: Engine, name: str) -> None:
    store, ada, guest = Store(engine), a_user(engine), a_user(engine, "Guest")
    question = an_interview(store, guest).questions[0]
    one, two = (another(store, guest, question.id) for _ in range(2))

    def choose(db: Session) -> None:
        attempts.let_count(db, guest, one, two)

    def move() -> None:
        store.move_everything(guest, ada)

    assert held_up(engine, name, (guest, question.id), choose, move) is None
    assert [one.counts for one in store.attempts(ada, question.id).attempts] == [True, False]
    kept = store.answer(ada, two).recording
    assert kept is not None
    assert kept.key.startswith(f"{ada}/")
