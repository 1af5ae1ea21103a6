"""The frame of every screen: who is signed in decides which pages there are and what is on top."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st

from pages.account.arriving import welcome
from pages.account.cookie import recognise, settle_cookie
from pages.ui.context import DeviceCheck, Stage, current_login, is_operator, tab
from pages.ui.errors import boundary
from pages.ui.places import (
    DEVICE_CHECK,
    INTERVIEW,
    PROTECTED,
    ROOT,
    SET_UP,
    SHARED,
    SIGN_IN,
    SIGN_UP,
    STATUS,
    go,
    keep_course,
)
from pages.ui.waiting import away_page
from services.domain import User
from services.errors import AppError, DatabaseAway

WATCH_S = 20.0  # a login that was ended elsewhere is noticed in an open tab after so long at most
_HERE = Path(__file__).parent
_LOGO = str(_HERE / "logo.svg")


@dataclass(frozen=True)
class Site:
    """The page that the address asks for, ready to run."""

    page: st.Page

    def run(self) -> None:
        """Draw the page; an expected failure is shown in its place."""
        with boundary(page=True):
            self.page.run()


def site() -> Site:
    """Find the page and dress the site. Once per script run, before anything is drawn."""
    try:
        login = recognise()
    except DatabaseAway:  # and nobody remembers who this is
        return Site(away_page())
    user = login.user if login else None
    page = st.navigation(_pages(user), position="hidden" if user is None else "top")
    keep_course(page)
    st.set_page_config(
        page_title=f"{page.title} · AI Interview Mocker", page_icon=_LOGO, layout="wide"
    )
    st.logo(_LOGO, size="large")
    st.html(_HERE / "style.css")
    # Dialogs and menus hang outside the app, where Streamlit does not say which theme it is.
    scheme = st.context.theme.type or "light dark"
    st.html(f"<style>:root {{ color-scheme: {scheme}; }}</style>")
    settle_cookie()  # before the page, which may end the run
    with st.container(key="watch_place"):
        _watch()
    state = tab()
    welcome(user)
    if state.notice:
        st.toast(state.notice, icon=":material/info:", duration="long")
        state.notice = ""
    if user is None or page.url_path != INTERVIEW.url:
        state.stage = Stage()  # leaving the interview screen has closed the devices
    if user is None or page.url_path != DEVICE_CHECK.url:
        state.check = DeviceCheck()
    came_in = user is not None and st.session_state.get("outside", False)
    st.session_state["outside"] = user is None
    if came_in and page.url_path == SIGN_IN.url:
        go(SET_UP)  # at any other address, the screen that was asked for is there now
    return Site(page)


@st.fragment(run_every=WATCH_S)
def _watch() -> None:
    """A login that has ended ends its open tabs too, and lets go of their microphones."""
    state = tab()
    seen = state.recognised
    if not state.inside or (seen and time.monotonic() - seen.at < WATCH_S / 2):
        return  # this run has just asked
    with suppress(AppError):  # who is signed in goes on while the database is away
        if current_login(anew=True) is None:
            st.rerun()


def _pages(user: User | None) -> list[st.Page]:
    """Signed out, every protected address shows the way in, so that signing in stays on it."""
    if user is None:
        doors = [SIGN_IN.at(place.url).page() for place in PROTECTED]
        return [SIGN_IN.at(ROOT).page(default=True), SIGN_IN.page(), SHARED.page(), *doors]
    door = SIGN_UP if user.guest else SIGN_IN
    seen = replace(STATUS, listed=is_operator(user))
    rest = [seen if place == STATUS else place for place in (*PROTECTED, SHARED)]
    return [SET_UP.at(ROOT).page(default=True), *(place.page() for place in (*rest, door))]
