"""The text of a PDF."""

from __future__ import annotations

import io
import logging

from pypdf import PdfReader
from pypdf.errors import (
    DependencyError,
    FileNotDecryptedError,
    LimitReachedError,
    WrongPasswordError,
)

from services.adapters.cv.limits import MOST_LETTERS, MOST_PAGES
from services.adapters.cv.problem import Problem


def text_of_pdf(file: bytes) -> str:
    """Raises `Problem`, and `pypdf.errors.PyPdfError` for a damaged file."""
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it quotes what it cannot read
    try:
        reader = PdfReader(io.BytesIO(file))
        # Many are only protected against changes: those open with an empty password.
        if reader.is_encrypted and not reader.decrypt(""):
            raise Problem("encrypted")
        if len(reader.pages) > MOST_PAGES:
            raise Problem("pages")
        pages: list[str] = []
        for page in reader.pages:
            pages.append(page.extract_text())
            if sum(map(len, pages)) > 2 * MOST_LETTERS:  # enough, also when half of it is blank
                break
    except (FileNotDecryptedError, WrongPasswordError, DependencyError):
        raise Problem("encrypted") from None
    except LimitReachedError:
        raise Problem("bomb") from None
    return "\n\n".join(pages)
