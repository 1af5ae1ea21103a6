"""What the screens say about languages: of questions, answers and ratings."""

from __future__ import annotations

from services.domain import AUTO
from services.speech.languages import name_of
from services.speech.model import ModelStatus


def language_named(code: str) -> str:
    """A language by its English name."""
    return "Detect from my first words" if code == AUTO else name_of(code)


def not_understood(status: ModelStatus, code: str) -> str:
    """Why answers in this language would not become words, and what to do; empty if they would."""
    known = status.languages
    if not known or code in known or (code == AUTO and len(known) > 1):
        return ""
    if len(known) > 1:
        return (
            f"The speech model {status.name} does not understand {language_named(code)}. "
            "Choose another language, or ask the operator for another model."
        )
    only = language_named(known[0])
    return (
        f"The speech model {status.name} understands only {only}. Choose {only}, or ask the operator "
        "for a multilingual model such as base."
    )


def answered_in(code: str, *, talks: bool) -> str:
    """In which language questions come and answers are rated, for who does not answer in English.

    `talks`: the coach is a language model; the offline one has English questions and rubrics only.
    """
    if code == "en":
        return ""
    if talks and code == AUTO:
        return (
            "Questions come in the language of your job description, and answers are rated in the "
            "language that you speak."
        )
    if talks:
        tongue = language_named(code)
        return f"Questions come in {tongue}, and the coach rates and advises in {tongue}."
    tongue = "your own language" if code == AUTO else language_named(code)
    return (
        f"Questions are in English; answer in {tongue}. The offline coach knows English wording only: "
        "an answer in another language is kept and not rated."
    )


def only_typed(status: ModelStatus, code: str) -> str:
    """What somebody should know whose language the coach speaks and the speech model does not."""
    if not not_understood(status, code):
        return ""
    tongue = language_named(code)
    return f"The speech model {status.name} does not understand {tongue}: type your answers."
