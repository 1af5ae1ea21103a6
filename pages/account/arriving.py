"""Coming back from an OpenID Connect provider: in, or in words why not."""

from __future__ import annotations

import streamlit as st

from pages.account import cookie
from pages.account.entering import enter_as
from pages.account.providers import introduced
from pages.ui.context import services, tab
from pages.ui.places import ACCOUNT, SIGN_IN, go
from services.domain import User
from services.errors import AppError


def welcome(user: User | None) -> None:
    """Once per script run, before the page. Who has an account here and is signed in is not signed in as
    somebody else: the account page asks whether the two belong together."""
    identity, state = introduced(), tab()
    if identity is None:
        return
    if user is not None and not user.guest:
        if identity.issuer in services().identities.of(user.id):
            forget()
        elif not state.identity_asked:
            state.identity_asked = True
            go(ACCOUNT)
        return
    try:
        enter_as(identity)
    except AppError as error:
        state.refusal = f"{error.message} {error.remedy}".strip()
        forget()
        if user is not None:
            go(SIGN_IN)
        st.rerun()


def forget() -> None:
    """The introduction counted, or was turned down: in this tab, and in the browser's cookies."""
    tab().identity_used = True
    cookie.send(cookie.ARRIVED)
