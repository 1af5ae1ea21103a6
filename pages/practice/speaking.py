"""Answering by voice: camera card, live transcript, and what to do when the microphone does not come."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import av
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.practice.consenting import consent_card, consent_first, consent_for_file
from pages.practice.leaving import leave_buttons
from pages.practice.listening_model import download_progress, model_notice
from pages.practice.pressing import pressed
from pages.ui.camera import CONNECT_LIMIT_S, OTHER_TROUBLE, TROUBLE, camera, press, release
from pages.ui.context import Stage, current_user, services
from pages.ui.errors import boundary, show
from pages.ui.transcript import live_transcript
from pages.ui.waiting import waiting_words
from pages.ui.wording import heard_so
from services.domain import Answer, AnswerState, Interview, Question, Transcript, User
from services.errors import AppError, DatabaseAway
from services.speech.live_transcript import Heard, LiveTranscript

POLL_S = 0.4  # seconds between two looks at the live transcript; interims come once a second
ENDING = ("finishing", "finished", "failed")  # states of a live transcript after "Finish answer"
STARTS = {
    "video": "Start camera and microphone",
    "audio": "Sound only",
}  # the labels of the buttons
TYPED_HINT = "What you typed is kept. What you say now stands beside it once you finish."
ELSEWHERE_S = 2.0  # seconds between two looks at what another device hears
GONE_S = 5.0  # seconds without a frame while listening: the connection is gone


def answer_by_voice(
    user: User, interview: Interview, question: Question, answer: Answer | None, stage: Stage
) -> None:
    """Live transcript at the left, camera card at the right, one bar of actions below."""
    live, elsewhere = None, None
    if answer is not None:  # after a reload or a restart too: what was said comes back by itself
        live = services().interviews.listen(user.id, question, seen=answer)
        if live is None:
            elsewhere = _still_open(user, answer)
            release(stage)
            if stage.trouble == "Elsewhere":  # it is said with the words
                stage.trouble = ""
    heard = live.snapshot() if live else None
    finishing = heard is not None and heard.state in ENDING
    first = st.container()
    left, right = st.columns([7, 4], gap="large")
    card, starts = right.container(), right.container()
    with st.container(key="actions", horizontal=True):
        said = stage.microphone != "off" or (heard is not None and heard.seconds > 0)
        ready = said and not finishing
        if pressed("Finish answer", type="primary" if ready else "secondary", disabled=not ready):
            _finish(user, answer, stage)
        if pressed("Type instead", disabled=finishing):
            if heard is not None and heard.seconds > 0:
                _finish(
                    user, answer, stage
                )  # the words are edited in the review, once all are there
            stage.typing = True
            release(stage)
            st.rerun()
        leave_buttons(user, interview, question)
    with starts:
        if not finishing and stage.microphone == "off":
            _start_buttons(user, question, stage, first)
    with left:
        _trouble(user, question, stage)
        model_notice()
        typed = answer is not None and answer.edited is not None
        poll = POLL_S if live is not None else None
        unstored = partial(_unstored, user, interview)
        if elsewhere is not None:
            st.info("Another device listens to this answer; press start to go on here.")
            st.fragment(words_elsewhere, run_every=ELSEWHERE_S)(user, elsewhere)
        else:
            st.fragment(_captions, run_every=poll)(question, live, stage, typed, unstored)
    with card:
        camera(stage, _ear(live, stage), _state(stage, heard), live=_listening(stage, heard))


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
        and _arrives(stage, heard)
        and heard.idle_s < GONE_S
    )


def _arrives(stage: Stage, heard: Heard) -> bool:
    """Whether this tab's own sound has come; what an earlier source sent late does not count."""
    return heard.arrived and heard.source == stage.source


def _state(stage: Stage, heard: Heard | None) -> str:
    if heard is not None and heard.state in ENDING:
        return "Writing down your last words."
    if stage.microphone == "off":
        return "Camera and microphone are off."
    return "Listening. Take your time." if _listening(stage, heard) else "Connecting."


