"""The failures we expect. Each says what happened (`message`) and what to do (`remedy`).

AppError
├── NotFound                 no such thing, or it is somebody else's: the same to the person who asks
├── InvalidInput             a field breaks a rule; `field` names it
├── AlreadyAnswered          the question was answered or skipped elsewhere (a second tab)
├── HeardElsewhere           another process hears this answer now
├── AccountError
│   ├── SignInFailed         unknown e-mail or wrong password, never told apart
│   ├── EmailTaken
│   ├── EmailNotConfirmed    the account waits for the code that was sent to its e-mail
│   ├── CodeInvalid          a six-digit code that is wrong, used or too old
│   ├── TooManyAttempts      `wait_s` seconds until the next try
│   ├── AccountsAway         the provider of accounts cannot be reached: not a wrong password
│   └── TicketInvalid
├── SpeechError
│   ├── SpeechModelMissing   no folder, no download, or files of it are missing
│   └── TranscriptionFailed  the model could not turn this sound into words
├── StorageError
│   ├── DiskFull
│   ├── DatabaseAway         cannot be reached just now
│   ├── RecordingsAway       the store of recordings cannot be reached just now
│   └── DatabaseUnusable     corrupt, not up to date or from a newer version; it is left untouched
├── RatingFailed             the coach could not judge; the answer is kept
├── UnreadableFile           a CV that is encrypted, scanned, too large or not what its name says
└── LanguageModelError       `wait_s`: seconds until it is worth another try; None: not by itself
    ├── ModelUnreachable     no network, refused connection, time-out
    ├── ModelBusy            429: too many calls, or the quota is used up
    ├── ModelFailing         5xx
    ├── ModelKeyRefused      401, 403, or a key that the provider does not know
    ├── ModelMissing         404 for this model and for the one it falls back to
    ├── RequestRefused       any other 4xx: what we sent does not suit this model
    ├── ReplyBlocked         the provider's safety rules stopped the prompt or the reply
    ├── ReplyBroken          cut, empty, too long or not of the asked shape, also after a repair round
    └── SpendLimitReached    today's calls or tokens are used up
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


class HeardElsewhere(AppError):
    pass


class AccountError(AppError):
    pass


class SignInFailed(AccountError):
    pass


class EmailTaken(AccountError):
    pass


class EmailNotConfirmed(AccountError):
    pass


class CodeInvalid(AccountError):
    pass


class AccountsAway(AccountError):
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


class DatabaseAway(StorageError):
    pass


class RecordingsAway(StorageError):
    pass


class DatabaseUnusable(StorageError):
    pass


class RatingFailed(AppError):
    pass


class UnreadableFile(AppError):
    pass


class LanguageModelError(AppError):
    """A call to a language model failed. `wait_s` is what the provider asked for, or our own guess."""

    wait_s: float | None = None

    def __init__(self, message: str, remedy: str = "", *, wait_s: float | None = None) -> None:
        super().__init__(message, remedy)
        if wait_s is not None:
            self.wait_s = wait_s


class ModelUnreachable(LanguageModelError):
    wait_s = 20.0


class ModelBusy(LanguageModelError):
    wait_s = 60.0


class ModelFailing(LanguageModelError):
    wait_s = 30.0


class ModelKeyRefused(LanguageModelError):
    pass


class ModelMissing(LanguageModelError):
    pass


class RequestRefused(LanguageModelError):
    pass


class ReplyBlocked(LanguageModelError):
    pass


class ReplyBroken(LanguageModelError):
    wait_s = 60.0


class SpendLimitReached(LanguageModelError):
    pass
