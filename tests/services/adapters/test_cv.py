"""CVs in every state that they are uploaded in."""

from __future__ import annotations

import io
import logging
import os
import struct
import threading
import zipfile
import zlib
from pathlib import Path

import docx
import pytest
from docx.oxml import parse_xml
from pypdf import PdfReader, PdfWriter

from services.adapters.cv import read_cv
from services.adapters.cv.limits import MOST_BYTES, MOST_LETTERS
from services.errors import UnreadableFile

SAID = "Led the move of forty services to Kubernetes with a team of five engineers"
LINES = ["Ada Example", SAID, "Five years of Python and SQL at a bank in Lisbon"]


def pdf(*pages: list[str], stream: bytes | None = None) -> bytes:
    """A small PDF with these lines on its pages; `stream` instead of what they would be drawn by."""
    kids = " ".join(f"{4 + 2 * i} 0 R" for i in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, lines in enumerate(pages):
        drawn = " ".join(f"({line}) Tj 0 -20 Td" for line in lines)
        content = f"BT /F1 12 Tf 50 750 Td {drawn} ET".encode() if stream is None else stream
        packed = zlib.compress(content, 9)
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents {5 + 2 * number} 0 R"
            " /Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        objects.append(
            f"<< /Length {len(packed)} /Filter /FlateDecode >>\nstream\n".encode()
            + packed
            + b"\nendstream"
        )
    out = io.BytesIO(b"%PDF-1.7\n")
    out.seek(0, io.SEEK_END)
    places = []
    for number, body in enumerate(objects, 1):
        places.append(out.tell())
        out.write(f"{number} 0 obj\n".encode() + body + b"\nendobj\n")
    start = out.tell()
    out.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode())
    out.write("".join(f"{place:010} 00000 n \n" for place in places).encode())
    out.write(f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n".encode())
    out.write(b"%%EOF\n")
    return out.getvalue()


def encrypted(password: str, algorithm: str = "AES-256") -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(LINES))))
    writer.encrypt(password, owner_password="owner", algorithm=algorithm)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def word(document: docx.document.Document | None = None) -> bytes:
    document = document or docx.Document()
    for line in LINES:
        document.add_paragraph(line)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def with_part(name: str, size: int, *, lie: int | None = None) -> bytes:
    """A Word file with one more part of `size` zero bytes, which may tell another size."""
    out = io.BytesIO(word())
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, bytes(size))
    file = out.getvalue()
    return file if lie is None else file.replace(struct.pack("<I", size), struct.pack("<I", lie))


def test_the_text_of_a_pdf_is_read() -> None:
    text = read_cv(pdf(LINES, ["Second page"]), "cv.pdf")
    assert text.split("\n") == [*LINES, "", "Second page"]


def test_the_text_of_a_word_file_is_read_with_its_tables_in_their_place() -> None:
    document = docx.Document()
    document.add_paragraph("First")
    row = document.add_table(1, 2).rows[0]
    row.cells[0].text, row.cells[1].text = "2019", "Engineer"
    document.sections[0].header.paragraphs[0].text = "12 Private Street"
    text = read_cv(word(document), "cv.docx")
    assert text.split("\n") == ["First", "2019", "Engineer", *LINES]


