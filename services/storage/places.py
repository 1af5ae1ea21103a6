"""Who hears which answer: places of sound, seen to be alive, and answers that lie at one of them.

What was said is at first only on the disk of the process that heard it. So an answer names its place, and
only that place writes what it hears; one that has not been seen for a while may be taken over.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Engine, delete, insert, select, update
from sqlalchemy.orm import Session

from services.domain import AnswerState
from services.errors import HeardElsewhere
from services.ports import Owner
from services.storage import answers
from services.storage.answering import set_values
from services.storage.clock import Clock, utc_now
from services.storage.database import SERVICE, reading, rows_changed, writing
from services.storage.tables import AnswerRow, PlaceRow

# Without a sign of life for this long a place has died: longer than a restart or a deployment takes.
DEAD_AFTER = timedelta(minutes=5)
SEEN_EVERY_S = 30.0
_REMEMBERED = timedelta(days=30)


class Places:
    """Any thread may call. `mine` is this process's place; `former` are places whose sound it has taken
    in, `settled` is told once no answer names them any more. `now` is the clock, for tests."""

    def __init__(
        self,
        engine: Engine,
        mine: UUID,
        former: frozenset[UUID] = frozenset(),
        settled: Callable[[frozenset[UUID]], None] = lambda _former: None,
        *,
        now: Clock = utc_now,
        dead_after: timedelta = DEAD_AFTER,
    ) -> None:
        self.mine = mine
        self._former = former
        self._engine = engine
        self._settled = settled
        self._now = now
        self._dead_after = dead_after
        self._lock = threading.Lock()
        self._in_touch_since: float | None = None  # time.monotonic() of the first of unbroken beats

    def is_ours(self, place: UUID | None) -> bool:
        return place == self.mine or place in self._former

    def beat(self) -> None:
        """Say that this place is alive. Raises what the database raises."""
        try:
            self._say_so()
        except BaseException:
            self._in_touch_since = None
            raise
        if self._in_touch_since is None:
            self._in_touch_since = time.monotonic()

    def take(self, owner: Owner, answer_id: UUID) -> None:
        """Hear this answer here from now on, until all of it is words. Raises `NotFound`."""
        with writing(self._engine, owner) as db:
            set_values(db, owner, answer_id, {"place_id": self.mine, "pending": True})

    def take_over(self, owner: Owner, answer_id: UUID, from_place: UUID | None) -> bool:
        """Finish here what a place that has died left; False: another process was faster."""
        with writing(self._engine, owner) as db:
            left = AnswerRow.place_id.is_not_distinct_from(from_place)
            statement = update(AnswerRow).where(
                AnswerRow.id == answer_id, AnswerRow.user_id == owner, left
            )
            return rows_changed(db, statement.values(place_id=self.mine)) == 1

    def must_be_here(self, db: Session, owner: Owner, answer_id: UUID) -> None:
        """In a transaction that writes what was heard. Nobody takes the answer over before it ends, so
        whoever does sees all of it. Raises `HeardElsewhere`, `NotFound`."""
        found = db.execute(
            select(AnswerRow.place_id)
            .where(AnswerRow.id == answer_id, AnswerRow.user_id == owner)
            # The lock that words are added under: a weaker one, raised later, would meet that of others.
            .with_for_update(key_share=True)
        ).one_or_none()
        if found is None:
            raise answers.not_there()
        if found.place_id is not None and not self.is_ours(found.place_id):
            raise HeardElsewhere(
                "This answer is being given elsewhere now.", "Press start to go on speaking here."
            )

    def lives(self, place: UUID) -> bool:
        """Whether another place has to be taken for alive."""
        with reading(self._engine, SERVICE) as db:
            seen_at = db.scalar(select(PlaceRow.seen_at).where(PlaceRow.id == place))
        return not self._has_died(seen_at)

    def unfinished(
        self, sound_is_here: Callable[[UUID], bool]
    ) -> tuple[tuple[Owner, UUID, UUID | None], ...]:
        """Finished answers of all owners that lack words and are this process's to complete, with their
        place: those heard here, and those whose place has died."""
        with reading(self._engine, SERVICE) as db:
            found = db.execute(
                select(AnswerRow.user_id, AnswerRow.id, AnswerRow.place_id, PlaceRow.seen_at)
                .outerjoin(PlaceRow, PlaceRow.id == AnswerRow.place_id)
                .where(AnswerRow.pending, AnswerRow.state != AnswerState.OPEN, answers.WANTED)
                .order_by(AnswerRow.started_at)
            ).all()  # an OPEN answer is pending as well, but its candidate decides when it ends
        return tuple(
            (row.user_id, row.id, row.place_id)
            for row in found
            if self.is_ours(row.place_id)
            or (row.place_id is None and sound_is_here(row.id))
            or self._has_died(row.seen_at)
        )

    def _has_died(self, seen_at: datetime | None) -> bool:
        # When the database was away nobody could be seen: only who has been in touch may judge.
        return self._in_touch() and (seen_at is None or seen_at < self._now() - self._dead_after)

    def _in_touch(self) -> bool:
        since = self._in_touch_since
        return since is not None and time.monotonic() - since >= self._dead_after.total_seconds()

    def _say_so(self) -> None:
        with self._lock:
            former = self._former
            with writing(self._engine, SERVICE) as db:
                seen = {"seen_at": self._now()}
                here = update(PlaceRow).where(PlaceRow.id == self.mine).values(seen)
                if rows_changed(db, here) == 0:
                    db.execute(insert(PlaceRow).values(id=self.mine, **seen))
                    long_gone = PlaceRow.seen_at < self._now() - _REMEMBERED
                    db.execute(
                        delete(PlaceRow).where(long_gone)
                    )  # as dead without a row as with one
                if former:
                    moved = update(AnswerRow).where(AnswerRow.place_id.in_(former))
                    rows_changed(db, moved.values(place_id=self.mine))
                    db.execute(delete(PlaceRow).where(PlaceRow.id.in_(former)))
            if former:
                self._settled(former)
                self._former -= former
