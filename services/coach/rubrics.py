"""Rubrics: what an answer to each kind of question is judged on. The texts are in rubrics.toml."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from services.domain import Criterion, Kind, Rubric

_OWN_LEVELS = "coverage"  # what matters is the one thing that differs from question to question


@cache
def rubric_for(kind: Kind, levels: tuple[str, ...] = ()) -> Rubric:
    """The rubric of a kind of question: five criteria, each with five levels that can be heard.

    `levels` are a question's own, lowest first; they replace the general ones of what it covers.
    Raises `ValueError` unless there are five of them or none.
    """
    if not levels:
        return Rubric(version=_written()[0], criteria=_general(kind))
    if len(levels) != 5:
        raise ValueError(f"a criterion has five levels, not {len(levels)}")
    one, two, three, four, five = levels
    own = (one, two, three, four, five)
    return Rubric(
        version=_written()[0],
        criteria=tuple(
            c.model_copy(update={"levels": own}) if c.id == _OWN_LEVELS else c
            for c in _general(kind)
        ),
    )


@cache
def _general(kind: Kind) -> tuple[Criterion, ...]:
    _, entries = _written()
    return tuple(criterion for kinds, criterion in entries if kind in kinds)


@cache
def _written() -> tuple[str, tuple[tuple[tuple[str, ...], Criterion], ...]]:
    """The version of the texts, and every criterion with the kinds of questions it is for."""
    text = files("services.coach").joinpath("rubrics.toml").read_text("utf-8")
    written = tomllib.loads(text)
    return written["version"], tuple(
        (tuple(entry["kinds"]), Criterion.model_validate(entry)) for entry in written["criterion"]
    )
