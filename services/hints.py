"""What may be said: names and terms of the job and the question, for the ears."""

from __future__ import annotations

import unicodedata

from services.domain import AUTO, OWN, Question, Setup

HINT_LIMIT = 400  # characters, about 100 tokens; Whisper takes 224 and pays for each in time
_TERMS_LIMIT = 160  # characters of these for the tech stack, so that the question has room


def spoken_hint(setup: Setup, question: Question) -> str:
    """The words of an interview that a recogniser is likely to miss, on one line of at most `HINT_LIMIT`.

    `Data engineer interview. Python, Kafka. Tell me about ...`. The bank's questions are in English: an
    answer to one in another language gets the names and terms alone, which are what people take over as
    they are. What a language model or the candidate wrote is in the language of the interview.
    """
    position = _line(setup.job.position)
    terms = _as_many(tuple(_line(tag) for tag in setup.job.tech_stack), _TERMS_LIMIT)
    english = setup.language == "en"
    job = f"{position} interview." if english else f"{position}."
    theirs = setup.language != AUTO and (
        question.source == OWN or question.source.startswith("model:")
    )
    parts = (job, terms, _line(question.text) if english or theirs else "")
    return _cut(" ".join(part for part in parts if part))


def _as_many(terms: tuple[str, ...], limit: int) -> str:
    """`Python, Kafka.`: the first terms, as many as fit."""
    said = ""
    for term in terms:
        longer = f"{said}, {term}" if said else term
        if len(longer) > limit:
            break
        said = longer
    return f"{said}." if said else ""


def _line(text: str) -> str:
    """On one line, without control characters and without what spells a token of the model's own."""
    printable = "".join(" " if unicodedata.category(char)[0] == "C" else char for char in text)
    return " ".join(printable.replace("<|", " ").replace("|>", " ").split())


def _cut(text: str) -> str:
    """At the last whole word within `HINT_LIMIT`."""
    if len(text) <= HINT_LIMIT:
        return text
    return text[: HINT_LIMIT + 1].rpartition(" ")[0] or text[:HINT_LIMIT]
