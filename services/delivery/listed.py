"""Words that say how somebody speaks, by language: languages.toml, read once."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

Phrase = tuple[str, ...]  # forms, see `timing.form_of`


@dataclass(frozen=True)
class Listed:
    """The lists of one language; phrases of several words are tuples of their forms.

    `apart` are fillers only where punctuation or a pause sets them apart on both sides ("it was, like,
    hard"). A filler that is also said in earnest names the words it never follows or precedes as one.
    """

    fillers: frozenset[Phrase]
    apart: frozenset[Phrase]
    not_after: dict[Phrase, frozenset[str]]
    not_before: dict[Phrase, frozenset[str]]
    hedges: frozenset[Phrase]
    i: frozenset[Phrase]
    we: frozenset[Phrase]
    openers: frozenset[str]  # of clauses; empty: told by punctuation alone
    leading: frozenset[str]  # never the end of a clause


def listed(language: str) -> Listed | None:
    """The lists for a language code (`en`, `pt-BR`); None where there are none."""
    return _all().get(language.lower().split("-")[0])


@cache
def _all() -> dict[str, Listed]:
    written = tomllib.loads(
        files("services.delivery").joinpath("languages.toml").read_text("utf-8")
    )
    return {code: _one(lists) for code, lists in written.items()}


def _one(lists: dict[str, object]) -> Listed:
    unless = lists.get("unless", {})
    assert isinstance(unless, dict)

    def around(side: str) -> dict[Phrase, frozenset[str]]:
        return {
            tuple(filler.split()): frozenset(_entries(words.get(side, "")))
            for filler, words in unless.items()
        }

    def forms(name: str) -> frozenset[Phrase]:
        return frozenset(tuple(entry.split()) for entry in _entries(lists.get(name, "")))

    return Listed(
        fillers=forms("fillers"),
        apart=forms("apart"),
        not_after=around("after"),
        not_before=around("before"),
        hedges=forms("hedges"),
        i=forms("i"),
        we=forms("we"),
        openers=frozenset(_entries(lists.get("openers", ""))),
        leading=frozenset(_entries(lists.get("leading", ""))),
    )


def _entries(text: object) -> list[str]:
    return [" ".join(entry.split()) for entry in str(text).split(",") if entry.strip()]
