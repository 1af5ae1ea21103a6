"""Sign in: the front door, for accounts, for new ones and for guests."""

import streamlit as st

from pages.account.codes import remember, step, to_forgotten
from pages.account.entering import create_account, sign_in, try_without_account
from pages.account.providers import providers
from pages.ui.context import current_user, tab
from pages.ui.errors import show
from pages.ui.places import SET_UP, go
from pages.ui.text import plain
from services.errors import AppError

guest = current_user()
if guest is not None and not guest.guest:
    go(SET_UP)


def welcome() -> None:
    """What this is, in a few lines."""
    st.title("Rehearse the interview before it counts", anchor=False)
    st.markdown(
        "Describe the job. You are asked questions, you answer aloud or in writing, "
        "and you see what was strong, what was missing and what to try next."
    )
    with st.container(key="promises", gap="xsmall"):
        st.markdown(":material/save: Every word is saved before anything is rated.")
        st.markdown(":material/format_quote: Every rating quotes your own words.")
        st.markdown(
            ":material/lock: Your interviews are yours: nobody else can open them unless you send a link, and "
            "you can delete them."
        )


def sign_in_form() -> None:
    with st.form("sign_in", border=False):
        email = st.text_input("Email", type="email", autocomplete="username", validate="")
        password = st.text_input("Password", type="password", autocomplete="current-password")
        if st.form_submit_button("Sign in", type="primary", width="stretch"):
            try:
                sign_in(email, password)
            except AppError as error:
                show(error)
    st.button("Forgot your password?", type="tertiary", on_click=to_forgotten)


def create_account_form() -> None:
    with st.form("create_account", border=False):
        name = st.text_input("Name", autocomplete="name")
        email = st.text_input("Email", type="email", autocomplete="username", validate="")
        password = st.text_input("Password", type="password", autocomplete="new-password")
        st.caption("At least 10 characters. A few words in a row are easy to remember.")
        if st.form_submit_button("Create account", type="primary", width="stretch"):
            try:
                create_account(name, email, password)
            except AppError as error:
                show(error)


def door() -> None:
    """Every way in."""
    first = "Sign in" if guest is None else "Create account"
    # Only the open tab is drawn, so that a page never holds two fields of one name.
    known, new = st.tabs(
        ["Sign in", "Create account"], default=first, key="door", on_change="rerun"
    )
    with known:
        if known.open:
            sign_in_form()
    with new:
        if new.open:
            create_account_form()
    for provider in providers():
        if st.button(f"Continue with {plain(provider.label)}", width="stretch"):
            st.login(provider.name)
    if guest is None:
        if st.button("Try without an account", width="stretch"):
            try:
                try_without_account()
            except AppError as error:
                show(error)
        st.caption(
            "Known to this browser only. You can create an account later and keep your work."
        )


about, card = st.columns([11, 9], gap="large", vertical_alignment="center")
with about:
    if guest is None:
        welcome()
    else:
        st.title("Keep your work", anchor=False)
        st.markdown(
            "You are here without an account, so only this browser knows you. Create an account and "
            "everything you have done so far moves along."
        )
with card, st.container(key="card-door"):
    if tab().refusal:
        st.error(plain(tab().refusal), icon=":material/error:")
    if tab().door.step:
        step()
    else:
        door()
remember()
