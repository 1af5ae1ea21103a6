"""An interview as somebody sees it who was sent a link: no sign-in, nothing else of the candidate's."""

from __future__ import annotations

import streamlit as st

from pages.shared.asked import question
from pages.shared.guest import Guest
from pages.ui.address import address
from pages.ui.context import services, tab
from pages.ui.errors import boundary
from pages.ui.phrases import phrases
from pages.ui.text import plain
from pages.ui.wording import when
from services.domain import MENTOR_NAME_LIMIT, Shared
from services.errors import AppError, NotFound, TooManyAttempts

WATCH_S = 20.0  # a link that was ended is noticed in an open tab after so long at most


def screen(secret: str) -> None:
    try:
        shared = services().sharing.open(secret, address())
    except NotFound:
        _nothing()
        return
    except TooManyAttempts as error:
        _nothing(f"{error.message} {error.remedy}")
        return
    _head(shared)
    guest = Guest(secret, shared.share.id, _name(shared), phrases(shared.language))
    planned = [item for item in shared.items if item.parent_id is None]
    for number, item in enumerate(planned, 1):
        question(guest, item, f"Question {number} of {len(planned)}")
        for follow_up in shared.items:
            if follow_up.parent_id == item.id:
                question(guest, follow_up, f"Follow-up to question {number}", follows=True)
    _watch(secret)


def _nothing(why: str = "") -> None:
    """The same for links that expired, were ended, or never were."""
    st.title("A shared interview", anchor=False)
    with st.container(key="card-empty"):
        st.markdown(
            "This link opens nothing any more. Links work for some days, and whoever sent it can end it "
            "at any time. Ask them for a new one."
        )
        if why:
            st.caption(plain(why))


def _head(shared: Shared) -> None:
    st.title("A shared interview", anchor=False)
    with st.container(key="card-head"):
        st.header(plain(shared.position), anchor=False)
        until = when(shared.share.expires_at, st.context.timezone)
        st.caption(
            f"{shared.category.label} · {shared.difficulty.label} · this link works until {until}"
        )
        st.markdown(
            "Somebody rehearsed a job interview and asks for your view. Rate each answer on what you can see "
            "or hear, and leave a note that helps. Everything is kept as you go, you can change it "
            "while the link works, and only they see it."
        )


def _name(shared: Shared) -> str:
    """As the mentor wants to be called; first as they did last, or as the candidate calls them."""
    share = shared.share
    notes = [item.answer.note for item in shared.items if item.answer and item.answer.note]
    # Kept as it was found: another default would draw the field anew while it is typed in.
    first = tab().mentor.setdefault(share.id, notes[0].mentor if notes else share.name)
    given = st.text_input("Your name", first, max_chars=MENTOR_NAME_LIMIT, key=f"mentor-{share.id}")
    return given.strip() or first


def _watch(secret: str) -> None:
    @st.fragment(run_every=WATCH_S)
    def look() -> None:
        with boundary():
            try:
                services().sharing.open(secret, address())
            except NotFound:
                st.rerun()
            except AppError:  # what is on the screen stays while the database is away
                return

    look()


screen(str(st.query_params.get("link", "")))
