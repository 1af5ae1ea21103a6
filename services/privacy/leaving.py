"""Delete my account: all that is stored of somebody, here and at the provider of accounts, checked by
counting what is left.

The order lets a second press finish what a crash cut short: the login that may press goes with the
account's own row, and that row goes after the provider's. Recordings are written down as to be deleted
together with it, and those that cannot be deleted at once follow.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

from sqlalchemy import Engine

from services.accounts.own_keys import OwnKeys
from services.belongings import Belongings
from services.domain import User
from services.errors import RecordingsAway
from services.ports import Accounts, Owner
from services.speech.upload_folder import uploads_below
from services.storage import answers, remaining
from services.storage.database import SERVICE, reading
from services.storage.recordings import Recordings


@dataclass(frozen=True, slots=True)
class Left:
    """What was found of a user after the deletion: rows by table, `recordings` (None: their store could
    not be asked) and `sound` files on this machine. `known_elsewhere`: the provider of accounts
    keeps the e-mail and the password, and this app cannot delete them there."""

    rows: dict[str, int]
    recordings: int | None
    sound: int
    known_elsewhere: bool = False

    @property
    def nothing(self) -> bool:
        """Whether nothing was found here."""
        return not any(self.rows.values()) and self.recordings == 0 and self.sound == 0

    @property
    def only_recordings(self) -> bool:
        """Whether all is gone but recordings whose deletion is on its way."""
        tables = sum(count for table, count in self.rows.items() if table != "removals")
        return not self.nothing and tables == 0 and self.sound == 0


class Leaving:
    """Any thread may call. `sound_folder` is where sound and words wait on this machine."""

    def __init__(
        self,
        engine: Engine,
        belongings: Belongings,
        accounts: Accounts,
        own_keys: OwnKeys,
        recordings: Recordings,
        sound_folder: Path,
    ) -> None:
        self._engine = engine
        self._belongings = belongings
        self._accounts = accounts
        self._own_keys = own_keys
        self._recordings = recordings
        self._sound_folder = sound_folder

    def leave(self, user: User) -> Left:
        """Delete everything of this user, and count what is left.

        Raises `AccountsAway` (then nothing was deleted yet) and `StorageError`; done again it goes on.
        """
        with reading(self._engine, user.id) as db:
            given = (
                *answers.ids(db, user.id),
                *uploads_below(self._sound_folder, user.id),
            )
        forgotten = self._accounts.delete(user)
        self._own_keys.forget(user.id)
        self._belongings.forget(user.id)
        with suppress(RecordingsAway):  # what a thread stored while its answer was being deleted
            self._recordings.delete_all(user.id)
        return replace(self.what_is_left(user.id, given), known_elsewhere=not forgotten)

    def what_is_left(self, owner: Owner, given: tuple[UUID, ...] = ()) -> Left:
        """Count everything that names this user; `given` are the answers and uploads whose sound may lie
        here."""
        with reading(self._engine, SERVICE) as db:
            rows = remaining.rows_of(db, owner)
        try:
            recordings: int | None = self._recordings.count(owner)
        except RecordingsAway:
            recordings = None
        uploads = uploads_below(self._sound_folder, owner)
        return Left(rows, recordings, self._sound_of((*given, *uploads)))

    def _sound_of(self, given: tuple[UUID, ...]) -> int:
        mine = {str(name) for name in given}
        if not mine or not self._sound_folder.is_dir():
            return 0
        files = (path for path in self._sound_folder.rglob("*") if path.is_file())
        named = (path.relative_to(self._sound_folder).parts for path in files)
        return sum(any(name.partition(".")[0] in mine for name in names) for names in named)
