"""How often somebody may try: counted in the database for each e-mail and each address.

Candidates reach a provider of accounts from this server's one address, so what it counts by address counts
them all together: each of them has to be stopped here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, delete, insert, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from services.accounts.secret import fingerprint
from services.errors import TooManyAttempts
from services.storage.clock import Clock, utc_now
from services.storage.database import SERVICE, one_at_a_time, writing
from services.storage.tables import ThrottleRow

WINDOW = timedelta(minutes=15)  # tries older than this are forgotten
EMAIL_LIMIT = 10  # free failures for one e-mail within the window
ADDRESS_LIMIT = 50  # and from one address, where a whole office may sit behind one
FIRST_WAIT_S = 30.0  # after the limit; every further failure doubles it, up to the window
# The waits leave a guesser who never pauses about 950 tries a day for one e-mail (simulated), too few
# for ten characters. We never lock for good, as NIST SP 800-63B (5.2.2, after 100 failures) also
# allows: anyone who knows an e-mail could lock its owner out.


@dataclass(frozen=True, slots=True)
class Kind:
    """What is counted apart from other things. The limits are tries that are free within the window."""

    name: str
    email_limit: int
    address_limit: int
    first_wait_s: float = FIRST_WAIT_S
    words: str = "Too many attempts."


PASSWORDS = Kind("", EMAIL_LIMIT, ADDRESS_LIMIT)
# About 15 guesses in the hour that a code lives, of a million possible ones.
CODES = Kind("code ", EMAIL_LIMIT, ADDRESS_LIMIT)
# Nobody's mailbox is to be filled by others, and providers allow few e-mails (Supabase 30 an hour for
# everybody together, 2 without a mail server of one's own).
SENDS = Kind("send ", 3, 20, 60.0, "Too many e-mails were asked for.")
# One user's changes of e-mail: no more often than Supabase sends them, for its refusal would tell that the
# e-mail is free.
CHANGES = Kind("change ", 1, 20, 60.0, SENDS.words)
# By address alone; a class that tries the product together is let in.
GUESTS = Kind("guest ", 60, 60, words="Too many guests came from your network.")
# By address alone. A secret of 256 bits is not found by trying; this keeps the tries from being work.
LINKS = Kind(
    "link ", 30, 30, words="Too many links that open nothing were tried from your network."
)


class Throttle:
    """Any thread may call; two tries at once are counted one after the other."""

    def __init__(self, engine: Engine, now: Clock = utc_now) -> None:
        self._engine = engine
        self._now = now

    def attempt(self, email: str, address: str = "", kind: Kind = PASSWORDS) -> None:
        """Count a try before anything is checked, so that many at once cannot slip past.

        `address` may be empty when it is unknown. Raises `TooManyAttempts`; such a try is not counted.
        """
        now = self._now()
        email_hash = fingerprint(kind.name + email)
        address_hash = fingerprint(kind.name + address) if address else None
        with writing(self._engine, SERVICE) as db:
            for key in sorted({email_hash, address_hash or email_hash}):
                one_at_a_time(db, f"throttle {key}")
            db.execute(delete(ThrottleRow).where(ThrottleRow.at < now - WINDOW))
            tries = _tries(db, ThrottleRow.email_hash, email_hash)
            wait_s = _wait_s(tries, kind.email_limit, kind.first_wait_s, now)
            if address_hash is not None:
                tries = _tries(db, ThrottleRow.address_hash, address_hash)
                wait_s = max(wait_s, _wait_s(tries, kind.address_limit, kind.first_wait_s, now))
            if wait_s > 0:
                raise TooManyAttempts(
                    kind.words, f"Try again in {in_words(wait_s)}.", wait_s=wait_s
                )
            row = {"email_hash": email_hash, "address_hash": address_hash, "at": now}
            db.execute(insert(ThrottleRow).values(row))

    def attempt_guest(self, address: str) -> None:
        """Count a guest from this address; one that is unknown cannot be counted."""
        if address:
            self.attempt(address, "", GUESTS)

    def succeeded(self, email: str, kind: Kind = PASSWORDS) -> None:
        """It was right: forget this e-mail's tries (the right one counted as well)."""
        email_hash = fingerprint(kind.name + email)
        with writing(self._engine, SERVICE) as db:
            db.execute(delete(ThrottleRow).where(ThrottleRow.email_hash == email_hash))


def _tries(
    db: Session, column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None], key: str
) -> Sequence[datetime]:
    return db.scalars(select(ThrottleRow.at).where(column == key).order_by(ThrottleRow.at)).all()


def _wait_s(tries: Sequence[datetime], limit: int, first_wait_s: float, now: datetime) -> float:
    """Seconds from now until the next try is taken, 0 when it is taken now."""
    if len(tries) < limit:
        return 0.0
    doublings = min(len(tries) - limit, 10)  # more would only run past the cap, or past a float
    pause_s = min(first_wait_s * 2.0**doublings, WINDOW.total_seconds())
    # No more than the pause, even if the clock was set back since.
    return min(pause_s, max(0.0, pause_s - (now - tries[-1]).total_seconds()))


def in_words(seconds: float) -> str:
    """For example `30 seconds`, `2 minutes`."""
    if seconds <= 90:
        whole = math.ceil(seconds)
        return f"{whole} second{'' if whole == 1 else 's'}"
    return f"{math.ceil(seconds / 60)} minutes"
