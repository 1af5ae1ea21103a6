"""HTTP beside the screens: trading a ticket for the login cookie, signing out, health."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import datetime

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.web.server.starlette.starlette_server_config import (
    TOKENS_COOKIE_NAME,
    USER_COOKIE_NAME,
)

from pages.account.export import export_route
from pages.ui.coach_figures import coach_figures
from pages.ui.context import login_cookie_name, services
from pages.ui.playing import recording_route, thumbnail_route, video_route
from pages.ui.report_route import report_routes
from pages.ui.requests import login_of, login_secrets, same_origin, serving
from pages.ui.shared_playing import shared_recording_route, shared_video_route
from services.errors import AppError, TicketInvalid

log = logging.getLogger("interview.server")
COOKIE_AGE = (
    14 * 86_400
)  # seconds; the login's own sliding expiry decides, this only bounds the cookie
BODY_LIMIT = 4_096  # bytes; a ticket is 43 characters
OPEN_AGAIN_S = 2.0  # between two tries to open the services at the start


def _refused(request: Request) -> Response | None:
    """What is no press of a button on a page of ours."""
    if not same_origin(request):
        return JSONResponse({"error": "cross-site"}, status_code=403)
    # A form of another page cannot send JSON without asking first.
    if request.headers.get("content-type", "").split(";")[0].strip() != "application/json":
        return JSONResponse({"error": "not JSON"}, status_code=415)
    return None


async def _body(request: Request) -> bytes | None:
    """The body, None when it is longer than a ticket can be; no more than that is ever read."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > BODY_LIMIT:
            return None
    return body


async def exchange(request: Request) -> Response:
    """A single-use ticket in, the HttpOnly login cookie out."""
    if refused := _refused(request):
        return refused
    body = await _body(request)
    if body is None:
        return JSONResponse({"error": "too large"}, status_code=413)
    try:
        ticket = str(json.loads(body)["ticket"])
        secret = await asyncio.to_thread(services().logins.redeem, ticket)
    except (ValueError, KeyError, TypeError, RecursionError):  # the last: [[[[...
        return JSONResponse({"error": "no ticket"}, status_code=400)
    except TicketInvalid:
        return JSONResponse({"error": "ticket used or expired"}, status_code=403)
    except AppError as error:
        return JSONResponse({"error": error.message}, status_code=503)
    request.session["login"] = secret
    response = JSONResponse({"ok": True})
    response.set_cookie(
        login_cookie_name(),
        secret,
        max_age=COOKIE_AGE,
        httponly=True,
        samesite="lax",
        secure=services().settings.secure_cookies or _over_https(request),
        path="/",
    )
    _forget_introduction(request, response)
    return response


def _over_https(request: Request) -> bool:
    """As the browser sees it: a proxy that ends TLS says so in a header."""
    proxied = request.headers.get("x-forwarded-proto", "").split(",")[0].strip()
    return request.url.scheme == "https" or proxied == "https"


def _forget_introduction(request: Request, response: Response) -> None:
    """Delete Streamlit's cookies of an OpenID Connect sign-in, in all their pieces (`NAME_1` and so on):
    they count once, and would sign in again somebody whose logins were ended."""
    for name in request.cookies:
        for kept in (USER_COOKIE_NAME, TOKENS_COOKIE_NAME):
            if name == kept or name.removeprefix(kept).strip("_").isdigit():
                response.delete_cookie(name, path="/", httponly=True, samesite="lax")


async def arrived(request: Request) -> Response:
    """What a provider said has been dealt with."""
    if refused := _refused(request):
        return refused
    response = JSONResponse({"ok": True})
    _forget_introduction(request, response)
    return response


async def known(request: Request) -> Response:
    """Whether a login cookie came back: some hosts strip cookies that they do not know."""
    if not same_origin(request):
        return JSONResponse({"error": "cross-site"}, status_code=403)
    try:
        return JSONResponse({"known": await login_of(request) is not None})
    except AppError as error:
        return JSONResponse({"error": error.message}, status_code=503)


