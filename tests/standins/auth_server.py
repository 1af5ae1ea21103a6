"""Supabase Auth on the loopback, with its addresses, bodies and codes of errors, and outages on command."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.standins.auth_people import People, Refusal

KEY = "sb_publishable_stand-in"
START_S = 20.0
OUTAGES = {
    "500": "a failure of its own, as JSON with its code",
    "503": "a page of the proxy before it",
    "429": "the proxy has had enough of us",
    "garbage": "not JSON, and says 200",
    "wrong shape": "JSON of something else, and says 200",
    "redirect": "a hotel's portal sends us to its own page",
    "slow": "nothing comes, until the client leaves or the server closes",
}


class AuthServer:
    """What tests tell the server, and what it was asked. Other threads may read while it runs."""

    def __init__(self, people: People) -> None:
        self.people = people
        self.calls: list[str] = []  # "token", "signup", ... in the order of arrival
        self.outage = ""
        self.refuse: dict[str, tuple[int, dict[str, Any]]] = {}  # by call: what it says instead
        self.headers: list[dict[str, str]] = []
        self.port = 0
        self.closing = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def asked(self, call: str) -> int:
        return self.calls.count(call)

    async def handle(self, request: Request) -> Response:
        call = request.path_params["call"]
        self.calls.append(call)
        self.headers.append(dict(request.headers))
        if self.outage:
            return await self._be_away(request)
        if request.headers.get("apikey") != KEY:
            return JSONResponse({"message": "Invalid API key", "hint": "Check it."}, 401)
        if call in self.refuse:
            status, body = self.refuse[call]
            return self._json(body, status)
        body = json.loads(await request.body() or "{}")
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        try:
            return self._json(self._answer(call, request, body, token))
        except Refusal as refusal:
            return self._json(refusal.body, refusal.status)

    def _answer(self, call: str, request: Request, body: dict[str, Any], token: str) -> Any:
        people = self.people
        match call:
            case "signup":
                return people.sign_up(body)
            case "token":
                return people.by_password(body)
            case "verify":
                return people.verify(body)
            case "recover":
                return people.recover(body)
            case "resend":
                return people.resend(body)
            case "user":
                return people.change(token, body)
            case "logout":
                people.leave(token, request.query_params.get("scope", "global"))
                return {}
        raise Refusal(404, "not_found")

    async def _be_away(self, request: Request) -> Response:
        match self.outage:
            case "500":
                return self._json(
                    {"code": 500, "error_code": "unexpected_failure", "msg": "x"}, 500
                )
            case "503":
                return Response("<html>503</html>", 503, media_type="text/html")
            case "429":
                return Response("<html>slow down</html>", 429, media_type="text/html")
            case "garbage":
                return Response("<html>welcome</html>", 200, media_type="text/html")
            case "wrong shape":
                return JSONResponse({"hello": ["world"]})
            case "redirect":
                return RedirectResponse(f"{self.url}/auth/v1/portal", 307)
        while not self.closing.is_set() and not await request.is_disconnected():
            await asyncio.sleep(0.02)
        return Response(status_code=504)

    def _json(self, body: Any, status: int = 200) -> Response:
        return JSONResponse(body, status, headers={"x-supabase-api-version": "2024-01-01"})


@contextmanager
def auth_server(
    now: Callable[[], datetime] = lambda: datetime.now(UTC), database: str = ""
) -> Iterator[AuthServer]:
    """A server on a free port of 127.0.0.1, until the block ends; see `People` for `database`."""
    made = AuthServer(People(now, database))
    methods = ["GET", "POST", "PUT", "DELETE"]
    app = Starlette(routes=[Route("/auth/v1/{call:path}", made.handle, methods=methods)])
    with socket.socket(proto=socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        made.port = listening.getsockname()[1]
        config = uvicorn.Config(
            app,
            log_config=None,
            log_level="critical",
            lifespan="off",
            timeout_graceful_shutdown=1,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(
            target=server.run, kwargs={"sockets": [listening]}, name="auth", daemon=True
        )
        thread.start()
        until = time.monotonic() + START_S
        while not server.started:
            if not thread.is_alive() or time.monotonic() > until:
                raise RuntimeError("the stand-in of Supabase Auth does not start")
            time.sleep(0.01)
        try:
            yield made
        finally:
            made.closing.set()
            server.should_exit = True
            thread.join(START_S)