def test_a_text_box_is_read_once() -> None:
    names = (
        'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    )
    box = "<w:txbxContent><w:p><w:r><w:t>In a box</w:t></w:r></w:p></w:txbxContent>"
    document = docx.Document()
    document.element.body.insert(
        0,
        parse_xml(
            f"<w:p {names}><w:r><w:t>Beside</w:t><mc:AlternateContent><mc:Choice>{box}</mc:Choice>"
            f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent><w:tab/><w:t>it</w:t></w:r></w:p>"
        ),
    )
    assert read_cv(word(document), "cv.docx").split("\n")[:2] == ["Beside it", "In a box"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_plain_text_is_read_whatever_it_was_written_with(encoding: str) -> None:
    text = "Réalisé: " + SAID
    assert read_cv(text.encode(encoding), "cv.txt") == text


@pytest.mark.parametrize("name", ["cv.pdf", "cv.docx", "cv", "../../cv.exe", "cv.\0pdf", "-m"])
def test_what_a_file_is_shows_in_its_content_not_in_its_name(name: str) -> None:
    assert SAID in read_cv(pdf(LINES), name)


def test_a_pdf_that_is_only_protected_against_changes_is_read() -> None:
    assert SAID in read_cv(encrypted(""), "cv.pdf")


def test_a_text_that_is_too_long_is_cut_at_a_word() -> None:
    text = read_cv(("engineering " * 20_000).encode(), "cv.txt")
    assert MOST_LETTERS - 100 < len(text) <= MOST_LETTERS
    assert text.endswith(" engineering")


UNREADABLE = {
    "no bytes": (b"", "cv.pdf", "no text"),
    "blank": (b" \n" * 40, "cv.txt", "no text"),
    "blank word file": (lambda: _saved(docx.Document()), "cv.docx", "no text"),
    "scanned": (pdf(["1"], ["2"]), "cv.pdf", "pictures of pages"),
    "encrypted": (lambda: encrypted("secret"), "cv.pdf", "password"),
    "encrypted long ago": (lambda: encrypted("secret", "RC4-40"), "cv.pdf", "password"),
    "encrypted word file": (
        b"\xd0\xcf\x11\xe0" + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
        "cv.docx",
        "password",
    ),
    "old word file": (b"\xd0\xcf\x11\xe0" + bytes(600), "cv.doc", "neither a PDF"),
    "too large": (b"%PDF-1.7" + bytes(MOST_BYTES), "cv.pdf", "larger than 5 MB"),
    "500 pages": (lambda: pdf(*[LINES] * 500), "cv.pdf", "more pages"),
    "zip bomb": (lambda: with_part("word/media/x.bin", 300_000_000), "cv.docx", "unpacks"),
    "small zip bomb": (lambda: with_part("word/x.xml", 40_000_000), "cv.docx", "unpacks"),
    "lying zip bomb": (
        lambda: _without_document(with_part("word/document2.xml", 40_000_000, lie=100)),
        "cv.docx",
        "damaged",
    ),
    "many parts": (lambda: _many_parts(5_000), "cv.docx", "unpacks"),
    "pdf bomb": (lambda: pdf(["x"], stream=b"(x) Tj " * 20_000_000), "cv.pdf", "unpacks"),
    "half a pdf": (lambda: pdf(LINES)[:200], "cv.pdf", "damaged"),
    "half a word file": (lambda: word()[:-500], "cv.docx", "damaged"),
    "words named pdf": (SAID.encode(), "cv.pdf", "damaged"),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(100), "cv.png", "neither a PDF"),
    "picture named txt": (b"\x89PNG\r\n\x1a\n" + bytes(100), "cv.txt", "neither a PDF"),
    "spreadsheet": (lambda: _zipped({"xl/workbook.xml": b"<x/>"}), "cv.xlsx", "neither a PDF"),
    "rich text": (b"{\\rtf1 " + SAID.encode() + b"}", "cv.txt", "neither a PDF"),
    "page": (b"<!DOCTYPE html>" + SAID.encode(), "cv.txt", "neither a PDF"),
    "noise": (lambda: os.urandom(20_000), "cv.pdf", "damaged"),
    "noise after a mark": (lambda: b"%PDF-1.4\n" + os.urandom(20_000), "cv.pdf", "damaged"),
    "zip noise": (lambda: b"PK\x03\x04" + os.urandom(20_000), "cv.docx", "damaged"),
    "billion laughs": (lambda: _laughing(), "cv.docx", "damaged"),
    "too much for the memory": (lambda: _heavy(), "cv.docx", "damaged"),
}


@pytest.mark.parametrize(("file", "name", "told"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_file_that_cannot_be_read_says_why_and_what_to_do(
    file: object, name: str, told: str
) -> None:
    content = file() if callable(file) else file
    assert isinstance(content, bytes)
    with pytest.raises(UnreadableFile) as raised:
        read_cv(content, name)
    assert told in raised.value.message
    assert raised.value.remedy


def test_a_file_that_takes_too_long_is_given_up() -> None:
    with pytest.raises(UnreadableFile, match="takes too long"):
        read_cv(pdf(LINES), "cv.pdf", seconds=0.001)
    assert SAID in read_cv(pdf(LINES), "cv.pdf")


def test_nothing_of_a_file_is_logged_or_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    read_cv(pdf(LINES), "cv.pdf")
    with pytest.raises(UnreadableFile):
        read_cv(pdf(LINES)[:400], "cv.pdf")
    assert list(tmp_path.iterdir()) == []
    assert caplog.text == ""
    assert capfd.readouterr() == ("", "")


def test_files_of_many_people_are_read_at_once() -> None:
    found: list[str] = []
    threads = [
        threading.Thread(target=lambda: found.append(read_cv(pdf(LINES), "cv.pdf")))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert found == ["\n".join(LINES)] * 4


def _saved(document: docx.document.Document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _zipped(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def _changed(parts: dict[str, bytes]) -> bytes:
    """A Word file with some parts exchanged."""
    with zipfile.ZipFile(io.BytesIO(word())) as archive:
        kept = {name: archive.read(name) for name in archive.namelist()}
    return _zipped(kept | parts)


def _many_parts(count: int) -> bytes:
    return _changed({f"word/{number}.xml": b"<x/>" for number in range(count)})


def _without_document(file: bytes) -> bytes:
    """The part that lies takes the document's place."""
    return file.replace(b"word/document.xml", b"word/documen0.xml").replace(
        b"word/document2.xml", b"word/document.xml\0"
    )


def _laughing() -> bytes:
    entities = "".join(
        f'<!ENTITY l{n} "{"&l" + str(n - 1) + ";" if n else "ha"}{f"&l{n - 1};" * 9 if n else ""}">'
        for n in range(10)
    )
    document = (
        f'<?xml version="1.0"?><!DOCTYPE w [{entities}]><w:document xmlns:w="http://schemas.'
        'openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>&l9;</w:t></w:r>'
        "</w:p></w:body></w:document>"
    )
    return _changed({"word/document.xml": document.encode()})


def _heavy() -> bytes:
    """Within every limit of sizes, and a thousand million bytes once it is a tree: lxml says that it
    cannot read it, once the process gets no more memory."""
    digits = os.urandom(1_400_000).hex()
    paragraphs = "".join(f"<w:p><w:i/><w:b/>{digits[i]}</w:p>" for i in range(1_800_000))
    document = (
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        f"<w:body>{paragraphs}</w:body></w:document>"
    )
    assert len(document) < 50_000_000
    return _changed({"word/document.xml": document.encode()})
