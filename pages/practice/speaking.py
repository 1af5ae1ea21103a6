"""Answering by voice: camera card, live transcript, and what to do when the microphone does not come."""

from __future__ import annotations

from collections.abc import Callable

import av
import streamlit as st

from pages.practice.captions import GONE_S, arrives, captions, captions_elsewhere, still_open
from pages.practice.consenting import consent_for_file
from pages.practice.device_offer import device_offer
from pages.practice.filmed import picture_size
from pages.practice.leaving import leave_buttons
from pages.practice.listening_model import model_notice
from pages.practice.one_way import briefing, one_way, unseen
from pages.practice.pressing import pressed
from pages.practice.starting import start_buttons
from pages.practice.timer import ENDING, FINISH
from pages.practice.uploading import refused, take_file, upload_button
from pages.ui.camera import OTHER_TROUBLE, TROUBLE, camera, release
from pages.ui.context import Stage, services, tab
from services.domain import Answer, Interview, Question, User
from services.speech.live_transcript import Heard, LiveTranscript


def answer_by_voice(
    user: User, interview: Interview, question: Question, answer: Answer | None, stage: Stage
) -> None:
    """Live transcript at the left, camera card at the right, one bar of actions below."""
    live, elsewhere = None, None
    if answer is not None:  # after a reload or a restart too: what was said comes back by itself
        live = services().spoken.listen(user.id, question, seen=answer)
        if live is None:
            elsewhere = still_open(user, answer)
            release(stage)
            if stage.trouble == "Elsewhere":  # it is said with the words
                stage.trouble = ""
    heard = live.snapshot() if live else None
    finishing = heard is not None and heard.state in ENDING
    first = st.container()
    left, right = st.columns([7, 4], gap="large")
    card, starts = right.container(), right.container()
    _actions(user, interview, question, answer, heard, stage)
    with starts:
        if not finishing and stage.microphone == "off":
            start_buttons(user, interview, question, answer, heard, stage, first)
    with left:
        if answer is None:
            device_offer(interview, question, stage)
        _trouble(user, interview, question, stage)
        model_notice()
        if elsewhere is not None:
            captions_elsewhere(user, elsewhere)
        elif unseen(interview, question, answer, stage):
            briefing(interview.setup)
        else:
            captions(user, interview, question, answer, live, stage)
        upload_button(interview, stage, disabled=finishing)
    with card:
        timed = interview.setup.answer_s is not None
        state = _state(stage, heard, timed=timed)
        camera(stage, _ear(live, stage), state, live=_listening(stage, heard), place="interview")
        picture_size(user, stage)


def _actions(
    user: User,
    interview: Interview,
    question: Question,
    answer: Answer | None,
    heard: Heard | None,
    stage: Stage,
) -> None:
    finishing = heard is not None and heard.state in ENDING
    begun = heard is not None and heard.seconds > 0
    said = begun or stage.microphone != "off"
    with st.container(key="actions", horizontal=True):
        ready = said and not finishing
        if pressed(FINISH, type="primary" if ready else "secondary", disabled=not ready):
            _finish(user, answer, stage)
        a_take = said and one_way(interview, stage)  # its words are not edited
        if not a_take and pressed("Type instead", disabled=finishing):
            if begun:  # the words are edited in the review, once all are there
                _finish(user, answer, stage)
            stage.typing = True
            release(stage)
            tab().going = None  # whoever types is not made to speak to the next question
            st.rerun()
        leave_buttons(user, interview, question)


def _ear(live: LiveTranscript | None, stage: Stage) -> Callable[[av.AudioFrame], None]:
    """What the WebRTC sink calls on the server's event loop: queue the frame, nothing else."""
    source = stage.source
    if live is None or stage.microphone == "off":
        return lambda _frame: None
    return lambda frame: live.hear(source, frame)


def _listening(stage: Stage, heard: Heard | None) -> bool:
    return (
        stage.microphone != "off"
        and heard is not None
        and arrives(stage, heard)
        and heard.idle_s < GONE_S
    )


def _state(stage: Stage, heard: Heard | None, *, timed: bool) -> str:
    if heard is not None and heard.state in ENDING:
        return "Writing down your last words."
    if stage.microphone == "off":
        return "Camera and microphone are off."
    if not _listening(stage, heard):
        return "Connecting."
    return "Listening." if timed else "Listening. Take your time."


def _trouble(user: User, interview: Interview, question: Question, stage: Stage) -> None:
    """The plain sentence for what went wrong, and the way on: recording, then typing."""
    if not stage.trouble:
        return
    if stage.trouble == "Interrupted":
        st.warning("The connection broke. Everything until then is kept: press start to go on.")
        return
    if stage.trouble == "Elsewhere":
        st.info("Another tab listens to this answer now. Press start to go on speaking here.")
        return
    if stage.trouble == "NoRoom":
        st.warning(
            "This server has no room for more sound just now: recordings wait to be stored, and none of "
            "them is dropped. Type your answer, or try again in some minutes."
        )
        return
    if stage.trouble != "NoConnection":
        st.error(TROUBLE.get(stage.trouble, OTHER_TROUBLE), icon=":material/mic_off:")
        if stage.trouble == "InsecureContext":
            return
    else:
        st.warning(
            "The live connection did not come about within 8 seconds; a firewall is the usual reason. "
            "You can record your answer here instead and we transcribe it afterwards, or type it."
        )
        if consent_for_file(user, stage):
            return
        refused(stage)
        sound = st.audio_input("Record here", sample_rate=16_000, key=f"file-{question.id}")
        take_file(user, interview, question, stage, sound)


def _finish(user: User, answer: Answer | None, stage: Stage) -> None:
    release(stage)
    if answer is not None:
        services().spoken.finish_answer(user.id, answer)
    st.rerun()
