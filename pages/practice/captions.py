"""What is heard of an answer, drawn again by itself while it is spoken; it notices a connection that is gone and
a time that is up."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import streamlit as st

from pages.practice import pacing
from pages.practice.listening_model import download_progress
from pages.practice.one_way import one_way
from pages.practice.pressing import keep
from pages.practice.timer import ENDING, FINISH, ends_now, limit_told, time_left, time_note
from pages.ui.camera import CONNECT_LIMIT_S, release
from pages.ui.context import Stage, current_user, services
from pages.ui.errors import boundary
from pages.ui.transcript import live_transcript
from pages.ui.waiting import waiting_words
from pages.ui.wording import heard_so
from services.domain import Answer, AnswerState, Interview, Question, Transcript, User
from services.speech.live_transcript import Heard, LiveTranscript

POLL_S = 0.4  # seconds between two looks at the live transcript; interims come once a second
ELSEWHERE_S = 2.0  # seconds between two looks at what another device hears
GONE_S = 5.0  # seconds without a frame while listening: the connection is gone
TYPED_HINT = "What you typed is kept. What you say now stands beside it once you finish."


def captions(
    user: User,
    interview: Interview,
    question: Question,
    answer: Answer | None,
    live: LiveTranscript | None,
    stage: Stage,
) -> None:
    """The words so far, or where they will be."""
    typed = answer is not None and answer.edited is not None
    paced = live is not None and pacing.wanted(interview)
    pace = partial(pacing.pace, answer_s=interview.setup.answer_s) if paced else None
    poll = POLL_S if live is not None else None
    unstored = partial(_unstored, user, interview)
    st.fragment(_captions, run_every=poll)(interview, question, live, stage, typed, unstored, pace)


def captions_elsewhere(user: User, answer: Answer) -> None:
    """The same while another device hears the answer."""
    st.info("Another device listens to this answer; press start to go on here.")
    st.fragment(words_elsewhere, run_every=ELSEWHERE_S)(user, answer)


def _unstored(user: User, interview: Interview) -> str:
    return waiting_words(services().interviews.waiting(user.id, interview))


def _captions(
    interview: Interview,
    question: Question,
    live: LiveTranscript | None,
    stage: Stage,
    typed: bool,
    unstored: Callable[[], str],
    pace: Callable[[Heard], None] | None,
) -> None:
    """Drawn again every `POLL_S` by itself, without the rest of the page."""
    limit, alone = interview.setup.answer_s, one_way(interview, stage)
    with boundary():
        if current_user() is None:  # signed out in another tab: nobody is heard any more
            release(stage)
            st.rerun()
        if live is None:
            live_transcript(
                str(question.id),
                Transcript(),
                0.0,
                hint="Your words appear here while you speak. Nothing is sent until you submit."
                + (f" {limit_told(limit, one_way=alone)}" if limit else ""),
                time=time_left(limit, 0.0),
            )
            return
        heard = live.snapshot()
        if ends_now(limit, heard):
            keep(FINISH)
            st.rerun()
        note = heard_so(heard) or unstored() or time_note(limit, heard.seconds)
        begun = bool(heard.transcript.segments or heard.transcript.interim)
        live_transcript(
            str(question.id),
            heard.transcript,
            heard.seconds,
            hint=note or (TYPED_HINT if typed else _hint(interview, heard, stage)),
            note=note if begun else "",
            time=time_left(limit, heard.seconds),
        )
        if pace is not None:
            pace(heard)
        download_progress()
        if heard.state in ("finished", "failed"):
            st.rerun()
        _watch_connection(heard, stage)


def _hint(interview: Interview, heard: Heard, stage: Stage) -> str:
    if one_way(interview, stage) and stage.microphone == "off":
        if heard.seconds > 0:
            return "Your take has begun, and its time stands still. Press start to go on."
        return "Think about your answer. Nothing is heard yet."
    return "Start speaking whenever you are ready."


def words_elsewhere(user: User, answer: Answer) -> None:
    """Drawn again by itself: what another device has heard so far, as far as it is stored."""
    with boundary():
        answer = still_open(user, answer)
        words = Transcript(segments=answer.segments)
        seconds = max((segment.end for segment in answer.segments), default=0.0)
        live_transcript(str(answer.question_id), words, seconds, hint="Nothing is in words yet.")


def still_open(user: User, answer: Answer) -> Answer:
    """The answer as it is now; once it is finished the screen is drawn anew."""
    answer = services().interviews.answer(user.id, answer)
    if answer.state is not AnswerState.OPEN:
        st.rerun()
    return answer


def arrives(stage: Stage, heard: Heard) -> bool:
    """Whether this tab's own sound has come; what an earlier source sent late does not count."""
    return heard.arrived and heard.source == stage.source


def _watch_connection(heard: Heard, stage: Stage) -> None:
    """Notice a connection that never came (8 s), broke (5 s) or moved to another tab."""
    if stage.microphone == "off" or heard.state in ENDING:
        return
    if heard.source != stage.source:
        stage.trouble = "Elsewhere"
    elif arrives(stage, heard) and not stage.connected:
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
