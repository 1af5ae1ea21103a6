"""Recordings that must go, or move to another owner: written down before anything else is done about them.

So deleting never depends on the store of recordings being there: what cannot be done now is done when it
is back, by whichever process does the chores. What is written down is one of

    owner                            all that there is of somebody who is gone
    owner, with another as `moved_to`   all that a guest has goes to an account
    owner/interview                  all that there is of an interview that is gone
    owner/interview/answer.flac      one recording; so are its video (.webm) and the still of it (.jpg)
    owner/interview/answer.parts     the parts of one answer

Rows that candidates can write are not believed: of a recording's name in an answer only one that begins with
the owner of that answer counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Engine, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from services.errors import DatabaseAway, RecordingsAway
from services.failures import failure_of
from services.ports import Owner
from services.storage import answers, recording_keys
from services.storage.clock import Clock, utc_now
from services.storage.database import SERVICE, reading, rows_changed, writing
from services.storage.recordings import Recordings
from services.storage.tables import AnswerRow, InterviewRow, RemovalRow, UserRow

AT_ONCE = 500  # that one sweep takes: some minutes at a store far away
GRACE = timedelta(
    hours=1
)  # a deletion that was not done by then was broken off: its rows are still there
NOT_KEPT = "not kept"
EXPIRED = "expired:"  # and the days after which
_NONE = dict.fromkeys(
    (
        "recording_key",
        "recording_media_type",
        "recording_seconds",
        "recording_size",
        "video_key",
        "video_media_type",
        "video_seconds",
        "video_size",
        "video_offset_s",
        "thumbnail_key",
        "recorded_at",
    )
)
_FILES = (AnswerRow.recording_key, AnswerRow.video_key, AnswerRow.thumbnail_key)


class Removals:
    """Any thread may call, in any process."""

    def __init__(self, engine: Engine, recordings: Recordings, now: Clock = utc_now) -> None:
        self._engine = engine
        self._recordings = recordings
        self._now = now

    def keeps(self, owner: Owner) -> bool:
        """Whether this owner wants recordings to be kept at all."""
        with reading(self._engine, SERVICE) as db:
            user = db.get(UserRow, owner)
            return user is not None and user.media_days != 0

    # --- writing down ---------------------------------------------------------------------

    def plan_interview(self, owner: Owner, interview_id: UUID) -> str:
        """Before an interview is deleted; what `carry_out` takes afterwards."""
        key = f"{owner}/{interview_id}"
        with writing(self._engine, SERVICE) as db:
            if _has_interview(db, owner, interview_id):
                write_down(db, [key], self._now())
        return key

    def drop_sound(self, owner: Owner, answer_id: UUID, why: str = "") -> tuple[str, ...]:
        """An answer that stays loses its recording, its video and its parts; what `carry_out` takes
        afterwards.

        `why` is what its owner is told (`NOT_KEPT`).
        """
        with writing(self._engine, SERVICE) as db:
            row = db.execute(
                select(AnswerRow.interview_id, *_FILES).where(
                    AnswerRow.id == answer_id, AnswerRow.user_id == owner
                )
            ).one_or_none()
            if row is None:
                return ()
            interview_id, *named = row
            as_a_rule = recording_keys.files_of(owner, interview_id, answer_id)
            keys = tuple(dict.fromkeys((*as_a_rule, *_theirs(owner, named))))
            write_down(db, keys, self._now())
            rows_changed(
                db,
                update(AnswerRow)
                .where(AnswerRow.id == answer_id, AnswerRow.user_id == owner)
                .values(_NONE | {"recording_gone": why}),
            )
        return keys

    def drop(self, keys: Iterable[str]) -> None:
        """Files that were stored for nothing: they go now, or when their store is back; what a row names
        meanwhile stays."""
        wanted = tuple(keys)
        with writing(self._engine, SERVICE) as db:
            write_down(db, wanted, self._now())
        self.carry_out(wanted)

    def expire(self, limit: int = AT_ONCE) -> int:
        """Recordings that are older than their owners want them kept become removals, and so does the
        sound of answers that were never finished; how many did."""
        now, gone = self._now(), 0
        with reading(self._engine, SERVICE) as db:
            terms = db.scalars(
                select(UserRow.media_days).where(UserRow.media_days.is_not(None)).distinct()
            ).all()
        for days in terms:
            with writing(self._engine, SERVICE) as db:
                gone += _expire(db, int(days or 0), now, limit)
                gone += _expire_unfinished(db, int(days or 0), now, limit)
        return gone

    # --- carrying out ---------------------------------------------------------------------

    def carry_out(self, keys: Iterable[str]) -> bool:
        """Do these now, if the store is there. False: some are left to the chores."""
        wanted = tuple(keys)
        with reading(self._engine, SERVICE) as db:
            rows = db.scalars(select(RemovalRow).where(RemovalRow.key.in_(wanted))).all()
            todo = [(row.key, row.moved_to, row.asked_at) for row in rows]
        return self._all(todo)

    def bring_home(self, owner: Owner) -> bool:
        """Move what somebody brought along from before they had this account, if it has not come yet."""
        with reading(self._engine, SERVICE) as db:
            coming = select(RemovalRow.key).where(RemovalRow.moved_to == str(owner))
            keys = db.scalars(coming).all()
        return self.carry_out(keys) if keys else True

    def sweep(self, limit: int = AT_ONCE) -> bool:
        """Do what is written down, the oldest first; one that fails stops no other. False: some are left."""
        with reading(self._engine, SERVICE) as db:
            rows = db.scalars(select(RemovalRow).order_by(RemovalRow.asked_at).limit(limit)).all()
            todo = [(row.key, row.moved_to, row.asked_at) for row in rows]
        return self._all(todo)

    def count(self, owner: Owner | None = None) -> int:
        """How many are written down, of one owner or of all."""
        whose = () if owner is None else (RemovalRow.key.startswith(str(owner)),)
        with reading(self._engine, SERVICE) as db:
            return db.scalar(select(func.count()).select_from(RemovalRow).where(*whose)) or 0

    def _all(self, todo: list[tuple[str, str | None, datetime]]) -> bool:
        done = True
        for key, moved_to, asked_at in todo:
            failure = failure_of(self._one, key, moved_to, asked_at)
            if isinstance(failure, RecordingsAway | DatabaseAway):  # so would all others
                return False
            if failure is not None:
                done = False
                self._last_in_line(key)
        return done

    def _last_in_line(self, key: str) -> None:
        """What fails for good must not keep the rest waiting."""
        with writing(self._engine, SERVICE) as db:
            db.execute(update(RemovalRow).where(RemovalRow.key == key).values(asked_at=self._now()))

    def _one(self, key: str, moved_to: str | None, asked_at: datetime) -> None:
        owner, *below = key.split("/")
        if moved_to is not None:
            self._move(UUID(owner), UUID(moved_to))
        elif self._in_use(key):
            if self._now() - asked_at < GRACE:
                return  # whoever asked is about to delete its rows
        elif len(below) < 2:
            self._recordings.delete_all(UUID(owner), UUID(below[0]) if below else None)
        else:
            self._recordings.delete(UUID(owner), (key,))
        with writing(self._engine, SERVICE) as db:
            db.execute(delete(RemovalRow).where(RemovalRow.key == key))

    def _move(self, guest: Owner, account: Owner) -> None:
        """What answers of the account name, or wait for, moves; the rest was deleted or replaced meanwhile."""
        for key in self._recordings.keys(guest):
            to = recording_keys.given_to(key, account)
            if self._in_use(
                to if recording_keys.part_of_key(to) is None else to.rpartition("/")[0]
            ):
                self._recordings.rename((key,), guest, account)
            else:
                self._recordings.delete(guest, (key,))

    def _in_use(self, key: str) -> bool:
        """Whether what this names still belongs to rows that are there."""
        owner, *below = key.split("/")
        with reading(self._engine, SERVICE) as db:
            if not below:
                return db.get(UserRow, UUID(owner)) is not None
            if len(below) == 1:
                return _has_interview(db, UUID(owner), UUID(below[0]))
            named = (
                AnswerRow.id == recording_keys.answer_of_key(key),
                AnswerRow.user_id == UUID(owner),
            )
            if not recording_keys.is_folder(key):
                return _is_any(db, *named, or_(*(column == key for column in _FILES)))
            return _is_any(
                db,
                *named,
                answers.WANTED,
                AnswerRow.recording_key.is_(None),
                AnswerRow.recording_gone == "",
            )


def write_down(
    db: Session, keys: Iterable[str], now: datetime, moved_to: str | None = None
) -> None:
    """In a transaction of the service's; what is written down already stays as it is."""
    dialect = postgresql if db.get_bind().dialect.name == "postgresql" else sqlite
    for key in keys:
        row = {"key": key, "moved_to": moved_to, "asked_at": now}
        db.execute(dialect.insert(RemovalRow).values(row).on_conflict_do_nothing())


