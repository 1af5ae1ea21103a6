"""Account: the OpenID Connect providers that lead into it, connected only when their owner says so."""

from __future__ import annotations

import streamlit as st

from pages.account.arriving import forget
from pages.account.providers import (
    Identity,
    introduced,
    label_of,
    provider_of,
    providers,
)
from pages.ui.context import services, tab
from pages.ui.errors import show
from pages.ui.text import plain
from services.domain import User
from services.errors import AppError


def connections(user: User, connected: tuple[str, ...]) -> None:
    """The card; none where no provider is set up and none was ever connected."""
    identity = introduced()
    offered = providers()
    if not (connected or offered or identity):
        return
    with st.container(key="card-connections"):
        st.header("Other ways to sign in", anchor=False)
        if identity is not None and identity.issuer not in connected:
            _ask(user, identity)
        for issuer in connected:
            found = provider_of(issuer, offered)
            _row(user, issuer, found.label if found else label_of(issuer))
        if identity is None:
            has = {provider_of(issuer, offered) for issuer in connected}
            for provider in (one for one in offered if one not in has):
                if st.button(f"Connect {plain(provider.label)}"):
                    st.login(provider.name)


def _ask(user: User, identity: Identity) -> None:
    """Who came back from the provider is not always who is signed in here."""
    who = plain(identity.email or identity.name)
    st.markdown(
        f"{plain(identity.label)} says that you are **{who}**. Whoever signs in so comes into this account."
    )
    with st.container(horizontal=True):
        if st.button(f"Connect {plain(identity.label)}", type="primary"):
            try:
                services().identities.link(user, identity.issuer, identity.subject)
            except AppError as error:
                show(error)
                return
            tab().notice = f"{identity.label} is connected."
            forget()
            st.rerun()
        if st.button("Do not connect"):
            forget()
            st.rerun()


def _row(user: User, issuer: str, label: str) -> None:
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        st.markdown(f"**{plain(label)}** · connected", width="content")
        if st.button("Disconnect", key=f"disconnect-{issuer}"):
            try:
                services().identities.unlink(user.id, issuer)
            except AppError as error:
                show(error)
                return
            tab().notice = f"{label} is not connected any more."
            st.rerun()
