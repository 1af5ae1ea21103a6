"""Consent before the first recording: one calm card below the question, and one press."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from pages.practice.pressing import pressed
from pages.practice.your_coach import where_words_go
from pages.ui.context import Stage, services, tab
from pages.ui.terms import chosen_term, term_field
from services.domain import User
from services.errors import AppError

_TERM = "consent_media_days"


def agreed(user: User) -> bool:
    """Whether this candidate agreed to be recorded; asked once in a tab."""
    state = tab()
    if state.agreed != user.id and services().consents.given(user.id):
        state.agreed = user.id
    return state.agreed == user.id


def consent_first(user: User, stage: Stage, mode: str) -> bool:
    """At the press of a start button. True: the card comes first and starts `mode` afterwards."""
    if agreed(user):
        return False
    stage.asked_for = mode
    return True


def consent_for_file(user: User, stage: Stage, agree: str = "Agree and record") -> bool:
    """Before a recorder without live words is drawn. True: the card stands here instead."""
    if agreed(user):
        return False
    if stage.asked_for:  # the card of the start buttons stands there already
        return True
    _card(user, stage, agree, lambda: st.rerun())
    return True


def consent_card(user: User, stage: Stage, start: Callable[[str], None]) -> bool:
    """The card, while a press of a start button waits for it. True: it stands here now."""
    if not stage.asked_for:
        return False
    mode = stage.asked_for
    _card(user, stage, "Agree and start", lambda: start(mode))
    return True


def _card(user: User, stage: Stage, agree: str, then: Callable[[], None]) -> None:
    consents = services().consents
    with st.container(key="card-consent"):
        st.header("Before your first recording", anchor=False)
        st.markdown(consents.wording(where_words_go(user)))
        with st.container(horizontal=True, vertical_alignment="bottom", key="consent-step"):
            with st.container(width=240):
                term_field("Keep my recordings", user.media_days, _TERM, on_change="ignore")
            if pressed(agree, type="primary"):
                stage.pressed = (
                    agree  # until it is kept: every look at the session can cut this run off
                )
                state = tab()
                try:
                    consents.give(user.id, chosen_term(_TERM))
                except AppError:
                    stage.pressed = ""
                    raise
                state.agreed, state.recognised = user.id, None
                stage.asked_for = stage.pressed = ""
                then()
            if stage.asked_for and pressed("Not now", type="tertiary"):
                stage.asked_for = ""
                st.rerun()
        st.caption("If you would rather not, type your answers: typing needs no microphone.")
