"""Before the first question: the offer to check the devices. Nobody has to, and it is made once."""

from __future__ import annotations

import streamlit as st

from pages.practice.pressing import pressed
from pages.ui.context import Stage, tab
from pages.ui.places import DEVICE_CHECK, go
from services.domain import Interview, Question


def device_offer(interview: Interview, question: Question, stage: Stage) -> None:
    """A quiet line above the first question's words, until the check was begun or declined. The browser
    remembers that: camera.js notes it, and interview.css hides the line there."""
    first = question.id == interview.questions[0].id
    if tab().devices_checked or not first or stage.microphone != "off" or stage.asked_for:
        return
    with st.container(key="quiet-devices", horizontal=True, vertical_alignment="center"):
        st.markdown("Want to see first that microphone and camera work?", width="content")
        if pressed("Check my devices"):
            go(DEVICE_CHECK, interview=interview.id)
        st.button("No, thanks", type="tertiary", on_click=_decline)


def _decline() -> None:
    tab().devices_checked = True
