"""Account: every browser that is signed in, each with its way out."""

from __future__ import annotations

import streamlit as st

from pages.account.entering import sign_out, sign_out_everywhere
from pages.ui.context import current_login, services, tab
from pages.ui.text import plain
from pages.ui.wording import counted, when
from services.domain import Login, User

SHOWN = 20  # rows; who has more signs out everywhere


def sign_ins(user: User) -> None:
    """The card. An open page elsewhere notices within half a minute that it was signed out."""
    here = current_login()
    found = services().logins.of(user.id)
    # This browser first; the others as they were used last.
    found = tuple(sorted(found, key=lambda login: here is None or login.id != here.id))
    with st.container(key="card-sign-ins"):
        st.header("Where you are signed in", anchor=False)
        for login in found[:SHOWN]:
            _row(user, login, here=here is not None and login.id == here.id)
        if len(found) > SHOWN:
            st.caption(f"And {counted(len(found) - SHOWN, 'other')} that were used longer ago.")
        if len(found) > 1:
            st.button("Sign out everywhere", on_click=sign_out_everywhere)
            st.caption("Ends all of these, this browser included.")


def _row(user: User, login: Login, *, here: bool) -> None:
    with st.container(
        key=f"row-login-{login.id}",
        horizontal=True,
        horizontal_alignment="distribute",
        vertical_alignment="center",
    ):
        with st.container(width=600, gap="xxsmall"):
            name = plain(login.device or "A browser")
            st.markdown(f"**{name}**" + (" · this browser" if here else ""))
            zone = st.context.timezone
            st.caption(
                f"Signed in {when(login.created_at, zone)}"
                + ("" if here else f" · last used {when(login.last_seen_at, zone)}")
            )
        if here:
            st.button("Sign out", key="sign-out-here", on_click=sign_out)
        elif st.button("Sign out", key=f"sign-out-{login.id}", help=f"Sign out {name}"):
            services().logins.end(user.id, login.id)
            tab().notice = "That browser is signed out."
            st.rerun()
