"""The cookie that outlives a reload: set, cleared and looked for by the browser, on errands of this tab."""

from __future__ import annotations

import secrets
from pathlib import Path

import streamlit as st

from pages.ui.context import current_login, leave_tab, tab
from pages.ui.requests import serving
from services.domain import Login

NOT_KEPT = "You are signed in for this tab only: this browser or host keeps no cookie of ours. A reload asks again."
ENDED = "You are signed out: this sign-in was ended somewhere else, or it expired."
SIGN_IN, SIGN_OUT, ARRIVED, LOOK = "sign-in", "sign-out", "arrived", "look"
_WAITED_FOR = {SIGN_IN: "Signing you in.", LOOK: "Looking for your sign-in."}

# Only the browser can receive an HttpOnly cookie, and only a route of ours can set it. Registered once
# per process; it draws nothing.
_ERRANDS = st.components.v2.component(
    "cookie_exchange", js=(Path(__file__).parent / "errands.js").read_text()
)


def send(errand: str, ticket: str = "") -> None:
    """Let the browser do this in the next run. Nothing where our routes cannot be reached."""
    state = tab()
    if serving.is_set():
        state.errand, state.ticket = errand, ticket or secrets.token_urlsafe(8)
    else:
        state.errand, state.ticket = "", ""


def recognise() -> Login | None:
    """Who is signed in, asked anew. When the login that was here has ended, the browser is asked whether
    it has another by now: another tab may have signed in again, or changed the password."""
    state = tab()
    login = current_login(anew=True)
    if login is None and state.inside:
        state = leave_tab()
        send(LOOK)
        if not state.errand:
            state.notice = ENDED
    state.inside = login is not None
    return login


def settle_cookie() -> None:
    """Draw the invisible piece that does an errand, while there is one.

    Coming in, the page waits for it (a few hundredths of a second, 5 s at most): who sees a screen of
    theirs can reload it. The piece's place is there in every run: were it to go, all that follows would
    move up one place, be drawn anew, and lose what is being typed.
    """
    state = tab()
    with st.container(key="cookie_place"):
        if state.errand:
            _ERRANDS(
                data={"errand": state.errand, "ticket": state.ticket},
                key="cookie_exchange",
                on_status_change=_settled,
            )
    if state.errand in _WAITED_FOR:
        st.caption(_WAITED_FOR[state.errand])
        st.stop()
    if state.leaving_provider and not state.errand:
        state.leaving_provider = False
        st.logout()


def _settled() -> None:
    status, state = st.session_state["cookie_exchange"].status, tab()
    if state.errand == SIGN_IN:
        state.cookieless = status != "kept"
        if state.cookieless:
            state.notice = NOT_KEPT
    if state.errand == LOOK:
        state.notice = ENDED
    state.errand, state.ticket = "", ""
