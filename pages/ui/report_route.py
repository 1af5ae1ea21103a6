"""GET /report/interview/ID.FORM and /report/period.FORM: reports of who is signed in, as files.

FORM is pdf, csv (a row for each criterion), answers.csv (a row for each answer) or json. A period has
`from` and `to` as days; `tz` names the clock that times are told on. Reports are made on threads, two at
a time, and one at a time for each candidate.
"""

from __future__ import annotations

from collections.abc import Callable, Set
from datetime import date
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from anyio import CapacityLimiter
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from pages.ui.coaching import on_criteria, on_kinds, on_trend
from pages.ui.context import services
from pages.ui.one_at_a_time import Busy, File, OneAtATime, sent_from_elsewhere
from pages.ui.phrases import phrases
from pages.ui.requests import login_of
from services.domain import Progress, User
from services.errors import AppError, InvalidInput, NotFound
from services.report.reports import Form, Made

AT_ONCE: Final = 2  # reports that this process makes; a PDF is seconds of one core
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
_reports = OneAtATime("somebody's report", CapacityLimiter(AT_ONCE))


def interview_path(
    interview_id: UUID, form: Form, timezone: str | None, skipped: Set[UUID] = frozenset()
) -> str:
    """Where a report of an interview is, from a screen below the root of the site. `skipped` are answers
    whose rating may be in it although its candidate is asked for their own first."""
    return f"report/interview/{interview_id}.{form}{_query(tz=timezone, skipped=_joined(skipped))}"


def period_path(
    first: date, last: date, form: Form, timezone: str | None, skipped: Set[UUID] = frozenset()
) -> str:
    """Where a report of a period is."""
    days = {"from": first.isoformat(), "to": last.isoformat()}
    query = _query(**days, tz=timezone, skipped=_joined(skipped))
    return f"report/period.{form}{query}"


def sentences(progress: Progress) -> tuple[str, str, str]:
    """What a coach would say about the progress of a period."""
    return on_trend(progress.trend), on_criteria(progress.criteria), on_kinds(progress.kinds)


async def interview_report(request: Request) -> Response:
    """404 is the same for what is unknown, deleted and somebody else's."""
    if refused := _refused(request):
        return refused
    name, _, ending = request.path_params["name"].partition(".")
    timezone = request.query_params.get("tz")
    try:
        interview_id, form = UUID(name), Form(ending)
    except ValueError:
        return _told(request, 404, "There is no such report.")
    return await _answered(
        request,
        form,
        lambda user: services().reports.interview(
            user.id, interview_id, form, phrases, timezone, _skipped(request)
        ),
    )


async def period_report(request: Request) -> Response:
    """400 for days that are none or in the wrong order."""
    if refused := _refused(request):
        return refused
    query = request.query_params
    try:
        form = Form(request.path_params["form"])
    except ValueError:
        return _told(request, 404, "There is no such report.")
    try:
        first, last = (date.fromisoformat(query.get(name, "")) for name in ("from", "to"))
    except ValueError:
        return _told(
            request, 400, "Give the first and the last day as from=YYYY-MM-DD&to=YYYY-MM-DD."
        )
    return await _answered(
        request,
        form,
        lambda user: services().reports.period(
            user.id, first, last, form, sentences, query.get("tz"), _skipped(request)
        ),
    )


def _refused(request: Request) -> Response | None:
    """A link on another site."""
    if sent_from_elsewhere(request):
        return _told(request, 403, "Open this from the page of the interview, or from Progress.")
    return None


def _skipped(request: Request) -> frozenset[UUID]:
    """Answers that a tab of theirs shows the rating of, though they did not rate them."""
    try:
        ids = request.query_params.get("skipped", "").split(",")
        return frozenset(UUID(answer_id) for answer_id in ids if answer_id)
    except ValueError:
        return frozenset()


def _joined(ids: Set[UUID]) -> str:
    return ",".join(sorted(map(str, ids)))


async def _answered(request: Request, form: Form, make: Callable[[User], Made]) -> Response:
    try:
        login = await login_of(request)
    except AppError as error:
        return _told(request, 503, f"{error.message} {error.remedy}")
    if login is None:
        return _told(request, 401, "You are not signed in here. Sign in, then try again.")
    if request.method == "HEAD":
        return Response(headers=_HEADERS, media_type=form.media_type)
    user = login.user
    try:
        return await _reports.sent(user.id, lambda: _file(make(user)), _HEADERS)
    except Busy:
        words = "A report of yours is being made already. Try again when it is done."
        return _told(request, 429, words)
    except NotFound:
        return _told(request, 404, "There is no such report.")
    except AppError as error:
        status = 400 if isinstance(error, InvalidInput) else 503
        return _told(request, status, f"{error.message} {error.remedy}")


def _file(made: Made) -> File:
    return File(made.name, made.media_type, made.pieces)


def _query(**values: str | None) -> str:
    given = {name: value for name, value in values.items() if value}
    return f"?{urlencode(given, safe=',')}" if given else ""


def _told(request: Request, status: int, words: str) -> Response:
    """As a page for people, as JSON for programs."""
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse({"error": words}, status_code=status, headers=_HEADERS)
    return PlainTextResponse(words, status_code=status, headers=_HEADERS)


report_routes = [
    Route("/report/interview/{name}", interview_report, methods=["GET"]),
    Route("/report/period.{form}", period_report, methods=["GET"]),
]
