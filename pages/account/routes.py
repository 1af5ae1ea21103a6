"""HTTP beside the screens: trading a ticket for the login cookie, signing out, health."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict
from datetime import datetime

from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pages.ui.coach_figures import coach_figures
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
    if not _same_origin(request):
        return JSONResponse({"error": "cross-site"}, status_code=403)
    body = await _body(request)
    if body is None:
        return JSONResponse({"error": "too large"}, status_code=413)
    try:
        ticket = str(json.loads(body)["ticket"])
        secret = await asyncio.to_thread(services().logins.redeem, ticket)
    except (ValueError, KeyError, TypeError):
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
    return response


def _over_https(request: Request) -> bool:
    """As the browser sees it: a proxy that ends TLS says so in a header."""
    proxied = request.headers.get("x-forwarded-proto", "").split(",")[0].strip()
    return request.url.scheme == "https" or proxied == "https"


async def known(request: Request) -> Response:
    """Whether a login cookie came back: some hosts strip cookies that they do not know."""
    for secret in (request.cookies.get(login_cookie_name()), request.session.get("login")):
        if secret and await asyncio.to_thread(services().logins.find, str(secret)):
            return JSONResponse({"known": True})
    return JSONResponse({"known": False})


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
        await asyncio.to_thread(services)
    except AppError as error:  # every screen says the same; the server stays up to say it
        log.error("%s %s", error.message, error.remedy)
    serving.set()
    yield
    serving.clear()
    with suppress(AppError):
        await asyncio.to_thread(lambda: services().interviews.shutdown())


routes = [
    Route("/auth/exchange", exchange, methods=["POST"]),
    Route("/auth/known", known),
    Route("/auth/sign-out", sign_out, methods=["POST"]),
    Route("/api/health", health),
]
middleware = [Middleware(SecurityHeaders)]
