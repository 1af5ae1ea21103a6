"""Who was signed in lately, for while the database is away: memory of this process, and never longer than that.

A login that was ended in this process is never found here again; one that was ended elsewhere is, for
`REMEMBERED_S` at most and only while nobody can be asked.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime

from services.domain import Login

REMEMBERED_S = 15 * 60.0  # an outage of minutes must not sign anybody out
_MOST = 10_000


class LastSeen:
    """Any thread may call. Logins are found by the fingerprint of their secret."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: OrderedDict[str, tuple[float, Login]] = OrderedDict()
        self._ended = 0

    def moment(self) -> int:
        """To be taken before the database is asked, and given to `remember`."""
        return self._ended

    def remember(self, fingerprint: str, login: Login, moment: int) -> None:
        """The database has just found it; not if a login was ended since `moment`: it may be that one."""
        with self._lock:
            if moment != self._ended:
                return
            self._seen.pop(fingerprint, None)
            self._seen[fingerprint] = (self._clock(), login)
            while len(self._seen) > _MOST:
                self._seen.popitem(last=False)

    def find(self, fingerprint: str, now: datetime) -> Login | None:
        with self._lock:
            at, login = self._seen.get(fingerprint, (0.0, None))
        if login is None or self._clock() - at > REMEMBERED_S or login.expires_at <= now:
            return None
        return login

    def forget(self, fingerprint: str) -> None:
        """The database knows none of this fingerprint; others that are being remembered now stay good."""
        with self._lock:
            self._seen.pop(fingerprint, None)

    def end(self, ended: Callable[[str, Login], bool]) -> None:
        """Forget the logins for which `ended` (of fingerprint and login) is true."""
        with self._lock:
            self._ended += 1
            self._seen = OrderedDict(
                (key, kept) for key, kept in self._seen.items() if not ended(key, kept[1])
            )
