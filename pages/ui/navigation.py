"""The frame of every screen: who is signed in decides which pages there are and what is on top."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st

from pages.account.entering import settle_cookie
from pages.ui.context import Stage, current_user, is_operator, tab
from pages.ui.errors import boundary
from pages.ui.places import INTERVIEW, PROTECTED, ROOT, SET_UP, SIGN_IN, SIGN_UP, STATUS, go
from services.domain import User

_HERE = Path(__file__).parent
_LOGO = str(_HERE / "logo.svg")


@dataclass(frozen=True)
class Site:
    """The page that the address asks for, ready to run."""

    page: st.Page

    def run(self) -> None:
        """Draw the page; an expected failure is shown in its place."""
        with boundary():
            self.page.run()


def site() -> Site:
    """Find the page and dress the site. Once per script run, before anything is drawn."""
    user = current_user()
    page = st.navigation(_pages(user), position="hidden" if user is None else "top")
    st.set_page_config(
        page_title=f"{page.title} · AI Interview Mocker", page_icon=_LOGO, layout="wide"
    )
    st.logo(_LOGO, size="large")
    st.html(_HERE / "style.css")
    # Dialogs and menus hang outside the app, where Streamlit does not say which theme it is.
    scheme = st.context.theme.type or "light dark"
    st.html(f"<style>:root {{ color-scheme: {scheme}; }}</style>")
    settle_cookie()  # before the page, which may end the run
    state = tab()
    if state.notice:
        st.toast(state.notice, icon=":material/info:", duration="long")
        state.notice = ""
    if page.url_path != INTERVIEW.url:
        state.stage = Stage()  # leaving the interview screen has closed the devices
    came_in = user is not None and st.session_state.get("outside", False)
    st.session_state["outside"] = user is None
    if came_in and page.url_path == SIGN_IN.url:
        go(SET_UP)  # at any other address, the screen that was asked for is there now
    return Site(page)


def _pages(user: User | None) -> list[st.Page]:
    """Signed out, every protected address shows the way in, so that signing in stays on it."""
    if user is None:
        doors = [SIGN_IN.at(place.url).page() for place in PROTECTED]
        return [SIGN_IN.at(ROOT).page(default=True), SIGN_IN.page(), *doors]
    door = SIGN_UP if user.guest else SIGN_IN
    seen = replace(STATUS, listed=is_operator(user))
    rest = [seen if place == STATUS else place for place in PROTECTED]
    return [SET_UP.at(ROOT).page(default=True), *(place.page() for place in (*rest, door))]
