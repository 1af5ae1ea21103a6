"""Asking the coach about one rating. What is said lives in this tab and nowhere else."""

from __future__ import annotations

from uuid import UUID

import streamlit as st

from pages.practice.reader import Reader
from pages.ui.context import Talk, services, tab
from pages.ui.errors import boundary, show
from pages.ui.text import paragraphs
from services.domain import Answer, Rating, Turn
from services.errors import AppError, ReplyBroken

MOST_TURNS = 10  # what a coach is told of a talk; more would be answered without its beginning
QUESTION_LIMIT = 1_000  # characters


@st.fragment
def asking(reader: Reader, answer: Answer, rating: Rating) -> None:
    """An expander with the talk so far and a field for the next question."""
    say, talk = reader.say, tab().talks.setdefault(rating.id, Talk())
    with boundary(), st.expander(say("ask_coach")):
        for number, turn in enumerate(talk.turns):
            _line(reader, f"{rating.id}-{number}", turn)
        if talk.asked:
            _line(reader, f"{rating.id}-asked", Turn(by_candidate=True, text=talk.asked))
            if talk.problem is None:
                _answered(reader, answer, rating, talk)
            if talk.problem is not None:
                show(talk.problem)
                st.button(
                    say("try_now"), key=f"ask-again-{rating.id}", on_click=_again, args=(rating.id,)
                )
        questions = MOST_TURNS // 2
        if len(talk.turns) >= MOST_TURNS:
            st.caption(say("talk_over", count=questions))
            return
        field = f"question-{rating.id}"
        with st.form(f"talk-{rating.id}", clear_on_submit=True, border=False):
            st.text_input(
                say("your_question"),
                key=field,
                max_chars=QUESTION_LIMIT,
                placeholder=say("for_example"),
                autocomplete="off",
            )
            st.form_submit_button(say("ask"), on_click=_ask, args=(rating.id, field))
        st.caption(say("talk_kept", count=questions))


def _ask(rating_id: UUID, field: str) -> None:
    """Note the question before anything can cut the run off; the run that follows has it answered."""
    talk = tab().talks.setdefault(rating_id, Talk())
    asked = str(st.session_state.get(field) or "").strip()
    if asked:
        talk.asked, talk.problem = asked, None


def _again(rating_id: UUID) -> None:
    tab().talks.setdefault(rating_id, Talk()).problem = None


def _answered(reader: Reader, answer: Answer, rating: Rating, talk: Talk) -> None:
    """Draw the reply while it is written. The question stays asked until its reply is whole."""
    turns = (*talk.turns, Turn(by_candidate=True, text=talk.asked))
    said = ""
    place = st.empty()
    with place.container(), st.container(key=f"turn-coach-{rating.id}-now", gap="xsmall"):
        st.caption(reader.say("coach"))
        shown = st.empty()
        shown.markdown(f":gray[{reader.say('answering')}]")
    try:
        for piece in services().past.talk(reader.user.id, answer.id, rating, turns):
            said += piece
            # The whole of it each time: escaping must see what spans two pieces.
            shown.markdown(paragraphs(said) or "&nbsp;")
        if not said.strip():
            raise ReplyBroken("The coach did not reply.", "Ask again.")
    except AppError as error:
        talk.problem = error
        place.empty()
        return
    talk.turns = (*turns, Turn(by_candidate=False, text=said.strip()))
    talk.asked = ""


def _line(reader: Reader, key: str, turn: Turn) -> None:
    who = "you" if turn.by_candidate else "coach"
    with st.container(key=f"turn-{who}-{key}", gap="xsmall"):
        st.caption(reader.say(who))
        st.markdown(paragraphs(turn.text))
