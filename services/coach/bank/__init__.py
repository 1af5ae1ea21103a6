"""The curated question bank: readable TOML files beside this one, read once into frozen values.

A file says at its top what all of its questions share (`kind`, `field`, `stack`, `tags`); each
`[[questions]]` entry may override `kind` and `difficulty`, and adds its own tags to the shared ones.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints, field_validator

from services.domain import Difficulty, Kind

ANY_FIELD = "any"  # the field of questions that fit every job

_FOLDER = Path(__file__).parent

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class BankQuestion(BaseModel):
    """A question as it is curated, before it is numbered and given a rubric.

    `field` is the line of work it belongs to (`any`, `software`, `sales`, ...), `stack` the technology
    (empty where there is none), and `tags` the words of job adverts that it answers to.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Slug
    text: Text
    kind: Kind
    competency: Text
    difficulty: Difficulty
    field: Slug = ANY_FIELD
    stack: str = ""
    tags: tuple[Text, ...] = ()
    model_answer: Text
    key_points: tuple[Text, ...]
    levels: tuple[Text, ...] = ()  # of "Covers what matters", for this very question

    @field_validator("model_answer", mode="before")
    @classmethod
    def _one_paragraph(cls, text: str) -> str:
        """The files wrap long answers; people read and hear them as one paragraph."""
        return " ".join(text.split())

    @property
    def source(self) -> str:
        """What `Question.source` holds, so that a question is not asked twice."""
        return f"bank:{self.id}"


@cache
def load() -> tuple[BankQuestion, ...]:
    """Every question of the bank, in the order of the files' names. Read once per process.

    Raises `pydantic.ValidationError` or `ValueError` for a flawed file: the bank ships with the
    product, so a flaw is a defect of ours and not a failure to expect.
    """
    questions = tuple(q for path in sorted(_FOLDER.glob("*.toml")) for q in _read(path))
    if len({q.id for q in questions}) != len(questions):
        raise ValueError("two questions of the bank share an id")
    return questions


def _read(path: Path) -> list[BankQuestion]:
    shared: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    entries: list[dict[str, Any]] = shared.pop("questions")
    shared_tags: list[str] = shared.pop("tags", [])
    return [
        BankQuestion.model_validate(
            {**shared, **entry, "tags": [*shared_tags, *entry.get("tags", [])]}
        )
        for entry in entries
    ]
