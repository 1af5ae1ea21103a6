"""Signs of how an answer is told: a situation, single acts, an outcome, reasons, steps, details."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from services.coach.lexicon import lexicon
from services.coach.screening import Answered
from services.coach.words import Token, phrases_in


class Sign(StrEnum):
    SITUATION = "situation"
    TASK = "task"
    ACTION = "action"  # "I called", "we moved"
    INTENT = "intent"  # "I'd call"
    RESULT = "result"
    LESSON = "lesson"
    REASON = "reason"
    PRICE = "price"  # drawbacks, limits, conditions
    ORDER = "order"
    EXAMPLE = "example"
    NUMBER = "number"
    NAME = "name"
    VAGUE = "vague"
    DISMISSAL = "dismissal"  # "there is no need to", "plays no role"


@dataclass(frozen=True)
class Found:
    """A sign with the clause it is in and what makes it one of its kind (to count distinct ones)."""

    sign: Sign
    clause: int
    what: str


_NAME = re.compile(r"(?<=[a-z,] )(?!I\b|I')[A-Z][\w+#.-]*\w")
_DIGIT = re.compile(r"\d")
_DOERS = frozenset(("i", "we"))
_INTENDING = frozenset(("id", "ill", "wed", "well"))  # I'd, I'll, we'd, we'll in plain form
_NO_ACTS = frozenset(("be", "have", "not", "like", "say", "do", "think"))


def signs(answer: Answered) -> tuple[Found, ...]:
    """Every sign in the judged part of an answer, in the order of its clauses."""
    clause_of = answer.clause_of
    hits = (*_cues_in(answer), *_names_in(answer), *_words_in(answer))
    found = [Found(sign, int(clause_of[at]), what) for sign, at, what in hits if answer.counts[at]]
    return tuple(sorted(found, key=lambda f: (f.clause, f.sign, f.what)))


def _cues_in(answer: Answered) -> Iterator[tuple[Sign, int, str]]:
    text = answer.straight_text
    for sign, pattern in _patterns().items():
        for hit in pattern.finditer(text):
            yield sign, answer.token_at(hit.start()), " ".join(hit.group().lower().split())


def _names_in(answer: Answered) -> Iterator[tuple[Sign, int, str]]:
    for hit in _NAME.finditer(answer.straight_text):
        yield Sign.NAME, answer.token_at(hit.start()), hit.group().lower()


def _words_in(answer: Answered) -> Iterator[tuple[Sign, int, str]]:
    for first, _, name in phrases_in(answer.words, lexicon().vague):
        yield Sign.VAGUE, first, name
    for i, word in enumerate(answer.words):
        if _DIGIT.search(word.plain) or word.plain in lexicon().numbers:
            yield Sign.NUMBER, i, word.plain
        verb = _verb_after(answer.words, i)
        if verb is not None:
            yield verb[0], i, verb[1]


def _verb_after(words: tuple[Token, ...], i: int) -> tuple[Sign, str] | None:
    """What somebody did ("we also moved") or would do ("I would then ask") from word `i` on."""
    known = lexicon()
    intends = words[i].plain in _INTENDING
    if not intends and words[i].plain not in _DOERS:
        return None
    following = [w for w in words[i + 1 : i + 5] if w.plain not in known.between]
    if following and following[0].plain in ("would", "will") and not intends:
        intends, following = True, following[1:]
    if not following:
        return None
    verb = following[0]
    if intends:
        return None if verb.plain in _NO_ACTS else (Sign.INTENT, verb.stem)
    past = verb.plain.endswith("ed") or verb.plain in known.past_forms
    return (Sign.ACTION, verb.stem) if past and verb.plain not in known.states else None


@cache
def _patterns() -> dict[Sign, re.Pattern[str]]:
    written = tomllib.loads(files("services.coach").joinpath("signs.toml").read_text("utf-8"))
    lists = {f"{{{name}}}": cues for name, cues in written.pop("lists").items()}
    patterns = {}
    for sign, cues in written.items():
        for name, listed in lists.items():
            cues = cues.replace(name, listed)
        alternatives = "|".join(" ".join(cues.split()).split(" | "))
        patterns[Sign(sign)] = re.compile(rf"\b(?:{alternatives})(?!\w)", re.IGNORECASE)
    return patterns
