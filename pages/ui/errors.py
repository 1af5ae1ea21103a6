"""Failures on the screen: expected ones in words, unexpected ones calmly, with a line in the log."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from pages.ui.text import plain
from pages.ui.waiting import ICON, comes_back
from services.errors import AppError, DatabaseAway

log = logging.getLogger("interview.screen")


def show(error: AppError) -> None:
    """What happened and what to do; calmly what passes by itself."""
    if isinstance(error, DatabaseAway):
        st.info(plain(f"{error.message} {error.remedy}"), icon=ICON)
        return
    st.error(plain(f"{error.message} {error.remedy}"), icon=":material/error:")


@contextmanager
def boundary(*, page: bool = False) -> Iterator[None]:
    """Show an expected failure where it happens. Wraps pages, and the body of every fragment.

    A `page` that needs a database that is away comes back by itself; fragments are drawn again anyway.
    """
    try:
        yield
    except AppError as error:
        show(error)
        if page and isinstance(error, DatabaseAway):
            comes_back()


def unexpected(error: Exception) -> bool:
    """Last resort for every script run, given to `st.App`. Returns True: handled."""
    if isinstance(error, AppError):
        show(error)
        return True
    # Where and what, never the message: it might quote what somebody wrote.
    trace = "".join(traceback.format_tb(error.__traceback__))
    log.error("a screen failed with %s\n%s", type(error).__name__, trace)
    st.error(
        "Something went wrong on our side. What you said and typed so far is kept. "
        "Reload the page; if it happens again, please tell us what you did.",
        icon=":material/error:",
    )
    return True
