"""What is waiting while the database is away, and a page that comes back by itself."""

from __future__ import annotations

import streamlit as st

from pages.ui.context import services
from pages.ui.places import PROTECTED, ROOT, SIGN_IN
from pages.ui.wording import counted
from services.domain import Interview, User
from services.errors import AppError
from services.standing import Waiting

LOOK_S = 2.0  # between two looks whether the database is back
ICON = ":material/cloud_off:"


def waiting_words(waiting: Waiting) -> str:
    """What is not stored yet; empty when all is."""
    if waiting.words:
        one = waiting.words == 1
        return (
            f"Not stored yet: {counted(waiting.words, 'word')}. {'It is' if one else 'They are'} kept on "
            f"this machine and will be stored by {'itself' if one else 'themselves'}."
        )
    if waiting.submitted:
        return (
            "Your answer is kept on this machine: the database is away. It will be stored and rated by "
            "itself."
        )
    if waiting.recordings:
        return "The store of recordings is away. Sound is kept on this machine and will be stored by itself."
    if waiting.anything:
        return (
            "Your last changes are kept on this machine: the database is away. They will be stored by "
            "themselves."
        )
    return ""


def waiting_notice(user: User, interview: Interview) -> None:
    """What of this interview is not stored yet, as long as it is not; nothing otherwise."""
    if not services().interviews.waiting(user.id, interview).anything:
        return

    def watch() -> None:
        words = waiting_words(services().interviews.waiting(user.id, interview))
        if not words:
            st.rerun()
        st.info(words, icon=ICON)

    st.fragment(watch, run_every=LOOK_S)()


def reachable() -> bool:
    """Whether the database is there for what cannot wait; if not, says so and the screen stays."""
    if services().interviews.back():
        return True
    st.toast(
        "The database is away just now, so this has to wait. What you say and write is kept.",
        icon=ICON,
    )
    return False


def comes_back() -> None:
    """Draw the page again by itself once the database is there."""

    def watch() -> None:
        if _there():
            st.rerun()
        st.caption("This page comes back by itself.")

    st.fragment(watch, run_every=LOOK_S)()


def _there() -> bool:
    """Whether the database is back, and the services at all: they may never have been opened yet."""
    try:
        return services().interviews.back()
    except AppError:
        return False


def away() -> None:
    """In the place of every screen while nobody can say who this is."""
    with st.container(key="card-away"):
        st.header("One moment, please", anchor=False)
        st.markdown(
            "The database is away just now. Nothing is lost: what you said and wrote is kept, and your "
            "sign-in with it."
        )
        comes_back()


def away_page() -> st.Page:
    """The one above at every address."""
    addresses = [SIGN_IN, *PROTECTED]
    title = "One moment"
    start = st.Page(away, title=title, url_path=ROOT, default=True)
    rest = [st.Page(away, title=title, url_path=place.url) for place in addresses]
    return st.navigation([start, *rest], position="hidden")