def _start_buttons(user: User, question: Question, stage: Stage, first: DeltaGenerator) -> None:
    """`first` is where what has to be agreed to before stands."""

    def start(mode: str) -> None:
        # The press counts until it has been acted on: every look at the session can cut this run off.
        stage.pressed = STARTS[mode]
        if consent_first(user, stage, mode):
            stage.pressed = ""
            st.rerun()
        if not services().interviews.room():
            stage.trouble, stage.pressed = "NoRoom", ""
            st.rerun()
        try:
            services().model.ensure()  # the first start is when a missing model is downloaded
            live = services().interviews.listen(user.id, question)
        except DatabaseAway as error:
            stage.pressed = ""
            show(error)
            return
        except AppError:
            stage.pressed = ""
            raise
        press(stage, mode)
        stage.pressed = ""
        if live is not None:
            stage.source = live.take_over()
        st.rerun()

    with first:
        if consent_card(user, stage, start):
            return
    if pressed(STARTS["video"], type="primary", width="stretch"):
        start("video")
    if pressed(STARTS["audio"], width="stretch"):
        start("audio")


def _unstored(user: User, interview: Interview) -> str:
    return waiting_words(services().interviews.waiting(user.id, interview))


def _captions(
    question: Question,
    live: LiveTranscript | None,
    stage: Stage,
    typed: bool,
    unstored: Callable[[], str],
) -> None:
    """Drawn again every `POLL_S` by itself, without the rest of the page."""
    with boundary():
        if current_user() is None:  # signed out in another tab: nobody is heard any more
            release(stage)
            st.rerun()
        if live is None:
            live_transcript(
                str(question.id),
                Transcript(),
                0.0,
                hint="Your words appear here while you speak. Nothing is sent until you submit.",
            )
            return
        heard = live.snapshot()
        note = heard_so(heard) or unstored()
        begun = bool(heard.transcript.segments or heard.transcript.interim)
        live_transcript(
            str(question.id),
            heard.transcript,
            heard.seconds,
            hint=note or (TYPED_HINT if typed else "Start speaking whenever you are ready."),
            note=note if begun else "",
        )
        download_progress()
        if heard.state in ("finished", "failed"):
            st.rerun()
        _watch_connection(heard, stage)


def words_elsewhere(user: User, answer: Answer) -> None:
    """Drawn again by itself: what another device has heard so far, as far as it is stored."""
    with boundary():
        answer = _still_open(user, answer)
        words = Transcript(segments=answer.segments)
        seconds = max((segment.end for segment in answer.segments), default=0.0)
        live_transcript(str(answer.question_id), words, seconds, hint="Nothing is in words yet.")


def _still_open(user: User, answer: Answer) -> Answer:
    """The answer as it is now; once it is finished the screen is drawn anew."""
    answer = services().interviews.answer(user.id, answer)
    if answer.state is not AnswerState.OPEN:
        st.rerun()
    return answer


def _watch_connection(heard: Heard, stage: Stage) -> None:
    """Notice a connection that never came (8 s), broke (5 s) or moved to another tab."""
    if stage.microphone == "off" or heard.state in ENDING:
        return
    if heard.source != stage.source:
        stage.trouble = "Elsewhere"
    elif _arrives(stage, heard) and not stage.connected:
        stage.connected = True
        st.rerun()
    elif not stage.connected and time.monotonic() - stage.asked_at > CONNECT_LIMIT_S:
        stage.trouble = "NoConnection"
    elif stage.connected and heard.idle_s > GONE_S:
        stage.trouble = "Interrupted"
    else:
        return
    release(stage)
    st.rerun()


def _trouble(user: User, question: Question, stage: Stage) -> None:
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
        sound = st.audio_input("Record here", sample_rate=16_000, key=f"file-{question.id}")
        if sound is not None:
            services().model.ensure()
            try:
                services().interviews.hear_recording(user.id, question, sound.getvalue())
            except AppError as error:
                show(error)
                return
            stage.trouble = ""
            st.rerun()


def _finish(user: User, answer: Answer | None, stage: Stage) -> None:
    release(stage)
    if answer is not None:
        services().interviews.finish_answer(user.id, answer)
    st.rerun()
