"""Signing in and out, as the screens do it. The password form itself is `sign_in.py`."""

from __future__ import annotations

import secrets
from ipaddress import ip_address

import streamlit as st

from pages.account.routes import serving
from pages.ui.context import current_user, services, tab
from services.domain import User

NOT_KEPT = "You are signed in for this tab only: this browser or host keeps no cookie of ours. A reload asks again."
_SIGN_OUT = "sign-out:"  # marks a nonce that clears the cookie instead of setting it

# Trades the ticket for the HttpOnly cookie: only the browser can receive one, and only a route of
# ours can set it. Registered once per process; it draws nothing.
_EXCHANGE = st.components.v2.component(
    "cookie_exchange",
    js="""
export default function (component) {
  const { data, setTriggerValue } = component;
  if (!data || !data.path || window.__exchanged === data.nonce) return;
  window.__exchanged = data.nonce;
  const limit = AbortSignal.timeout(5000);
  fetch(data.path, {
    method: "POST", credentials: "same-origin", signal: limit,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ticket: data.nonce }),
  })
    .then(r => (r.ok ? fetch("auth/known", { credentials: "same-origin", signal: limit }) : r))
    .then(r => (r.ok ? r.json() : { known: false }))
    .then(answer => setTriggerValue("status", answer.known ? "kept" : "lost"))
    .catch(() => setTriggerValue("status", "lost"));
}
""",
)


def sign_in(email: str, password: str) -> None:
    """Check the password and sign in this browser. A guest's work moves into the account."""
    guest = current_user()
    user = services().accounts.verify(email, password, _address())
    if guest is not None and guest.guest and guest.id != user.id:
        services().interviews.adopt(guest.id, user.id)
        services().own_keys.hand_over(guest.id, user.id)
    _enter(user)


def create_account(name: str, email: str, password: str) -> None:
    """Create the account and sign in. A guest becomes the account, with all that was done."""
    guest = current_user()
    user = services().accounts.create_account(
        name,
        email,
        password,
        guest.id if guest is not None and guest.guest else None,
        address=_address(),
    )
    _enter(user)


def try_without_account() -> None:
    """Go in as a guest, known to this browser only."""
    _enter(services().accounts.create_guest())


def sign_out() -> None:
    """End every login of this user, in all tabs and browsers."""
    user = current_user()
    if user is not None:
        services().logins.revoke_all(user.id)
        services().own_keys.forget(user.id)
    state = tab()
    state.secret, state.signed_out = "", True
    state.ticket = _SIGN_OUT + secrets.token_urlsafe(8)
    st.rerun()


def settle_cookie() -> None:
    """Draw the invisible piece that sets or clears the cookie, while one is to be set or cleared.

    Coming in, the page waits for it (a few hundredths of a second, 5 s at most): who sees a screen of
    theirs can reload it. The piece's place is there in every run: were it to go, all that follows would move up one place, be drawn
    anew, and lose what is being typed.
    """
    state = tab()
    with st.container(key="cookie_place"):
        if state.ticket:
            path = "auth/sign-out" if state.ticket.startswith(_SIGN_OUT) else "auth/exchange"
            _EXCHANGE(
                data={"path": path, "nonce": state.ticket},
                key="cookie_exchange",
                on_status_change=_cookie_settled,
            )
    if state.ticket and not state.ticket.startswith(_SIGN_OUT):
        st.caption("Signing you in.")
        st.stop()


def _cookie_settled() -> None:
    status = st.session_state["cookie_exchange"].status
    state = tab()
    if status != "kept" and not state.ticket.startswith(_SIGN_OUT):
        state.notice = NOT_KEPT
    state.ticket = ""


def _enter(user: User) -> None:
    state = tab()
    state.secret = services().logins.open(user.id)
    if serving.is_set():
        state.ticket = services().logins.issue_ticket(state.secret)
    else:
        state.ticket, state.notice = "", NOT_KEPT
    state.signed_out = False
    st.rerun()


def _address() -> str:
    """The browser's address, for throttling only; empty when it is that of a proxy or this machine.

    Behind a proxy everybody has its address: counting by it would let one guesser lock everybody out.
    """
    try:
        address = ip_address(str(st.context.ip_address))
    except ValueError:
        return ""
    return str(address) if address.is_global else ""
