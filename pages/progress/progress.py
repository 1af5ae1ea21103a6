"""Progress: what has changed over the interviews, and what to practise next."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st

from pages.progress.taking_along import take_along
from pages.ui import charts, coaching
from pages.ui.context import require_user, services, tab
from pages.ui.places import SET_UP
from pages.ui.places import go as go_to
from pages.ui.text import plain
from services.domain import Progress, User

_UNSURE = "Ratings that the coach is unsure about are left out."


def screen(user: User) -> None:
    st.title("Progress", anchor=False)
    progress = services().past.progress(user.id)
    if not progress.trend:
        _empty(progress)
        return
    _figures(progress)
    if progress.unrated - tab().self_skipped:
        st.caption("These means include answers that you have not rated yourself yet.")
    _ = st.plotly_chart  # loads Streamlit's Plotly template, which figures made earlier would miss
    coaches = coaching.coach_labels(progress.trend)
    mixed = " Levels of different coaches count alike here." if len(coaches) > 1 else ""
    _picture(
        "trend",
        coaching.on_trend(progress.trend),
        charts.trend(progress.trend, coaches, st.context.timezone),
        "One point is one interview: the mean of its rated answers. Figures of different coaches are "
        f"never joined. Above 12 interviews the line is the mean of the five latest. {_UNSURE}",
    )
    _picture(
        "criteria",
        coaching.on_criteria(progress.criteria),
        charts.criteria(progress.criteria),
        "Mean level from 1 to 5 of all rated answers. The orange mark is the mean of the earlier half."
        f"{mixed} {_UNSURE}",
    )
    _picture(
        "kinds",
        coaching.on_kinds(progress.kinds),
        charts.kinds(progress.kinds),
        f"Mean figure out of 10 of the rated answers to each kind of question.{mixed} {_UNSURE}",
    )
    take_along(user, progress)


def _empty(progress: Progress) -> None:
    with st.container(key="card-empty"):
        if progress.interviews_done or progress.answers_given:
            st.markdown(
                "**Nothing is rated yet.** Your answers are kept; their ratings appear here as they come. "
                "One that the coach is unsure about appears once it is rated again."
            )
        else:
            st.markdown(
                "**Your progress starts with one interview.** After the first you see where you stand, "
                "after the second what has changed."
            )
        if st.button("Set up an interview", type="primary"):
            go_to(SET_UP)


def _figures(progress: Progress) -> None:
    with st.grid(3, min_column_width=100):
        st.metric("Interviews done", f"{progress.interviews_done:,}")
        st.metric("Answers given", f"{progress.answers_given:,}")
        st.metric("Minutes spoken", f"{progress.minutes_spoken:,.0f}")


def _picture(name: str, sentence: str, figure: go.Figure, caption: str) -> None:
    with st.container(key=f"card-chart-{name}"):
        st.header(plain(sentence), anchor=False)
        st.plotly_chart(figure, config={"displayModeBar": False}, alt=f"{sentence} {caption}")
        st.caption(caption)


screen(require_user())
