"""Routes behind a real server, for what only a connection shows: who goes away, and what breaks off."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.routing import Route


@contextmanager
def on_a_socket(routes: Sequence[Route]) -> Iterator[int]:
    """Routes behind the server that Streamlit runs on; its port."""
    sessions = Middleware(SessionMiddleware, secret_key="for this test")
    app = Starlette(routes=routes, middleware=[sessions])
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        config = uvicorn.Config(
            app, log_config=None, log_level="critical", lifespan="off", timeout_graceful_shutdown=1
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([door],))
        thread.start()
        try:
            yield int(door.getsockname()[1])
        finally:
            server.should_exit = True
            thread.join(20)
