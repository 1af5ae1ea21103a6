"""Account: how long recordings are kept, taking everything along, and leaving."""

from __future__ import annotations

import streamlit as st

from pages.account.entering import sign_out
from pages.account.export import PATH, file_name
from pages.ui.address import address
from pages.ui.context import services, tab
from pages.ui.errors import show
from pages.ui.requests import serving
from pages.ui.terms import chosen_term, term_field, until_when
from pages.ui.text import plain
from services.domain import User
from services.errors import AppError, InvalidInput, SignInFailed
from services.privacy.leaving import Left

WORD = "DELETE"
# Bytes of recordings that a tab without cookies may hold in the server's memory at once; with cookies
# there is no limit.
_MOST_IN_MEMORY = 100_000_000
_TERM, _KEPT_TERM = "media_days", "media_days_kept"


def your_data(user: User, *, has_password: bool) -> None:
    """The three cards, drawn at the end of the Account page."""
    with st.container(key="card-recordings"):
        _recordings(user)
    with st.container(key="card-take-along"):
        _take_along(user)
    with st.container(key="card-leave"):
        _leave(user, has_password)


def _recordings(user: User) -> None:
    st.header("Your recordings", anchor=False)
    term_field(
        "Keep the recordings of my answers",
        user.media_days,
        _TERM,
        on_change=_change_term,
        args=(user,),
        width=320,
    )
    if said := st.session_state.pop(_KEPT_TERM, ""):
        st.markdown(f":material/check: {plain(said)}")
    st.caption("Their words and ratings stay until you delete them.")


def _change_term(user: User) -> None:
    """A callback: it has no error boundary around it."""
    try:
        changed = services().consents.keep_for(user.id, chosen_term(_TERM))
    except AppError as error:
        st.session_state[_KEPT_TERM] = f"Not changed. {error.message} {error.remedy}".strip()
        return
    tab().recognised = None  # it holds the user as they were before
    st.session_state[_KEPT_TERM] = until_when(user.media_days, changed.media_days)


def _take_along(user: User) -> None:
    st.header("Download my data", anchor=False)
    st.markdown(
        "One zip with everything that is stored of you: your account, interviews, answers word by word, "
        "ratings and recordings. As JSON for programs, and as tables for a spreadsheet."
    )
    if serving.is_set() and not tab().cookieless:
        st.link_button("Download my data", PATH, icon=":material/download:")
        return
    # Nothing but this tab knows who is here, so the zip has to pass through it.
    size = services().export.size(user.id)
    media = size <= _MOST_IN_MEMORY
    if not media:
        st.caption(
            f"Your recordings have {size / 1e6:,.0f} MB. This host keeps no sign-in of yours, so only "
            f"{_MOST_IN_MEMORY / 1e6:,.0f} MB can be sent: this download is without recordings. You can "
            "hear each one on the page of its interview."
        )
    st.download_button(
        "Download my data",
        lambda: b"".join(services().export.pieces(user, media=media)),
        file_name=file_name(),
        mime="application/zip",
        icon=":material/download:",
        on_click="ignore",
    )


def _leave(user: User, wants_password: bool) -> None:
    st.header("Delete my account" if not user.guest else "Delete everything", anchor=False)
    st.markdown(
        "This deletes your interviews, answers, ratings, recordings and CV, your settings, every sign-in "
        "on every device"
        + (", and your account itself." if not user.guest else ".")
        + " It happens at once and cannot be undone: download your data first if you want to keep it."
    )
    with st.form("leave", border=False, clear_on_submit=True, width=420):
        typed = st.text_input(
            "Your password" if wants_password else f"Type {WORD} to confirm",
            type="password" if wants_password else "default",
            autocomplete="current-password" if wants_password else "off",
        )
        pressed = st.form_submit_button("Delete everything about me", icon=":material/delete:")
    if not pressed:
        return
    try:
        _confirm(user, typed or "", wants_password)
        with st.spinner("Deleting everything about you"):
            left = services().leaving.leave(user)
    except AppError as error:
        show(error)
        return
    tab().notice = farewell(left)
    sign_out()
    st.rerun()


def _confirm(user: User, typed: str, wants_password: bool) -> None:
    """Raises `InvalidInput`, `SignInFailed` or whatever checking a password raises."""
    if not wants_password:
        if typed.strip() != WORD:
            raise InvalidInput("confirm", f"Type {WORD}, in capitals, to confirm.")
        return
    try:
        services().accounts.verify(user.email or "", typed, address())
    except SignInFailed as failure:
        raise SignInFailed("The password is not right.", "Nothing was deleted.") from failure


def farewell(left: Left) -> str:
    """What the count after the deletion found, in words for the person who left."""
    if left.known_elsewhere:
        return (
            f"{_counted(left)} Your e-mail and password are known at Supabase Auth still, out of reach of "
            "this site: ask whoever runs it to delete them there."
        )
    return _counted(left)


def _counted(left: Left) -> str:
    whole = "Everything about you" + (" on this site" if left.known_elsewhere else "")
    if left.nothing:
        tables = len(left.rows)
        return (
            f"{whole} is deleted. We counted afterwards: 0 rows of yours in {tables} tables, "
            "0 recordings."
        )
    if left.only_recordings:
        return (
            f"{whole} is deleted, but for recordings: their store cannot be reached just now. "
            "They are marked and deleted by themselves as soon as it can."
        )
    found = ", ".join(f"{count} in {table}" for table, count in left.rows.items() if count)
    return (
        "Your account is deleted, but not everything was gone when we counted"
        f"{f' ({found})' if found else ''}. Please tell whoever runs this site."
    )
