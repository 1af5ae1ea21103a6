"""What of a text may be judged: copies, repeats, bare terms and words to the rater are left out."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from services.coach.lexicon import lexicon
from services.coach.word_order import fluency
from services.coach.words import Clause, Token, clauses, phrases_in, tokens

Mask = NDArray[np.bool_]

_FULL_STOP = re.compile(r"[.!?](?=\s|$)")
_RUN = 4  # words in a row that are no coincidence; shorter runs ("a lot of the") are
_COPIED = 0.5  # share of an answer that is read out before we take it for reading out
_QUOTED = 0.3  # share that is the question word for word; it is natural to begin with a part of it
_LOOPED = 0.3  # share of repeated runs; fluent speech stays under 0.1
# Function words in natural spoken English are 0.45-0.6 of all words; terse technical answers go
# down to 0.3, lists of terms to 0.1 (measured on the cases in tests/grading).
_SPOKEN = 0.22
# Of a whole answer: the tersest ones of bands 3 to 5 in tests/grading have 0.35, lists stay under 0.28.
# Notes in a telegraph's style have less, but end every few words; lists that do have under 0.1.
_SENTENCES = 0.28
# The same share after words thrown together have paid for it: order that chance would give, and words
# that nobody says in interviews. A discriminant of gibberish against bands 2 to 5 in tests/grading,
# rounded; nine in ten of the first stay under `_SENTENCES`, the least of the others has 0.31.
_ORDER, _STRANGE = 0.2, 0.4
_NOTES = 0.15
_TELEGRAPH = 8  # words to a full stop
_NEIGHBOURHOOD = 7  # words to each side in which function words are counted
# Different content words that the question had already. Answers of band 3 and above stay under 0.4;
# the question said again in other words has 0.5 to 1.
_ECHOED = 0.55
# When most of a text is not the candidate's answer, a remainder this short is not one either.
_REMAINDER = 40  # words


@dataclass(frozen=True)
class Answered:
    """An answer made ready to judge: its tokens and clauses, and which tokens count."""

    text: str
    words: tuple[Token, ...]
    clauses: tuple[Clause, ...]
    counts: Mask  # per token: may it be judged?
    addressed: float  # share of words that speak to the rater
    read_out: float  # share of words copied from the question or its key points
    repeated: float  # share of words said before in the same order
    spoken: float  # share of function words

    @cached_property
    def clause_of(self) -> NDArray[np.int_]:
        """The clause of each token."""
        found = np.zeros(len(self.words), dtype=int)
        for i, part in enumerate(self.clauses):
            found[part.first : part.last] = i
        return found

    @cached_property
    def straight_text(self) -> str:
        """The text with straight apostrophes; as long as the text, so that places stay the same."""
        return self.text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")

    def token_at(self, character: int) -> int:
        """The token that begins at or before a character."""
        return max(0, bisect_right(self._starts, character) - 1)

    @cached_property
    def _starts(self) -> list[int]:
        return [word.start for word in self.words]

    @property
    def judged_words(self) -> int:
        return int(self.counts.sum())


def screen(text: str, question: str, key_points: Iterable[str]) -> Answered:
    """Split `text` into words and clauses, and mark what is not an answer of the candidate's own."""
    words = tokens(text)
    parts = clauses(text, words)
    count = len(words)
    addressed = _to_the_rater(words, parts)
    plain = [word.plain for word in words]
    asked = _runs_of([question])
    listed = _runs_of(key_points)
    from_question = _inside_runs(plain, asked)
    from_points = _inside_runs(plain, listed)
    repeats = _repeats(plain)
    grammar = np.array([w.plain in lexicon().function_words for w in words], dtype=bool)

    kept = ~addressed
    if count and from_question.mean() > _QUOTED:
        kept &= ~from_question
    if count and from_points.mean() > _COPIED:
        kept &= ~from_points
    if count and repeats.mean() > _LOOPED:
        kept &= ~repeats
    if count and not (_telegraphic(text, count) and grammar.mean() >= _NOTES):
        kept &= _in_speech(grammar) if _sentences(words, grammar) else False
    if count and kept.mean() < 0.5 and kept.sum() < _REMAINDER:
        kept[:] = False
    if _echo(words, kept, question) >= _ECHOED:
        kept[:] = False
    return Answered(
        text=text,
        words=words,
        clauses=parts,
        counts=kept,
        addressed=_share(addressed),
        read_out=_share(from_question | from_points),
        repeated=_share(repeats),
        spoken=_share(grammar),
    )


