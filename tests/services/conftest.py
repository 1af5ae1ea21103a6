"""What tests of keeping share: machines beside a folder or a bucket, and somebody whose answers they hear."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from services.storage.recordings import Recordings
from services.storage.store import Store
from tests.services.machine import Machine
from tests.services.storage.stored import Clock, a_database, a_user
from tests.standins.bucket import PLACE, Bucket


@pytest.fixture(scope="module")
def bucket() -> Iterator[Bucket]:
    made = Bucket()
    yield made
    made.stop()


@pytest.fixture(params=["folder", "bucket"])
def here(request: pytest.FixtureRequest, tmp_path: Path) -> Machine:
    """Its recordings are in a folder, or in a bucket."""
    if request.param == "bucket":
        return _machine(tmp_path, Recordings(PLACE, request.getfixturevalue("bucket").access))
    return _machine(tmp_path, Recordings(tmp_path / "kept"))


@pytest.fixture
def far(tmp_path: Path, bucket: Bucket) -> Machine:
    """Its recordings are in a bucket."""
    return _machine(tmp_path, Recordings(PLACE, bucket.access))


def _machine(tmp_path: Path, recordings: Recordings) -> Machine:
    engine = a_database(tmp_path)
    return Machine(Store(engine, Clock()), engine, tmp_path / "disk", recordings)


@pytest.fixture
def ada(request: pytest.FixtureRequest) -> UUID:
    name = "here" if "here" in request.fixturenames else "far"
    return a_user(request.getfixturevalue(name).engine)
