"""Buttons of the interview screen, whose press is never lost.

The connection asks for runs of its own. One that comes in the middle of a run cuts that run off, and
with it a click that had not been read yet. A callback is called before anything can be cut off, so the
press is noted there, and stays until a run has acted on it.
"""

from __future__ import annotations

from typing import Literal

import streamlit as st

from pages.ui.context import tab


def pressed(
    label: str,
    *,
    type: Literal["primary", "secondary"] = "secondary",
    disabled: bool = False,
    width: Literal["content", "stretch"] = "content",
) -> bool:
    """Draw a button; True once for every press of it."""
    st.button(label, type=type, disabled=disabled, width=width, on_click=keep, args=(label,))
    if disabled or tab().stage.pressed != label:
        return False
    forget()
    return True


def keep(label: str) -> None:
    """Take a press back: something is drawn before it is acted on, and that can cut the run off too."""
    tab().stage.pressed = label


def forget() -> None:
    """At the end of a run: a press that no button took was meant for what stood here before."""
    tab().stage.pressed = ""
