"""What belongs to somebody: it goes with them, or moves with them into an account."""

from __future__ import annotations

from services.afterwards import Afterwards
from services.failures import failure_of
from services.last_known import LastKnown
from services.ports import Owner
from services.storage.store import Store
from services.uploads import Uploads


class Belongings:
    """Any thread may call."""

    def __init__(
        self, store: Store, afterwards: Afterwards, last: LastKnown, uploads: Uploads
    ) -> None:
        self._store = store
        self._afterwards = afterwards
        self._last = last
        self._uploads = uploads
        self._keeping = afterwards.keeping

    def forget(self, owner: Owner) -> None:
        """Delete a user with all that is theirs: interviews, words, sound, logins, the account."""
        self._uploads.forget(owner)  # first: it may be about to open an answer
        for answer_id in self._store.answer_ids(owner):
            self._afterwards.drop(answer_id)
        self._last.forget(owner)
        self._store.remove_user(owner)
        self._keeping.removals.carry_out((str(owner),))

    def forget_lost_guests(self) -> None:
        """Delete guests whose browser is not signed in any more: nobody could reach what they left."""
        for guest in self._store.forgotten_guests():
            failure_of(self.forget, guest)  # the others go all the same

    def adopt(self, guest: Owner, account: Owner) -> None:
        """Move everything that a guest did into an account; recordings follow when their store is there."""
        with self._uploads.moving(guest, account):
            self._store.move_everything(guest, account)
        self._store.remove_user(guest)
        self._keeping.removals.carry_out((str(guest),))
