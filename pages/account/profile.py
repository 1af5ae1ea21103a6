"""Account: name, e-mail and password, each behind a word of its own until it is wanted."""

from __future__ import annotations

import streamlit as st

from pages.account.entering import change_password
from pages.ui.address import address
from pages.ui.context import services, tab
from pages.ui.errors import show
from pages.ui.text import plain
from services.domain import User
from services.errors import AppError
from services.ports import CodeSent


def profile(user: User, *, has_password: bool) -> None:
    """Three quiet lines that open into forms."""
    number = tab().account_number
    with st.expander("Change name", key=f"open-name-{number}"):
        _name(user, number)
    if not has_password:
        st.caption(_PROVIDER_ONLY)
        return
    waiting = tab().new_email
    with st.expander("Change e-mail", key=f"open-email-{number}", expanded=bool(waiting)):
        if waiting:
            _confirm_email(user, number, waiting)
        else:
            _email(user, number)
    with st.expander("Change password", key=f"open-password-{number}"):
        _password(user, number)


_PROVIDER_ONLY = "You sign in with another service, which keeps your e-mail and password."


def _name(user: User, number: int) -> None:
    with st.form(f"name-{number}", border=False):
        name = st.text_input(
            "Name", value=user.name, autocomplete="name", key=f"name-field-{number}"
        )
        if st.form_submit_button("Save name"):
            try:
                services().accounts.rename(user, name)
            except AppError as error:
                show(error)
            else:
                _changed("Your name is changed.")


def _email(user: User, number: int) -> None:
    with st.form(f"email-{number}", border=False):
        email = st.text_input(
            "New e-mail",
            type="email",
            autocomplete="email",
            validate="",
            key=f"email-field-{number}",
        )
        password = _current_password(f"email-password-{number}")
        if st.form_submit_button("Change e-mail"):
            try:
                done = services().accounts.change_email(user, password, email, address())
            except AppError as error:
                show(error)
            else:
                if isinstance(done, CodeSent):
                    tab().new_email = done.email
                    _changed("A code is on its way to your new e-mail.")
                _changed("Your e-mail is changed. Sign in with the new one from now on.")


def _confirm_email(user: User, number: int, email: str) -> None:
    st.markdown(
        f"We sent a six-digit code to **{plain(email)}**. Your e-mail changes when you enter it."
    )
    with st.form(f"email-code-{number}", border=False):
        code = st.text_input(
            "Code", max_chars=20, autocomplete="one-time-code", key=f"email-code-field-{number}"
        )
        if st.form_submit_button("Confirm e-mail"):
            try:
                services().accounts.confirm_email(user, email, code, address())
            except AppError as error:
                show(error)
            else:
                tab().new_email = ""
                _changed("Your e-mail is changed. Sign in with the new one from now on.")
    if st.button("Keep the old e-mail"):
        tab().new_email = ""
        st.rerun()


def _password(user: User, number: int) -> None:
    with st.form(f"password-{number}", border=False):
        current = _current_password(f"password-current-{number}")
        new = st.text_input(
            "New password",
            type="password",
            autocomplete="new-password",
            key=f"password-new-{number}",
        )
        st.caption(
            "At least 10 characters. You stay signed in here; every other browser is signed out."
        )
        if st.form_submit_button("Change password"):
            try:
                tab().account_number += 1  # the fields let go of what was typed
                change_password(user, current, new)
            except AppError as error:
                tab().account_number -= 1
                show(error)


def _current_password(key: str) -> str:
    return st.text_input(
        "Current password", type="password", autocomplete="current-password", key=key
    )


def _changed(words: str) -> None:
    """Close the forms and empty them."""
    state = tab()
    state.account_number += 1
    state.notice = words
    st.rerun()
