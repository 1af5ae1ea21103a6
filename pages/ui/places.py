"""The places of the site: address, name and script of every screen, and the way to go there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

import streamlit as st

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


def go(place: Place, **query: object) -> NoReturn:
    """Leave this screen for another; `query` becomes its query parameters."""
    st.switch_page(place.page(), query_params={name: str(value) for name, value in query.items()})
