"""What a folder must have before it is loaded; every problem names the file and the remedy."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks import random_model
from services.errors import SpeechModelMissing
from services.speech.model_folder import check_model_folder, languages_of, looks_like_a_folder
from tests.spoken import MODEL


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(MODEL, tmp_path / "model"))


@pytest.fixture(scope="module")
def random_micro(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return random_model.make(tmp_path_factory.mktemp("random") / "micro", "micro")


@pytest.fixture
def multilingual(random_micro: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(random_micro, tmp_path / "multilingual"))


def change(folder: Path, name: str, **values: object) -> None:
    """Other values in a JSON file of the folder."""
    whole = json.loads((folder / name).read_text())
    (folder / name).write_text(json.dumps(whole | values))


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


def as_lines(folder: Path) -> None:
    """The vocabulary as older converters wrote it: a token on a line."""
    tokens = json.loads((folder / "vocabulary.json").read_text())
    (folder / "vocabulary.txt").write_text("".join(f"{token}\n" for token in tokens))
    (folder / "vocabulary.json").unlink()


def test_an_older_vocabulary_file_will_do(folder: Path, multilingual: Path) -> None:
    for each in (folder, multilingual):
        before = languages_of(each)
        as_lines(each)
        check_model_folder(each)
        assert languages_of(each) == before


def test_languages_are_read_from_the_files(folder: Path, multilingual: Path) -> None:
    assert languages_of(folder) == ("en",)
    assert languages_of(multilingual)[:3] == ("en", "zh", "de")
    assert len(languages_of(multilingual)) == 99


def test_an_english_model_that_lists_languages_is_still_english(folder: Path) -> None:
    change(folder, "config.json", lang_ids=[821])  # as the converter writes it for base.en
    check_model_folder(folder)
    assert languages_of(folder) == ("en",)


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
    change(folder, "config.json", alignment_heads=[])


def _vocabulary(change_tokens: Callable[[list[str]], object]) -> Callable[[Path], None]:
    def change_file(folder: Path) -> None:
        tokens = json.loads((folder / "vocabulary.json").read_text())
        change_tokens(tokens)
        (folder / "vocabulary.json").write_text(json.dumps(tokens))

    return change_file


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
        (lambda folder: (folder / "vocabulary.json").write_text("["), "vocabulary.json"),
        (lambda folder: (folder / "vocabulary.json").write_text('{"a": 1}'), "vocabulary.json"),
        (lambda folder: (folder / "vocabulary.json").write_text('["a", "b"]'), "vocabulary"),
        (lambda folder: (folder / "vocabulary.json").write_bytes(b""), "vocabulary.json"),
        (_vocabulary(lambda tokens: tokens.pop()), "tokens"),
        (_vocabulary(lambda tokens: tokens.insert(0, "more")), "tokenizer.json"),
        (lambda folder: change(folder, "tokenizer.json", added_tokens=[]), "tokenizer.json"),
        (
            lambda folder: change(folder, "tokenizer.json", added_tokens=7, model=8),
            "tokenizer.json",
        ),
        (
            lambda folder: change(folder, "preprocessor_config.json", feature_size="x"),
            "preprocessor_",
        ),
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


@pytest.mark.parametrize("lang_ids", [[], None, [1_000_000], ["<|en|>"]])
def test_a_multilingual_model_must_know_its_languages(multilingual: Path, lang_ids: object) -> None:
    change(multilingual, "config.json", lang_ids=lang_ids)
    with pytest.raises(SpeechModelMissing, match="lang_ids"):
        check_model_folder(multilingual)


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
