"""What it takes to take everything along and to leave: seconds, and memory with much media.

python -m benchmarks.leaving --json [--url URL --owner-url URL | --url postgres] [--interviews 100]

`--url postgres` starts a PostgreSQL of its own; without, a SQLite file. Recordings lie in a folder: small
ones for the seconds, and large ones, of zeros and sparse on the disk, for the memory.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path
from uuid import UUID

from pydantic import SecretStr
from sqlalchemy import Engine, select, update

from benchmarks.measuring import machine, rounded, rss_mb, tell
from benchmarks.seeding import seed
from services.domain import AnswerMode, User
from services.settings import Settings
from services.storage import postgres, users
from services.storage.clock import utc_now
from services.storage.database import SERVICE, open_database, reading, writing
from services.storage.recording_keys import recording_key
from services.storage.tables import AnswerRow
from services.wiring import Services, build
from tests.standins import postgres as stand_in

SMALL = 60_000  # bytes of a recording: half a minute of quiet speech
LARGE = 100_000_000


def record(engine: Engine, folder: Path, owner: UUID, size: int, most: int | None = None) -> int:
    """Give the user's spoken answers recordings of this size, at `most` so many; how many bytes."""
    with writing(engine, owner) as db:
        spoken = select(AnswerRow.id, AnswerRow.interview_id).where(
            AnswerRow.user_id == owner, AnswerRow.mode == AnswerMode.SPOKEN
        )
        found = db.execute(spoken.limit(most)).all()
        for answer_id, interview_id in found:
            key = recording_key(owner, interview_id, answer_id)
            path = folder / key
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as file:
                file.truncate(size)
            db.execute(
                update(AnswerRow)
                .where(AnswerRow.id == answer_id)
                .values(
                    recording_key=key,
                    recording_media_type="audio/flac",
                    recording_seconds=30.0,
                    recording_size=size,
                    recorded_at=utc_now(),
                )
            )
    return size * len(found)


def take_along(services: Services, user: User) -> dict[str, float]:
    """Seconds of the download, its size, and by how much this process grew at its largest."""
    before = peak = rss_mb()
    began, size = time.perf_counter(), 0
    for piece in services.export.pieces(user):
        size += len(piece)
        peak = max(peak, rss_mb())
    return {
        "seconds": rounded(time.perf_counter() - began),
        "mb": rounded(size / 1e6),
        "grew_mb": rounded(peak - before),
    }


def measure(folder: Path, url: str, owner_url: str, interviews: int, media_gb: float) -> object:
    """All figures on one database."""
    settings = Settings(
        data_dir=folder,
        database_url=SecretStr(url),
        database_tls="off",
        speech_model="base.en",  # known and not here: nothing is loaded or downloaded
    )
    engine = open_database(settings.database, tls="off")
    filling = postgres.owners_engine(owner_url, "off") if owner_url else engine
    leaver, carrier = seed(filling, 2, interviews)
    filling.dispose()
    place = folder / "recordings"
    record(engine, place, leaver, SMALL)
    large = record(engine, place, carrier, LARGE, round(media_gb * 1e9 / LARGE))
    with reading(engine, SERVICE) as db:
        one, other = users.one(db, leaver), users.one(db, carrier)
    assert one is not None
    assert other is not None
    services = build(settings)
    try:
        tell("taking along")
        small_export = take_along(services, one)
        tell("taking much media along")
        large_export = take_along(services, other) | {"media_mb": large / 1e6}
        tell("leaving")
        began = time.perf_counter()
        left = services.leaving.leave(one)
        return {
            "export": small_export,
            "export_with_much_media": large_export,
            "delete": {
                "seconds": rounded(time.perf_counter() - began),
                "left": sum(left.rows.values()) + (left.recordings or 0) + left.sound,
                "checked": left.nothing,
            },
        }
    finally:
        services.shutdown()
        engine.dispose()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true", help="the default; kept for symmetry")
    options.add_argument("--url", default="")
    options.add_argument("--owner-url", default="")
    options.add_argument("--interviews", type=int, default=100)
    options.add_argument("--media-gb", type=float, default=2.0)
    given = options.parse_args()
    facts = machine()
    url, owner_url, own = given.url, given.owner_url, ""
    if url == "postgres":
        own = stand_in.new_database()
        url, owner_url = stand_in.server().backend(own), stand_in.server().owner(own)
    try:
        with tempfile.TemporaryDirectory() as folder:
            figures = measure(Path(folder), url, owner_url, given.interviews, given.media_gb)
    finally:
        if own:
            stand_in.drop_database(own)
    engine = "postgresql" if url else "sqlite"
    told = {"engine": engine, "interviews": given.interviews, "figures": figures, **facts}
    print(json.dumps(told))


if __name__ == "__main__":
    main()
