"""Everything that is stored of a user as one zip, in constant memory however much it is.

Rows are read in pages, each in a transaction of its own: whoever downloads slowly holds no connection.
Recordings pass through block by block. README.txt comes last, because it names the recordings that could
not be had.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import chain
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, func, select

from services.domain import AnswerState, RatingState, User
from services.errors import NotFound, RecordingsAway, StorageError
from services.ports import Owner
from services.privacy.packing import Packing
from services.privacy.sheets import COLUMNS, Sheets
from services.storage import exporting
from services.storage.clock import Clock, utc_now
from services.storage.database import SERVICE, reading
from services.storage.exporting import Row
from services.storage.recordings import Recordings
from services.storage.removals import Removals
from services.storage.tables import AnswerRow

GIVE_UP = 3  # recordings in a row that cannot be reached: asking for the others would take minutes
_NAME_LIMIT = 40  # characters of a job in the name of a folder
_ENDINGS = {
    "audio/flac": "flac",
    "audio/wav": "wav",
    "audio/webm": "webm",
    "audio/mp4": "m4a",
    "video/webm": "webm",
    "video/mp4": "mp4",
}
_README = Path(__file__).parent / "what_is_what.txt"


@dataclass(slots=True)
class _Found:
    """Recordings met on the way, by the names that they get, and why some cannot be in the zip."""

    keys: list[tuple[str, str]] = field(default_factory=list)  # name, key
    missing: list[str] = field(default_factory=list)
    count: int = 0


class Export:
    """Any thread may call, also for the next piece."""

    def __init__(
        self, engine: Engine, recordings: Recordings, removals: Removals, now: Clock = utc_now
    ) -> None:
        self._engine = engine
        self._removals = removals
        self._recordings = recordings
        self._now = now

    def size(self, owner: Owner) -> int:
        """Bytes of all recordings and videos, which is about what the zip will have."""
        with reading(self._engine, owner) as db:
            found = db.scalar(
                select(
                    func.sum(
                        func.coalesce(AnswerRow.recording_size, 0)
                        + func.coalesce(AnswerRow.video_size, 0)
                    )
                ).where(AnswerRow.user_id == owner)
            )
        return int(found or 0)

    def pieces(self, user: User, *, media: bool = True) -> Generator[bytes]:
        """The zip, piece by piece; without `media` it says so instead.

        Raises `NotFound` for a user who is gone, `StorageError` when something breaks off in the middle:
        what has been sent until then is no whole zip and must not look like one.
        """
        self._removals.bring_home(user.id)
        packing, found = Packing(self._now()), _Found()
        with Sheets() as sheets:
            for entry in self._entries(packing, sheets, found, user, media):
                with closing(entry):
                    yield from entry
        yield packing.rest()

    def _entries(
        self, packing: Packing, sheets: Sheets, found: _Found, user: User, media: bool
    ) -> Iterator[Any]:
        """The files of the zip in their order, each a generator that writes it."""
        yield packing.add("data.json", self._data(sheets, found, user.id))
        for name in COLUMNS:
            yield packing.add(name, sheets.blocks(name))
        yield self._media(packing, found, user.id, media)
        yield packing.add("README.txt", [self._readme(found, user, media)])

    def _data(self, sheets: Sheets, found: _Found, owner: Owner) -> Iterator[bytes]:
        """data.json, and on the way the rows of the sheets and the names of the recordings."""
        with reading(self._engine, SERVICE) as db:
            account = exporting.account(db, owner)
        if account is None:
            raise NotFound("This account no longer exists.", "Sign in again.")
        with reading(self._engine, owner) as db:
            head = account | exporting.papers(db, owner)
        yield _json(head).removesuffix("\n}").encode() + b',\n "interviews": ['
        number, after, more = 0, None, True
        while more:
            with reading(self._engine, owner) as db:
                page, after = exporting.interviews(db, owner, after)
            more = after is not None
            for interview in page:
                number += 1
                names = _name_recordings(number, interview, found)
                sheets.add(number, interview, names)
                yield (",\n" if number > 1 else "\n").encode() + _json(interview).encode()
        yield b"\n]}\n"

    def _media(
        self, packing: Packing, found: _Found, owner: Owner, wanted: bool
    ) -> Iterator[bytes]:
        away = 0
        for name, key in found.keys if wanted else ():
            try:
                if away >= GIVE_UP:
                    raise RecordingsAway("The recordings cannot be reached.")
                # As many bytes as the store itself announces, or an exception: what the row says of the
                # size may be older, and would break every download off.
                blocks = iter(self._recordings.read_stream(owner, key))
                first = next(blocks, b"")
            except NotFound:
                found.missing.append(f"{name}: it is not in the store of recordings (any more)")
            except StorageError:
                away += 1
                found.missing.append(f"{name}: the store of recordings could not be reached")
            else:
                away = 0
                yield from packing.add(name, chain((first,), blocks), packed=False)

    def _readme(self, found: _Found, user: User, media: bool) -> bytes:
        if not media:
            told = f"{len(found.keys)} are stored; this download is the one without them."
        elif found.missing:
            told = "SOME ARE MISSING. Download again later to get those that could not be reached:"
        else:
            told = f"all {len(found.keys)} are here." if found.keys else "none are stored."
        missing = "".join(f"- {line}\n" for line in found.missing)
        text = _README.read_text("utf-8").format(
            made_at=f"{self._now():%Y-%m-%d at %H:%M}",
            name=" ".join(user.name.split()) or "you",
            told=told,
            missing=missing,
        )
        return text.replace("\n", "\r\n").encode()


def _name_recordings(number: int, interview: Row, found: _Found) -> dict[object, str]:
    """Names for the files of an interview's recordings, by answer; also set in the rows themselves."""
    began = interview["created_at"]
    folder = f"{number:03}-{began:%Y-%m-%d}-{_in_a_name(interview['position'])}"
    names: dict[object, str] = {}
    for question in interview["questions"]:
        for answer in question["answers"]:
            name = f"media/{folder}/question-{question['number']}-attempt-{answer['attempt']}"
            if answer["recording_key"] is not None:
                file = f"{name}.{_ENDINGS.get(answer['recording_media_type'], 'bin')}"
                names[answer["id"]] = answer["recording_file"] = file
                found.keys.append((file, answer["recording_key"]))
            elif answer["sound_s"] > 0 and not answer["recording_gone"] and not _put_aside(answer):
                found.missing.append(f"{name}: its recording is still being made")
            _name_video(f"{name}-video", answer, found)
    return names


def _put_aside(answer: Row) -> bool:
    """As `Answer.put_aside`: another attempt took its place, and no recording of it is ever made."""
    return bool(
        answer["state"] == AnswerState.REPLACED and answer["rating_state"] == RatingState.NONE
    )


def _name_video(name: str, answer: Row, found: _Found) -> None:
    """The video and the still of it, beside the sound."""
    if answer["video_key"] is not None:
        answer["video_file"] = f"{name}.{_ENDINGS.get(answer['video_media_type'], 'bin')}"
        found.keys.append((answer["video_file"], answer["video_key"]))
    if answer["thumbnail_key"] is not None:
        answer["thumbnail_file"] = f"{name}.jpg"
        found.keys.append((answer["thumbnail_file"], answer["thumbnail_key"]))


def _in_a_name(text: str) -> str:
    """Letters and digits of any script, and dashes for the rest: nothing that a path could be made of."""
    shaped = unicodedata.normalize("NFC", text).lower()
    spelled = "".join(c if c.isalnum() else "-" for c in shaped[:_NAME_LIMIT])
    return "-".join(part for part in spelled.split("-") if part) or "interview"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, default=_spelled)


def _spelled(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no spelling in JSON")
