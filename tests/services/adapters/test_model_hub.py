"""Downloads from a hub on the loopback: whole, interrupted, resumed, refused."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from services.adapters.model_hub import download_model
from services.errors import SpeechModelMissing
from services.speech.model_folder import check_model_folder
from tests.spoken import MODEL

REPOSITORY = "Systran/faster-whisper-base.en"
COMMIT = "c0ffee" * 6 + "c0ff"


class FakeHub(ThreadingHTTPServer):
    """Speaks as much of the hub's protocol as a download needs, and breaks off when told to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files = {p.name: p.read_bytes() for p in MODEL.iterdir()}
        # The hub's client writes every 10 MB: a model must be larger to be half here.
        self.files["model.bin"] += bytes(25_000_000)
        self.break_after: int | None = None  # bytes of model.bin, then only errors
        self.broken = False
        self.sha256 = ""  # told instead of the true ones
        self.got: list[tuple[str, str]] = []  # (file, Range header) of every GET
        self.endpoint = f"http://127.0.0.1:{self.server_address[1]}"
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self.shutdown()
        self.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FakeHub

    def do_HEAD(self) -> None:
        self._head(self._content())

    def do_GET(self) -> None:
        if "/api/models/" in self.path:
            self._api()
        elif self.server.broken:
            self._json({"error": "out of order"}, 500)
        else:
            self._send(self._content())

    def _content(self) -> bytes:
        return self.server.files[self.path.rsplit("/", 1)[1]]

    def _api(self) -> None:
        files = self.server.files
        if f"/api/models/{REPOSITORY}" not in self.path:
            self._json({"error": "Repository not found"}, 404)
        elif "/tree/" in self.path:
            self._json(
                [
                    {
                        "type": "file",
                        "path": name,
                        "size": len(content),
                        "oid": _tag(content),
                        "lfs": {
                            "oid": self.server.sha256 or hashlib.sha256(content).hexdigest(),
                            "size": len(content),
                            "pointerSize": 134,
                        },
                    }
                    for name, content in files.items()
                ]
            )
        else:
            siblings = [{"rfilename": name} for name in files]
            self._json({"id": REPOSITORY, "sha": COMMIT, "siblings": siblings})

    def _json(self, value: object, status: int = 200) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _head(self, content: bytes, start: int = 0) -> None:
        self.send_response(206 if start else 200)
        self.send_header("ETag", f'"{_tag(content)}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(len(content) - start))
        if start:
            span = f"bytes {start}-{len(content) - 1}/{len(content)}"
            self.send_header("Content-Range", span)
        self.end_headers()

    def _send(self, content: bytes) -> None:
        wanted = self.headers.get("Range", "")
        start = int(wanted.removeprefix("bytes=").split("-")[0]) if wanted else 0
        self.server.got.append((self.path.rsplit("/", 1)[1], wanted))
        self._head(content, start)
        stop = self.server.break_after
        if self.path.endswith("model.bin") and stop is not None:
            self.server.broken = self.close_connection = True
            self.wfile.write(content[start : start + stop])
        else:
            self.wfile.write(content[start:])

    def log_message(self, *_: object) -> None:
        pass


def _tag(content: bytes) -> str:
    return hashlib.sha1(content).hexdigest()


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    hub = FakeHub()
    yield hub
    hub.close()


def fetch(hub: FakeHub, folder: Path, repository: str = REPOSITORY) -> list[tuple[int, int]]:
    reports: list[tuple[int, int]] = []
    download_model(
        repository, folder, lambda here, total: reports.append((here, total)), endpoint=hub.endpoint
    )
    return reports


def test_a_download_brings_exactly_what_a_model_needs(hub: FakeHub, tmp_path: Path) -> None:
    reports = fetch(hub, tmp_path)
    check_model_folder(tmp_path)
    assert (tmp_path / "model.bin").read_bytes() == hub.files["model.bin"]
    names = {p.name for p in tmp_path.iterdir()}
    assert names == set(hub.files) - {"README.md", "words.txt"}
    total = sum(len(hub.files[n]) for n in names)
    assert reports[-1] == (total, total)


def test_a_broken_download_is_told_and_gone_on_with(hub: FakeHub, tmp_path: Path) -> None:
    hub.break_after = 12_000_000
    with pytest.raises(SpeechModelMissing, match="could not be downloaded"):
        fetch(hub, tmp_path)
    assert not (tmp_path / "model.bin").exists()
    hub.break_after, hub.broken = None, False
    hub.got.clear()
    fetch(hub, tmp_path)
    check_model_folder(tmp_path)
    (asked,) = [wanted for name, wanted in hub.got if name == "model.bin"]
    assert asked.startswith("bytes=10")
    assert (tmp_path / "model.bin").read_bytes() == hub.files["model.bin"]


def test_a_file_that_was_changed_on_the_way_is_not_kept(hub: FakeHub, tmp_path: Path) -> None:
    hub.sha256 = "0" * 64
    with pytest.raises(SpeechModelMissing):
        fetch(hub, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_repository_is_told(hub: FakeHub, tmp_path: Path) -> None:
    with pytest.raises(SpeechModelMissing):
        fetch(hub, tmp_path, "nobody/nothing")


def test_no_connection_is_told_with_the_address(tmp_path: Path) -> None:
    nobody = FakeHub()
    nobody.close()
    with pytest.raises(SpeechModelMissing) as caught:
        fetch(nobody, tmp_path)
    assert nobody.endpoint in caught.value.message
    assert "try again" in caught.value.remedy
