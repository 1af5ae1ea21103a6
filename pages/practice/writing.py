"""The answer as text: typed from the start, or what was heard, to be corrected."""

from __future__ import annotations

import streamlit as st

from pages.practice.coming import words_come
from pages.practice.considering import awaited
from pages.practice.immediate import read_at_once
from pages.practice.leaving import leave_buttons
from pages.practice.listening_model import download_progress
from pages.practice.pressing import acting, pressed
from pages.ui.context import Stage, services, tab
from pages.ui.errors import boundary, show
from pages.ui.languages import only_typed
from pages.ui.text import plain
from pages.ui.transcript import as_heard
from pages.ui.waiting import reachable
from pages.ui.wording import doubt
from services.domain import ANSWER_LIMIT, Answer, Interview, InterviewMode, Question, User
from services.errors import AlreadyAnswered, AppError

SUBMIT = "Submit answer"


def type_answer(
    user: User,
    interview: Interview,
    question: Question,
    seen: Answer | None,
    stage: Stage,
    *,
    heard: bool,
) -> None:
    """An answer that is written from the start; needs no device at all.

    `seen` is what is there of it. `heard` False: the speech model does not understand the language of this interview.
    """
    answer = services().interviews.type_instead(user.id, question, seen)
    text = _answer_field(user, answer, stage)
    if interview.setup.mode is InterviewMode.ONE_WAY:
        st.caption("Employers want to hear you in a recorded interview: speak if you can.")
    if not heard:
        st.caption(plain(only_typed(services().model.status(), interview.setup.language)))
    with st.container(key="actions", horizontal=True):
        if pressed(SUBMIT, type="primary"):
            submit_answer(user, interview, question, answer, text)
        if heard and pressed("Speak instead") and reachable():
            stage.typing = False
            services().spoken.listen(user.id, question)
            st.rerun()
        leave_buttons(user, interview, question)


def review_answer(user: User, interview: Interview, question: Question, answer: Answer) -> None:
    """The transcript, editable, beside what was heard."""
    if words_come(user, answer):
        _review_actions(user, interview, question, answer, answer.edited or "")
        return
    nothing = not answer.raw and not answer.pending
    if answer.pending:
        _await_transcript(user, answer)
    elif nothing:
        st.warning(
            "We heard nothing in this recording. Check that the level moves when you speak, then record "
            "again, or type your answer here."
        )
    if answer.raw:
        left, right = st.columns(2, gap="large")
        with right, st.container(key="heard-raw"):
            st.markdown("**What we heard**")
            st.markdown(as_heard(answer.segments))
            st.caption(
                "Kept as it was heard. Correct mistakes in your answer; that is what gets rated."
            )
    else:
        left = st.container()
    with left:
        text = _answer_field(user, answer, tab().stage)
        if unsure := doubt(answer.segments):
            st.caption(f":material/hearing: {plain(unsure)} Please check the words there.")
    _review_actions(user, interview, question, answer, text)


def _review_actions(
    user: User, interview: Interview, question: Question, answer: Answer, text: str
) -> None:
    with st.container(key="actions", horizontal=True):
        if pressed(SUBMIT, type="primary"):
            submit_answer(user, interview, question, answer, text)
        if pressed("Record again") and reachable():
            services().interviews.record_again(user.id, answer)
            tab().stage = Stage(question_id=question.id)
            st.rerun()
        leave_buttons(user, interview, question)


@st.fragment(run_every=2.0)
def _await_transcript(user: User, answer: Answer) -> None:
    """A recording without its words yet: look again until they are there."""
    with boundary():
        st.info(
            "Your recording is safe; its transcript is not written yet. Submit it as it is and it is "
            "transcribed and rated later, or type your answer now."
        )
        download_progress()
        if services().model.status().state == "ready" and st.button("Write the transcript now"):
            services().spoken.transcribe(user.id, answer)
        begun = services().spoken.coming(answer) is not None
        if begun or not services().interviews.answer(user.id, answer).pending:
            st.rerun()


def _answer_field(user: User, answer: Answer, stage: Stage) -> str:
    """The editable answer. A change made in this tab is saved at once; one made elsewhere (late words,
    another tab) is drawn, unless this tab has just changed the text itself."""
    key = f"answer-{answer.id}-{stage.field_number}"
    changed_here = st.session_state.get(key, stage.field) != stage.field
    if answer.text != stage.field and not changed_here:
        stage.field, stage.field_number = answer.text, stage.field_number + 1
        key = f"answer-{answer.id}-{stage.field_number}"
    text = st.text_area(
        "Your answer",
        value=stage.field or "",
        height=260,
        key=key,
        placeholder="Write as you would say it.",
    )
    if text != stage.field:
        services().interviews.save_draft(user.id, answer, text)
        stage.field = text
    if len(text) > 0.9 * ANSWER_LIMIT:
        st.caption(f"{len(text):,} of {ANSWER_LIMIT:,} characters")
    return text


def submit_answer(
    user: User,
    interview: Interview,
    question: Question,
    answer: Answer,
    text: str,
    label: str = SUBMIT,
) -> None:
    """At the press of the button `label`. A problem is shown here, and the answer stays as it was."""
    state, interviews = tab(), services().interviews
    follow_up = awaited(user, interview, question, answer)
    feedback = read_at_once(interview, question)
    try:
        with acting(label, "Keeping your answer"):
            state.stage.done = True
            interviews.submit(user.id, answer, text)
            # No look at the session in between: it could cut this run off, and the wait would be lost.
            state.considering, state.immediate = follow_up, feedback
    except AlreadyAnswered as error:
        tab().notice = f"{error.message} {error.remedy}".strip()
    except AppError as error:
        tab().stage.done = False
        show(error)
        return
    st.rerun()
