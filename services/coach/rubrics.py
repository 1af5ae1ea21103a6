"""Rubrics: what an answer to each kind of question is judged on. The texts are in rubrics.toml."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from services.domain import Criterion, Kind, Rubric


@cache
def rubric_for(kind: Kind) -> Rubric:
    """The rubric of a kind of question: five criteria, each with five levels that can be heard."""
    written = tomllib.loads(files("services.coach").joinpath("rubrics.toml").read_text("utf-8"))
    criteria = tuple(
        Criterion.model_validate(entry) for entry in written["criterion"] if kind in entry["kinds"]
    )
    return Rubric(version=written["version"], criteria=criteria)
