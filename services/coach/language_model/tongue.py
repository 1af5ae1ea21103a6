"""Which language a text is in: by its script, and by the commonest words where the script is Latin.

Good enough to notice that a model has answered in another language than it was asked for, and that an
answer is not English. Names, terms of a trade and code hardly count, since they are in no list.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter, defaultdict
from functools import cache
from importlib.resources import files

# What `tongue_of` tells apart well enough to call a text wrong.
KNOWN = frozenset("en es fr de pt hi zh it nl ja ko".split())

_NAMES = {
    "en": "English",
    "es": "Spanish (español)",
    "fr": "French (français)",
    "de": "German (Deutsch)",
    "pt": "Portuguese (português)",
    "hi": "Hindi (हिन्दी, written in Devanagari; technical terms may stay English)",
    "zh": "Chinese (简体中文)",
    "it": "Italian (italiano)",
    "nl": "Dutch (Nederlands)",
    "ja": "Japanese (日本語)",
    "ko": "Korean (한국어)",
    "ru": "Russian (русский)",
    "ar": "Arabic (العربية)",
    "pl": "Polish (polski)",
    "tr": "Turkish (Türkçe)",
}

_WORD = re.compile(r"[^\W\d_]+")
_MOST = 8_000  # characters looked at; the language does not change after that
_LETTERS_A_WORD = 1.6  # of Chinese, Japanese and Thai, which put no spaces between words

# The script of a language that has one of its own, or of the one that most people write in it.
_SCRIPTS = {
    "zh": "\u3400-\u4dbf\u4e00-\u9fff",
    "ja": "\u3040-\u30ff",
    "ko": "\u1100-\u11ff\uac00-\ud7af",
    "hi": "\u0900-\u097f",
    "ru": "\u0400-\u04ff",
    "ar": "\u0600-\u06ff",
    "el": "\u0370-\u03ff",
    "he": "\u0590-\u05ff",
    "th": "\u0e00-\u0e7f",
    "bn": "\u0980-\u09ff",
    "pa": "\u0a00-\u0a7f",
    "gu": "\u0a80-\u0aff",
    "ta": "\u0b80-\u0bff",
    "te": "\u0c00-\u0c7f",
    "kn": "\u0c80-\u0cff",
    "ml": "\u0d00-\u0d7f",
    "ka": "\u10a0-\u10ff",
    "hy": "\u0530-\u058f",
}
_UNSPACED = frozenset(("zh", "ja", "th"))
_KANA = 0.1  # of the letters of a Japanese text; Chinese has next to none
_UKRAINIAN = re.compile("[іїєґ]", re.IGNORECASE)

# Letters that only these languages have, as far as ours go.
_TELLING = {
    "es": re.compile("[ñ¿¡]"),
    "pt": re.compile("[ãõ]"),
    "de": re.compile("[ßü]"),
    "fr": re.compile("[èêùœû]"),
    "pl": re.compile("[ąęłśźżć]"),
    "sv": re.compile("å"),
    "tr": re.compile("[ğış]"),
}
# Nearly half the words of a text are in the list of its language, and up to a third in that of a
# sister language, most of them in both lists. Measured on the sentences of the tests and the bank.
_LEAST = 1.5  # points; two common words of one language and of no other
_LEAST_SHARE = 0.12  # of the words; names and terms alone stay under it
_AHEAD = 1.15  # times as many points as the next language
_HALF = 2.0  # words of a text for each common one


def tongue_of(text: str) -> str:
    """The ISO 639-1 code of the language of a text; empty when it cannot be said.

    Ten words are enough, fewer when they are common ones. Of a mixed text it is the language of
    most of it, borrowed terms not counted.
    """
    words = [word.casefold() for word in _WORD.findall(text[:_MOST])]
    script, written = _by_script(text[:_MOST], words)
    latin, common = _by_words(words)
    if written >= max(2.0, _HALF * common):
        return script
    return latin


def other_than(text: str, language: str) -> bool:
    """Is a text surely in another language than this one? Never of a text too short to say.

    English is the usual slip of a model. Whatever else is taken for a language that we hardly know
    may just as well be that language itself (Catalan for Spanish, Marathi for Hindi).
    """
    found = tongue_of(text)
    if found in ("", language):
        return False
    return language in KNOWN or found == "en"


def name_of(language: str) -> str:
    """What a language is called in our prompts."""
    return _NAMES.get(language, f"the language with the ISO 639 code “{language}”")


def common_words(language: str) -> frozenset[str]:
    """Words of a language that carry its grammar; empty for one that has no list."""
    return _lists().get(language, frozenset())


def _by_script(text: str, words: list[str]) -> tuple[str, float]:
    """The script other than Latin with the most words, and how many."""
    counts: dict[str, float] = {}
    for language, letters in _patterns().items():
        if language in _UNSPACED:
            counts[language] = len(letters.findall(text)) / _LETTERS_A_WORD
        elif letters.search(text):
            counts[language] = sum(bool(letters.match(word)) for word in words)
    if counts["ja"] > _KANA * (counts["ja"] + counts["zh"]):
        counts["ja"] += counts.pop("zh")
    best = max(counts, key=lambda language: counts[language])
    if best == "ru" and _UKRAINIAN.search(text):
        return "uk", counts[best]
    return best, counts[best]


def _by_words(words: list[str]) -> tuple[str, float]:
    """The language in Latin letters that fits best, if one does, and how many of its common words."""
    points: defaultdict[str, float] = defaultdict(float)
    common: Counter[str] = Counter()
    for word in words:
        languages = _languages_of().get(word, ())
        for language in languages:
            points[language] += 1 / len(languages)
            common[language] += 1
        for language, letters in _TELLING.items():
            if letters.search(word):
                points[language] += 0.5
    if not points:
        return "", 0
    best = max(points, key=lambda language: points[language])
    most, others = points[best], (points[other] for other in points if other != best)
    sure = most >= _LEAST and most >= _AHEAD * max(others, default=0)
    if not sure or common[best] < _LEAST_SHARE * len(words):
        return "", common[best]
    return best, common[best]


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    return {language: re.compile(f"[{letters}]") for language, letters in _SCRIPTS.items()}


@cache
def _lists() -> dict[str, frozenset[str]]:
    text = files("services.coach.language_model").joinpath("tongue.toml").read_text("utf-8")
    return {language: frozenset(words.split()) for language, words in tomllib.loads(text).items()}


@cache
def _languages_of() -> dict[str, tuple[str, ...]]:
    """Common word -> the languages whose lists it is in."""
    found: dict[str, tuple[str, ...]] = {}
    for language, words in _lists().items():
        for word in words:
            found[word] = (*found.get(word, ()), language)
    return found
