"""Set up: the job, and what to practise. Typed text goes with the button, so that nothing jumps."""

from __future__ import annotations

import streamlit as st

from pages.practice import choices
from pages.practice.modes import mode_fields
from pages.practice.your_coach import provider_of, spent_today, your_coach
from pages.practice.your_cv import attached, keep_if_wished, your_cv
from pages.ui.context import require_user, services
from pages.ui.languages import answered_in, language_named, not_understood, only_typed
from pages.ui.places import INTERVIEW, go
from pages.ui.text import plain
from pages.ui.wording import (
    how_long,
    judged_by,
    listening_with,
)
from services.domain import Category, Difficulty


def job() -> None:
    st.text_input(
        "Job position", key=choices.POSITION, placeholder="Data engineer", on_change="ignore"
    )
    problem(choices.POSITION)
    st.text_input(
        "Company",
        key=choices.COMPANY,
        placeholder="Its name. Optional.",
        on_change="ignore",
    )
    problem(choices.COMPANY)
    st.text_area(
        "Job description",
        key=choices.DESCRIPTION,
        height=190,
        placeholder="Paste the advertisement, or the part about the work. Optional.",
        on_change="ignore",
    )
    problem(choices.DESCRIPTION)
    st.multiselect(
        "Tech stack",
        tuple(dict.fromkeys((*choices.SUGGESTIONS, *st.session_state[choices.STACK]))),
        key=choices.STACK,
        accept_new_options=True,
        placeholder="Choose, or type your own and press Enter",
        on_change="ignore",
        wrap=True,
    )
    problem(choices.STACK)
    st.number_input(
        "Years of experience",
        key=choices.YEARS,
        min_value=0.0,
        max_value=60.0,
        step=1.0,
        format="%g",
        on_change="ignore",
    )
    your_cv(user, provider_of(user), offered.cv)


def practice() -> None:
    st.pills(
        "Category",
        list(Category),
        key=choices.CATEGORY,
        format_func=lambda category: category.label,
        required=True,
        wrap=True,
    )
    st.pills(
        "Difficulty",
        list(Difficulty),
        key=choices.DIFFICULTY,
        format_func=lambda difficulty: difficulty.label,
        required=True,
        wrap=True,
    )
    st.number_input("Number of questions", key=choices.COUNT, min_value=1, max_value=10)
    st.toggle(
        "Follow-up questions",
        key=choices.FOLLOW_UPS,
        on_change="ignore",
        help="The coach asks on where an answer left something open: at most twice per question.",
    )
    mode_fields()
    answering_in()


def answering_in() -> None:
    """The language of the answers; where there is nothing to choose, just what it is."""
    status = services().model.status()
    offered = choices.languages(status.languages, coach.talks)
    if len(offered) == 1:
        name = language_named(offered[0])
        st.caption(f"Answer in {name}: the speech model understands no other language.")
        return
    st.selectbox(
        "Language of your answers",
        offered,
        key=choices.LANGUAGE,
        format_func=language_named,
    )
    if coach.talks:
        if sentence := only_typed(status, choices.language()):
            st.caption(f":material/keyboard: {plain(sentence)}")
    else:
        wrong(not_understood(status, choices.language()))
    if hint := answered_in(choices.language(), talks=coach.talks):
        st.caption(hint)


def problem(field: str) -> None:
    """What is wrong with the field above, right below it."""
    wrong(choices.problem(field))


def wrong(sentence: str) -> None:
    if sentence:
        st.markdown(f":orange[:material/error: {plain(sentence)}]")


def outlook() -> None:
    """What will happen: how long it takes, who listens and who judges."""
    with st.container(gap="xsmall"):
        timed = st.session_state[choices.ANSWER_S] is not None
        count = st.session_state[choices.COUNT] or 5
        st.caption(f":material/schedule: {how_long(count, timed=timed)}")
        st.caption(f":material/mic: {plain(listening_with(services().model.status()))}")
        st.caption(f":material/rate_review: {plain(judged_by(coach.label, talks=coach.talks))}")
        if left_over := spent_today(user):
            st.caption(f":material/hourglass_bottom: {plain(left_over)}")


def begin() -> None:
    """Plan the interview and go there; with a language model this takes a few seconds."""
    waiting = "Writing your first question" if coach.talks else "Choosing your questions"
    with st.spinner(waiting):
        keep_if_wished(user)
        cv = attached(user)
        text = cv.text if cv is not None and coach.talks else ""
        interview = services().interviews.start(user.id, choices.chosen(), text)
    go(INTERVIEW, interview=interview.id)


user = require_user()
coach = services().interviews.coach(user.id)
offered = services().interviews.offered(user.id)
if choices.POSITION not in st.session_state:
    choices.offer(offered.setup, coach.talks)
    st.session_state["offered_again"] = offered.setup is not None
choices.put_back()
choices.suit(coach.talks)

st.title("Set up your interview", anchor=False)
if st.session_state.get("offered_again"):
    with st.container(key="quiet-again", horizontal=True, vertical_alignment="center"):
        st.markdown("Filled in as you had it last time.", width="content")
        if st.button("Clear", type="tertiary", on_click=choices.offer, args=(None, coach.talks)):
            st.session_state["offered_again"] = False
            st.rerun()
left, right = st.columns([3, 2], gap="medium")
with left, st.container(key="card-job"):
    job()
with right, st.container(key="card-practice"):
    practice()
    start = st.button("Start interview", type="primary", width="stretch", on_click=choices.check)
    if start and choices.sound():
        begin()
    if start:
        st.markdown(
            ":orange[Please look at the fields marked with :material/error:. Nothing is lost.]"
        )
    outlook()
    your_coach(user, coach)
