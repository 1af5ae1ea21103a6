"""Is this folder a speech model that can be loaded? Answered from its files alone, without network.

faster-whisper treats a mistyped folder as the name of a repository and fetches a missing tokenizer
from the hub, the wrong one for some models; so everything is looked at before it is asked.
"""

from __future__ import annotations

import json
import re
import struct
from pathlib import Path
from typing import Any, BinaryIO

from services.errors import SpeechModelMissing

_MEL_BINS = 80  # of every Whisper model without a preprocessor_config.json
_FIRST_LAYER = "encoder/conv1/weight"  # shape: width, mel bins, 3


def looks_like_a_folder(setting: str) -> bool:
    """Is the setting meant as a path? Such a setting is never taken for the name of a model."""
    return bool(re.search(r"[/\\]", setting)) or setting.startswith((".", "~"))


def check_model_folder(folder: Path) -> None:
    """Raise `SpeechModelMissing`, naming the file and the remedy, unless `folder` can be loaded."""
    try:
        _check(folder)
    except OSError as error:
        raise _problem(
            folder, f"cannot be read ({error.strerror}).", "Check the permissions of the folder."
        ) from error


def _check(folder: Path) -> None:
    if not folder.exists():
        raise _problem(folder, "does not exist.", "Correct SPEECH_MODEL, or put the model there.")
    if not folder.is_dir():
        raise _problem(folder, "is not a folder.", "SPEECH_MODEL must name the model's folder.")
    _present(folder, "model.bin")
    config = _json(folder, "config.json")
    _json(folder, "tokenizer.json")
    if not any((folder / f"vocabulary.{kind}").is_file() for kind in ("json", "txt")):
        raise _missing(folder, "vocabulary.json")
    if not config.get("alignment_heads"):
        raise _problem(
            folder,
            "has no alignment_heads in config.json, so words would have no times.",
            "Convert the model again with ct2-transformers-converter.",
        )
    expected = _MEL_BINS
    if (folder / "preprocessor_config.json").is_file():
        expected = int(_json(folder, "preprocessor_config.json").get("feature_size", _MEL_BINS))
    found = _mel_bins(folder)
    if found is not None and found != expected:
        raise _problem(
            folder,
            f"does not fit together: model.bin hears {found} mel bins, but"
            f" preprocessor_config.json makes {expected}.",
            "Copy the preprocessor_config.json that belongs to this model.",
        )


def _present(folder: Path, name: str) -> Path:
    path = folder / name
    if not path.is_file():
        raise _missing(folder, name)
    if path.stat().st_size == 0:
        raise _problem(folder, f"has an empty {name}.", f"Copy {name} again.")
    return path


def _json(folder: Path, name: str) -> dict[str, Any]:
    try:
        value = json.loads(_present(folder, name).read_bytes())
    except ValueError as error:  # also text that is not UTF-8
        raise _problem(folder, f"has a damaged {name}.", f"Copy {name} again.") from error
    if not isinstance(value, dict):
        raise _problem(folder, f"has a {name} of another kind.", f"Copy {name} again.")
    return value


def _mel_bins(folder: Path) -> int | None:
    """Mel bins that model.bin expects, read from its header; None if the layout is unknown.

    Also notices a file that ends too early, which the loader would report in its own words.
    CTranslate2's layout (python/ctranslate2/specs/model_spec.py): version, name, revision, then per
    variable a name, a shape, a type and the number of bytes that follow.
    """
    path = folder / "model.bin"
    size, bins = path.stat().st_size, None
    with path.open("rb") as file:
        try:
            (version,) = struct.unpack("<I", file.read(4))
            if not 4 <= version <= 16:
                return None
            _text(file)
            _, count = struct.unpack("<II", file.read(8))
            for _ in range(count):
                name = _text(file)
                (rank,) = struct.unpack("<B", file.read(1))
                shape = struct.unpack(f"<{rank}I", file.read(4 * rank))
                _, length = struct.unpack("<BI", file.read(5))
                if name == _FIRST_LAYER and rank == 3:
                    bins = shape[1]
                if file.seek(length, 1) > size:
                    raise EOFError
        except (struct.error, EOFError, UnicodeDecodeError) as error:
            raise _problem(
                folder, "has an incomplete or damaged model.bin.", "Copy or download it again."
            ) from error
    return bins


def _text(file: BinaryIO) -> str:
    (length,) = struct.unpack("<H", file.read(2))
    return file.read(length).rstrip(b"\0").decode()


def _missing(folder: Path, name: str) -> SpeechModelMissing:
    return _problem(
        folder, f"has no {name}.", f"Copy {name} into it; a model is all files of its folder."
    )


def _problem(folder: Path, what: str, remedy: str) -> SpeechModelMissing:
    return SpeechModelMissing(f"The speech model folder {folder} {what}", remedy)