def _expire(db: Session, days: int, now: datetime, limit: int) -> int:
    due = db.execute(
        select(AnswerRow.id, AnswerRow.user_id, *_FILES)
        .join(UserRow, UserRow.id == AnswerRow.user_id)
        .where(
            AnswerRow.recorded_at <= now - timedelta(days=days),
            or_(AnswerRow.recording_key.is_not(None), AnswerRow.video_key.is_not(None)),
            UserRow.media_days == days,
        )
        .order_by(AnswerRow.recorded_at)
        .limit(limit)
    ).all()
    why = f"{EXPIRED}{days}" if days else NOT_KEPT
    for answer_id, owner, *named in due:
        as_read = (
            column.is_not_distinct_from(key) for column, key in zip(_FILES, named, strict=True)
        )
        whose = (AnswerRow.id == answer_id, *as_read)
        values = _NONE | {"recording_gone": why}
        if rows_changed(db, update(AnswerRow).where(*whose).values(values)):
            write_down(db, _theirs(owner, named), now)
    return len(due)


def _expire_unfinished(db: Session, days: int, now: datetime, limit: int) -> int:
    """Sound without a recording: parts of an answer that nobody went on with, or that lacks words. Who
    keeps nothing has a day all the same, for the words that are being made."""
    unfinished = (
        AnswerRow.pending,  # from the first sound until all of it is words; few are, so it is quick
        AnswerRow.recording_key.is_(None),
        AnswerRow.recording_gone == "",
    )
    due = db.execute(
        select(AnswerRow.id, AnswerRow.user_id, AnswerRow.interview_id)
        .join(UserRow, UserRow.id == AnswerRow.user_id)
        .where(
            AnswerRow.started_at <= now - timedelta(days=max(days, 1)),
            UserRow.media_days == days,
            *unfinished,
        )
        .order_by(AnswerRow.started_at)
        .limit(limit)
    ).all()
    values = {"recording_gone": f"{EXPIRED}{days}" if days else NOT_KEPT, "pending": False}
    for answer_id, owner, interview_id in due:
        whose = (AnswerRow.id == answer_id, AnswerRow.user_id == owner, *unfinished)
        if rows_changed(db, update(AnswerRow).where(*whose).values(values)):
            write_down(db, [recording_keys.parts_key(owner, interview_id, answer_id)], now)
    return len(due)


def _theirs(owner: Owner, named: Iterable[str | None]) -> tuple[str, ...]:
    """Of what a row names, what is this owner's."""
    return tuple(key for key in named if key and recording_keys.belongs(key, owner))


def _is_any(db: Session, *which: ColumnElement[bool]) -> bool:
    return db.scalar(select(AnswerRow.id).where(*which).limit(1)) is not None


def _has_interview(db: Session, owner: Owner, interview_id: UUID) -> bool:
    found = select(InterviewRow.id).where(
        InterviewRow.id == interview_id, InterviewRow.user_id == owner
    )
    return db.scalar(found) is not None
