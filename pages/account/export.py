"""GET /account/data.zip: all that is stored of who is signed in, streamed while it is read."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from pages.ui.context import services
from pages.ui.one_at_a_time import Busy, File, OneAtATime, disposition, sent_from_elsewhere
from pages.ui.requests import login_of
from services.errors import AppError

PATH = "account/data.zip"  # as a screen below the root of the site links to it
_ZIP = "application/zip"
_HEADERS = {"Cache-Control": "no-store"}
zips = OneAtATime("a download of somebody's data")


def file_name() -> str:
    """Of the zip that is made now; nothing in it was typed by anybody."""
    return f"interview-mocker-{datetime.now(UTC):%Y-%m-%d}.zip"


async def data_zip(request: Request) -> Response:
    """The zip of who is signed in by cookie; 401 for nobody, 403 for a link on another site."""
    if sent_from_elsewhere(request):
        return _told(403, "Open this from the Account page.")
    try:
        login = await login_of(request)
    except AppError as error:
        return _told(503, f"{error.message} {error.remedy}")
    if login is None:
        return _told(401, "You are not signed in here. Sign in, then try again.")
    user = login.user
    if request.method == "HEAD":
        headers = {**_HEADERS, "Content-Disposition": disposition(file_name())}
        return Response(headers=headers, media_type=_ZIP)
    try:
        return await zips.sent(
            user.id, lambda: File(file_name(), _ZIP, services().export.pieces(user)), _HEADERS
        )
    except Busy:
        words = "A download of your data is already under way. Try again when it is done."
        return _told(429, words)
    except AppError as error:
        return _told(503, f"{error.message} {error.remedy}")


def _told(status: int, words: str) -> Response:
    return PlainTextResponse(words, status_code=status, headers=_HEADERS)


export_route = Route(f"/{PATH}", data_zip, methods=["GET"])
