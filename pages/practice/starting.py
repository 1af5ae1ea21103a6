"""The start buttons of an answer by voice: consent first, then room for the sound, then the connection."""

from __future__ import annotations

from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.practice.consenting import consent_card, consent_first
from pages.practice.filmed import room_to_film
from pages.practice.one_way import START_NOW, countdown, counting_down, going, one_way, thinks
from pages.practice.pressing import pressed
from pages.ui.camera import press
from pages.ui.context import Stage, services, tab
from pages.ui.errors import show
from services.domain import Answer, Interview, Question, User
from services.errors import AppError, DatabaseAway
from services.speech.heard import Heard

STARTS = {
    "video": "Start camera and microphone",
    "audio": "Sound only",
}  # the labels of the buttons


def start_buttons(
    user: User,
    interview: Interview,
    question: Question,
    answer: Answer | None,
    heard: Heard | None,
    stage: Stage,
    first: DeltaGenerator,
) -> None:
    """`first` is where what has to be agreed to before stands."""
    start = partial(_start, user, interview, question, answer, heard, stage)
    with first:
        if consent_card(user, stage, start):
            return
    if answer is not None and counting_down(interview, heard, stage):
        countdown(interview.setup, answer)
        if pressed(START_NOW, type="primary", width="stretch"):
            start(going(interview), at_once=True)
        return
    if pressed(STARTS["video"], type="primary", width="stretch"):
        start("video")
    if pressed(STARTS["audio"], width="stretch"):
        start("audio")


def _start(
    user: User,
    interview: Interview,
    question: Question,
    answer: Answer | None,
    heard: Heard | None,
    stage: Stage,
    mode: str,
    *,
    at_once: bool = False,
) -> None:
    """`at_once`: a one-way answer begins now, without (more) time to think."""
    # The press counts until it has been acted on: every look at the session can cut this run off.
    stage.pressed = START_NOW if at_once else STARTS[mode]
    if consent_first(user, stage, mode):
        stage.pressed = ""
        st.rerun()
    if not services().spoken.room():
        stage.trouble, stage.pressed = "NoRoom", ""
        st.rerun()
    try:
        services().model.ensure()  # the first start is when a missing model is downloaded
        spoken = services().spoken
        live = spoken.listen(user.id, question)
        room = room_to_film(user, interview, mode, stage)
    except DatabaseAway as error:
        stage.pressed = ""
        show(error)
        return
    except AppError:
        stage.pressed = ""
        raise
    if one_way(interview, stage):
        tab().going = (interview.id, mode)
        if not at_once and thinks(interview.setup, answer, heard, stage):
            stage.pressed = ""
            st.rerun()
    press(stage, mode)
    stage.pressed = ""
    stage.film_room, stage.filming = room, None
    if live is not None:
        stage.source = live.take_over()
        stage.filming = spoken.film(live, stage.source, room.left) if room and room.any else None
    st.rerun()
