"""A language model on the loopback that speaks both protocols, Gemini's and OpenAI's, and misbehaves on
command. For tests, and for benchmarks that need a model with a known speed.
"""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from benchmarks import loopback_protocols as protocols
from benchmarks.loopback_protocols import Asked, Protocol, Said

Answer = Callable[[Asked], dict[str, Any] | str]
Step = int | str

_START_S = 10.0  # a server that does not listen by then never will
_LOOK_EVERY = 0.02  # s between two looks whether the client has left

STEPS = {
    "safety": "the reply is stopped by the safety rules",
    "prompt_block": "the prompt is stopped by them",
    "bad_json": "the reply is cut JSON that claims to be whole",
    "max_tokens": "the reply is cut, and says so",
    "empty": "the reply has no text",
    "huge": "the reply is 200 kB of text",
    "html": "the reply is a web page",
    "wrong_shape": "the reply is JSON of another shape",
    "portal": "a web page answers instead of the model",
    "flood": "the response is 5 MB",
    "drop": "the connection is closed in the middle of the response",
    "slow": "the response comes a space at a time, until the client leaves",
    "never": "nothing comes, until the client leaves",
}
_ERRORS = {400, 401, 403, 404, 408, 429, 500, 502, 503, 504}


@dataclass
class LoopbackModel:
    """What a test or benchmark tells the server, and what the server was asked.

    Other threads may read `log` and call the methods while the server runs; the server changes only
    `log`, in the order in which the calls came.
    """

    answer: Answer
    seconds_per_call: float = 0.0  # before a reply, as a model would take; calls wait side by side
    retry_after_s: float = 7.0  # what a 429 asks for
    log: list[Asked] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)  # models that are gone: 404
    revoked: set[str] = field(default_factory=set)  # keys that are refused
    disliked: set[str] = field(default_factory=set)  # options that get a 400, see `Asked.options`
    models: tuple[str, ...] = ("loopback-model",)  # what the server lists
    port: int = 0
    _steps: deque[Step] = field(default_factory=deque)
    _every: tuple[int, Step] | None = None
    _calls: int = 0
    _closing: threading.Event = field(default_factory=threading.Event)

    @property
    def gemini_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def openai_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def misbehave(self, *steps: Step) -> None:
        """What the next calls do, one step each: an HTTP status, or one of `STEPS`. "ok" is a good call.

        Clients try a 429 or a 5xx again by themselves: give as many as they have attempts.
        """
        for step in steps:
            if step != "ok" and step not in STEPS and step not in _ERRORS:
                raise ValueError(f"no such step: {step}")
        self._steps.extend(steps)

    def behave(self) -> None:
        """From now on every call is good."""
        self._steps.clear()
        self._every = None
        self.lost.clear()
        self.revoked.clear()
        self.disliked.clear()

    def every(self, n: int, step: Step) -> None:
        """Every n-th call from now on does this, unless `misbehave` says something else for it."""
        self._calls, self._every = 0, (n, step)

    def _step(self) -> Step:
        self._calls += 1
        if self._steps:
            return self._steps.popleft()
        if self._every and self._calls % self._every[0] == 0:
            return self._every[1]
        return "ok"

    async def handle(self, request: Request) -> Response | _Dropped:
        """One call; runs on the server's loop."""
        protocol = protocols.of(request.url.path)
        asked = protocol.asked(request, json.loads(await request.body()))
        self.log.append(asked)
        step = self._step()
        if asked.key in self.revoked:
            return protocol.error(401 if protocol is protocols.OPENAI else 400, "key", 0)
        if asked.model in self.lost:
            return protocol.error(404, "model", 0)
        if disliked := sorted(asked.options & self.disliked):
            return protocol.error(400, disliked[0], 0)
        if isinstance(step, int):
            return protocol.error(step, "forced", self.retry_after_s)
        await asyncio.sleep(self.seconds_per_call)
        return await self._do(step, asked, protocol, request)

    async def _do(
        self, step: str, asked: Asked, protocol: Protocol, request: Request
    ) -> Response | _Dropped:
        if step == "prompt_block":
            return protocol.prompt_block(asked)
        if step == "portal":
            return Response("<!doctype html><title>Sign in</title>", media_type="text/html")
        if step == "flood":
            return Response(b" " * 5_000_000, media_type=protocol.media_type(asked))
        if step == "drop":
            return _Dropped(protocol.media_type(asked))
        if step in ("slow", "never"):
            return _Dripping(self._closing, protocol.media_type(asked), drops=step == "slow")
        return protocol.reply(asked, self._said(step, asked))

    def _said(self, step: str, asked: Asked) -> Said:
        if step == "safety":
            return Said("", "blocked")
        if step == "empty":
            return Said("")
        if step == "huge":
            return Said("so " * 67_000)
        if step == "html":
            return Said("<!doctype html><html><body><p>The model is resting.</p></body></html>")
        if step == "wrong_shape":
            return Said(json.dumps({"unexpected": [1, 2, 3]}))
        reply = self.answer(asked)
        text = reply if isinstance(reply, str) else json.dumps(reply)
        if step in ("bad_json", "max_tokens"):
            return Said(text[: len(text) // 2], "cut" if step == "max_tokens" else "whole")
        return Said(text)

    async def list_models(self, request: Request) -> Response:
        """`GET /v1/models` of the OpenAI protocol."""
        return JSONResponse({"object": "list", "data": [{"id": name} for name in self.models]})

    async def show_model(self, request: Request) -> Response:
        """`GET /v1/models/NAME` of Gemini's, with which a key is checked; not in `log`."""
        gemini = protocols.GEMINI
        step = self._steps.popleft() if self._steps else "ok"
        name = request.path_params["name"]
        if protocols.key_of(request) in self.revoked:
            return gemini.error(400, "key", 0)
        if name in self.lost or isinstance(step, int):
            return gemini.error(404 if name in self.lost else int(step), "forced", 0)
        return JSONResponse({"name": f"models/{name}", "displayName": name})


class _Dropped:
    """A response whose end never comes: the server closes the connection when the app returns early."""

    def __init__(self, media_type: str) -> None:
        self._media_type = media_type.encode()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"content-type", self._media_type), (b"content-length", b"1000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})


class _Dripping(Response):
    """Holds the client until it leaves or the server stops."""

    def __init__(self, closing: threading.Event, media_type: str, *, drops: bool) -> None:
        super().__init__(media_type=media_type)
        self._closing = closing
        self._drops = drops

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        left = asyncio.ensure_future(receive())  # the next message is that the client left
        if self._drops:
            headers = [(b"content-type", (self.media_type or "").encode())]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
        while not self._closing.is_set() and not left.done():
            if self._drops:
                await send({"type": "http.response.body", "body": b"\n", "more_body": True})
            await asyncio.sleep(_LOOK_EVERY)
        left.cancel()


@contextmanager
def loopback_model(answer: Answer, *, seconds_per_call: float = 0.0) -> Iterator[LoopbackModel]:
    """A server on a free port of 127.0.0.1, until the block ends. `answer` runs on the server's thread.

    A reply that is a dict is sent as JSON; streamed replies come word by word.
    """
    model = LoopbackModel(answer, seconds_per_call)
    app = Starlette(
        routes=[
            Route("/v1/models", model.list_models),
            Route("/{version}/models/{name}", model.show_model),
            Route("/{path:path}", _Endpoint(model), methods=["POST"]),
        ]
    )
    # asyncio switches Nagle's algorithm off, 40 ms a call, only where the protocol is said.
    with socket.socket(proto=socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        model.port = listening.getsockname()[1]
        server = uvicorn.Server(
            uvicorn.Config(
                app, log_config=None, log_level="critical", lifespan="off",
                timeout_graceful_shutdown=1,
            )
        )  # fmt: skip
        thread = threading.Thread(
            target=server.run, kwargs={"sockets": [listening]}, name="loopback-model", daemon=True
        )
        thread.start()
        try:
            _wait_for(server, thread)
            yield model
        finally:
            model._closing.set()
            server.should_exit = True
            thread.join(_START_S)


class _Endpoint:
    """The model as an app of its own, because a dropped connection is none of Starlette's responses."""

    def __init__(self, model: LoopbackModel) -> None:
        self._model = model

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        response = await self._model.handle(Request(scope, receive))
        await response(scope, receive, send)


def _wait_for(server: uvicorn.Server, thread: threading.Thread) -> None:
    until = time.monotonic() + _START_S
    while not server.started:
        if not thread.is_alive() or time.monotonic() > until:
            raise RuntimeError("the loopback model does not start")
        time.sleep(_LOOK_EVERY)
