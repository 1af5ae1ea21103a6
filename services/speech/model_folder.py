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
from services.speech.languages import NAMES

_MEL_BINS = 80  # of every Whisper model without a preprocessor_config.json
_FIRST_LAYER = "encoder/conv1/weight"  # shape: width, mel bins, 3
_TOKENS = "decoder/embeddings/weight"  # shape: tokens, width
# Tokens that must be where the model learned them; the last one moved with large-v3.
_LANDMARKS = ("<|endoftext|>", "<|startoftranscript|>", "<|notimestamps|>")


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


def languages_of(folder: Path) -> tuple[str, ...]:
    """Codes of the languages that a checked folder understands; ("en",) for an English-only one.

    A vocabulary with an empty token is multilingual: that is how CTranslate2 tells them apart.
    """
    vocabulary = _vocabulary(folder)
    if "" not in vocabulary:
        return ("en",)
    tokens = (vocabulary[i] for i in _json(folder, "config.json").get("lang_ids", ()))
    return tuple(code for code in (token[2:-2] for token in tokens) if code in NAMES)


def _check(folder: Path) -> None:
    if not folder.exists():
        raise _problem(folder, "does not exist.", "Correct SPEECH_MODEL, or put the model there.")
    if not folder.is_dir():
        raise _problem(folder, "is not a folder.", "SPEECH_MODEL must name the model's folder.")
    _present(folder, "model.bin")
    config = _json(folder, "config.json")
    tokenizer = _json(folder, "tokenizer.json")
    vocabulary = _vocabulary(folder)
    _check_tokens(folder, tokenizer, vocabulary, config)
    if not config.get("alignment_heads"):
        raise _problem(
            folder,
            "has no alignment_heads in config.json, so words would have no times.",
            "Convert the model again with ct2-transformers-converter.",
        )
    expected = _MEL_BINS
    if (folder / "preprocessor_config.json").is_file():
        expected = _json(folder, "preprocessor_config.json").get("feature_size", _MEL_BINS)
    shapes = _shapes(folder)
    found = shapes[_FIRST_LAYER][1] if _FIRST_LAYER in shapes else expected
    if found != expected:
        raise _problem(
            folder,
            f"does not fit together: model.bin hears {found} mel bins, but"
            f" preprocessor_config.json makes {expected}.",
            "Copy the preprocessor_config.json that belongs to this model.",
        )
    known = shapes[_TOKENS][0] if _TOKENS in shapes else len(vocabulary)
    # Longer is harmless (a converter may fill it up); a token without a name cannot be written.
    if known > len(vocabulary):
        raise _problem(
            folder,
            f"does not fit together: model.bin knows {known} tokens, but its vocabulary names"
            f" {len(vocabulary)}.",
            "Copy the vocabulary file that belongs to this model.",
        )


def _check_tokens(
    folder: Path, tokenizer: dict[str, Any], vocabulary: list[str], config: dict[str, Any]
) -> None:
    numbers = _numbers(tokenizer)
    places = {token: number for number, token in enumerate(vocabulary)}
    for token in _LANDMARKS:
        if token not in places:
            raise _problem(
                folder,
                f"has a vocabulary without {token}; it is not one of Whisper's.",
                "Copy the vocabulary file that belongs to this model.",
            )
        if numbers.get(token) != places[token]:
            raise _problem(
                folder,
                f"does not fit together: {token} has another number in tokenizer.json than in the"
                " vocabulary.",
                "Copy the tokenizer.json that belongs to this model.",
            )
    if "" in places:
        ids = config.get("lang_ids")
        if not isinstance(ids, list) or not ids:
            raise _problem(
                folder,
                "has no lang_ids in config.json, though it understands several languages.",
                "Convert the model again with ct2-transformers-converter.",
            )
        if not all(isinstance(i, int) and 0 <= i < len(vocabulary) for i in ids):
            raise _problem(
                folder,
                "has lang_ids in config.json that are not in its vocabulary.",
                "Copy the config.json that belongs to this model.",
            )


def _numbers(tokenizer: dict[str, Any]) -> dict[str, int]:
    """Numbers of the tokens in tokenizer.json: those of text, and the special ones added to them."""
    model, added = tokenizer.get("model"), tokenizer.get("added_tokens")
    text = model.get("vocab") if isinstance(model, dict) else None
    special = [t for t in added if isinstance(t, dict)] if isinstance(added, list) else []
    return (text if isinstance(text, dict) else {}) | {
        t.get("content"): t.get("id") for t in special
    }


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


def _vocabulary(folder: Path) -> list[str]:
    """Every token by its number, of vocabulary.json or, in older models, vocabulary.txt."""
    for name in ("vocabulary.json", "vocabulary.txt"):
        if not (folder / name).is_file():
            continue
        try:
            text = _present(folder, name).read_bytes().decode()
            tokens = json.loads(text) if name.endswith("json") else text.split("\n")
        except ValueError as error:
            raise _problem(folder, f"has a damaged {name}.", f"Copy {name} again.") from error
        if not isinstance(tokens, list) or not all(isinstance(t, str) for t in tokens):
            raise _problem(folder, f"has a {name} of another kind.", f"Copy {name} again.")
        return tokens[:-1] if name.endswith("txt") and not tokens[-1] else tokens
    raise _missing(folder, "vocabulary.json")


def _shapes(folder: Path) -> dict[str, tuple[int, ...]]:
    """Shapes of the variables of model.bin, read from its headers; empty if the layout is unknown.

    Also notices a file that ends too early, which the loader would report in its own words.
    CTranslate2's layout (python/ctranslate2/specs/model_spec.py): version, name, revision, then per
    variable a name, a shape, a type and the number of bytes that follow.
    """
    path = folder / "model.bin"
    size = path.stat().st_size
    shapes: dict[str, tuple[int, ...]] = {}
    with path.open("rb") as file:
        try:
            (version,) = struct.unpack("<I", file.read(4))
            if not 4 <= version <= 16:
                return {}
            _text(file)
            _, count = struct.unpack("<II", file.read(8))
            for _ in range(count):
                name = _text(file)
                (rank,) = struct.unpack("<B", file.read(1))
                shape = struct.unpack(f"<{rank}I", file.read(4 * rank))
                _, length = struct.unpack("<BI", file.read(5))
                shapes[name] = shape
                if file.seek(length, 1) > size:
                    raise EOFError
        except (struct.error, EOFError, UnicodeDecodeError) as error:
            raise _problem(
                folder, "has an incomplete or damaged model.bin.", "Copy or download it again."
            ) from error
    return shapes


def _text(file: BinaryIO) -> str:
    (length,) = struct.unpack("<H", file.read(2))
    return file.read(length).rstrip(b"\0").decode()


def _missing(folder: Path, name: str) -> SpeechModelMissing:
    return _problem(
        folder, f"has no {name}.", f"Copy {name} into it; a model is all files of its folder."
    )


def _problem(folder: Path, what: str, remedy: str) -> SpeechModelMissing:
    return SpeechModelMissing(f"The speech model folder {folder} {what}", remedy)
