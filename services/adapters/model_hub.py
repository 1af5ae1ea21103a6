"""The Hugging Face hub: downloads the files of a speech model into a folder, resuming what is there.

The hub's own client starts a file again when an earlier try broke off, so only its list of files and its
transfer are used; what is half here lies beside it under the name of its content.
"""

from __future__ import annotations

import errno
import hashlib
import threading
from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from services.errors import DiskFull, SpeechModelMissing

_FILES = (
    "config.json", "preprocessor_config.json", "model.bin", "tokenizer.json", "vocabulary.*",
)  # fmt: skip
_LOOK_EVERY = 0.25  # s between two looks at how much is here


def download_model(
    repository: str, folder: Path, report: Callable[[int, int], None], *, endpoint: str
) -> None:
    """Fetch the model of a repository; `report(bytes_here, bytes_in_all)` is called on the way.

    What an earlier try left in `folder` is gone on with. Raises `SpeechModelMissing` (offline, unknown
    repository, interrupted, changed on the way) or `DiskFull`. Blocks for minutes: call it on a thread.
    """
    # Imported here: it costs a quarter of a second, and most servers never download.
    from httpx2 import HTTPError  # what the hub's client speaks through

    try:
        _download(repository, folder, report, endpoint)
    except (HTTPError, OSError) as error:  # the hub's errors are one or the other
        if getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(
                "The disk is too full for the speech model.", "Make room and try again."
            ) from error
        raise SpeechModelMissing(
            f"The speech model could not be downloaded from {endpoint}.",
            "Check the connection and try again; what has arrived is kept. Or copy a model folder"
            " here and name it in SPEECH_MODEL.",
        ) from error


def _download(
    repository: str, folder: Path, report: Callable[[int, int], None], endpoint: str
) -> None:
    from huggingface_hub import HfApi, RepoFile
    from huggingface_hub.utils.tqdm import disable_progress_bars

    disable_progress_bars()
    # Without a token: these repositories are public, and the endpoint is a setting.
    hub = HfApi(endpoint=endpoint, token=False)
    commit = hub.model_info(repository).sha
    files = [
        file
        for file in hub.list_repo_tree(repository, revision=commit)
        if isinstance(file, RepoFile) and any(fnmatch(file.path, wanted) for wanted in _FILES)
    ]
    total = sum(file.size for file in files)
    with _Watch(folder, lambda here: report(min(here, total), total)):
        for file in files:
            _fetch(repository, commit, file, folder, endpoint)
    report(total, total)


def _fetch(repository: str, commit: str | None, file: Any, folder: Path, endpoint: str) -> None:
    """One file, moved to its name when it is whole."""
    from huggingface_hub import hf_hub_url
    from huggingface_hub.file_download import http_get

    target = folder / file.path
    if target.exists():
        return
    part = folder / f"{file.path}.{file.blob_id[:16]}.part"
    with part.open("ab") as out:
        http_get(
            hf_hub_url(repository, file.path, revision=commit, endpoint=endpoint),
            out,
            resume_size=out.tell(),
            expected_size=file.size,
        )
    if file.lfs is not None and _sha256(part) != file.lfs.sha256:
        part.unlink()
        raise OSError(errno.EIO, "the file was changed on the way")
    part.rename(target)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class _Watch:
    """Looks at the growing folder while it is entered: files are the one progress that all transfer
    methods of the hub's client share."""

    def __init__(self, folder: Path, tell: Callable[[int], None]) -> None:
        self._folder = folder
        self._tell = tell
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, name="download-progress", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._done.wait(_LOOK_EVERY):
            self._tell(_bytes_in(self._folder))


def _bytes_in(folder: Path) -> int:
    size = 0
    for path in folder.rglob("*"):
        try:
            size += path.stat().st_size if path.is_file() else 0
        except FileNotFoundError:  # a finished file is moved to its place
            continue
    return size
