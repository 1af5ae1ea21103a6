"""What a language model replies when it rates. Names and order of the fields are part of the prompt:
words first, then the reason, then the level, so that a level follows from what was found.

A model is told that every field is required. Only levels and reasons are worth a repair round, though:
where something else is missing or flawed, it is left out of the rating.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, TypeVar

from pydantic import BaseModel, Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator
from pydantic.config import JsonDict

from services.domain import Followed, FollowUp, Level


class Part(StrEnum):
    """Of a story that is told as situation, task, action and result."""

    SITUATION = "situation"
    TASK = "task"
    ACTION = "action"
    RESULT = "result"
    OTHER = "other"

    @classmethod
    def _missing_(cls, value: object) -> Part:
        """A name of the model's own ("reflection") is none of the four; a rating is not lost for it."""
        return next((part for part in cls if part == str(value).lower()), cls.OTHER)


class _Replied(BaseModel, frozen=True, hide_input_in_errors=True):
    pass


def _or_none(value: object, read: ValidatorFunctionWrapHandler) -> object:
    try:
        return read(value)
    except ValidationError:
        return None


_Read = TypeVar("_Read")
_Optional = Annotated[_Read | None, WrapValidator(_or_none)]
_FIVE: JsonDict = {"minItems": 5, "maxItems": 5}


class Quote(_Replied):
    sentence: int = Field(0, description="number of the sentence that holds these words")
    words: str = Field(description="exact words of the answer, copied")


class Judged(_Replied):
    """One criterion."""

    id: str = Field(description="id of the criterion")
    quotes: list[Quote] = Field([], description="0 to 3 quotes that show the level")
    reason: str = Field(description="one to three sentences to the candidate")
    level: Level


class Levels(_Replied):
    """A pass: every criterion judged, and advice."""

    criteria: list[Judged] = Field(description="every criterion of the rubric once")
    strengths: list[str] = Field([], description="0 to 3")
    improvements: list[str] = Field([], description="0 to 3")
    next_action: str = Field("", description="one thing to do in the next attempt")


class Stretch(_Replied):
    """Sentences `first` to `last`, both included, are this part of the story."""

    first: int
    last: int
    part: Part


class KeyPoint(_Replied):
    number: int
    said: bool = Field(description="whether the answer says it, in whatever words")


class Check(_Replied):
    """Whether the last advice was followed."""

    followed: Followed
    comment: str = ""


class OwnCriterion(_Replied):
    id: str = Field(description="relevance, coverage or specificity")
    name: str
    description: str
    levels: list[str] = Field(
        description="five descriptions, of level 1 to level 5", json_schema_extra=_FIVE
    )


class AskedOn(_Replied):
    """A follow-up question."""

    kind: FollowUp
    key_point: int = Field(description="number of the open key point that it is about")
    text: str
    model_answer: str
    key_points: list[str] = Field(description="2 to 5")
    criteria: list[OwnCriterion] = Field(description="relevance, coverage and specificity")


class Whole(Levels):
    """The first pass: everything that is said about an answer."""

    improved_answer: str = ""
    story: list[Stretch] = []
    key_points: list[KeyPoint] = []
    last_action: _Optional[Check] = None
    follow_up: _Optional[AskedOn] = None


class Found(_Replied):
    """Quotes for one criterion that were asked for once more."""

    id: str
    quotes: list[Quote]


class Evidenced(_Replied):
    criteria: list[Found]
