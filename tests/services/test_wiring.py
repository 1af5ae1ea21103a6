"""Services that could not be built leave nothing taken."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

from services.errors import StorageError
from services.settings import Settings
from services.speech.places import take_place
from services.wiring import build


def test_services_that_could_not_be_built_let_go_of_their_place(tmp_path: Path) -> None:
    place = take_place(tmp_path / "spool")
    in_the_way = place.folder / f"{uuid4()}.jsonl"
    in_the_way.mkdir()  # the outbox cannot read it
    place.release()
    with pytest.raises((OSError, StorageError)):
        build(Settings(data_dir=tmp_path, speech_model="base.en"))
    again = take_place(tmp_path / "spool")
    assert again.id == place.id
    again.release()
