"""Names of recordings: `owner/interview/answer.flac`, of its video `.webm` or `.mp4` with a still picture of
it beside it, `.jpg`, and of what is stored while an answer is given,
`owner/interview/answer.parts/FIRST-END.flac` (numbers of samples).

Nothing but these forms is ever given to a store, and nothing whose owner is somebody else: so no name can
leave its place, however it is spelled.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

from services.errors import InvalidInput, NotFound
from services.ports import Owner

_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_NUMBER = "[0-9]{12}"
_VIDEOS = {"video/webm": "webm", "video/mp4": "mp4"}
_KEY = re.compile(
    f"(?P<owner>{_UUID})/(?P<interview>{_UUID})/(?P<answer>{_UUID})"
    f"(\\.(flac|webm|mp4|jpg)|(?P<parts>\\.parts)(/(?P<first>{_NUMBER})-(?P<end>{_NUMBER})\\.flac)?)"
)


@dataclass(frozen=True, slots=True)
class Part:
    """Samples `first` up to `end` of an answer's sound."""

    key: str
    first: int
    end: int


def recording_key(owner: Owner, interview_id: UUID, answer_id: UUID) -> str:
    return f"{owner}/{interview_id}/{answer_id}.flac"


def video_key(owner: Owner, interview_id: UUID, answer_id: UUID, media_type: str) -> str:
    """Raises `InvalidInput` for what is no video that browsers play."""
    kind = media_type.partition(";")[0].strip().lower()
    if kind not in _VIDEOS:
        raise InvalidInput("video", "This kind of video cannot be kept.", "Record it again.")
    return f"{owner}/{interview_id}/{answer_id}.{_VIDEOS[kind]}"


def thumbnail_key(owner: Owner, interview_id: UUID, answer_id: UUID) -> str:
    return f"{owner}/{interview_id}/{answer_id}.jpg"


def files_of(owner: Owner, interview_id: UUID, answer_id: UUID) -> tuple[str, ...]:
    """The names that what is kept of an answer has as a rule; its row may say others."""
    place = (owner, interview_id, answer_id)
    video = video_key(*place, "video/webm")
    return recording_key(*place), video, thumbnail_key(*place), parts_key(*place)


def parts_key(owner: Owner, interview_id: UUID, answer_id: UUID) -> str:
    """The folder of an answer's parts."""
    return f"{owner}/{interview_id}/{answer_id}.parts"


def part_of_folder(folder: str, first: int, end: int) -> Part:
    return Part(f"{folder}/{first:012d}-{end:012d}.flac", first, end)


def part_of_key(key: str) -> Part | None:
    """None for what was not made by us."""
    found = _KEY.fullmatch(key)
    if found is None or found["first"] is None:
        return None
    return Part(key, int(found["first"]), int(found["end"]))


def owner_of_key(key: str) -> Owner:
    """Raises `NotFound` for what is no key of ours."""
    return UUID(_parsed(key)["owner"])


def answer_of_key(key: str) -> UUID:
    """Raises `NotFound` for what is no key of ours."""
    return UUID(_parsed(key)["answer"])


def is_folder(key: str) -> bool:
    """Whether it names the parts of an answer and not one file."""
    found = _parsed(key)
    return found["parts"] is not None and found["first"] is None


def must_own(owner: Owner, key: str) -> None:
    """Raises `NotFound` for a key of somebody else, the same as for one that does not exist."""
    if owner_of_key(key) != owner:
        raise not_found()


def belongs(key: str | None, owner: Owner) -> bool:
    """Whether it is a key of ours that begins with this owner's id."""
    found = _KEY.fullmatch(key or "")
    return found is not None and found["owner"] == str(owner)


def given_to(key: str, owner: Owner) -> str:
    """The same key for another owner. Raises `NotFound` for what is no key of ours."""
    return f"{owner}{key[len(_parsed(key)['owner']) :]}"


def not_found() -> NotFound:
    return NotFound("There is no such recording.", "It may have been deleted.")


def _parsed(key: str) -> re.Match[str]:
    found = _KEY.fullmatch(key)
    if found is None:
        raise not_found()
    return found
