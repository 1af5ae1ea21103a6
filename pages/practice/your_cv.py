"""Set up: a CV to draw questions on. In this tab's memory alone, unless it is asked to be kept."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.uploaded_file_manager import UploadedFile

from pages.practice.your_coach import may_learn
from pages.ui.context import AttachedCV, services, tab
from pages.ui.text import paragraphs, plain
from pages.ui.wording import counted
from services.domain import User
from services.errors import AppError, UnreadableFile

_KEEP = "keep_cv"
_LARGEST_MB = 5  # as the reader allows
_LONGEST = 40_000  # characters of pasted text, as of a file
_SHOWN = 2_500  # characters of the preview: the first page


def attached(user: User) -> AttachedCV | None:
    """The CV of this tab, if this very person put it there."""
    state = tab()
    if state.cv is not None and state.cv.owner != user.id:
        state.cv = None
    return state.cv


def keep_if_wished(user: User) -> None:
    """At the start of an interview: store the text if the box is ticked."""
    cv = attached(user)
    if cv is not None and st.session_state.get(_KEEP):
        services().interviews.keep_cv(user.id, cv.text)


def your_cv(user: User, provider: str, kept: str) -> None:
    """The expander with the upload; `provider` as `LanguageModels` names it, "offline" reads no CV. `kept`
    is the text that was kept before, if any."""
    if provider == "offline":
        st.caption("The offline coach does not use a CV, so there is none to upload.")
        if kept:
            _kept_words(user, "The CV that you kept stays unused.", "offline")
        return
    with st.expander("Your CV"):
        learning = f" {notice}" if (notice := may_learn(user)) else ""
        st.caption(
            "Optional. Its text goes to the language model, so that questions can touch on what you "
            f"have done.{learning}"
        )
        if attached(user) is None:
            _offer(user, kept)
        cv = attached(user)
        if cv is not None:
            _attached(user, cv, kept)


def _offer(user: User, kept: str) -> None:
    """The field, and the kept CV; once a file is read, both make way for it in the same run."""
    state, place = tab(), st.empty()
    with place.container():
        if kept:
            _kept_words(user, f"You kept a CV of {_size(kept)}.", "offer", kept)
        field = st.empty()
        file = _file_field(field)
        pasted = f"cv-text-{state.cv_number}"
        st.text_area("Or paste its text", key=pasted, height=100, on_change="ignore")
        st.button("Use this text", on_click=_paste, args=(user, pasted))
    if file is not None:
        state.cv_number += 1  # the field lets go of the file
        state.cv_problem = ""
        try:
            with st.spinner("Reading your CV"):
                text = services().read_cv(file.getvalue(), file.name)
        except UnreadableFile as error:
            state.cv_problem = f"{error.message} {error.remedy}".strip()
            _file_field(field)
        else:
            state.cv = AttachedCV(user.id, file.name, text)
            place.empty()
    if state.cv_problem:
        st.markdown(f":orange[:material/error: {plain(state.cv_problem)}]")


def _file_field(place: DeltaGenerator) -> UploadedFile | None:
    return place.file_uploader(
        "CV as PDF, DOCX or text",
        type=["pdf", "docx", "txt"],
        max_upload_size=_LARGEST_MB,
        key=f"cv-{tab().cv_number}",
    )


def _attached(user: User, cv: AttachedCV, kept: str) -> None:
    """What was read, so that nobody has to guess what the language model gets."""
    whose = plain(cv.name) if cv.name else "The CV that you kept"
    st.markdown(f"**{whose}**, {_size(cv.text)}")
    with st.container(height=170, key="cv-preview"):
        more = " …" if len(cv.text) > _SHOWN else ""
        st.markdown(paragraphs(cv.text[:_SHOWN] + more))
    if cv.text != kept:
        st.checkbox("Keep the text for my next interviews", key=_KEEP, on_change="ignore")
        st.caption("Otherwise it is forgotten with this tab.")
    else:
        _kept_words(user, "Kept for your next interviews.", "attached")
    st.button("Remove", icon=":material/delete:", on_click=_remove)


def _kept_words(user: User, sentence: str, where: str, text: str = "") -> None:
    """What is kept, how to use it (with `text`) and how to be rid of it. `where` it stands, for its keys."""
    with st.container(horizontal=True, vertical_alignment="center", key=f"quiet-kept-{where}"):
        st.markdown(sentence, width="content")
        if text:
            st.button("Use the CV you kept", on_click=_use, args=(user, text), key=f"use-{where}")
        st.button(
            "Forget it", type="tertiary", on_click=_forget, args=(user,), key=f"forget-{where}"
        )


def _paste(user: User, field: str) -> None:
    state = tab()
    text = str(st.session_state.get(field) or "").strip()[:_LONGEST]
    if text:
        state.cv, state.cv_problem = AttachedCV(user.id, "Pasted text", text), ""
        state.cv_number += 1
    else:
        state.cv_problem = "Paste the text of your CV into the field first."


def _use(user: User, text: str) -> None:
    tab().cv, tab().cv_problem = AttachedCV(user.id, "", text), ""


def _remove() -> None:
    tab().cv, tab().cv_problem = None, ""


def _forget(user: User) -> None:
    """Out of the database, and out of this tab if it came from there."""
    try:
        services().interviews.forget_cv(user.id)
    except AppError as error:  # a callback: no boundary is around it
        tab().cv_problem = f"{error.message} {error.remedy}".strip()
        return
    cv = attached(user)
    if cv is not None and not cv.name:
        tab().cv = None


def _size(text: str) -> str:
    return counted(len(text.split()), "word")