async def sign_out(request: Request) -> Response:
    """End the logins of this browser's cookies, and forget the cookies whatever becomes of that."""
    if refused := _refused(request):
        return refused
    if problem := await _problem_of_opening():  # without settings the cookie has no name yet
        return JSONResponse({"error": problem.message}, status_code=503)
    ended = login_secrets(request)
    request.session.pop("login", None)
    response = JSONResponse({"ok": True})
    try:
        for secret in ended:
            await asyncio.to_thread(services().logins.revoke, secret)
    except AppError as error:
        response = JSONResponse({"error": error.message}, status_code=503)
    response.delete_cookie(
        login_cookie_name(),
        path="/",
        secure=services().settings.secure_cookies,
        httponly=True,
        samesite="lax",
    )
    _forget_introduction(request, response)
    return response


async def health(_request: Request) -> Response:
    """For probes: the process answers and its database opened; how listening and rating do. About nobody."""
    try:
        figures = await asyncio.to_thread(_figures)
    except AppError as error:
        return JSONResponse({"status": "failing", "problem": error.message}, status_code=503)
    told = json.dumps({"status": "ok", **figures}, default=datetime.isoformat)
    return Response(told, media_type="application/json")


def _figures() -> dict[str, object]:
    ours = services()
    return {
        "speech_model": ours.model.status().state,
        **asdict(ours.interviews.hearing()),
        "coach": asdict(coach_figures()),
    }


class SecurityHeaders:
    """No guessing of types, no framing by other sites, no address leaked, only our own devices.

    The page itself may be framed by its own site: Streamlit Community Cloud shows every app that way.
    Plain ASGI, because Starlette's own base class holds up what is streamed.
    """

    HEADERS = (
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "SAMEORIGIN"),
        ("Content-Security-Policy", "frame-ancestors 'self'"),
        ("Referrer-Policy", "same-origin"),
        ("Permissions-Policy", "camera=(self), microphone=(self)"),
    )

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        private = str(scope.get("path", "")).startswith("/auth/")

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.HEADERS:
                    headers.setdefault(name, value)
                if private:
                    headers["Cache-Control"] = "no-store"
            await send(message)

        await self._app(scope, receive, dressed if scope["type"] == "http" else send)


@asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[None]:
    """Open the services before the first visitor, or as soon as the database is there; end their threads
    when the server stops."""
    opened, trying = asyncio.Event(), None
    if problem := await _problem_of_opening():
        # Every screen says the same; the server stays up to say it.
        log.error("%s %s The services start when they can.", problem.message, problem.remedy)
        trying = asyncio.create_task(_keep_opening(opened))
    else:
        opened.set()
    serving.set()
    yield
    serving.clear()
    if trying:
        trying.cancel()
    if opened.is_set():
        await asyncio.to_thread(lambda: services().shutdown())


async def _problem_of_opening() -> AppError | None:
    """Why the services cannot be opened; None once they are."""
    try:
        await asyncio.to_thread(services)
    except AppError as error:
        return error
    # What is loaded by now stays. The collector would look through all of it again and again (0.1 s each time
    # for 240,000 objects, while every other thread waits, those that hear candidates too).
    gc.collect()
    gc.freeze()
    return None


async def _keep_opening(opened: asyncio.Event) -> None:
    """Chores, and the words that wait on this disk, are not left until somebody calls."""
    while await _problem_of_opening():
        await asyncio.sleep(OPEN_AGAIN_S)
    opened.set()
    log.warning("The services have started now.")


routes = [
    Route("/auth/exchange", exchange, methods=["POST"]),
    Route("/auth/arrived", arrived, methods=["POST"]),
    Route("/auth/known", known),
    Route("/auth/sign-out", sign_out, methods=["POST"]),
    Route("/api/health", health),
    recording_route,
    video_route,
    thumbnail_route,
    shared_recording_route,
    shared_video_route,
    export_route,
    *report_routes,
]
middleware = [Middleware(SecurityHeaders)]
