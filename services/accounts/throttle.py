"""How often somebody may try a password: counted in the database for each e-mail and each address."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Engine, delete, insert, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from services.accounts.secret import fingerprint
from services.errors import TooManyAttempts
from services.storage.clock import Clock, utc_now
from services.storage.database import SERVICE, one_at_a_time, writing
from services.storage.tables import ThrottleRow

WINDOW = timedelta(minutes=15)  # failures older than this are forgotten
EMAIL_LIMIT = 10  # free failures for one e-mail within the window
ADDRESS_LIMIT = 50  # and from one address, where a whole office may sit behind one
FIRST_WAIT_S = 30.0  # after the limit; every further failure doubles it, up to the window
# The waits leave a guesser who never pauses about 950 tries a day for one e-mail (simulated), too few
# for ten characters. We never lock for good, as NIST SP 800-63B (5.2.2, after 100 failures) also
# allows: anyone who knows an e-mail could lock its owner out.


class Throttle:
    """Any thread may call; two tries at once are counted one after the other."""

    def __init__(self, engine: Engine, now: Clock = utc_now) -> None:
        self._engine = engine
        self._now = now

    def attempt(self, email: str, address: str = "") -> None:
        """Count a try before its password is checked, so that many at once cannot slip past.

        `address` may be empty when it is unknown. Raises `TooManyAttempts`; such a try is not counted.
        """
        now = self._now()
        email_hash = fingerprint(email)
        address_hash = fingerprint(address) if address else None
        with writing(self._engine, SERVICE) as db:
            for key in sorted({email_hash, address_hash or email_hash}):
                one_at_a_time(db, f"throttle {key}")
            db.execute(delete(ThrottleRow).where(ThrottleRow.at < now - WINDOW))
            wait_s = _wait_s(_tries(db, ThrottleRow.email_hash, email_hash), EMAIL_LIMIT, now)
            if address_hash is not None:
                tries = _tries(db, ThrottleRow.address_hash, address_hash)
                wait_s = max(wait_s, _wait_s(tries, ADDRESS_LIMIT, now))
            if wait_s > 0:
                raise TooManyAttempts(
                    "Too many attempts.", f"Try again in {_in_words(wait_s)}.", wait_s=wait_s
                )
            row = {"email_hash": email_hash, "address_hash": address_hash, "at": now}
            db.execute(insert(ThrottleRow).values(row))

    def succeeded(self, email: str) -> None:
        """The password was right: forget this e-mail's tries (the right one counted as well)."""
        with writing(self._engine, SERVICE) as db:
            db.execute(delete(ThrottleRow).where(ThrottleRow.email_hash == fingerprint(email)))


def _tries(
    db: Session, column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None], key: str
) -> Sequence[datetime]:
    return db.scalars(select(ThrottleRow.at).where(column == key).order_by(ThrottleRow.at)).all()


def _wait_s(tries: Sequence[datetime], limit: int, now: datetime) -> float:
    """Seconds from now until the next try is taken, 0 when it is taken now."""
    if len(tries) < limit:
        return 0.0
    doublings = min(len(tries) - limit, 10)  # more would only run past the cap, or past a float
    pause_s = min(FIRST_WAIT_S * 2.0**doublings, WINDOW.total_seconds())
    # No more than the pause, even if the clock was set back since.
    return min(pause_s, max(0.0, pause_s - (now - tries[-1]).total_seconds()))


def _in_words(seconds: float) -> str:
    if seconds <= 90:
        whole = math.ceil(seconds)
        return f"{whole} second{'' if whole == 1 else 's'}"
    return f"{math.ceil(seconds / 60)} minutes"
