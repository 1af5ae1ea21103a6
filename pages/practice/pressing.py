"""Buttons of the interview screen, whose press is never lost.

The connection asks for runs of its own. One that comes in the middle of a run cuts that run off, and
with it a click that had not been read yet. A callback is called before anything can be cut off (and until
then the press is handed on: pages/ui/kept_presses.py), so the press is noted there, and stays until a run
has acted on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import streamlit as st

from pages.ui.context import Stage, tab


def pressed(
    label: str,
    *,
    type: Literal["primary", "secondary", "tertiary"] = "secondary",
    icon: str | None = None,
    disabled: bool = False,
    width: Literal["content", "stretch"] = "content",
) -> bool:
    """Draw a button; True once for every press of it."""
    stage = tab().stage
    st.button(
        label,
        type=type,
        icon=icon,
        disabled=disabled,
        width=width,
        on_click=_note,
        args=(stage, label),
    )
    if disabled or stage.pressed != label:
        return False
    stage.pressed = ""
    return True


def _note(stage: Stage, label: str) -> None:
    stage.pressed = label


@contextmanager
def acting(label: str, words: str) -> Iterator[None]:
    """A spinner with `words` while a press is acted on. Drawing it can cut the run off as well: until it
    stands the press is kept, and the run that follows acts on it."""
    keep(label)
    with st.spinner(words):
        forget()
        yield


def keep(label: str) -> None:
    """Note a press, to be acted on by this run or the next."""
    tab().stage.pressed = label


def forget() -> None:
    """At the end of a run: a press that no button took was meant for what stood here before."""
    tab().stage.pressed = ""
