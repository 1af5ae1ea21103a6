"""Chores: in turn, by one process at a time, and whatever fails, the next time comes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from services.chores import Chore, Chores
from services.errors import StorageError
from services.storage.locks import Locks
from tests.services.rehearsal import eventually
from tests.services.storage.stored import Clock, a_database


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = a_database(tmp_path)
    yield made
    made.dispose()


def test_a_chore_is_done_by_one_process_in_its_time(engine: Engine) -> None:
    clock, done = Clock(), []
    processes = [
        Chores(Locks(engine, clock), (Chore("sweep", 60, lambda name=name: done.append(name)),))
        for name in ("one", "two")
    ]
    for process in processes:
        process.run_once()
    assert done == ["one"]
    clock.advance(seconds=61)
    for process in reversed(processes):  # whoever comes first, now that the lease is over
        process.run_once()
    assert done == ["one", "two"]


def test_a_chore_that_fails_stops_neither_the_others_nor_its_own_next_time(engine: Engine) -> None:
    tries, done = [], threading.Event()

    def fails() -> None:
        tries.append(1)
        raise StorageError("The disk is on fire.")

    chores = Chores(
        Locks(engine), (Chore("bad", 0.05, fails), Chore("good", 0.05, done.set)), jitter_s=0
    )
    chores.start()
    assert done.wait(20)
    eventually(lambda: len(tries) > 2)
    chores.shutdown()


def test_nothing_is_done_after_the_end(engine: Engine) -> None:
    done: list[int] = []
    chores = Chores(Locks(engine), (Chore("sweep", 60, lambda: done.append(1)),), jitter_s=60)
    chores.start()
    chores.shutdown()
    chores.run_once()
    assert done == []
    assert "chores" not in {thread.name for thread in threading.enumerate()}
