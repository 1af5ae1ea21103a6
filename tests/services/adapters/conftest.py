"""A language model on the loopback that notes what it is asked, for the adapters that ask it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks.loopback_model import LoopbackModel, loopback_model
from benchmarks.loopback_protocols import Asked


def _answer(asked: Asked) -> dict[str, object] | str:
    return "Some words." if asked.stream else {"text": "noted"}


@pytest.fixture(scope="module")
def running() -> Iterator[LoopbackModel]:
    with loopback_model(_answer) as server:
        yield server


@pytest.fixture
def server(running: LoopbackModel) -> LoopbackModel:
    running.behave()
    running.log.clear()
    running.models = ("first", "second")
    return running
