"""What a model is asked to write for a question, and what of it can be used.

The shapes are lenient, because one flawed question must not cost all the others: each is checked here
by itself, and one that fails is asked for again.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache

from pydantic import BaseModel
from rapidfuzz import fuzz

from services.coach.language_model.cleaning import clean, clean_line
from services.coach.language_model.tongue import other_than
from services.coach.rubrics import rubric_for
from services.domain import Criterion, Kind, Rubric

SHORTEST_QUESTION, LONGEST_QUESTION = 10, 400  # characters

_MOST_MARKS = (
    2  # question marks; one is wanted, but "What is X? When do you use it?" is one question
)
_DENSE = frozenset(("zh", "ja"))  # one letter says what half a word says elsewhere
_FEWEST_CRITERIA, _MOST_CRITERIA = 3, 5
_FEWEST_POINTS, _MOST_POINTS = 3, 6
_SHORTEST_ANSWER = 30  # characters of a model answer; Chinese says much in few
_MODEL_ANSWER, _POINT, _NAME, _TEXT = 3_000, 200, 60, 300  # characters kept
_COMPETENCY = 60
_SAME_ID = 85.0  # rapidfuzz ratio: "relevancy" is "relevance", "results" is "result"

_NUMBERING = re.compile(r"\A\W*(?:(?:question|level|[Qq])?\s*\d{1,2}\s*[:.)]\s+)", re.IGNORECASE)
_QUOTED = re.compile(r"[“\"„«][^”\"“»]{0,200}[”\"“»]")
_QUESTION_MARKS = re.compile("[?\uff1f\u061f]")
_EMPHASIS = re.compile(r"\*\*|__|(?<!\w)`|`(?!\w)|\A#+\s*")


class _Written(BaseModel, frozen=True, hide_input_in_errors=True):
    pass


class WrittenCriterion(_Written):
    """One criterion with its five levels, lowest first."""

    id: str
    name: str
    description: str
    levels: list[str]


class WrittenGuide(_Written):
    """What an answer to a question is judged on."""

    kind: str
    competency: str
    model_answer: str
    key_points: list[str]
    criteria: list[WrittenCriterion]


class WrittenQuestion(_Written):
    """A question with what an answer to it is judged on. Models write in this order."""

    text: str
    kind: str
    competency: str
    model_answer: str
    key_points: list[str]
    criteria: list[WrittenCriterion]


class WrittenQuestions(_Written):
    """The questions of an interview, or some of them."""

    questions: list[WrittenQuestion]


class Flawed(ValueError):
    """Something that was written cannot be used; the text tells the model why."""


class Guide(_Written):
    """A checked `WrittenGuide`."""

    competency: str
    model_answer: str
    key_points: tuple[str, ...]
    rubric: Rubric


def text_of(written: WrittenQuestion, language: str) -> str:
    """The question as it will be asked. Raises `Flawed`."""
    text = _NUMBERING.sub("", _EMPHASIS.sub("", clean_line(written.text, LONGEST_QUESTION + 100)))
    shortest = SHORTEST_QUESTION // 2 if language in _DENSE else SHORTEST_QUESTION
    if not shortest <= len(text) <= LONGEST_QUESTION:
        raise Flawed(f"A question must have {SHORTEST_QUESTION} to {LONGEST_QUESTION} characters.")
    if len(_QUESTION_MARKS.findall(_QUOTED.sub("", text))) > _MOST_MARKS:
        raise Flawed("A question must ask one thing: at most one question mark.")
    if other_than(text, language):
        raise Flawed("A question was not in the language that was asked for.")
    return text


def kind_of(written: WrittenGuide | WrittenQuestion, wanted: Sequence[Kind]) -> Kind:
    """The kind that was written if it is wanted, else the first wanted one."""
    said = written.kind.strip().lower().replace("-", "_").replace(" ", "_")
    said = {"behavioral": "behavioural", "design": "system_design"}.get(said, said)
    return next((kind for kind in wanted if kind.value == said), wanted[0])


def guide_of(
    written: WrittenGuide | WrittenQuestion, kind: Kind, language: str, version: str
) -> Guide:
    """Model answer, key points and rubric, cleaned and checked. Raises `Flawed`."""
    answer = clean(written.model_answer, _MODEL_ANSWER)
    if len(answer) < _SHORTEST_ANSWER:
        raise Flawed("A model answer was missing or too short.")
    points = _distinct(_EMPHASIS.sub("", clean_line(point, _POINT)) for point in written.key_points)
    if len(points) < _FEWEST_POINTS:
        raise Flawed(f"A question had fewer than {_FEWEST_POINTS} different key points.")
    criteria = _criteria(written.criteria, kind, language)
    told = [f"{c.description} {' '.join(c.levels)}" for c in criteria]
    if any(other_than(text, language) for text in (answer, " ".join(points), " ".join(told))):
        raise Flawed("Model answer, key points or levels were not in the language asked for.")
    return Guide(
        competency=clean_line(written.competency, _COMPETENCY),
        model_answer=answer,
        key_points=points[:_MOST_POINTS],
        rubric=Rubric(version=version, criteria=criteria),
    )


def generic_criteria(kinds: Sequence[Kind]) -> str:
    """The criteria that a model chooses from, for the prompt."""
    lines = []
    for kind in dict.fromkeys(kinds):
        lines.append(f"  For {kind.value}:")
        lines += [f"  - `{c.id}`: {c.name}. {c.description}" for c in rubric_for(kind).criteria]
    return "\n".join(lines)


def _criteria(
    written: Sequence[WrittenCriterion], kind: Kind, language: str
) -> tuple[Criterion, ...]:
    found: dict[str, Criterion] = {}
    for entry in written:
        levels = _distinct(_NUMBERING.sub("", clean_line(level, _TEXT)) for level in entry.levels)
        name = clean_line(entry.name, _NAME)
        if len(levels) != 5 or len(entry.levels) != 5 or not name:
            continue
        generic = _generic(entry, kind)
        identity = generic.id if generic else _slug(entry.id) or _slug(name) or _mark(name)
        one, two, three, four, five = levels
        found.setdefault(
            identity,
            Criterion(
                id=identity,
                name=generic.name if generic and language == "en" else name,
                description=clean_line(entry.description, _TEXT) or name,
                levels=(one, two, three, four, five),
            ),
        )
    if len(found) < _FEWEST_CRITERIA:
        raise Flawed(
            f"A question had fewer than {_FEWEST_CRITERIA} criteria with five different levels each."
        )
    order = [c.id for c in rubric_for(kind).criteria]
    ranked = sorted(
        found.values(), key=lambda c: order.index(c.id) if c.id in order else len(order)
    )
    return tuple(ranked[:_MOST_CRITERIA])


def _generic(entry: WrittenCriterion, kind: Kind) -> Criterion | None:
    """The general criterion that is meant, so that charts join what belongs together."""
    said = _slug(entry.id)
    for criterion in rubric_for(kind).criteria:
        if fuzz.ratio(said, criterion.id) >= _SAME_ID:
            return criterion
        if entry.name.strip().casefold() == criterion.name.casefold():
            return criterion
    # One that belongs to another kind of question keeps its own levels under the id it is known by.
    return next((c for c in _all_generic() if c.id == said), None)


@cache
def _all_generic() -> tuple[Criterion, ...]:
    return tuple(c for kind in Kind for c in rubric_for(kind).criteria)


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40]
    return slug if re.search("[a-z]", slug) else ""


def _mark(name: str) -> str:
    """An id for a name in another script: the same name always has the same one."""
    return "x-" + hashlib.blake2b(name.casefold().encode(), digest_size=4).hexdigest()


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for text in texts:
        if text:
            found.setdefault(text.casefold().rstrip("."), text)
    return tuple(found.values())
