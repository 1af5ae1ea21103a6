"""Signing in and out, as the screens do it. The forms are in `sign_in.py` and `codes.py`.

Every way in ends the login that was there before and opens a new one: a secret that somebody planted in
this browser is worth nothing afterwards.
"""

from __future__ import annotations

import streamlit as st

from pages.account import cookie
from pages.account.device import device
from pages.account.providers import Identity
from pages.ui.address import address
from pages.ui.context import Door, current_user, leave_tab, login_secret, services, tab
from pages.ui.requests import serving
from services.domain import User
from services.errors import DatabaseAway, EmailNotConfirmed, InvalidInput, StorageError
from services.ports import CodeSent


def sign_in(email: str, password: str) -> None:
    """Check the password and sign in this browser. A guest's work moves into the account."""
    try:
        user = services().accounts.verify(email, password, address())
    except EmailNotConfirmed as waiting:
        tab().door = Door("confirm", email.strip(), waiting.message, password)
        st.rerun()
    _come_in(user)


def create_account(name: str, email: str, password: str) -> None:
    """Create the account and sign in, or ask for the code that was sent. A guest keeps the work."""
    guest = _guest()
    made = services().accounts.create_account(
        name, email, password, guest.id if guest else None, address()
    )
    if isinstance(made, CodeSent):
        tab().door = Door("confirm", made.email, password=password)
        st.rerun()
    _come_in(made)


def confirm(email: str, code: str, password: str) -> None:
    """Sign in with the code that confirms an e-mail, and with the password that the account then has:
    a stranger may have begun one with the same e-mail and another password."""
    if not password:
        raise InvalidInput("password", "Please enter the password that you chose.")
    _come_in(services().accounts.confirm(email, code, address(), password))


def reset_password(email: str, code: str, password: str) -> None:
    """Replace a forgotten password, which ends every login of the account, and sign in."""
    user = services().accounts.reset_password(email, code, password, address())
    _end_logins(user)
    _come_in(user)


def change_password(user: User, current: str, new: str) -> None:
    """Every other login of the account ends, and this browser gets a new one."""
    services().accounts.change_password(user, current, new, address())
    _end_logins(user)
    tab().notice = "Your password is changed. You stay signed in here and nowhere else."
    _enter(user)


def enter_as(identity: Identity) -> None:
    """Sign in whom an OpenID Connect provider vouches for."""
    guest = _guest()
    user = services().identities.enter(
        identity.issuer,
        identity.subject,
        identity.email,
        identity.email_verified,
        identity.name,
        guest.id if guest else None,
    )
    tab().identity_used = True
    _come_in(user)


def try_without_account() -> None:
    """Go in as a guest, known to this browser only."""
    _enter(services().accounts.create_guest(address()))


def sign_out() -> None:
    """End the login of this browser, in all its tabs; while the database is away, of this tab alone. The
    next run begins at the door: a callback, because the page itself may need the database."""
    user, state = None, tab()
    try:
        user = current_user()
        services().logins.revoke(login_secret())
    except StorageError:
        state.notice = state.notice or (
            "You are signed out in this tab. The database is away just now, so other open tabs of this "
            "browser may still be signed in: close them."
        )
    _leave(user)


def sign_out_everywhere() -> None:
    """The same for every login of this user, in all tabs and browsers."""
    user, state = None, tab()
    try:
        user = current_user()
        if user is not None:
            services().logins.revoke_all(user.id)
    except StorageError:
        state.notice = (
            "You are signed out in this tab. The database is away just now, so other browsers are not "
            "signed out yet: sign in again later and choose “Sign out everywhere”."
        )
    _leave(user)


def _guest() -> User | None:
    user = current_user()
    return user if user is not None and user.guest else None


def _come_in(user: User) -> None:
    """Sign in; what a guest did here moves along, and whoever else knows the guest's secret is out."""
    guest = _guest()
    if guest is not None:
        if guest.id != user.id:
            services().belongings.adopt(guest.id, user.id)
            services().own_keys.hand_over(guest.id, user.id)
        services().logins.revoke_all(guest.id)
    _enter(user)


def _enter(user: User) -> None:
    state, before = tab(), login_secret()
    secret = services().logins.open(user.id, device())
    if before:
        services().logins.revoke(before)
    state.secret, state.signed_out, state.inside = secret, False, True
    state.door, state.refusal, state.recognised = Door(), "", None
    if serving.is_set():
        cookie.send(cookie.SIGN_IN, services().logins.issue_ticket(secret))
    else:
        state.notice = state.notice or cookie.NOT_KEPT
    st.rerun()


def _end_logins(user: User) -> None:
    """All of an account whose password has just been changed. Raises `DatabaseAway`."""
    try:
        services().logins.revoke_all(user.id)
    except DatabaseAway as failure:
        raise DatabaseAway(
            "Your password is changed, but the database went away: other sign-ins could not be ended yet.",
            "Sign in with the new password in a few minutes, and choose “Sign out everywhere”.",
        ) from failure


def _leave(user: User | None) -> None:
    if user is not None:
        services().own_keys.forget(user.id)
    state = leave_tab()
    # Who the provider introduced must not be signed in again by that: Streamlit's sign-in goes as well.
    state.identity_used, state.leaving_provider = True, bool(st.user.get("is_logged_in"))
    cookie.send(cookie.SIGN_OUT)
