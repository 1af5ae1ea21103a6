"""The interview screen: one question at a time, answered by voice or keyboard."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import streamlit as st

from pages.practice.considering import await_question, considered, plan_notice, still_writing
from pages.practice.hinting import hint_button, hints_given
from pages.practice.immediate import immediate
from pages.practice.one_way import one_way, opened, unseen
from pages.practice.plan_editing import edit_button
from pages.practice.pressing import forget
from pages.practice.retake import retake_done, retake_head
from pages.practice.speaking import answer_by_voice
from pages.practice.taken import use_take
from pages.practice.uploading import upload_answer, uploads
from pages.practice.writing import review_answer, type_answer
from pages.ui.context import Stage, require_user, services, tab
from pages.ui.errors import boundary
from pages.ui.languages import language_named, not_understood
from pages.ui.places import FEEDBACK, SET_UP, go
from pages.ui.read_aloud import read_aloud
from pages.ui.text import plain
from pages.ui.waiting import waiting_notice
from pages.ui.wording import number_of, place_of, total_of
from services.coach.language_model.tongue import tongue_of
from services.domain import AUTO, Answer, AnswerMode, AnswerState, Interview, Question, User
from services.errors import NotFound
from services.standing import Standing

_STYLE = Path(__file__).parent / "interview.css"


def screen() -> None:
    user = require_user()
    st.html(_STYLE)
    with boundary(page=True):
        standing = _standing(user)
        if standing is None:
            return
        st.html('<h1 class="sr-only">Interview</h1>')
        if immediate(user, standing):
            return
        if standing.again and standing.question is None:
            retake_done(user, standing.interview)
            return
        if not standing.again and not considered(user, standing):
            return
        if standing.writing:
            await_question(user, standing.interview)
        elif standing.question is None:
            services().interviews.end(user.id, standing.interview)
            go(FEEDBACK, interview=standing.interview.id)
        else:
            _ask(user, standing, standing.question)


def _standing(user: User) -> Standing | None:
    """Where the interview stands that the address names, or the newest unfinished one; or, where it names
    a question, another attempt at that."""
    named = st.query_params.get("interview", "")
    again = st.query_params.get("question", "") if named else ""
    try:
        standing = services().interviews.stands(
            user.id, UUID(named) if named else None, UUID(again) if again else None
        )
    except (NotFound, ValueError):
        st.title("No interview here", anchor=False)
        with st.container(key="card-empty"):
            st.markdown(
                "We could not find that interview. It may have been deleted, or the link is incomplete."
                if named
                else "You have no interview in progress."
            )
            if st.button("Set up an interview", type="primary"):
                go(SET_UP)
        return None
    st.query_params["interview"] = str(standing.interview.id)
    return standing


def _ask(user: User, standing: Standing, question: Question) -> None:
    interview, answer = standing.interview, standing.answer
    stage = _stage(interview, question)
    stage.again = answer.id if standing.again and answer is not None else None
    if opened(user, interview, question, answer, stage):
        st.rerun()
    hidden = unseen(interview, question, answer, stage)
    if not hidden:
        services().interviews.show(user.id, question)
    with st.container(key="interview_head"):
        if standing.again:
            retake_head(user, interview, question, stage)
        else:
            _how_far(interview, question)
    if not standing.again:
        plan_notice(interview, question)
    notices = st.container(key="waiting")
    with st.container(key="question"):
        if hidden:
            st.header("Your question comes when you start", anchor=False)
        else:
            _question(user, standing, question, stage)
    _answer(user, interview, question, answer, stage)
    if stage.microphone == "off":  # who speaks reads it beside the words
        with notices:
            waiting_notice(user, interview)
    forget()


def _answer(
    user: User, interview: Interview, question: Question, answer: Answer | None, stage: Stage
) -> None:
    """The way of answering that is on now."""
    heard = not not_understood(services().model.status(), interview.setup.language)
    if answer is not None and answer.state is AnswerState.HEARD:
        review = use_take if one_way(interview, stage) else review_answer
        review(user, interview, question, answer)
    elif heard and uploads(user, question, stage):
        upload_answer(user, interview, question, stage)
    elif not heard or stage.typing or (answer is not None and answer.mode is AnswerMode.TYPED):
        type_answer(user, interview, question, answer, stage, heard=heard)
    else:
        answer_by_voice(user, interview, question, answer, stage)


def _question(user: User, standing: Standing, question: Question, stage: Stage) -> None:
    """What is asked, and what helps with it: nothing in a one-way interview but to hear it."""
    interview = standing.interview
    alone = one_way(interview, stage)
    st.header(plain(question.text), anchor=False)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        read_aloud(question.text, tongue_of(question.text) or "en")
        if not alone:
            with st.popover("What a good answer shows"):
                for criterion in question.rubric.criteria:
                    st.markdown(f"**{plain(criterion.name)}.** {plain(criterion.description)}")
        hint_button(interview, question, stage)
        if not standing.again:
            still_writing(user, interview)
            if not alone:
                edit_button(user, interview)
    hints_given(question, stage)


def _how_far(interview: Interview, question: Question) -> None:
    spoken = interview.setup.language
    answers = "" if spoken in ("en", AUTO) else f" · Answer in {language_named(spoken)}"
    done = (number_of(interview, question) - 1) / total_of(interview)
    st.progress(done, text=f"{place_of(interview, question)}{answers}")


def _stage(interview: Interview, question: Question) -> Stage:
    """This tab's stage; a new question starts with everything switched off."""
    state = tab()
    before = state.stage
    if before.question_id != question.id:
        ours = any(q.id == before.question_id for q in interview.questions)
        if ours and not before.done and before.again is None:
            st.toast(
                "That question was already answered in another tab. What stood here was not sent.",
                icon=":material/info:",
                duration="long",
            )
        state.stage = Stage(question_id=question.id)
    return state.stage


screen()
