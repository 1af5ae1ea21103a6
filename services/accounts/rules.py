"""What somebody may type as a name, an e-mail, a password or a code."""

from __future__ import annotations

import unicodedata

from email_validator import EmailNotValidError, validate_email

from services.errors import InvalidInput
from services.storage.columns import clean

NAME_LIMIT = 80  # characters
# Characters; length helps, rules about digits and signs do not (NIST SP 800-63B).
PASSWORD_SHORTEST = 10
PASSWORD_LONGEST = 1024  # characters; bounds the work of hashing
CODE_LENGTHS = range(6, 11)  # digits; six unless somebody set more


def checked_name(name: str) -> str:
    """One line without control characters: a name gets into the subject of e-mails."""
    visible = "".join(
        " " if unicodedata.category(letter) in ("Cc", "Zl", "Zp") else letter
        for letter in clean(name)
    )
    name = " ".join(visible.split())
    if not name:
        raise InvalidInput("name", "Please enter your name.")
    if len(name) > NAME_LIMIT:
        raise InvalidInput("name", f"A name can have up to {NAME_LIMIT} characters.")
    return name


def checked_email(email: str) -> str:
    """In lower case, so that one mailbox is one account. Raises `InvalidInput`."""
    try:
        if clean(email) != email:
            raise EmailNotValidError("characters that no address has")
        return validate_email(email.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError as failure:
        raise InvalidInput(
            "email", "This is not an e-mail address.", "It looks like name@example.com."
        ) from failure


def typed_email(email: str) -> str:
    """As it is stored if it can be an e-mail at all; else any text, which then is unknown."""
    try:
        return checked_email(email)
    except InvalidInput:
        return clean(email).strip().lower()


def checked_password(password: str) -> str:
    """A new password. Raises `InvalidInput`."""
    password = same_spelling(password)
    if len(password) < PASSWORD_SHORTEST:
        raise InvalidInput(
            "password",
            f"A password needs at least {PASSWORD_SHORTEST} characters.",
            "A few words in a row are easy to remember.",
        )
    if len(password) > PASSWORD_LONGEST:
        raise InvalidInput("password", f"A password can have up to {PASSWORD_LONGEST} characters.")
    return password


def same_spelling(password: str) -> str:
    """One spelling of the same characters, whatever keyboard or system they came from."""
    return unicodedata.normalize("NFKC", clean(password))


def checked_code(code: str) -> str:
    """A code from an e-mail, however it was copied. Raises `InvalidInput`."""
    digits = "".join(unicodedata.normalize("NFKC", code).split()).replace("-", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) in CODE_LENGTHS):
        raise InvalidInput(
            "code", "This is not a code.", "It is the number of six digits in the e-mail."
        )
    return digits
