"""The failures we expect. Each says what happened (`message`) and what to do (`remedy`).

AppError
├── NotFound                 no such thing, or it is somebody else's: the same to the person who asks
├── InvalidInput             a field breaks a rule; `field` names it
├── AlreadyAnswered          the question was answered or skipped elsewhere (a second tab)
├── AccountError
│   ├── SignInFailed         unknown e-mail or wrong password, never told apart
│   ├── EmailTaken
│   ├── TooManyAttempts      `wait_s` seconds until the next try
│   └── TicketInvalid
├── SpeechError
│   ├── SpeechModelMissing   no folder, no download, or files of it are missing
│   └── TranscriptionFailed  the model could not turn this sound into words
├── StorageError
│   ├── DiskFull
│   └── DatabaseUnusable     corrupt or from a newer version; it is left untouched
└── RatingFailed             the coach could not judge; the answer is kept
"""


class AppError(Exception):
    """Base of every expected failure: both texts are written for the person who uses the app."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(f"{message} {remedy}".strip())
        self.message = message
        self.remedy = remedy


class NotFound(AppError):
    pass


class InvalidInput(AppError):
    def __init__(self, field: str, message: str, remedy: str = "") -> None:
        super().__init__(message, remedy)
        self.field = field


class AlreadyAnswered(AppError):
    pass


class AccountError(AppError):
    pass


class SignInFailed(AccountError):
    pass


class EmailTaken(AccountError):
    pass


class TooManyAttempts(AccountError):
    def __init__(self, message: str, remedy: str = "", *, wait_s: float) -> None:
        super().__init__(message, remedy)
        self.wait_s = wait_s


class TicketInvalid(AccountError):
    pass


class SpeechError(AppError):
    pass


class SpeechModelMissing(SpeechError):
    pass


class TranscriptionFailed(SpeechError):
    pass


class StorageError(AppError):
    pass


class DiskFull(StorageError):
    pass


class DatabaseUnusable(StorageError):
    pass


class RatingFailed(AppError):
    pass
