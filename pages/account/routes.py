"""HTTP beside the screens: trading a ticket for the login cookie, signing out, health."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pages.ui.context import login_cookie_name, services
from services.errors import AppError, TicketInvalid

log = logging.getLogger("interview.server")
COOKIE_AGE = (
    14 * 86_400
)  # seconds; the login's own sliding expiry decides, this only bounds the cookie
serving = threading.Event()  # set while these routes are reachable; a plain script has none
BODY_LIMIT = 4_096  # bytes; a ticket is 43 characters


def _same_origin(request: Request) -> bool:
    """Browsers set Sec-Fetch-Site and scripts cannot: a page elsewhere cannot act for the candidate."""
    return request.headers.get("sec-fetch-site") == "same-origin"


async def exchange(request: Request) -> Response:
    """A single-use ticket in, the HttpOnly login cookie out."""
    if not _same_origin(request):
        return JSONResponse({"error": "cross-site"}, status_code=403)
    if int(request.headers.get("content-length") or 0) > BODY_LIMIT:
        return JSONResponse({"error": "too large"}, status_code=413)
    try:
        ticket = str(json.loads(await request.body())["ticket"])
        secret = await asyncio.to_thread(services().logins.redeem, ticket)
    except (ValueError, KeyError, TypeError):
        return JSONResponse({"error": "no ticket"}, status_code=400)
    except TicketInvalid:
        return JSONResponse({"error": "ticket used or expired"}, status_code=403)
    request.session["login"] = secret
    response = JSONResponse({"ok": True})
    response.set_cookie(
        login_cookie_name(),
        secret,
        max_age=COOKIE_AGE,
        httponly=True,
        samesite="lax",
        secure=services().settings.secure_cookies,
        path="/",
    )
    return response


async def sign_out(request: Request) -> Response:
    """Forget the cookies of this browser; the logins themselves are ended by the screen."""
    if not _same_origin(request):
        return JSONResponse({"error": "cross-site"}, status_code=403)
    for secret in (request.cookies.get(login_cookie_name()), request.session.pop("login", None)):
        if secret:
            await asyncio.to_thread(services().logins.revoke, str(secret))
    response = JSONResponse({"ok": True})
    response.delete_cookie(login_cookie_name(), path="/")
    return response


async def health(_request: Request) -> Response:
    """For probes: the process answers and its database opened. Says nothing about anybody."""
    try:
        status = await asyncio.to_thread(lambda: services().model.status())
    except AppError as error:
        return JSONResponse({"status": "failing", "problem": error.message}, status_code=503)
    return JSONResponse({"status": "ok", "speech_model": status.state})


class SecurityHeaders(BaseHTTPMiddleware):
    """No guessing of types, no framing by other sites, no address leaked, only our own devices."""

    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        response = await call_next(request)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("X-Frame-Options", "SAMEORIGIN")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", "camera=(self), microphone=(self)")
        return response


@asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[None]:
    """Open the services before the first visitor, and end their threads when the server stops."""
    try:
        opened = await asyncio.to_thread(services)
    except AppError as error:  # every screen says the same; the server stays up to say it
        log.error("%s %s", error.message, error.remedy)
        yield
        return
    serving.set()
    yield
    serving.clear()
    await asyncio.to_thread(opened.interviews.shutdown)


routes = [
    Route("/auth/exchange", exchange, methods=["POST"]),
    Route("/auth/sign-out", sign_out, methods=["POST"]),
    Route("/api/health", health),
]
middleware = [Middleware(SecurityHeaders)]
