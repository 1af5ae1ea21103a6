"""The speech model from absent to ready, with a download that is played."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from services.errors import SpeechModelMissing
from services.speech.model import MODELS, Report, SpeechModel
from tests.services.speech.stage import ScriptedEngine, until
from tests.spoken import MODEL


class Hub:
    """A download that is played: it stops after half of the files until `whole` is set."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.whole = True
        self.go_on = threading.Event()
        self.go_on.set()

    def __call__(self, repository: str, folder: Path, report: Report) -> None:
        self.asked.append(repository)
        report(0, 10_000_000)
        files = sorted(MODEL.iterdir())
        for n, file in enumerate(files):
            shutil.copy(file, folder)
            if n == len(files) // 2:
                report(4_000_000, 10_000_000)
                assert self.go_on.wait(10)
                if not self.whole:
                    raise SpeechModelMissing("The connection broke.", "Try again.")


def model(setting: str, tmp_path: Path, hub: Hub | None = None) -> SpeechModel:
    return SpeechModel(
        setting,
        cache_dir=tmp_path / "models",
        load=lambda _: ScriptedEngine(),
        download=hub or Hub(),
    )


def test_nothing_is_downloaded_until_a_person_asks(tmp_path: Path) -> None:
    hub = Hub()
    speech = model("base.en", tmp_path, hub)
    speech.load_if_here()
    status = speech.status()
    assert (status.state, hub.asked) == ("absent", [])
    assert status.label == "Whisper base.en, about 145 MB, downloaded once"
    with pytest.raises(SpeechModelMissing):
        speech.engine()


def test_its_languages_are_known_before_it_is_here(tmp_path: Path) -> None:
    def known(setting: str) -> tuple[str, ...]:
        return model(setting, tmp_path).status().languages

    assert known("base.en") == known("distil-large-v3") == ("en",)
    assert {"en", "de", "ja"} <= set(known("base"))
    assert "yue" in known("turbo")
    assert "yue" not in known("base")
    assert known(str(MODEL)) == ("en",)
    assert known("./nowhere") == ()


def test_the_languages_of_the_files_count_once_they_are_loaded(tmp_path: Path) -> None:
    speech = model("base", tmp_path)
    speech.ensure()
    until(lambda: speech.status().state == "ready")
    assert speech.status().languages == ("en",)  # the hub that is played gives the fixture's files


def test_a_download_shows_its_progress_and_ends_ready(tmp_path: Path) -> None:
    hub = Hub()
    hub.go_on.clear()
    speech = model("base.en", tmp_path, hub)
    told: list[str] = []
    speech.on_ready(lambda: told.append(speech.status().state))
    speech.ensure()
    until(lambda: speech.status().progress == 0.4)
    assert speech.status().state == "downloading"
    assert speech.status().label == "Whisper base.en: 4 of 10 MB are here"
    speech.ensure()
    hub.go_on.set()
    until(lambda: told)
    assert told == ["ready"]
    assert hub.asked == ["Systran/faster-whisper-base.en"]
    assert speech.engine().name == "scripted"
    speech.on_ready(lambda: told.append("now"))
    assert told == ["ready", "now"]


def test_a_downloaded_model_is_loaded_at_the_next_start(tmp_path: Path) -> None:
    first = model("tiny", tmp_path)
    first.ensure()
    until(lambda: first.status().state == "ready")
    hub = Hub()
    second = model("tiny", tmp_path, hub)
    second.load_if_here()
    until(lambda: second.status().state == "ready")
    assert hub.asked == []


def test_half_a_download_is_never_loaded_and_is_gone_on_with(tmp_path: Path) -> None:
    hub = Hub()
    hub.whole = False
    speech = model("base.en", tmp_path, hub)
    speech.ensure()
    until(lambda: speech.status().state == "failed")
    assert (speech.status().problem, speech.status().remedy) == (
        "The connection broke.",
        "Try again.",
    )
    restarted = model("base.en", tmp_path)
    restarted.load_if_here()
    assert restarted.status().state == "absent"
    assert any((tmp_path / "models" / "base.en.partial").iterdir())
    hub.whole = True
    speech.ensure()
    until(lambda: speech.status().state == "ready")


def test_a_download_that_lacks_a_file_is_not_ready(tmp_path: Path) -> None:
    def forgetful(_: str, folder: Path, __: Callable[[int, int], None]) -> None:
        shutil.copytree(MODEL, folder, dirs_exist_ok=True)
        (folder / "tokenizer.json").unlink()

    speech = SpeechModel(
        "base.en", cache_dir=tmp_path, load=lambda _: ScriptedEngine(), download=forgetful
    )
    speech.ensure()
    until(lambda: speech.status().state == "failed")
    assert "tokenizer.json" in speech.status().problem


@pytest.mark.parametrize("setting", ["models/base.en", "./nothing", "~/nothing", "/nothing"])
def test_a_mistyped_folder_is_told_at_once_and_never_looked_for_elsewhere(
    setting: str, tmp_path: Path
) -> None:
    hub = Hub()
    speech = model(setting, tmp_path, hub)
    assert speech.status().state == "failed"
    assert "does not exist" in speech.status().problem
    speech.ensure()
    until(lambda: speech.status().state == "failed")
    assert hub.asked == []


def test_a_mistyped_name_lists_the_names_there_are(tmp_path: Path) -> None:
    hub = Hub()
    speech = model("bse.en", tmp_path, hub)
    assert "bse.en" in speech.status().problem
    assert all(name in speech.status().remedy for name in MODELS)
    speech.ensure()
    assert "bse.en" in speech.status().problem
    assert hub.asked == []


def test_a_download_damaged_since_is_fetched_again_when_a_person_asks(tmp_path: Path) -> None:
    first = model("tiny", tmp_path)
    first.ensure()
    until(lambda: first.status().state == "ready")
    (tmp_path / "models" / "tiny" / "model.bin").write_bytes(b"")
    hub = Hub()
    second = model("tiny", tmp_path, hub)
    second.load_if_here()
    until(lambda: second.status().state == "failed")
    assert "model.bin" in second.status().problem
    assert hub.asked == []
    second.ensure()
    until(lambda: second.status().state == "ready")
    assert len(hub.asked) == 1


def test_a_folder_repaired_since_can_be_loaded_without_a_restart(tmp_path: Path) -> None:
    speech = model(str(tmp_path / "mine"), tmp_path)
    assert speech.status().state == "failed"
    shutil.copytree(MODEL, tmp_path / "mine")
    speech.ensure()
    until(lambda: speech.status().state == "ready")
    assert speech.status().name == "mine"


def test_a_model_that_cannot_be_loaded_is_told_in_plain_words(tmp_path: Path) -> None:
    def burst(_: Path) -> ScriptedEngine:
        raise RuntimeError("std::bad_alloc")

    speech = SpeechModel(str(MODEL), cache_dir=tmp_path, load=burst, download=Hub())
    speech.load_if_here()
    until(lambda: speech.status().state == "failed")
    assert speech.status().problem == "The speech model could not be loaded."
