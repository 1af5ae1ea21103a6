"""What a folder must have before it is loaded; every problem names the file and the remedy."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from services.errors import SpeechModelMissing
from services.speech.model_folder import check_model_folder, looks_like_a_folder
from tests.spoken import MODEL


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(MODEL, tmp_path / "model"))


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def test_the_fixture_is_a_whole_model(folder: Path) -> None:
    check_model_folder(folder)


def test_a_model_of_80_bins_needs_no_preprocessor_file(folder: Path) -> None:
    (folder / "preprocessor_config.json").unlink()
    check_model_folder(folder)


def test_an_older_vocabulary_file_will_do(folder: Path) -> None:
    (folder / "vocabulary.json").rename(folder / "vocabulary.txt")
    check_model_folder(folder)


def _without(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def _bins(count: int) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / "preprocessor_config.json").write_text(json.dumps({"feature_size": count}))

    return change


def _half(folder: Path) -> None:
    whole = (folder / "model.bin").read_bytes()
    (folder / "model.bin").write_bytes(whole[: len(whole) // 2])


def _no_heads(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    del config["alignment_heads"]
    (folder / "config.json").write_text(json.dumps(config))


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        (_without("model.bin"), "model.bin"),
        (_without("config.json"), "config.json"),
        (_without("tokenizer.json"), "tokenizer.json"),
        (_without("vocabulary.json"), "vocabulary.json"),
        (_bins(128), "preprocessor_config.json"),
        (_half, "model.bin"),
        (_no_heads, "config.json"),
        (lambda folder: (folder / "model.bin").write_bytes(b""), "model.bin"),
        (lambda folder: (folder / "model.bin").write_bytes(b"\x06\0\0\0\xff\xff"), "model.bin"),
        (lambda folder: (folder / "tokenizer.json").write_text("{"), "tokenizer.json"),
        (lambda folder: (folder / "config.json").write_bytes(b"\xff\xfe"), "config.json"),
        (lambda folder: (folder / "config.json").write_text("[]"), "config.json"),
        (shutil.rmtree, "does not exist"),
    ],
)
def test_every_problem_names_the_file_and_a_remedy(
    folder: Path, damage: Callable[[Path], None], named: str
) -> None:
    damage(folder)
    with pytest.raises(SpeechModelMissing) as caught:
        check_model_folder(folder)
    assert named in caught.value.message
    assert str(folder) in caught.value.message
    assert caught.value.remedy


def test_a_file_is_not_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SpeechModelMissing, match="not a folder"):
        check_model_folder(tmp_path / "file")


@pytest.mark.parametrize(
    "setting", ["models/base", "/models/base", "./base", "~/base", ".", r"C:\models\base", "a/b"]
)
def test_what_looks_like_a_path_is_one(setting: str) -> None:
    assert looks_like_a_folder(setting)


@pytest.mark.parametrize("setting", ["base.en", "distil-large-v3.5", "turbo"])
def test_names_do_not_look_like_paths(setting: str) -> None:
    assert not looks_like_a_folder(setting)
