"""The text of a Word file: paragraphs, tables and text boxes in their order, without headers."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import docx
from docx.oxml.ns import qn

from services.adapters.cv.limits import MOST_PARTS, MOST_RATIO, MOST_UNCHECKED, MOST_UNPACKED
from services.adapters.cv.problem import Problem

_PARAGRAPH, _TEXT, _TAB = qn("w:p"), qn("w:t"), qn("w:tab")
_BREAKS = {qn("w:br"), qn("w:cr")}
_OLD_FORM = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"


def text_of_docx(file: bytes) -> str:
    """Raises `Problem`, and whatever a damaged file makes zipfile, lxml or python-docx raise."""
    _check_archive(file)
    body = docx.Document(io.BytesIO(file)).element.body
    return "\n".join("".join(_pieces(paragraph)) for paragraph in _paragraphs(body))


def _check_archive(file: bytes) -> None:
    """By the archive's own list, before anything is unpacked: what unpacks to more than that list says
    is a damaged file to zipfile."""
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        parts = archive.infolist()
    if "word/document.xml" not in {part.filename for part in parts}:
        raise Problem("kind")
    if any(part.flag_bits & 1 for part in parts):
        raise Problem("encrypted")
    large = [part for part in parts if part.file_size > MOST_UNCHECKED]
    if (
        len(parts) > MOST_PARTS
        or sum(part.file_size for part in parts) > MOST_UNPACKED
        or any(part.file_size > MOST_RATIO * part.compress_size for part in large)
    ):
        raise Problem("bomb")


def _paragraphs(body: Any) -> Iterator[Any]:
    """Every one once: a text box is in the file twice, the second time for older programs."""
    for paragraph in body.iter(_PARAGRAPH):
        if next(paragraph.iterancestors(_OLD_FORM), None) is None:
            yield paragraph


def _pieces(paragraph: Any) -> Iterator[str]:
    """The text of a paragraph without that of text boxes in it, which are paragraphs of their own."""
    for node in paragraph.iter(_TEXT, _TAB, *_BREAKS):
        if next(node.iterancestors(_PARAGRAPH)) is not paragraph:
            continue
        if node.tag == _TEXT:
            yield node.text or ""
        else:
            yield "\n" if node.tag in _BREAKS else " "
