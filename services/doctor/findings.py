"""What the doctor finds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import ParamSpec

from services.errors import AppError
from services.failures import failure_of

Asked = ParamSpec("Asked")


class State(StrEnum):
    """WARNING: it works, but somebody should know. PROBLEM: it does not work, or is not safe."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check. Its texts are ours and never hold a secret."""

    name: str
    state: State
    found: str
    remedy: str = ""  # what to do about it


def ok(name: str, found: str) -> Finding:
    return Finding(name, State.OK, found)


def warning(name: str, found: str, remedy: str) -> Finding:
    return Finding(name, State.WARNING, found, remedy)


def problem(name: str, found: str, remedy: str) -> Finding:
    return Finding(name, State.PROBLEM, found, remedy)


def look(
    name: str, check: Callable[Asked, Finding], *args: Asked.args, **options: Asked.kwargs
) -> Finding:
    """What a check finds. One that fails is a finding itself, so that the others are made all the same."""
    found: list[Finding] = []

    def check_it() -> None:
        try:
            found.append(check(*args, **options))
        except AppError as error:
            found.append(problem(name, error.message, error.remedy))

    if (failure := failure_of(check_it)) is not None:
        return problem(
            name,
            f"This could not be looked at ({type(failure).__name__}).",
            "That is a mistake in the doctor itself: please report it.",
        )
    return found[0]
