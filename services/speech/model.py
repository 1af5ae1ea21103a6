"""The speech model of this process: is it here, may it be downloaded, is it ready?

A model is either a folder (any setting that looks like a path) or a name that faster-whisper knows.
A name is downloaded only when a person asks for it, into a folder that gets its name when it is complete.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from services.errors import AppError, SpeechModelMissing
from services.failures import failure_of
from services.ports import SpeechEngine
from services.speech.languages import NAMES
from services.speech.model_folder import check_model_folder, languages_of, looks_like_a_folder
from services.speech.transcriber import give_way

Report = Callable[[int, int], None]  # bytes here, bytes in all
Download = Callable[[str, Path, Report], None]  # repository, folder, progress

# faster_whisper.utils._MODELS, with the sizes of their model.bin in MB as the hub shows them.
MODELS: dict[str, tuple[str, int]] = {
    "tiny.en": ("Systran/faster-whisper-tiny.en", 75),
    "tiny": ("Systran/faster-whisper-tiny", 75),
    "base.en": ("Systran/faster-whisper-base.en", 145),
    "base": ("Systran/faster-whisper-base", 145),
    "small.en": ("Systran/faster-whisper-small.en", 484),
    "small": ("Systran/faster-whisper-small", 484),
    "medium.en": ("Systran/faster-whisper-medium.en", 1530),
    "medium": ("Systran/faster-whisper-medium", 1530),
    "large-v1": ("Systran/faster-whisper-large-v1", 3090),
    "large-v2": ("Systran/faster-whisper-large-v2", 3090),
    "large-v3": ("Systran/faster-whisper-large-v3", 3090),
    "large": ("Systran/faster-whisper-large-v3", 3090),
    "distil-small.en": ("Systran/faster-distil-whisper-small.en", 336),
    "distil-medium.en": ("Systran/faster-distil-whisper-medium.en", 790),
    "distil-large-v2": ("Systran/faster-distil-whisper-large-v2", 1510),
    "distil-large-v3": ("Systran/faster-distil-whisper-large-v3", 1510),
    "distil-large-v3.5": ("distil-whisper/distil-large-v3.5-ct2", 1510),
    "large-v3-turbo": ("mobiuslabsgmbh/faster-whisper-large-v3-turbo", 1620),
    "turbo": ("mobiuslabsgmbh/faster-whisper-large-v3-turbo", 1620),
}
_MB = 1_000_000


class ModelState(StrEnum):
    """ABSENT: known, not downloaded. FAILED: see `problem` and `remedy`; `ensure` tries again."""

    ABSENT = "absent"
    DOWNLOADING = "downloading"
    LOADING = "loading"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """Where the speech model stands, in words and figures for a screen."""

    state: ModelState
    name: str  # short, as it is stored with ratings: `base.en`, or the folder's name
    size_mb: int = 0  # of the download; 0 for a folder
    downloaded_mb: int = 0
    problem: str = ""
    remedy: str = ""
    downloadable: bool = False
    languages: tuple[str, ...] = ()  # that it understands; empty: not known yet

    @property
    def progress(self) -> float:
        """Share of the download that is here, 0-1."""
        if self.state is not ModelState.DOWNLOADING:
            return float(self.state in (ModelState.LOADING, ModelState.READY))
        return min(1.0, self.downloaded_mb / self.size_mb) if self.size_mb else 0.0

    @property
    def label(self) -> str:
        """For people: what the model is and what happens to it."""
        name = f"Whisper {self.name}"
        if self.state is ModelState.DOWNLOADING:
            return f"{name}: {self.downloaded_mb} of {self.size_mb} MB are here"
        if self.state is ModelState.LOADING:
            return f"{name} is being loaded"
        if self.downloadable and self.state is not ModelState.READY:
            return f"{name}, about {self.size_mb} MB, downloaded once"
        return name


class SpeechModel:
    """One per process; any thread may call. Loading and downloading run on a thread of their own."""

    def __init__(
        self,
        setting: str,
        *,
        cache_dir: Path,
        load: Callable[[Path], SpeechEngine],
        download: Download,
    ) -> None:
        """`setting`: a folder or a name of `MODELS`. Reads the disk, starts nothing."""
        self._load = load
        self._download = download
        self._lock = threading.Lock()
        self._engine: SpeechEngine | None = None
        self._when_ready: list[Callable[[], object]] = []
        self._repository = ""
        self._folder: Path | None = None  # None: the setting is neither a folder nor a known name
        here = Path(setting).expanduser()
        if looks_like_a_folder(setting) or (setting not in MODELS and here.is_dir()):
            self._folder = here
            self._status = _status_of(here)
        elif setting in MODELS:
            self._repository, size = MODELS[setting]
            self._folder = cache_dir / setting
            self._status = ModelStatus(
                ModelState.ABSENT,
                setting,
                size_mb=size,
                downloadable=True,
                languages=_languages_of_name(setting),
            )
        else:
            self._status = ModelStatus(
                ModelState.FAILED,
                setting,
                problem=f"There is no speech model called {setting!r}.",
                remedy=f"Set SPEECH_MODEL to a folder or to one of {', '.join(MODELS)}.",
            )

    def status(self) -> ModelStatus:
        return self._status

    def engine(self) -> SpeechEngine:
        """The loaded model. Raises `SpeechModelMissing` with the reason while there is none."""
        if self._engine is None:
            status = self._status
            raise SpeechModelMissing(
                status.problem or f"The speech model is not ready ({status.state}).", status.remedy
            )
        return self._engine

    def on_ready(self, callback: Callable[[], object]) -> None:
        """Call back when the model can be used: on the loading thread, or now if it is ready."""
        with self._lock:
            if self._engine is None:
                self._when_ready.append(callback)
                return
        callback()

    def load_if_here(self) -> None:
        """Load a folder or an earlier download in the background. Never downloads."""
        self._start(may_download=False)

    def ensure(self) -> None:
        """A person wants the model: load it, or else download it, in the background.

        Can be called at any time; while something is under way or done it changes nothing.
        """
        self._start(may_download=True)

    def _start(self, may_download: bool) -> None:
        with self._lock:
            folder = self._folder
            busy = (ModelState.DOWNLOADING, ModelState.LOADING, ModelState.READY)
            if folder is None or self._status.state in busy:
                return
            if self._repository and not folder.is_dir() and not may_download:
                return
            self._set(ModelState.LOADING)
        threading.Thread(
            target=self._work, args=(folder, may_download), name="speech-model", daemon=True
        ).start()

    def _work(self, folder: Path, may_download: bool) -> None:
        error = failure_of(self._fetch_and_load, folder, may_download)
        if isinstance(error, AppError):
            self._set(ModelState.FAILED, problem=error.message, remedy=error.remedy)
            return
        if error is not None:
            self._set(
                ModelState.FAILED,
                problem="The speech model could not be loaded.",
                remedy="Check that its files are whole and made for faster-whisper.",
            )
            return
        with self._lock:
            waiting, self._when_ready = self._when_ready, []
        for callback in waiting:
            failure_of(callback)

    def _fetch_and_load(self, folder: Path, may_download: bool) -> None:
        if self._repository and may_download and _status_of(folder).problem:
            self._fetch(folder)
        check_model_folder(folder)
        self._set(ModelState.LOADING)
        give_way()  # the threads of the engine are started here and inherit this
        engine = self._load(folder)
        with self._lock:
            self._engine = engine
            self._status = replace(self._status, languages=languages_of(folder))
            self._set(ModelState.READY)

    def _fetch(self, folder: Path) -> None:
        # Resumed from what an earlier try left; only a checked folder gets the name that is loaded.
        partial = folder.with_name(folder.name + ".partial")
        self._set(ModelState.DOWNLOADING)
        partial.mkdir(parents=True, exist_ok=True)
        self._download(self._repository, partial, self._report)
        check_model_folder(partial)
        shutil.rmtree(folder, ignore_errors=True)  # an earlier download that was damaged since
        partial.rename(folder)

    def _report(self, here: int, total: int) -> None:
        self._status = replace(
            self._status, downloaded_mb=round(here / _MB), size_mb=max(1, round(total / _MB))
        )

    def _set(self, state: ModelState, *, problem: str = "", remedy: str = "") -> None:
        self._status = replace(self._status, state=state, problem=problem, remedy=remedy)


def _status_of(folder: Path) -> ModelStatus:
    name = folder.resolve().name
    try:
        check_model_folder(folder)
    except SpeechModelMissing as error:
        return ModelStatus(ModelState.FAILED, name, problem=error.message, remedy=error.remedy)
    return ModelStatus(ModelState.ABSENT, name, languages=languages_of(folder))


def _languages_of_name(name: str) -> tuple[str, ...]:
    # Distil-Whisper keeps the multilingual tokens, but learned English alone (its model cards).
    english = name.endswith(".en") or name.startswith("distil-")
    return ("en",) if english else tuple(code for code in NAMES if code != "yue" or _has_yue(name))


def _has_yue(name: str) -> bool:
    """Cantonese came with large-v3."""
    return name in {"large-v3", "large", "large-v3-turbo", "turbo"}
