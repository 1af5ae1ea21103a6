"""Who asks over HTTP, beside the screens: the login of a request, and whether a page of ours sent it."""

from __future__ import annotations

import asyncio
import threading

from starlette.requests import Request

from pages.ui.context import login_cookie_name, services
from services.domain import Login

serving = threading.Event()  # set while our routes are reachable; a plain script has none


def same_origin(request: Request) -> bool:
    """Browsers set Sec-Fetch-Site and scripts cannot: a page elsewhere cannot act for the candidate.

    A request without it is no page of ours: every browser that runs Streamlit sends it.
    """
    return request.headers.get("sec-fetch-site") == "same-origin"


def login_secrets(request: Request) -> tuple[str, ...]:
    """The secrets of the login cookies that came along, ours before the one that strict hosts let through."""
    found = (request.cookies.get(login_cookie_name()), request.session.get("login"))
    return tuple(dict.fromkeys(str(secret) for secret in found if secret))


async def login_of(request: Request) -> Login | None:
    """The live login of this request's cookie, None without one. Raises what the database raises."""
    for secret in login_secrets(request):
        login = await asyncio.to_thread(services().logins.find, secret)
        if login is not None:
            return login
    return None
