"""Pictures are stored beside the sound: no sound waits for one, and a stop loses none."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from services.domain import Answer
from services.errors import RecordingsAway
from services.pictures import Pictures
from services.ports import SAMPLE_RATE
from services.storage.recordings import Recordings
from services.storage.store import Store
from tests.services.filmed import film
from tests.services.machine import Machine, sound
from tests.services.rehearsal import Rehearsal, answer_to, begin, candidate, eventually, running
from tests.services.storage.stored import a_database, a_user


def filmed_answer(here: Rehearsal, owner: UUID) -> Answer:
    """A finished answer to a new interview, with a second of sound and picture."""
    question = begin(here, owner)[1]
    live = here.spoken.listen(owner, question)
    assert live is not None
    live.hear_samples(np.full(SAMPLE_RATE, 0.1, np.float32))
    answer = answer_to(here, owner, question)
    film(here.ears.spool_path(answer.id), 1)
    here.spoken.finish_answer(owner, answer)
    return answer


def test_sound_is_stored_while_the_picture_of_another_is_on_its_way_and_a_stop_loses_neither(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(tmp_path) as here:
        owner, put = candidate(here), here.recordings.put_video
        began, go_on = threading.Event(), threading.Event()

        def put_slowly(*place: Any) -> str:
            began.set()
            assert go_on.wait(20)
            return put(*place)

        monkeypatch.setattr(here.recordings, "put_video", put_slowly)
        first = filmed_answer(here, owner)
        assert began.wait(20)
        second = filmed_answer(here, owner)
        eventually(lambda: here.store.answer(owner, second.id).recording is not None)
        stopping = threading.Thread(target=here.interviews.shutdown)
        stopping.start()
        eventually(lambda: here.afterwards._pictures._stopped)
        go_on.set()
        stopping.join(20)
        assert here.store.answer(owner, first.id).video is not None
        assert here.store.answer(owner, second.id).video is None
        assert here.keeping.has_picture(second.id)
    with running(tmp_path) as after:
        eventually(lambda: after.store.answer(owner, second.id).video is not None)
        for answer in (first, second):
            eventually(lambda answer=answer: not [*after.place.folder.glob(f"{answer.id}*")])


def test_a_picture_whose_store_was_away_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = a_database(tmp_path)
    owner = a_user(engine)
    here = Machine(Store(engine), engine, tmp_path / "disk", Recordings(tmp_path / "kept"))
    answer = here.begin(owner)
    here.say(answer, sound(1))
    film(here.spool(answer.id), 1)
    here.finish(owner, answer)
    assert here.keeping.keep(answer.id)

    def away(*_: object) -> str:
        raise RecordingsAway("The store of recordings cannot be reached just now.")

    stored: list[UUID] = []
    pictures = Pictures(here.keeping, stored.append, pauses=(0.0,))
    try:
        with monkeypatch.context() as broken:
            broken.setattr(here.recordings, "put_video", away)
            assert pictures.keep_later(answer.id)
            eventually(lambda: here.keeping.waiting().count == 1)
            assert here.keeping.has_picture(answer.id)

        def look() -> bool:
            pictures.look_round()
            return answer.id in stored

        eventually(look)
        assert here.store.answer(owner, answer.id).video is not None
        assert here.keeping.waiting().count == 0
        assert not pictures.keep_later(answer.id)
    finally:
        pictures.shutdown()
