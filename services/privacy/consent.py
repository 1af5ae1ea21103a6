"""Consent to be recorded: its wording, who gave it, and how long recordings are kept.

Which wording somebody agreed to is stored with its version. A new version, or another kind of place
where recordings are kept, asks again.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from services.domain import User
from services.errors import InvalidInput
from services.ports import Owner
from services.storage import consents, users
from services.storage.clock import Clock, utc_now
from services.storage.consents import RECORDING
from services.storage.database import SERVICE, reading, writing

# Days that recordings may be kept, in the order they are offered; None: until the candidate deletes
# them, 0: they are not kept at all, only their words.
TERMS: tuple[int | None, ...] = (90, 30, 7, None, 0)

_TEXT = Path(__file__).parent / "recording.md"


class Consents:
    """`elsewhere` is where recordings are kept, in words, if that is not this server. Any thread may
    call."""

    def __init__(self, engine: Engine, elsewhere: str = "", now: Clock = utc_now) -> None:
        self._engine = engine
        self._elsewhere = elsewhere
        self._now = now

    @property
    def version(self) -> str:
        """Of the wording that `wording` gives."""
        return f"{_text()[0]}-{'elsewhere' if self._elsewhere else 'here'}"

    def wording(self, rater: str) -> str:
        """What the candidate is asked to agree to, as Markdown. `rater`: who rates, in a sentence."""
        return _text()[1].format(where=self._elsewhere or "on this server", rater=rater)

    def given(self, owner: Owner) -> bool:
        """Whether this candidate agreed to the wording of today."""
        with reading(self._engine, owner) as db:
            return consents.given(db, owner, RECORDING, self.version)

    def give(self, owner: Owner, days: int | None) -> User:
        """The candidate agrees, and chooses how many days recordings are kept; again changes the
        choice alone. Raises `InvalidInput` for a term that is not offered, `NotFound`."""
        user = self.keep_for(owner, days)
        try:
            with writing(self._engine, owner) as db:
                consents.add(db, owner, RECORDING, self.version, self._now())
        except IntegrityError:  # another tab was faster with the same
            pass
        return user

    def keep_for(self, owner: Owner, days: int | None) -> User:
        """Keep recordings for so many days from now on; those that are older go with the next sweep.
        Raises `InvalidInput` for a term that is not offered, `NotFound`."""
        if days not in TERMS:
            raise InvalidInput("days", "This choice is not offered.", "Choose one of the list.")
        with writing(self._engine, SERVICE) as db:
            return users.change(db, owner, media_days=days)


@cache
def _text() -> tuple[str, str]:
    """The version and the Markdown after it."""
    first, _, rest = _TEXT.read_text("utf-8").partition("\n")
    return first.removeprefix("version:").strip(), rest.strip()
