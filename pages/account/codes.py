"""The front door, when a code comes into it: confirm an e-mail, replace a forgotten password."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import streamlit as st

from pages.account.entering import confirm, reset_password
from pages.ui.address import address
from pages.ui.context import Door, services, tab
from pages.ui.errors import show
from pages.ui.text import plain
from services.errors import AppError

_STEPS = ("confirm", "forgot", "reset")
_EMAIL_LONGEST = 320  # characters (RFC 3696)
_MEMORY = st.components.v2.component(
    "door_memory", js=(Path(__file__).parent / "door_memory.js").read_text()
)


def step() -> None:
    """Draw the step that this tab stands at."""
    door = tab().door
    st.subheader({"confirm": "Check your e-mail", "forgot": "Forgot your password?"}.get(
        door.step, "Choose a new password"
    ), anchor=False)  # fmt: skip
    if door.said:
        st.info(plain(door.said), icon=":material/mail:")
    {"confirm": _confirm, "forgot": _forgot, "reset": _reset}[door.step](door.email)


def remember() -> None:
    """Keep the step over a reload, in the browser's memory of this tab. Drawn on the sign-in screen only."""
    door = tab().door
    kept = json.dumps({"step": door.step, "email": door.email}) if door.email else ""
    with st.container(key="door_place"):
        _MEMORY(data={"door": kept}, key="door_memory", on_kept_change=_come_back)


def leave_step() -> None:
    """Back to the first forms."""
    tab().door = Door()


def to_forgotten() -> None:
    tab().door = Door("forgot")


def _come_back() -> None:
    tab().door = kept_door(st.session_state["door_memory"].kept)


def kept_door(kept: object) -> Door:
    """What the browser kept; anybody could have written it, so that nothing but a step and an e-mail counts."""
    try:
        read = json.loads(str(kept))
        step, email = str(read["step"]), str(read["email"])
    except (ValueError, KeyError, TypeError):
        return Door()
    return Door(step, email) if step in _STEPS and 0 < len(email) <= _EMAIL_LONGEST else Door()


def _confirm(email: str) -> None:
    st.markdown(
        f"We sent a six-digit code to **{plain(email)}**. It confirms that the e-mail is yours."
    )
    with st.form("confirm", border=False):
        code = _code_field()
        # Known still, unless the page was loaded anew meanwhile.
        password = tab().door.password or st.text_input(
            "Password", type="password", autocomplete="current-password", key="door_password"
        )
        if st.form_submit_button("Confirm", type="primary", width="stretch"):
            try:
                confirm(email, code, password)
            except AppError as error:
                show(error)
    _no_mail(email, services().accounts.send_again)
    st.caption(
        "An e-mail that has an account already gets no code: sign in instead, or choose a new password."
    )


def _forgot(email: str) -> None:
    if not services().accounts.sends_codes:
        st.markdown(
            "This installation sends no e-mails, so a password cannot be replaced that way. Ask whoever "
            "runs it, or go on without an account: a guest can practise just the same."
        )
        st.button("Back to sign in", on_click=leave_step, width="stretch")
        return
    st.markdown("We send a code to the e-mail of your account. With it you choose a new password.")
    with st.form("forgot", border=False):
        typed = st.text_input(
            "Email", value=email, type="email", autocomplete="username", validate=""
        )
        if st.form_submit_button("Send code", type="primary", width="stretch"):
            try:
                services().accounts.send_reset(typed, address())
            except AppError as error:
                show(error)
            else:
                tab().door = Door("reset", typed.strip())
                st.rerun()
    st.button("Back to sign in", on_click=leave_step, type="tertiary")


def _reset(email: str) -> None:
    st.markdown(f"If there is an account with **{plain(email)}**, a six-digit code is on its way.")
    with st.form("reset", border=False):
        code = _code_field()
        password = st.text_input("New password", type="password", autocomplete="new-password")
        st.caption("At least 10 characters. Every sign-in of this account ends with the change.")
        if st.form_submit_button("Set password and sign in", type="primary", width="stretch"):
            try:
                reset_password(email, code, password)
            except AppError as error:
                show(error)
    _no_mail(email, services().accounts.send_reset)


def _code_field() -> str:
    return st.text_input(
        "Code", max_chars=20, autocomplete="one-time-code", placeholder="123456", key="door_code"
    )


def _no_mail(email: str, send: Callable[[str, str], None]) -> None:
    """What to do when no code came."""
    st.caption("No e-mail after a few minutes? Look into the spam folder, and check the address.")
    with st.container(horizontal=True):
        if st.button("Send a new code"):
            try:
                send(email, address())
            except AppError as error:
                show(error)
            else:
                tab().door = replace(tab().door, said="A new code is on its way. Use the newest.")
                st.rerun()
        st.button("Use another e-mail", on_click=leave_step)
