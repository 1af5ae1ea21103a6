"""What the offline rater knows about words: stems, how common they are, and which mean alike."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from math import log

Phrase = tuple[str, ...]

# Tried in this order; the first that leaves at least three letters is taken off.
_SUFFIXES = (
    "isation", "ization", "ations", "ation", "ments", "ment", "ness", "ingly", "edly", "ings", "ing",
    "ised", "ized", "ises", "izes", "ise", "ize", "ates", "ated", "ate", "ions", "ion", 
    "ies", "ied", "ed", "es", "ly", "s", "y", "e",
)  # fmt: skip
_DOUBLED = re.compile(r"([bdfgmnprt])\1$")


@dataclass(frozen=True)
class Lexicon:
    """The word lists, stemmed. `phrases` are keyed by their first stem, longest first."""

    function_words: frozenset[str]
    fillers: frozenset[str]
    asking: frozenset[str]
    judging: frozenset[str]
    numbers: frozenset[str]
    past_forms: frozenset[str]
    between: frozenset[str]
    openers: frozenset[str]
    states: frozenset[str]
    denials: frozenset[str]
    denials_behind: frozenset[str]
    no_denials: frozenset[str]
    sweeping: frozenset[str]
    opposites: dict[str, frozenset[str]]  # stem -> stems
    concepts_of: dict[str, frozenset[str]]  # stem -> concepts
    phrases: dict[str, tuple[tuple[Phrase, str], ...]]  # first stem -> (phrase, concept)
    vague: dict[str, tuple[tuple[Phrase, str], ...]]
    instructions: dict[str, tuple[tuple[Phrase, str], ...]]
    doubtful_instructions: dict[str, tuple[tuple[Phrase, str], ...]]
    frequency: dict[str, float]  # stem or @concept -> number of questions answered with it
    questions: int

    def weight(self, stem: str) -> float:
        """How much a word says about the subject: 0 for grammar, 1 for a word unseen in answers.

        Inverse document frequency (Spärck Jones 1972) over interview answers, scaled to 0..1, so
        that what everybody says in an interview ("team", "week") counts little.
        """
        if stem in self.function_words:
            return 0.0
        return max(0.05, 1 - log(1 + self.frequency.get(stem, 0)) / log(1 + self.questions))


def plain(text: str) -> str:
    """Lower case without apostrophes, the form in which all lists are kept."""
    return text.lower().replace("'", "").replace("\N{RIGHT SINGLE QUOTATION MARK}", "")


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The part of an English word that its forms share; `word` is in plain form.

    Lighter than Porter (1980): one suffix from a list and a doubled consonant are taken off.
    """
    irregular = _irregular().get(word)
    if irregular:
        word = irregular
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            return _DOUBLED.sub(r"\1", word[: -len(suffix)])
    return word


@cache
def lexicon() -> Lexicon:
    """The lists of lexicon.toml and frequency.txt, read once."""
    written = _written()
    concepts: dict[str, set[str]] = {}
    phrases: dict[str, list[tuple[Phrase, str]]] = {}
    for concept, entries in written["concepts"].items():
        for entry in _entries(entries):
            key = _stems(entry)
            if len(key) == 1:
                concepts.setdefault(key[0], set()).add(concept)
            elif key:
                phrases.setdefault(key[0], []).append((key, concept))
    counts = files("services.coach").joinpath("frequency.txt").read_text("utf-8").splitlines()
    questions, *rows = (line for line in counts if line and not line.startswith("#"))
    return Lexicon(
        function_words=frozenset(_entries(written["function_words"])),
        fillers=frozenset(_entries(written["fillers"])),
        asking=frozenset(stem(w) for w in _entries(written["asking"])),
        judging=frozenset(_entries(written["judging"])),
        numbers=frozenset(_entries(written["numbers"]["words"])),
        past_forms=frozenset(_entries(written["past_forms"])),
        openers=frozenset(_entries(written["openers"])),
        between=frozenset(_entries(written["between"])),
        states=frozenset(_entries(written["states"])),
        denials=frozenset(_entries(written["denials"])),
        denials_behind=frozenset(_entries(written["denials_behind"])),
        no_denials=frozenset(_entries(written["no_denials"])),
        sweeping=frozenset(_entries(written["sweeping"])),
        opposites=_pairs(_entries(written["opposites"])),
        concepts_of={word: frozenset(found) for word, found in concepts.items()},
        phrases=_longest_first(phrases),
        vague=_listed(written["vague"]),
        instructions=_listed(written["instructions"]),
        doubtful_instructions=_listed(written["doubtful_instructions"]),
        frequency={word: float(count) for word, count in (row.split() for row in rows)},
        questions=int(questions),
    )


@cache
def _written() -> dict[str, dict[str, str]]:
    return tomllib.loads(files("services.coach").joinpath("lexicon.toml").read_text("utf-8"))


@cache
def _irregular() -> dict[str, str]:
    return {
        form: word for word, forms in _written()["irregular"].items() for form in _entries(forms)
    }


def _entries(text: object) -> list[str]:
    return [plain(" ".join(entry.split())) for entry in str(text).split(",") if entry.strip()]


def _pairs(entries: list[str]) -> dict[str, frozenset[str]]:
    """Each stem of a pair with the stems it is paired with."""
    found: dict[str, set[str]] = {}
    for entry in entries:
        one, other = _stems(entry)
        if one != other:  # two forms of one word after stemming oppose nothing
            found.setdefault(one, set()).add(other)
            found.setdefault(other, set()).add(one)
    return {word: frozenset(others) for word, others in found.items()}


def _stems(entry: str) -> Phrase:
    return tuple(stem(word) for word in entry.split())


def _listed(text: object) -> dict[str, tuple[tuple[Phrase, str], ...]]:
    found: dict[str, list[tuple[Phrase, str]]] = {}
    for entry in _entries(text):
        key = _stems(entry)
        found.setdefault(key[0], []).append((key, entry))
    return _longest_first(found)


def _longest_first(
    phrases: dict[str, list[tuple[Phrase, str]]],
) -> dict[str, tuple[tuple[Phrase, str], ...]]:
    return {
        first: tuple(sorted(set(found), key=lambda entry: (-len(entry[0]), entry)))
        for first, found in phrases.items()
    }
