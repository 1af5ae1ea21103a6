"""Quotes of a language model found in the answer; what is not there is no evidence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rapidfuzz.fuzz import partial_ratio, partial_ratio_alignment

from services.coach.language_model.rating_shapes import Quote
from services.coach.language_model.reading import Reading
from services.coach.lexicon import lexicon
from services.coach.plain_text import plain_text, unspaced
from services.coach.word_times import seconds_of
from services.coach.words import phrases_in, tokens
from services.domain import Evidence

MOST = 4  # pieces of evidence for one score
_CLOSE = 92  # of 100: a slip of one letter in about 12; a word left out of a short quote is below
_FEWEST = 2  # words of a quote that may have slips, and of a part between ellipses
_FEWEST_LETTERS = 4  # the same where words are not set apart
_SHORT = 4  # words; fewer than these must not all be grammar ("and then I")
_LONGEST = 1_000  # characters of a quote that are looked for
_MOST_TRIED = 8  # quotes of one criterion; more are a reply gone wrong
_SHOWN = 300  # characters of one piece of evidence
_ELLIPSIS = re.compile(r"\s*[\[(]?(?:\.{3,}|\u2026)[\])]?\s*")
_AFTER, _BEFORE = "%+#\u20ac\u00b0", "$\u20ac\u00a3\u20b9"  # belong to the word beside them
# Instructions to a rater that are also what people work with: no sign by themselves.
_SUBJECTS = frozenset(
    (
        *("language model", "system prompt", "developer mode", "rubric", "criterion", "evaluator"),
        *("grader", "the rater", "assessor", "evidence found", "disregard", "pre approved"),
        *("expected output", "all criteria", "every criterion", "top level", "highest level"),
        *(
            "maximum level",
            "maximum points",
            "deserve a",
            "deserve the",
            "ignore any",
            "ignore all",
        ),
    )
)


def evidence_of(quotes: Iterable[Quote], reading: Reading) -> tuple[Evidence, ...]:
    """The quotes that the answer really holds and that show something, at their exact places."""
    found: list[Evidence] = []
    for quote in list(quotes)[:_MOST_TRIED]:
        for start, end in _places(quote, reading):
            start, end = _bounded(reading.text, start, end)
            if _shows(reading.text[start:end], reading):
                start_s, end_s = seconds_of(reading.said, start, end)
                words = reading.text[start:end]
                found.append(
                    Evidence(start=start, end=end, quote=words, start_s=start_s, end_s=end_s)
                )
    return together(found)


def together(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Without what an earlier one shows already; at most four."""
    kept: list[Evidence] = []
    for piece in evidence:
        if not any(piece.start < other.end and other.start < piece.end for other in kept):
            kept.append(piece)
    return tuple(kept[:MOST])


def _places(quote: Quote, reading: Reading) -> Iterator[tuple[int, int]]:
    words = quote.words.replace("\u27e6", " ").replace("?\u27e7", " ").strip()[:_LONGEST]
    whole = _place(words, quote.sentence, reading)
    if whole is not None:
        yield whole
        return
    parts = _ELLIPSIS.split(words)
    for part in parts if len(parts) > 1 else ():
        place = _place(part, quote.sentence, reading) if _long_enough(part) else None
        if place is not None:
            yield place


def _place(words: str, sentence: int, reading: Reading) -> tuple[int, int] | None:
    """Characters of the answer that these words are."""
    wanted = plain_text(words).letters
    if not wanted:
        return None
    near = _near(sentence, reading)
    place = _exact(wanted, near[:1], reading)
    if place is None and _long_enough(words):
        place = _close(wanted, near, reading)
    if place is None:
        return None
    places = reading.plain.places
    return places[place[0]], places[place[1] - 1] + 1


def _exact(wanted: str, near: list[tuple[int, int]], reading: Reading) -> tuple[int, int] | None:
    """Where these letters are as whole words: in the sentence that was named, or else first."""
    plain = reading.plain
    first: tuple[int, int] | None = None
    at = plain.letters.find(wanted)
    while at >= 0:
        end = at + len(wanted)
        if plain.between_words(at) and plain.between_words(end):
            if any(low <= at < high for low, high in near):
                return at, end
            first = first or (at, end)
        at = plain.letters.find(wanted, at + 1)
    return first


def _close(wanted: str, near: list[tuple[int, int]], reading: Reading) -> tuple[int, int] | None:
    """Where nearly these letters are: in the sentence that was named, or across its borders."""
    plain = reading.plain
    for low, high in near:
        if len(wanted) > high - low:
            continue  # most of such a quote could be invented around a short sentence
        found = partial_ratio_alignment(wanted, plain.letters[low:high], score_cutoff=_CLOSE)
        if found is None:
            continue
        first, last = low + found.dest_start, low + found.dest_end
        while not plain.between_words(first):
            first -= 1
        while not plain.between_words(last):
            last += 1
        while plain.letters[first] == " ":
            first += 1
        while plain.letters[last - 1] == " ":
            last -= 1
        return first, last
    return None


def _near(sentence: int, reading: Reading) -> list[tuple[int, int]]:
    """Letters of a sentence, and of it with its neighbours; nothing for a number that is none."""
    sentences = reading.sentences
    if not 1 <= sentence <= len(sentences):
        return []
    one = sentences[sentence - 1]
    before, after = sentences[max(0, sentence - 2)], sentences[min(sentence, len(sentences) - 1)]
    within = reading.plain.within
    return [within(one.start, one.end), within(before.start, after.end)]


def _long_enough(words: str) -> bool:
    plain = plain_text(words)
    letters = sum(map(unspaced, plain.letters))
    return letters >= _FEWEST_LETTERS or len(plain.words) - letters >= _FEWEST


def _bounded(text: str, start: int, end: int) -> tuple[int, int]:
    """With the signs that belong to the first and the last word, and no longer than can be read."""
    while start > 0 and text[start - 1] in _BEFORE:
        start -= 1
    while end < len(text) and text[end] in _AFTER:
        end += 1
    if end - start > _SHOWN:
        cut = text.rfind(" ", start, start + _SHOWN)
        end = cut if cut > start else start + _SHOWN
    return start, end


def _shows(words: str, reading: Reading) -> bool:
    """Not words of the question, not words to the rater, not grammar alone."""
    said = tokens(words)
    known = lexicon()
    if len(said) < _SHORT and all(w.plain in known.function_words for w in said):
        return False
    if any(name not in _SUBJECTS for _, _, name in phrases_in(said, known.instructions)):
        return False
    plain = plain_text(words)
    repeated = f" {plain.letters} " in f" {reading.asked.letters} " or (
        len(plain.words) >= _SHORT
        and len(plain.letters) <= len(reading.asked.letters)
        and partial_ratio(plain.letters, reading.asked.letters) >= _CLOSE
    )
    return not repeated
