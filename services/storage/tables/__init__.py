"""The tables. Every table that holds a candidate's data has `user_id`, so that each query can filter
by it and row-level security can check it a second time.

Indexes over a parent and the user name both: as every query filters by the user, SQLite would else
take an index that begins with the user alone and read all that the user has (it keeps no statistics
unless told to, and guesses that an equality finds ten rows).
"""

from services.storage.tables.accounts import (
    ConsentRow,
    IdentityRow,
    LoginRow,
    PasswordRow,
    PreferencesRow,
    ThrottleRow,
    TicketRow,
    UserRow,
)
from services.storage.tables.coaching import CvRow, SpendingRow, SpendingTotalRow
from services.storage.tables.housekeeping import LockRow, PlaceRow, RemovalRow
from services.storage.tables.interviews import AnswerRow, InterviewRow, QuestionRow, SegmentRow
from services.storage.tables.looking_back import (
    MentorNoteRow,
    SelfRatingRow,
    ShareRow,
    SoundFiguresRow,
)
from services.storage.tables.ratings import RatingRow, ScoreRow
from services.storage.tables.schema import PRIVATE, Base, without_schemas

__all__ = [
    "PRIVATE",
    "AnswerRow",
    "Base",
    "ConsentRow",
    "CvRow",
    "IdentityRow",
    "InterviewRow",
    "LockRow",
    "LoginRow",
    "MentorNoteRow",
    "PasswordRow",
    "PlaceRow",
    "PreferencesRow",
    "QuestionRow",
    "RatingRow",
    "RemovalRow",
    "ScoreRow",
    "SegmentRow",
    "SelfRatingRow",
    "ShareRow",
    "SoundFiguresRow",
    "SpendingRow",
    "SpendingTotalRow",
    "ThrottleRow",
    "TicketRow",
    "UserRow",
    "without_schemas",
]
