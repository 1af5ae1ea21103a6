"""People: accounts and sign-ins."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel


class User(BaseModel, frozen=True, hide_input_in_errors=True):
    """An account. A guest has no e-mail and lives as long as the sign-in of one browser."""

    id: UUID
    name: str
    email: str | None = None
    email_verified: bool = False  # somebody has shown that it is theirs
    media_days: int | None = 90  # that recordings are kept; 0: never, None: until deleted by hand
    created_at: datetime

    @property
    def guest(self) -> bool:
        return self.email is None


class Preferences(BaseModel, frozen=True, hide_input_in_errors=True):
    """What a candidate switched on or off."""

    record_video: bool = False  # keep the picture of spoken answers as well
    pace_meter: bool = False  # show the pace while speaking
    self_rating: bool = True  # rate oneself before the coach's rating is shown


class Login(BaseModel, frozen=True, hide_input_in_errors=True):
    """One sign-in of one browser. Its secret is only in the browser's cookie; we keep a hash."""

    id: UUID
    user: User
    preferences: Preferences = Preferences()
    device: str = ""  # "Firefox on Windows"
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
