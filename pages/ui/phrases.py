"""What stands around a rating, in the language of its interview: phrases.toml, read once."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from pages.ui.wording import on_clock

ENGLISH = "en"
LANGUAGES = (ENGLISH, "es", "fr", "de", "pt", "hi", "zh")
_FILE = Path(__file__).with_name("phrases.toml")


@dataclass(frozen=True)
class Phrases:
    """The phrases of one language. `say("rate_again")`; places are filled by name."""

    language: str

    def __call__(self, name: str, /, **places: object) -> str:
        """Markdown. What fills a place must be escaped by then. Raises `KeyError` for an unknown name."""
        return catalogue()[name][self.language].format(**places)

    def number(self, value: float) -> str:
        """A figure with one decimal."""
        return f"{value:.1f}".replace(".", self("decimal"))

    def overall(self, figure: float) -> str:
        """`6.3 out of 10`."""
        return self("out_of_ten", figure=self.number(figure))

    def range(self, low: float, high: float) -> str:
        """`between 5.6 and 6.9`."""
        return self("between", low=self.number(low), high=self.number(high))

    @property
    def everything(self) -> str:
        """All phrases of the language: the letters that a report must have fonts for."""
        return "\n".join(texts[self.language] for texts in catalogue().values())

    def moment(self, at: datetime, timezone: str | None) -> str:
        """Day and time on the candidate's clock, or on UTC, and saying so."""
        local = on_clock(at, timezone)
        return f"{local.strftime(self('moment'))}{_zone(local)}"

    def time(self, at: datetime, timezone: str | None) -> str:
        """The time alone, `14:32`: for what is less than a day away."""
        local = on_clock(at, timezone)
        return f"{local:%H:%M}{_zone(local)}"


def phrases(language: str) -> Phrases:
    """Those of an interview's language; English for one that we have no phrases in (or not found yet)."""
    known = language.lower().split("-")[0]
    return Phrases(known if known in LANGUAGES else ENGLISH)


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Every phrase by its name, in every language."""
    with _FILE.open("rb") as file:
        return tomllib.load(file)


def _zone(local: datetime) -> str:
    return " UTC" if local.tzname() == "UTC" else ""
