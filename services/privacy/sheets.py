"""Three tables for a spreadsheet: interviews, answers, ratings. Written to temporary files, row by row."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator
from io import TextIOWrapper
from typing import BinaryIO, Final, cast

from services.storage.exporting import Row

COLUMNS: Final = {
    "interviews.csv": (
        *("interview", "created_at", "finished_at", "state", "position", "company", "category"),
        *("difficulty", "language", "questions"),
    ),
    "answers.csv": (
        *("interview", "question", "asked", "kind", "attempt", "mode", "state", "started_at"),
        *("finished_at", "sound_seconds", "answer", "as_heard", "recording", "video"),
    ),
    "ratings.csv": (
        *("interview", "question", "attempt", "rated_at", "coach", "overall_of_10", "superseded"),
        *("criterion", "level_of_5", "second_pass", "reason", "evidence", "strengths"),
        *("improvements", "next_action"),
    ),
}
# What a spreadsheet would take as the start of a formula (OWASP, "CSV Injection"), the full-width forms
# that some of them take for it, and the line break before one.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_BOM = b"\xef\xbb\xbf"  # without it, spreadsheets take UTF-8 for something else
_BLOCK = 64 * 1024


def cell(value: object) -> object:
    """Text that a spreadsheet shows as it is; numbers stay numbers."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value


class Sheets:
    """Of one export, of one thread. A context: the files are gone after it."""

    def __init__(self) -> None:
        self._files = {name: tempfile.TemporaryFile("w+b") for name in COLUMNS}  # noqa: SIM115
        self._texts = {
            name: TextIOWrapper(file, encoding="utf-8", newline="", write_through=False)
            for name, file in self._files.items()
        }
        self._writers = {name: csv.writer(text) for name, text in self._texts.items()}
        for name, columns in COLUMNS.items():
            self._files[name].write(_BOM)
            self._writers[name].writerow(columns)

    def __enter__(self) -> Sheets:
        return self

    def __exit__(self, *_: object) -> None:
        for text in self._texts.values():
            text.close()

    def add(self, number: int, interview: Row, recordings: dict[object, str]) -> None:
        """An interview with all below it; `recordings` are the names of files by answer."""
        setup = interview["setup"]
        self._write(
            "interviews.csv",
            *(number, interview["created_at"], interview["finished_at"], interview["state"]),
            *(interview["position"], setup.get("job", {}).get("company", "")),
            *(interview["category"], interview["difficulty"], setup.get("language", "")),
            len(interview["questions"]),
        )
        for question in interview["questions"]:
            for answer in question["answers"]:
                self._answer(number, question, answer, recordings.get(answer["id"], ""))

    def blocks(self, name: str) -> Iterator[bytes]:
        """The finished file. Nothing can be added after it."""
        self._texts[name].flush()
        file = cast(BinaryIO, self._files[name])
        file.seek(0)
        while block := file.read(_BLOCK):
            yield block

    def _answer(self, number: int, question: Row, answer: Row, recording: str) -> None:
        heard = " ".join(segment["text"] for segment in answer["segments"] if segment["text"])
        self._write(
            "answers.csv",
            *(number, question["number"], question["text"], question["kind"], answer["attempt"]),
            *(answer["mode"], answer["state"], answer["started_at"], answer["finished_at"]),
            *(round(answer["sound_s"], 1), heard if answer["edited"] is None else answer["edited"]),
            *(heard, recording, answer.get("video_file", "")),
        )
        for rating in answer["ratings"]:
            for score in rating["scores"]:
                self._score(number, question, answer, rating, score)

    def _score(self, number: int, question: Row, answer: Row, rating: Row, score: Row) -> None:
        self._write(
            "ratings.csv",
            *(number, question["number"], answer["attempt"], rating["created_at"]),
            *(rating["coach"], rating["overall"], "yes" if rating["superseded"] else "no"),
            *(score["criterion_name"], score["level"], score["other"], score["reason"]),
            " … ".join(str(quoted[2]) for quoted in score["evidence"]),
            *("\n".join(rating["strengths"]), "\n".join(rating["improvements"])),
            rating["next_action"],
        )

    def _write(self, name: str, *values: object) -> None:
        self._writers[name].writerow([cell(value) for value in values])
