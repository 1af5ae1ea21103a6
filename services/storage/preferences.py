"""What candidates switched on or off, in one transaction of the caller's."""

from __future__ import annotations

from sqlalchemy.orm import Session

from services.domain import Preferences
from services.ports import Owner
from services.storage.tables import PreferencesRow


def of(db: Session, owner: Owner) -> Preferences:
    return of_row(db.get(PreferencesRow, owner))


def of_row(row: PreferencesRow | None) -> Preferences:
    if row is None:
        return Preferences()
    return Preferences(
        record_video=row.record_video, pace_meter=row.pace_meter, self_rating=row.self_rating
    )


def keep(db: Session, owner: Owner, preferences: Preferences) -> None:
    db.merge(PreferencesRow(user_id=owner, **preferences.model_dump()))
