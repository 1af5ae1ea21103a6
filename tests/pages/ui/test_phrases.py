"""What stands around a rating: whole in every language, and used."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter

import pytest

from pages.ui.phrases import ENGLISH, LANGUAGES, catalogue, phrases
from services.domain import AUTO, Followed, FollowUp, Kind

ROOT = Path(__file__).parents[3]
SAYING = (ROOT / "pages", ROOT / "services" / "report")
NOON = datetime(2026, 11, 3, 13, 5, tzinfo=UTC)


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("name", catalogue())
def test_a_phrase_has_every_language_and_the_same_places_in_each(name: str) -> None:
    texts = catalogue()[name]
    assert tuple(texts) == LANGUAGES
    assert all(text.strip() == text and text for text in texts.values())
    assert len({frozenset(places(text)) for text in texts.values()}) == 1
    assert not any({"!", "\uff01"} & set(text) for text in texts.values()), "nothing shouts"


def test_every_phrase_is_used_and_every_used_one_is_there() -> None:
    code = "\n".join(path.read_text("utf-8") for folder in SAYING for path in folder.rglob("*.py"))
    said = set(re.findall(r"\bsay\(\s*[\"'](\w+)[\"']", code))
    written = said | set(re.findall(r"[\"'](\w+)[\"']", code))
    values = {wants.value for wants in (*FollowUp, *Kind)}
    values |= {f"followed_{followed.value}" for followed in Followed}
    assert set(catalogue()) <= written | values
    assert said | values <= set(catalogue())


@pytest.mark.parametrize(("language", "script"), [("hi", "DEVANAGARI"), ("zh", "CJK")])
def test_a_language_with_its_own_script_is_written_in_it(language: str, script: str) -> None:
    figures = {"decimal", "moment", "share"}
    for name, texts in catalogue().items():
        if name not in figures:
            assert any(script in unicodedata.name(letter, "") for letter in texts[language]), name


@pytest.mark.parametrize("language", [AUTO, "", "xx", "en-GB", "yue"])
def test_without_phrases_of_its_own_a_language_gets_english(language: str) -> None:
    assert phrases(language).language == ENGLISH


def test_a_region_speaks_its_language() -> None:
    assert phrases("pt-BR").language == "pt"


def test_figures_are_written_as_their_language_writes_them() -> None:
    assert phrases("en").overall(6.25) == "6.2 out of 10"
    assert phrases("de").overall(6.25) == "6,2 von 10"
    assert phrases("fr").range(5.6, 6.9) == "entre 5,6 et 6,9"
    assert phrases("zh").overall(10).startswith("10.0 分")


def test_times_are_on_the_candidates_clock_or_say_that_they_are_not() -> None:
    assert phrases("en").time(NOON, "Europe/Berlin") == "14:05"
    assert phrases("en").time(NOON, None) == "13:05 UTC"
    assert phrases("en").moment(NOON, "Europe/Berlin") == "3 November 2026, 14:05"
    assert phrases("de").moment(NOON, "Europe/Berlin") == "03.11.2026, 14:05"
