"""Hints in practice mode, one at a time."""

from __future__ import annotations

import streamlit as st

from pages.practice.pressing import pressed
from pages.ui.context import Stage
from pages.ui.text import plain
from services.coach.nudges import nudges
from services.domain import Interview, InterviewMode, Question

FIRST, NEXT = "A hint", "Another hint"


def hint_button(interview: Interview, question: Question, stage: Stage) -> None:
    """The way to the next hint, until all are given."""
    if interview.setup.mode is not InterviewMode.PRACTICE or stage.hints >= len(nudges(question)):
        return
    if pressed(NEXT if stage.hints else FIRST, icon=":material/lightbulb:"):
        stage.hints += 1
        st.rerun()


def hints_given(question: Question, stage: Stage) -> None:
    """Those that were asked for, below the question."""
    if stage.hints:
        with st.container(key="hints", gap="xsmall"):
            for hint in nudges(question)[: stage.hints]:
                st.markdown(f":material/lightbulb: {plain(hint)}")
