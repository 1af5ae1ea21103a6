"""Deployments to look at, and a server that says what it is told to."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from services.doctor.case import Case
from services.doctor.findings import Finding, State
from services.settings import Settings


def a_case(folder: Path, environment: dict[str, str] | None = None, **settings: Any) -> Case:
    """A deployment whose data and project lie in `folder`; nothing of this machine's settings counts."""
    given = {"data_dir": folder / "data", **settings}
    return Case(Settings(_env_file=None, **given), environment or {}, root=folder)


def states(findings: Iterable[Finding]) -> dict[str, State]:
    return {finding.name: finding.state for finding in findings}


def named(name: str, findings: Iterable[Finding]) -> Finding:
    return next(finding for finding in findings if finding.name == name)


def worries(findings: Iterable[Finding]) -> list[str]:
    """Names of all that is not ok."""
    return [finding.name for finding in findings if finding.state is not State.OK]


@dataclass
class Said:
    """What the server says, by method and path without the query, and what it was asked."""

    url: str = ""
    replies: dict[str, tuple[int, Any]] = field(default_factory=dict)
    otherwise: tuple[int, Any] = (404, "<html>")
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)


@contextmanager
def a_server() -> Iterator[Said]:
    """Runs while it is entered."""
    said = Said()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            what = f"{self.command} {self.path.split('?')[0]}"
            said.asked.append((what, dict(self.headers)))
            status, body = said.replies.get(what, said.otherwise)
            data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = answer

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    said.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield said
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
