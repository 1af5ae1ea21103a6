"""The places of the site: address, name and script of every screen, and the way to go there.

Until the browser is told of the new screen, whatever it asks for (a component has news, the frame of the
connection above all) asks for the old one, and would lead back there. So a tab remembers its course for a
moment, and goes on.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.exceptions import RerunException

from pages.ui.context import Course, TabState, tab

LATE_S = 5.0  # after which nobody still asks for the screen before
_PAGES = Path(__file__).parent.parent


@dataclass(frozen=True)
class Place:
    """A screen: its address, its name in the navigation and browser tab, its script below pages/."""

    url: str
    title: str
    script: str
    listed: bool = True

    def page(self, *, default: bool = False) -> st.Page:
        """As Streamlit wants it; made anew for every run."""
        return st.Page(
            _PAGES / self.script,
            title=self.title,
            url_path=self.url,
            default=default,
            visibility="visible" if self.listed else "hidden",
        )

    def at(self, url: str) -> Place:
        """This screen at another address, out of the navigation."""
        return replace(self, url=url, listed=False)


SET_UP = Place("set-up", "Practice", "practice/set_up.py")
INTERVIEW = Place("interview", "Interview", "practice/interview.py", listed=False)
DEVICE_CHECK = Place("device-check", "Check your devices", "practice/device_check.py", listed=False)
FEEDBACK = Place("feedback", "Feedback", "practice/feedback.py", listed=False)
COMPARE = Place("compare", "Attempts", "practice/compare.py", listed=False)
REVIEW = Place("review", "Review", "practice/review.py", listed=False)
HISTORY = Place("history", "History", "progress/history.py")
PROGRESS = Place("progress", "Progress", "progress/progress.py")
SHARED = Place(
    "shared", "A shared interview", "shared/shared.py", listed=False
)  # for whoever has a link
STATUS = Place("status", "Status", "operator/status.py", listed=False)  # but for operators
ACCOUNT = Place("account", "Account", "account/account.py")
SIGN_IN = Place("sign-in", "Sign in", "account/sign_in.py", listed=False)
SIGN_UP = replace(SIGN_IN, title="Create account", listed=True)  # the same door, as a guest sees it

PROTECTED = (
    SET_UP,
    DEVICE_CHECK,
    INTERVIEW,
    FEEDBACK,
    REVIEW,
    COMPARE,
    HISTORY,
    PROGRESS,
    STATUS,
    ACCOUNT,
)
ROOT = "start"  # stands for "/": the default page has no address, but needs a name


# Nothing in the navigation leads to these, so who comes back to one at once was brought back.
_INNER = {place.url for place in PROTECTED if not place.listed}


def go(place: Place, **query: object) -> NoReturn:
    """Leave this screen for another; `query` becomes its query parameters."""
    state, now = _tab_now(), time.monotonic()
    before = state.course.origins if state.course and now - state.course.since < LATE_S else ()
    state.course = Course(
        place.url,
        {name: str(value) for name, value in query.items()},
        origins=frozenset({*before, state.at}) & _INNER - {place.url},
        since=now,
    )
    st.switch_page(place.page(), query_params=state.course.query)


def keep_course(page: st.Page) -> None:
    """At the start of a run: whoever was sent elsewhere a moment ago goes on to there."""
    state, ctx = tab(), get_script_run_ctx()
    state.at, course = page.url_path, state.course
    if course is None or page.url_path == course.url:
        return
    late = time.monotonic() - course.since < LATE_S and page.url_path in course.origins
    if late and not (ctx and ctx.is_history_navigation):
        place = next(place for place in (*PROTECTED, SIGN_IN, SHARED) if place.url == course.url)
        st.switch_page(place.page(), query_params=course.query)
    state.course = None


def _tab_now() -> TabState:
    """`tab()`, at which nothing cuts the run off: who asks for another one is overtaken by our going."""
    while True:
        try:
            return tab()
        except RerunException:
            continue
