"""The text of a plain text file, and what is said about all that is none."""

from __future__ import annotations

from services.adapters.cv.problem import Problem

_ENDINGS = {"", ".txt", ".text", ".md"}
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"  # .doc, and also what Word makes of a .docx with a password
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_MARKUP = (b"{\\rtf", b"<!doctype", b"<html", b"<?xml")


def text_of_plain(file: bytes, ending: str) -> str:
    """Raises `Problem`. A file without a mark is UTF-8, or else as Windows writes in the West."""
    if file.startswith(_OLD_OFFICE):
        raise Problem("encrypted" if _ENCRYPTED in file else "kind")
    if ending in (".pdf", ".docx"):  # but it is not
        raise Problem("corrupt")
    if ending not in _ENDINGS or file[:200].lstrip().lower().startswith(_MARKUP):
        raise Problem("kind")
    if file.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decoded(file, "utf-16")
    if b"\0" in file:
        raise Problem("kind")
    try:
        return file.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _decoded(file, "cp1252")


def _decoded(file: bytes, encoding: str) -> str:
    try:
        return file.decode(encoding)
    except UnicodeDecodeError:
        raise Problem("kind") from None