def _to_the_rater(words: tuple[Token, ...], parts: tuple[Clause, ...]) -> Mask:
    """Whole clauses that carry an instruction; one word that may be one is none by itself."""
    marked = np.zeros(len(words), dtype=bool)
    known = lexicon()
    hits = [first for first, _, _ in phrases_in(words, known.instructions)]
    if hits:
        hits += [first for first, _, _ in phrases_in(words, known.doubtful_instructions)]
    for part in parts:
        if any(part.first <= hit < part.last for hit in hits):
            marked[part.first : part.last] = True
    return marked


def _runs_of(texts: Iterable[str]) -> set[tuple[str, ...]]:
    runs: set[tuple[str, ...]] = set()
    for text in texts:
        plain = [word.plain for word in tokens(text)]
        size = min(_RUN, len(plain))
        if size >= 2:
            runs.update(tuple(plain[i : i + size]) for i in range(len(plain) - size + 1))
    return runs


def _inside_runs(plain: list[str], runs: set[tuple[str, ...]]) -> Mask:
    marked = np.zeros(len(plain), dtype=bool)
    sizes = sorted({len(run) for run in runs})
    for i in range(len(plain)):
        for size in sizes:
            if tuple(plain[i : i + size]) in runs:
                marked[i : i + size] = True
    return marked


def _repeats(plain: list[str]) -> Mask:
    marked = np.zeros(len(plain), dtype=bool)
    seen: set[tuple[str, ...]] = set()
    for i in range(len(plain) - _RUN + 1):
        run = tuple(plain[i : i + _RUN])
        if run in seen:
            marked[i : i + _RUN] = True
        seen.add(run)
    return marked


def _echo(words: tuple[Token, ...], kept: Mask, question: str) -> float:
    """Share of the different content words that only say the question again."""
    asked = {word.stem for word in tokens(question)}
    known = lexicon()
    empty = known.function_words | known.fillers
    said = {
        word.stem
        for word, keep in zip(words, kept, strict=True)
        if keep and word.plain not in empty
    }
    return len(said & asked) / len(said) if said else 0.0


def _in_speech(grammar: Mask) -> Mask:
    """True where enough function words are near: a list of terms has none between them."""
    if not len(grammar):
        return grammar
    window = np.ones(2 * _NEIGHBOURHOOD + 1)
    near = np.convolve(grammar.astype(float), window, "full")[_NEIGHBOURHOOD:-_NEIGHBOURHOOD]
    size = np.convolve(np.ones(len(grammar)), window, "full")[_NEIGHBOURHOOD:-_NEIGHBOURHOOD]
    return np.asarray(near / size >= _SPOKEN)


def _sentences(words: tuple[Token, ...], grammar: Mask) -> bool:
    """Whether words make sentences, rather than a list or a salad."""
    share = _share(grammar)
    if share < _SENTENCES:
        return False
    known = lexicon()
    rest = {word.stem for word, is_grammar in zip(words, grammar, strict=True) if not is_grammar}
    strange = sum(known.frequency.get(stem, 0) <= 1 for stem in rest) / max(1, len(rest))
    order = fluency(word.plain for word in words)
    return share + _ORDER * order - _STRANGE * strange >= _SENTENCES


def _telegraphic(text: str, count: int) -> bool:
    return count <= _TELEGRAPH * len(_FULL_STOP.findall(text))


def _share(mask: Mask) -> float:
    return float(mask.mean()) if len(mask) else 0.0
